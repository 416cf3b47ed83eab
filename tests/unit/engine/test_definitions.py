import json
from pathlib import Path

import pytest

from tests.unit.engine.counter import service_counter
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import line
from workflow_app.domain import InvalidDefinition
from workflow_app.engine.definitions import known, load, load_deployed
from workflow_app.engine.process_folders import content_hash, read_folder


def test_a_definition_knows_its_elements_with_role_clauses_and_level() -> None:
    definition = service_counter().definition()
    assert (definition.key, definition.name) == ("loket", "Uji")
    element = definition.elements["setujui"]
    assert (element.kind, element.role, element.clauses, element.parent) == (
        "userTask",
        "ka_spkt",
        ("R54",),
        "layanan",
    )
    assert element.properties["fourEyes"] == "isi"
    assert definition.elements["selesai"].parent is None
    assert definition.elements["cetak"].role == "sistem"


def test_forms_letters_and_decisions_come_with_the_definition() -> None:
    definition = service_counter().definition()
    assert definition.form("isi").fields["jenis"].control
    assert definition.letter("surat").meta == {"title": "Surat contoh"}
    assert definition.decision("target").outputs == ("golongan", "catatan")
    assert definition.bpmn_xml.startswith("<?xml")
    for missing in (definition.form, definition.letter, definition.decision):
        with pytest.raises(InvalidDefinition):
            missing("tak_ada")


def test_the_same_content_is_parsed_once() -> None:
    assert service_counter().definition() is service_counter().definition()


def test_the_hash_sees_every_name_and_byte_and_cannot_be_shifted() -> None:
    assert content_hash({"a": b"bc", "d": b""}) == content_hash({"d": b"", "a": b"bc"})
    hashes = [{"a": b"bc"}, {"ab": b"c"}, {"a": b"b", "c": b""}, {"a": b"bc", "d": b""}]
    assert len({content_hash(files) for files in hashes}) == len(hashes)


def test_a_folder_is_read_with_all_its_files_but_hidden_ones(tmp_path: Path) -> None:
    for name, content in service_counter().files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / ".rahasia").write_text("x")
    files = read_folder(tmp_path)
    assert files == service_counter().files()
    assert load(files).key == "loket"


def test_a_folder_without_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDefinition, match=r"process\.bpmn is missing"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    "bad",
    [
        line().file("process.bpmn", "<rusak"),
        line().file("process.bpmn", '<!DOCTYPE x SYSTEM "file:///etc/hostname"><x/>'),
        line().file("process.bpmn", "<x/>"),
        line().file("forms/kerja.json", "{"),
        line().file("forms/kerja.json", "[]"),
        line().file("forms/kerja.ui.json", "{}"),
        line().json("forms/kerja.json", {"type": 7}),
        line(formUiSchemaFilename="forms/tak_ada.json"),
        line().file("tabel.dmn", "<x/>"),
        line().add("serviceTask", "kosong").flow("kerja", "kosong"),
        Folder().start().rule("hitung", "tak_ada", "x").end().flow("mulai", "hitung", "selesai"),
    ],
)
def test_a_folder_that_cannot_be_parsed_is_refused_with_file_and_reason(bad: Folder) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        bad.definition()
    assert refused.value.detail


@pytest.mark.parametrize("initial", ["{", "[]", '{"typename": 1}', '{"a": {}}'])
def test_initial_variables_are_checked(initial: str) -> None:
    folder = line()
    folder.process_properties["initial"] = initial
    with pytest.raises(InvalidDefinition, match="initial"):
        folder.definition()


def test_the_rank_of_a_process_is_a_number() -> None:
    folder = line()
    folder.process_properties["rank"] = "pertama"
    with pytest.raises(InvalidDefinition, match="rank"):
        folder.definition()


def test_what_was_deployed_is_not_judged_again_and_what_is_to_be_always_is() -> None:
    good = line().files()
    schema = {**json.loads(good["forms/kerja.json"]), "minProperties": "satu"}
    odd = {**good, "forms/kerja.json": json.dumps(schema).encode()}

    deployed = load_deployed(odd)
    assert load_deployed(odd) is deployed is known(deployed.hash)
    assert deployed.specs.process.name == load(good).specs.process.name
    with pytest.raises(InvalidDefinition, match="form of kerja"):
        load(odd)
    assert load(good) is load_deployed(good)
