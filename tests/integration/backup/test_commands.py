"""`backup` and `restore` as an administrator types them."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.integration.backup.sites import Site, count, plain
from workflow_app.backup.snapshots import BackupFolder
from workflow_app.cli import main
from workflow_app.domain import SYSTEM

KEYS = ("IDENTITY_KEY", "AUDIT_SIGNING_KEY")


def spkt(place: Site, *words: str | Path, **changed: str) -> tuple[int, str]:
    """Exit code and everything that was printed."""
    environment = {**place.environment, **changed}
    done = CliRunner().invoke(main, [str(word) for word in words], env=environment)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_backup_verify_and_restore(office: Site, empty: Site, tmp_path: Path) -> None:
    folder = tmp_path / "backup"

    taken = spkt(office, "backup", folder)
    verified = spkt(office, "backup", folder, "--verify")
    listed = spkt(office, "backup", folder, "--list")
    restored = spkt(empty, "restore", folder)
    again = spkt(empty, "restore", folder)

    (name,) = BackupFolder(folder).names()
    assert taken[0] == 0
    assert "NOT IN THE BACKUP: the keys" in taken[1]
    assert verified[0] == listed[0] == 0
    assert "all of it is what was written" in verified[1]
    assert f"snapshot {name}" in listed[1]
    assert restored[0] == 0
    assert "the restored site is sound" in restored[1]
    assert again[0] == 1
    assert "The database is not empty" in again[1]


def rotten_blob(place: Site, folder: Path) -> Path:
    """An object of a row, whose last byte is not what it was."""
    with place.works.begin(SYSTEM) as work:
        sha256 = str(work.session.scalar(text("select min(sha256) from archive.blob")))
    path = BackupFolder(folder).object(sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    return path


def test_a_changed_object_is_set_aside_and_copied_again_by_the_next_run(
    office: Site, empty: Site, copy: Path
) -> None:
    path = rotten_blob(office, copy)
    old = BackupFolder(copy).snapshot().name

    refused = spkt(empty, "restore", copy)
    verified = spkt(office, "backup", copy, "--verify")

    assert (verified[0], refused[0]) == (1, 1)
    assert f"object {path.name} was changed" in refused[1]
    assert "Nothing was restored" in refused[1]
    assert f"object {path.name} was changed" in verified[1]
    assert "1 damaged objects were moved" in verified[1]
    assert not path.exists()
    assert [kept.name for kept in (copy / "damaged").iterdir()] == [path.name]
    assert spkt(office, "backup", copy)[0] == 0
    assert spkt(office, "backup", copy, "--verify", "--snapshot", old)[0] == 0
    assert spkt(empty, "restore", copy, "--snapshot", old)[0] == 0


def test_what_is_whole_is_restored_despite_damage_and_the_rest_is_named(
    office: Site, empty: Site, copy: Path
) -> None:
    path = rotten_blob(office, copy)

    code, said = spkt(empty, "restore", copy, "--despite-damage")

    findings = [line for line in said.splitlines() if path.name in line]
    assert code == 1
    assert f"  object {path.name} was changed" in findings
    assert len(findings) > 1, "the audit of the restored site misses it too"
    assert "NOT SOUND" in said
    whole = BackupFolder(copy).snapshot().manifest.objects - 1
    names = {
        item.object_name
        for item in plain(empty).list_objects(empty.environment["S3_BUCKET"], recursive=True)
    }
    assert len(names) == whole
    assert path.name not in names
    assert count(empty, "letter") == count(office, "letter")


def test_damage_of_the_dump_itself_cannot_be_restored_despite_it(empty: Site, copy: Path) -> None:
    BackupFolder(copy).snapshot().database.write_bytes(b"x")

    code, said = spkt(empty, "restore", copy, "--despite-damage")

    assert code == 1
    assert "database.dump has 1 bytes instead of" in said
    assert "Nothing was restored" in said


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"S3_ENDPOINT": "127.0.0.1:9"}, "object store"),
        ({"DATABASE_URL": "postgresql://sentra:x@127.0.0.1:9/sentra"}, "database"),
    ],
)
def test_a_server_that_is_away_is_a_sentence_and_no_snapshot(
    office: Site, tmp_path: Path, changed: dict[str, str], words: str
) -> None:
    code, said = spkt(office, "backup", tmp_path / "backup", **changed)

    assert code == 1
    assert f"({words}" in said
    assert BackupFolder(tmp_path / "backup").names() == []


def test_a_list_names_the_snapshot_that_cannot_be_read(office: Site, copy: Path) -> None:
    bad = BackupFolder(copy).snapshot()
    (bad.path / "manifest.sig").write_text("00")
    office.backup(copy)

    code, said = spkt(office, "backup", copy, "--list")

    broken, good = said.splitlines()
    assert code == 0
    assert broken.startswith(f"snapshot {bad.name}: ")
    assert "Do not use" in broken
    assert "revision" in good


def own_servers(place: Site) -> Site:
    """The same keys of the environment, but no servers named there."""
    kept = dict.fromkeys(place.environment, "")
    return Site(kept, place.settings, place.works)


def test_keys_are_looked_at_before_any_server_starts(
    office: Site, kept: Path, tmp_path: Path
) -> None:
    nowhere, data = own_servers(office), tmp_path / "var"
    wrong = tmp_path / "wrong.env"
    wrong.write_text("".join(f"{name}={'A' * 43}=\n" for name in KEYS))

    without = spkt(nowhere, "restore", kept, "--data", data)
    foreign = spkt(nowhere, "restore", kept, "--data", data, "--keys", wrong)

    assert (without[0], foreign[0]) == (1, 1)
    assert "does not give IDENTITY_KEY and AUDIT_SIGNING_KEY" in without[1]
    assert "IDENTITY_KEY and AUDIT_SIGNING_KEY given here did not make this backup" in foreign[1]
    assert not data.exists()


def test_a_data_directory_beside_servers_of_the_environment_is_refused(
    empty: Site, kept: Path, tmp_path: Path
) -> None:
    code, said = spkt(empty, "restore", kept, "--data", tmp_path / "var")

    assert code == 1
    assert "leave out --data" in said


def test_a_backup_inside_the_data_directory_is_refused(office: Site, tmp_path: Path) -> None:
    code, said = spkt(own_servers(office), "backup", tmp_path / "backup", SPKT_DATA=str(tmp_path))

    assert code == 1
    assert "both would be lost together" in said
    assert list(tmp_path.iterdir()) == []
