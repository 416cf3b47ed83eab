"""Reading a process folder with the folders of the processes that it calls and the parts its
letters share.
"""

from pathlib import Path

import pytest

from tests.unit.engine.calls import complaint, hand_off, on_disk, small
from tests.unit.engine.folder import Folder
from tests.unit.engine.letter_faults import PART, SHEET, letter
from tests.unit.engine.play import line
from workflow_app.domain import InvalidDefinition
from workflow_app.engine.definitions import load
from workflow_app.engine.linting.linter import lint
from workflow_app.engine.process_folders import called_folders, read_folder

ROLES = {"petugas", "ka_spkt", "piket_lantas", "piket_reskrim"}


def calling_by_name(name: str) -> Folder:
    folder = (
        Folder("induk")
        .start()
        .add("callActivity", "panggil", attributes={"calledElement": name})
        .end()
    )
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


def test_a_folder_does_not_bring_its_own_copies_of_what_comes_along(tmp_path: Path) -> None:
    for name in ("called/serah/process.bpmn", "shared/letters/lembar.html"):
        path = on_disk(complaint(), tmp_path / name.partition("/")[0])
        (path / name).parent.mkdir(parents=True)
        (path / name).write_text(hand_off().xml())
        with pytest.raises(InvalidDefinition, match="called/ and shared/"):
            read_folder(path)


def with_sheet(root: Path, **parts: str) -> None:
    """The release has these shared parts."""
    for name, html in parts.items():
        path = root / "shared" / "letters" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html)


def test_the_sheet_of_a_letter_comes_along_with_all_it_is_made_of_and_nothing_else(
    tmp_path: Path,
) -> None:
    path = on_disk(letter(SHEET), tmp_path)
    with_sheet(
        tmp_path, lembar="{% include 'shared/letters/kaki.html' %}", kaki="Periksa", lain="Lain"
    )

    definition = load(read_folder(path))

    assert definition.letter("surat").parts == {
        PART: "{% include 'shared/letters/kaki.html' %}",
        "shared/letters/kaki.html": "Periksa",
    }
    assert lint(definition.files, ROLES) == []


def test_a_called_process_brings_the_sheet_of_its_letters(tmp_path: Path) -> None:
    on_disk(hand_off().file("letters/pengantar.html", SHEET), tmp_path)
    with_sheet(tmp_path, lembar="<p>Lembar</p>")

    definition = load(read_folder(on_disk(complaint(), tmp_path)))

    assert definition.letter("pengantar").parts == {PART: "<p>Lembar</p>"}
    assert lint(definition.files, ROLES) == []


def test_another_sheet_is_a_new_version_of_those_who_use_it_and_of_no_other(tmp_path: Path) -> None:
    using, other = on_disk(letter(SHEET), tmp_path), on_disk(line(), tmp_path)
    with_sheet(tmp_path, lembar="<p>Lembar</p>")
    before = [load(read_folder(path)).hash for path in (using, other)]
    with_sheet(tmp_path, lembar="<p>Lembar baru</p>")
    after = [load(read_folder(path)).hash for path in (using, other)]
    assert [a == b for a, b in zip(before, after, strict=True)] == [False, True]
