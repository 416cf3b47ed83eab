"""Blocks of questions that forms share: put in their place, and refused where they lead nowhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.counter import service_counter
from workflow_app.engine.linting.linter import lint
from workflow_app.engine.process_folders import references, resolve, unused_blocks

ADDRESS = {
    "properties": {"alamat": {"type": "string"}, "desa": {"type": "string"}},
    "required": ["alamat", "desa"],
}
SHOWN = {"fields": {"alamat": {"widget": "text"}, "desa": {"widget": "text"}}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    blocks = tmp_path / "shared" / "forms"
    blocks.mkdir(parents=True)
    (blocks / "alamat.json").write_text(json.dumps(ADDRESS))
    (blocks / "alamat.ui.json").write_text(json.dumps(SHOWN))
    return tmp_path


def ref(part: str, file: str = "shared/forms/alamat.json") -> dict[str, str]:
    return {"$ref": f"{file}#/{part}"}


def resolved(form: dict[str, Any], root: Path) -> dict[str, Any]:
    content = resolve({"forms/isi.json": json.dumps(form).encode()}, root)["forms/isi.json"]
    found: dict[str, Any] = json.loads(content)
    return found


def test_a_block_stands_where_it_was_named_and_in_its_order(root: Path) -> None:
    own = {"nama": {"type": "string"}}
    form = {
        "properties": [own, ref("properties"), {"kota": {}}],
        "required": ["nama", ref("required")],
    }
    found = resolved(form, root)
    assert list(found["properties"]) == ["nama", "alamat", "desa", "kota"]
    assert found["properties"]["desa"] == {"type": "string"}
    assert found["required"] == ["nama", "alamat", "desa"]
    assert not list(references(found))


def test_what_follows_a_block_overrides_a_question_of_it_in_its_place(root: Path) -> None:
    form = {"properties": [ref("properties"), {"alamat": {"maxLength": 5}}]}
    assert next(iter(resolved(form, root)["properties"].items())) == ("alamat", {"maxLength": 5})


def test_a_section_shows_the_questions_of_a_block(root: Path) -> None:
    shown = ref("fields", "shared/forms/alamat.ui.json")
    form = {"fields": [shown], "sections": [{"title": "Alamat", "fields": [shown, "nama"]}]}
    found = resolved(form, root)
    assert found["fields"] == SHOWN["fields"]
    assert found["sections"][0]["fields"] == ["alamat", "desa", "nama"]


def test_a_form_without_blocks_is_not_rewritten(root: Path) -> None:
    content = b'{"properties":   {}}'
    assert resolve({"forms/isi.json": content}, root) == {"forms/isi.json": content}


@pytest.mark.parametrize(
    "reference",
    [
        ref("properties", "shared/forms/hantu.json"),
        ref("hantu"),
        ref("required"),
        ref("properties", "forms/lain.json"),
        ref("properties", "shared/forms/../../rahasia.json"),
        ref("properties", "/etc/alamat.json"),
    ],
    ids=lambda one: str(one["$ref"]),
)
def test_a_reference_that_leads_nowhere_stays_and_is_found(
    root: Path, reference: dict[str, str]
) -> None:
    form = {"properties": [reference], "required": []}
    assert resolved(form, root) == form
    folder = service_counter().json("forms/isi.json", form)
    found = {(f.rule, f.element) for f in lint(folder.files(), {"petugas", "ka_spkt"})}
    assert ("form-block", "forms/isi.json") in found


def test_a_reference_where_no_block_may_stand_is_found(root: Path) -> None:
    form = {"properties": {"nama": ref("properties")}}
    assert resolved(form, root) == form
    folder = service_counter().json("forms/isi.json", form)
    assert any(f.rule == "form-block" for f in lint(folder.files(), {"petugas", "ka_spkt"}))


def test_a_block_that_no_form_names_is_found(root: Path) -> None:
    forms = root / "uji" / "forms"
    forms.mkdir(parents=True)
    (forms / "isi.json").write_text(json.dumps({"properties": [ref("properties")]}))
    assert unused_blocks(root) == ["shared/forms/alamat.ui.json"]
