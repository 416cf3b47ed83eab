import os
from pathlib import Path

import pytest

from workflow_app.tools.embedded import server_processes
from workflow_app.tools.embedded.server_processes import Account, StackError

SELF = Account(os.geteuid(), os.getegid(), is_borrowed=False)


def test_a_borrowed_account_runs_programs_through_setpriv() -> None:
    command = Account(999, 990, is_borrowed=True).command("postgres", Path("/data"))

    assert command == [
        "setpriv",
        "--reuid=999",
        "--regid=990",
        "--clear-groups",
        "--",
        "postgres",
        "/data",
    ]


def test_our_own_account_runs_programs_as_they_are() -> None:
    assert SELF.command("postgres", "-D") == ["postgres", "-D"]


def test_a_made_directory_is_closed_to_others(tmp_path: Path) -> None:
    SELF.make_directory(tmp_path / "run")

    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_place_of_the_data_directory_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")

    with pytest.raises(StackError, match=r"cannot be written .*--data DIR"):
        server_processes.prepare_data_dir(tmp_path / "var")


def test_a_full_disk_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_processes, "LEAST_FREE", 10**18)

    with pytest.raises(StackError, match=r"MB are free"):
        server_processes.prepare_data_dir(tmp_path / "var")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_place_gets_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(StackError, match="cannot be written"):
        server_processes.prepare_data_dir(tmp_path / "var")


def test_the_temporary_folder_is_closed_to_others_and_empty_at_every_start(tmp_path: Path) -> None:
    folder = server_processes.temporary_folder(tmp_path)
    (folder / "baca-x").mkdir()
    (folder / "baca-x" / "berkas").write_bytes(b"scan")
    (folder / "spkt-figures-x").symlink_to(tmp_path)
    (folder / "lepas").write_bytes(b"scan")
    folder.chmod(0o755)

    assert server_processes.temporary_folder(tmp_path) == folder

    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_place_of_the_temporary_folder_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "tmp").write_text("")

    with pytest.raises(StackError, match="cannot be emptied"):
        server_processes.temporary_folder(tmp_path)


def test_the_socket_lies_below_the_cluster_while_its_path_is_short() -> None:
    assert server_processes.socket_directory(Path("/srv")) == Path("/srv/run")


def test_a_long_path_sends_the_socket_to_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 60) / ("y" * 60)
    long.mkdir(parents=True)
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/tmp")

    folder = server_processes.socket_directory(long)

    assert folder.parent == Path("/tmp")
    assert (
        len(os.fsencode(folder / server_processes.SOCKET_NAME))
        <= server_processes.SOCKET_PATH_LIMIT
    )


def test_two_long_paths_do_not_share_a_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/tmp")
    folders = [tmp_path / ("x" * 60) / (letter * 60) for letter in "ab"]
    for folder in folders:
        folder.mkdir(parents=True)

    first, second = map(server_processes.socket_directory, folders)

    assert first != second


def test_no_place_short_enough_gets_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 60) / ("y" * 60)
    long.mkdir(parents=True)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(long))

    with pytest.raises(StackError, match="too long for a socket"):
        server_processes.socket_directory(long)


def test_a_cluster_whose_place_is_gone_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "postgres").symlink_to(tmp_path / "gone" / "postgres")

    with pytest.raises(StackError, match="not there"):
        server_processes.cluster_base(tmp_path, SELF)


def test_our_own_account_keeps_the_cluster_in_the_data_directory(tmp_path: Path) -> None:
    assert server_processes.cluster_base(tmp_path, SELF) == tmp_path
