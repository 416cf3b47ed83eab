"""The rule of a checklist, which rehearsals and real cases share (R54, R55)."""

from typing import Any

from workflow_app.engine.form_messages import gap, line_answers, state, undecided

LINES = [("asli", "asli", 1), ("register", "surat+nomor", 1), ("salinan", "fotokopi", 2)]
FULL: dict[str, dict[str, Any]] = {
    "asli": {"given": True},
    "register": {"given": True, "number": "CONTOH/1"},
    "salinan": {"given": True, "count": 2},
}


def test_r54_everything_given_is_complete() -> None:
    assert state(LINES, FULL, {}) == "lengkap"
    assert state(LINES, {}, {}) == "kurang"


def test_r54_a_number_that_is_asked_for_is_missing_until_it_is_given() -> None:
    for number in ({}, {"number": ""}, {"number": "  "}):
        given = {**FULL, "register": {"given": True, **number}}
        assert state(LINES, given, {}) == "kurang"
    assert gap("register", "surat+nomor", 1, {"given": True}, {}) == "Nomornya belum diisi."


def test_r54_too_few_copies_are_not_enough() -> None:
    assert state(LINES, {**FULL, "salinan": {"given": True}}, {}) == "kurang"


def test_r55_an_exception_waits_until_it_is_decided() -> None:
    asked = {**FULL, "salinan": {"waive": True, "reason": "Tidak pernah menyalin."}}
    assert state(LINES, asked, {}) == "minta_pengecualian"
    assert undecided(asked, {}) == {"salinan"}
    assert state(LINES, asked, {"salinan": True}) == "lengkap"


def test_r55_a_refusal_is_final_when_the_same_is_asked_again() -> None:
    asked = {**FULL, "salinan": {"waive": True, "reason": "Sekali lagi."}}
    assert state(LINES, asked, {"salinan": False}) == "kurang"
    assert undecided(asked, {"salinan": False}) == set()
    assert "ditolak" in gap("salinan", "fotokopi", 2, asked["salinan"], {"salinan": False})


def test_what_is_no_checklist_holds_no_lines() -> None:
    assert line_answers(["a"]) == {}
    assert line_answers({"a": "b", "c": {"given": True}}) == {"c": {"given": True}}
