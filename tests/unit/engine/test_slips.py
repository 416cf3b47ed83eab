"""Sentences of forms and slips for citizens: what they may name, and that planted faults are
found.
"""

import json

import pytest

from tests.unit.engine.folder import Folder
from workflow_app.domain import InvalidDefinition
from workflow_app.engine.linting.linter import lint
from workflow_app.permissions import ROLES

TEXT = {"type": "string", "title": "Isian", "maxLength": 200}


def folder(place: str, personal: str | None = None, **ui: object) -> Folder:
    """One step that answers `isi`, and a table; the slip of the second step names `place`."""
    made = (
        Folder()
        .start()
        .user("tanya", control={"layanan": ["sim", "skck"]})
        .user("kabari")
        .end()
        .flow("mulai", "tanya", "kabari", "selesai")
        .decision("tujuan", ["layanan"], ["ke"], [["-", '"Sat Lantas"']])
    )
    secret = {"personal": personal} if personal else {}
    made.form(
        "tanya",
        {"isi": TEXT, "layanan": {"type": "string", "title": "Layanan", "enum": ["sim", "skck"]}},
        {
            "isi": {"widget": "text", **secret},
            "layanan": {
                "widget": "select",
                "control": True,
                "options": {"sim": "SIM", "skck": "SKCK"},
            },
        },
    )
    slip = {"title": "Lembar", "rows": [["Tujuan", f"Ke {place}"]], "foot": "Simpan lembar ini."}
    made.form("kabari", {"catatan": TEXT}, {"catatan": {"widget": "text"}})
    page = json.loads(made.extra["forms/kabari.ui.json"])
    return made.json("forms/kabari.ui.json", {**page, "slip": slip, **ui})


def rules(made: Folder) -> list[str]:
    return [finding.rule for finding in lint(made.files(), ROLES)]


@pytest.mark.parametrize("place", ["{tanya.isi}", "{tanya.layanan}", "{tujuan.ke}"])
def test_a_slip_names_open_answers_and_what_a_table_says(place: str) -> None:
    assert rules(folder(place)) == []
    assert rules(folder(place, since="tanya")) == []


@pytest.mark.parametrize("place", ["{tanya.apa}", "{siapa.isi}", "{tujuan.dari}"])
def test_a_slip_that_names_what_is_not_there_is_found(place: str) -> None:
    assert rules(folder(place)) == ["summary-unknown"]


@pytest.mark.parametrize("group", ["identitas", "catatan"])
def test_a_slip_that_would_carry_sealed_answers_out_of_the_house_is_found(group: str) -> None:
    assert rules(folder("{tanya.isi}", personal=group)) == ["summary-personal"]


def test_sentences_that_begin_at_an_unknown_step_are_found() -> None:
    assert rules(folder("{tanya.isi}", since="kemarin")) == ["summary-unknown"]


def test_a_slip_without_its_parts_is_no_form() -> None:
    with pytest.raises(InvalidDefinition):
        folder("{tanya.isi}", slip={"title": "Lembar"}).definition()
