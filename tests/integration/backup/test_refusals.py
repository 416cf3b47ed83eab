"""What is no backup of this site, was changed, or would go over something, is refused before
anything is touched.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.backup.sites import Site, count, plain
from workflow_app.backup import snapshots
from workflow_app.backup.snapshots import BackupError, BackupFolder, Keys


def sign_again(place: Path, keys: Keys, **changes: object) -> None:
    """Change a manifest and sign it with some key."""
    snapshot = BackupFolder(place).snapshot()
    changed = snapshot.manifest.model_copy(update=changes).model_dump_json().encode()
    (snapshot.path / snapshots.MANIFEST).write_bytes(changed)
    (snapshot.path / snapshots.SIGNATURE).write_text(keys.sign(changed).hex())


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "part", ["database.dump", "objects.jsonl", "object", "missing object", "manifest.json"]
)
def test_a_backup_that_was_changed_is_refused(empty: Site, copy: Path, part: str) -> None:
    if "object" in part and part != "objects.jsonl":
        path = next(path for path in (copy / "objects").glob("*/*"))
    else:
        path = BackupFolder(copy).snapshot().path / part
    path.unlink() if "missing" in part else flip(path)

    with pytest.raises(BackupError, match=r"is not what was written|was changed|no manifest"):
        empty.restore(copy)

    assert_untouched(empty)


def assert_untouched(place: Site) -> None:
    assert count(place, "pg_tables where schemaname = 'public'") == 0
    assert not plain(place).bucket_exists(place.environment["S3_BUCKET"])


def test_a_manifest_signed_by_somebody_else_is_refused(
    office: Site, empty: Site, copy: Path
) -> None:
    stranger = Keys(office.keys.identity, bytes(32))
    sign_again(copy, stranger, signing_key=stranger.public)

    with pytest.raises(BackupError, match="AUDIT_SIGNING_KEY"):
        empty.restore(copy)

    assert_untouched(empty)


def test_keys_of_another_site_are_refused(empty: Site, kept: Path) -> None:
    with pytest.raises(BackupError, match=r"^IDENTITY_KEY given here did not make this backup"):
        empty.restore(kept, keys=replace(empty.keys, identity=bytes(32)))

    assert_untouched(empty)


def test_a_place_that_is_not_empty_is_refused(office: Site, empty: Site, kept: Path) -> None:
    with pytest.raises(BackupError, match="database is not empty"):
        office.restore(kept)

    empty.works.blobs.ensure_bucket()
    empty.works.blobs.put(b"sudah ada", "text/plain")
    with pytest.raises(BackupError, match=r"bucket site-\w+ is not empty"):
        empty.restore(kept)
    assert count(empty, "pg_tables where schemaname = 'public'") == 0


@pytest.mark.parametrize("change", [{"revision": "9999"}, {"format": snapshots.FORMAT + 1}])
def test_a_backup_of_a_newer_release_is_refused(
    office: Site, empty: Site, copy: Path, change: dict[str, object]
) -> None:
    sign_again(copy, office.keys, **change)

    with pytest.raises(BackupError, match="newer"):
        empty.restore(copy)

    assert_untouched(empty)
