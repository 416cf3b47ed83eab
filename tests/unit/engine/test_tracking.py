"""What a letter declares about tracking: read strictly, and linted so that nothing personal is told
(R36).
"""

import json
from typing import Any

import pytest

from tests.unit.processes.folder import PROCESSES
from workflow_app.domain import InvalidDefinition
from workflow_app.engine import process_folders
from workflow_app.engine.definitions import Mark, read_tracking
from workflow_app.engine.linting.linter import lint
from workflow_app.permissions import ROLES

META = "letters/tanda_terima.json"
FILES = process_folders.read_folder(PROCESSES / "complaint")


def declared() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILES[META])
    return found


def findings(meta: dict[str, Any]) -> list[str]:
    found = lint({**FILES, META: json.dumps(meta).encode()}, ROLES)
    return [finding.message for finding in found if finding.rule.startswith("letter-")]


def test_a_letter_without_tracking_carries_no_code() -> None:
    assert read_tracking({"title": "Surat"}, "surat") is None


def test_r36_the_receipt_of_a_complaint_declares_its_stages() -> None:
    told = read_tracking(declared(), "tanda_terima")
    assert told is not None
    titles = ["Diterima", "Belum dapat dihubungi", "Ditanggapi", "Diteruskan", "Ditangani"]
    assert [stage.title for stage in told.stages] == titles
    assert told.stages[4].promise == Mark("tangani", "kabar_berikut")
    assert findings(declared()) == []


@pytest.mark.parametrize("missing", ["title", "words", "after"])
def test_a_stage_without_its_words_cannot_be_read(missing: str) -> None:
    meta = declared()
    del meta["tracking"]["stages"][1][missing]
    with pytest.raises(InvalidDefinition):
        read_tracking(meta, "tanda_terima")


def test_a_misspelt_part_is_not_passed_over() -> None:
    meta = declared()
    meta["tracking"]["stages"][1]["promis"] = "tangani.kabar_berikut"
    with pytest.raises(InvalidDefinition, match="promis"):
        read_tracking(meta, "tanda_terima")


@pytest.mark.parametrize(
    ("place", "mark", "said"),
    [
        ("state", "tangani.kalimat_publik", "tidak boleh tampil"),  # sealed words
        ("state", "tangani.kabar_berikut", "tidak boleh tampil"),  # no choice
        ("promise", "tangani.status_publik", "tidak boleh tampil"),  # no day
        ("state", "tangani.tidak_ada", "yang tidak ada"),
        ("promise", "tidak_ada.hari", "yang tidak ada"),
        ("after", ["pokok_aduan.uraian_aduan"], "tidak boleh tampil"),
        ("clock", "jam_lain", "tidak dimulai"),
    ],
)
def test_only_open_days_and_choices_of_the_process_are_told(
    place: str, mark: Any, said: str
) -> None:
    meta = declared()
    meta["tracking"]["stages"][3][place] = mark
    assert any(said in message for message in findings(meta))


def test_every_outcome_has_its_words() -> None:
    meta = declared()
    del meta["tracking"]["ended"]["dirujuk"]
    assert any("dirujuk" in message for message in findings(meta))
