"""Reading a process folder with the folders of the processes that it calls."""

from pathlib import Path

import pytest

from tests.unit.engine.calls import complaint, hand_off, on_disk, small
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import line
from workflow_app.engine.definitions import called_folders, load, read_folder
from workflow_app.engine.lint import lint
from workflow_app.errors import InvalidDefinition

ROLES = {"petugas", "ka_spkt", "piket_lantas", "piket_reskrim"}


def calling_by_name(name: str) -> Folder:
    folder = Folder("induk").start().add("callActivity", "panggil", attributes={"calledElement": name}).end()
    return folder.flow("mulai", "panggil", "selesai")


def test_the_folder_of_a_called_process_comes_along_from_beside_it(tmp_path: Path) -> None:
    on_disk(hand_off(), tmp_path)
    on_disk(small(), tmp_path)
    files = read_folder(on_disk(complaint(), tmp_path))
    assert files == complaint().files()
    assert called_folders(files) == {"serah": hand_off().files()}
    assert load(files).called == {"serah": "Uji"}
    assert lint(files, ROLES) == []


def test_a_folder_that_calls_nothing_is_read_as_it_is(tmp_path: Path) -> None:
    on_disk(small(), tmp_path)
    assert read_folder(on_disk(line(), tmp_path)) == line().files()


def test_a_change_in_a_called_folder_is_a_new_version_of_its_caller(tmp_path: Path) -> None:
    called = on_disk(hand_off(), tmp_path)
    path = on_disk(complaint(), tmp_path)
    before = load(read_folder(path)).hash
    (called / "README.md").write_text("# Lain\n")
    assert load(read_folder(path)).hash != before


@pytest.mark.parametrize("name", ["hantu", "../rahasia", "/etc", "Rahasia", ""])
def test_only_a_folder_beside_it_can_be_called(name: str, tmp_path: Path) -> None:
    on_disk(small("rahasia"), tmp_path)
    files = read_folder(on_disk(calling_by_name(name), tmp_path / "processes"))
    assert called_folders(files) == {}
    assert ("call-unknown", "panggil") in {(f.rule, f.element) for f in lint(files, ROLES)}


def test_a_model_that_cannot_be_read_is_left_to_the_linter(tmp_path: Path) -> None:
    path = on_disk(line().file("process.bpmn", "<rusak"), tmp_path)
    assert {f.rule for f in lint(read_folder(path), ROLES)} == {"model"}


def test_a_folder_does_not_bring_its_own_copies_of_what_it_calls(tmp_path: Path) -> None:
    path = on_disk(complaint(), tmp_path)
    (path / "called" / "serah").mkdir(parents=True)
    (path / "called" / "serah" / "process.bpmn").write_text(hand_off().xml())
    with pytest.raises(InvalidDefinition, match="called/"):
        read_folder(path)
