"""Taking a backup: incremental, private, never half, and what is wrong with the store does not stop
it.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from minio.deleteobjects import DeleteObject
from sqlalchemy import text

from tests.integration.backup.sites import Site, count, deposit, plain, site
from tests.services import ROOT
from workflow_app.backup.snapshots import BackupError, BackupFolder
from workflow_app.domain import SYSTEM


def test_the_next_run_copies_only_what_is_new(office: Site, tmp_path: Path) -> None:
    first = office.backup(tmp_path / "backup")
    deposit(office, "Kiriman sesudahnya")

    second = office.backup(tmp_path / "backup")

    assert first.tally.copied == first.snapshot.manifest.objects
    assert second.tally.copied == 1 + count(office, "audit_checkpoint")
    assert second.snapshot.manifest.objects == first.snapshot.manifest.objects + 2
    assert BackupFolder(tmp_path / "backup").names() == [first.snapshot.name, second.snapshot.name]


def test_only_the_owner_can_read_a_backup(kept: Path) -> None:
    modes = {path.stat().st_mode & 0o777 for path in (kept, *kept.rglob("*")) if path.is_dir()}
    assert modes == {0o700}
    assert {path.stat().st_mode & 0o777 for path in kept.rglob("*") if path.is_file()} == {0o600}


def test_a_backup_holds_no_key_and_no_password(office: Site, kept: Path) -> None:
    secrets = ("SECRET_KEY", "IDENTITY_KEY", "AUDIT_SIGNING_KEY", "S3_SECRET_KEY")
    words = [office.environment[name].encode() for name in secrets]
    for path in kept.rglob("*"):
        if path.is_file():
            assert not any(word in path.read_bytes() for word in words)


DYING = """
import os, signal, sys
from pathlib import Path
from tests.integration.backup.sites import Site, silent
from workflow_app.connections import connect
from workflow_app.backup.snapshots import BackupFolder
from workflow_app.settings import read_settings

kept, keep = [], BackupFolder.keep
def die_after_the_third(folder, *given):
    kept.append(keep(folder, *given))
    if len(kept) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return kept[-1]
BackupFolder.keep = die_after_the_third
settings = read_settings()
Site({}, settings, connect(settings)).backup(Path(sys.argv[1]))
"""


def test_a_run_that_was_killed_is_no_backup_and_the_next_one_goes_on(
    office: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    done = subprocess.run(
        [sys.executable, "-c", DYING, folder],
        cwd=ROOT,
        env={**os.environ, **office.environment},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    left = sum(path.is_file() for path in (folder / "objects").glob("*/*"))
    assert list((folder / "snapshots").iterdir()) != []
    with pytest.raises(BackupError, match="no complete backup"):
        BackupFolder(folder).snapshot()

    report = office.backup(folder)

    assert left > 0
    assert list(BackupFolder(folder).check(report.snapshot)) == []
    assert [path.name for path in (folder / "snapshots").iterdir()] == [report.snapshot.name]
    assert [path for path in (folder / "objects").iterdir() if path.is_file()] == []


@pytest.fixture
def archive(stack: dict[str, str], template_database: str) -> Iterator[Site]:
    """A site with one paper."""
    with site(stack, template=template_database) as place:
        deposit(place, f"Kertas {uuid4()}")
        yield place


def blob_of(place: Site) -> tuple[str, str]:
    """Key and version of the one blob of a site."""
    with place.works.begin(SYSTEM) as work:
        row = work.session.execute(text("select sha256, version_id from archive.blob")).one()
    return row.sha256, row.version_id


def test_bytes_that_were_written_over_are_taken_as_the_row_names_them(
    archive: Site, empty: Site, tmp_path: Path
) -> None:
    sha256, _ = blob_of(archive)
    (tmp_path / "lain").write_bytes(b"isi lain")
    plain(archive).fput_object(archive.environment["S3_BUCKET"], sha256, str(tmp_path / "lain"))

    report = archive.backup(tmp_path / "backup")

    assert report.snapshot.manifest.lost == []
    assert empty.restore(tmp_path / "backup").findings == []


def erase_blob(place: Site) -> str:
    """Only who may bypass the lock can do this."""
    sha256, version = blob_of(place)
    doomed = [DeleteObject(sha256, version)]
    refused = plain(place).remove_objects(
        place.environment["S3_BUCKET"], doomed, bypass_governance_mode=True
    )
    assert list(refused) == []
    return sha256


def test_what_the_store_lost_is_named_and_the_rest_is_kept(
    archive: Site, empty: Site, tmp_path: Path
) -> None:
    sha256 = erase_blob(archive)

    report = archive.backup(tmp_path / "backup")
    verdict = empty.restore(tmp_path / "backup")

    assert report.snapshot.manifest.lost == [sha256]
    assert [finding for finding in verdict.findings if sha256 in finding]
    assert not verdict.is_sound


def test_what_the_store_lost_comes_back_from_an_earlier_run(
    archive: Site, empty: Site, tmp_path: Path
) -> None:
    archive.backup(tmp_path / "backup")
    sha256 = erase_blob(archive)

    report = archive.backup(tmp_path / "backup")

    assert (report.snapshot.manifest.lost, report.tally.only_kept) == ([], [sha256])
    assert empty.restore(tmp_path / "backup").findings == []
    assert empty.works.blobs.stat(sha256).locked_until


def test_one_run_at_a_time(archive: Site, tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "backup")
    folder.prepare()

    with folder.alone(), pytest.raises(BackupError, match="running"):
        archive.backup(folder.path)


def test_a_disk_that_is_too_small_is_refused_before_it_is_full(
    archive: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=50_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    with pytest.raises(BackupError, match="only 50 MB are free"):
        archive.backup(tmp_path / "backup")

    assert BackupFolder(tmp_path / "backup").names() == []
    assert list((tmp_path / "backup" / "snapshots").iterdir()) == []


def test_a_folder_of_something_else_is_left_alone(archive: Site, tmp_path: Path) -> None:
    (tmp_path / "foto.jpg").write_bytes(b"x")

    with pytest.raises(BackupError, match="holds other files"):
        archive.backup(tmp_path)
    with pytest.raises(BackupError, match="mount the disk"):
        archive.backup(tmp_path / "disk" / "backup")
    with pytest.raises(BackupError, match="cannot be written"):
        archive.backup(tmp_path / "foto.jpg")

    assert [path.name for path in tmp_path.iterdir()] == ["foto.jpg"]
