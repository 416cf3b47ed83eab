"""Answers for a letter are refused when a character would be missing on it; what stays inside is
kept as it is typed.
"""

from dataclasses import replace

import pytest

from tests.unit.engine.sample_form import FORM, UI_FIELDS, build
from tests.unit.processes.folder import referral, sktlk
from workflow_app.domain import Answers
from workflow_app.engine.forms import Form
from workflow_app.services.forms import validation

NOT_HERE = "\u0378"
"""Belongs to no script, so no font has it."""


def faults(given: Answers, form: Form = FORM) -> dict[str, str]:
    return validation.check_printable(sktlk(), form, given)


@pytest.mark.parametrize("field", ["nama", "telepon", "uraian"])
def test_what_a_letter_is_filled_with_is_judged(field: str) -> None:
    assert faults({field: f"Budi {NOT_HERE} Contoh"}) == {
        field: f"Huruf “{NOT_HERE}” tidak dapat dicetak pada surat. "
        "Tulis dengan huruf Latin seperti pada paspor atau KTP."
    }


def test_of_a_paper_its_number_and_issuer_are_judged_and_the_reason_is_not() -> None:
    line: Answers = {
        "number": f"1{NOT_HERE}",
        "issuer": NOT_HERE,
        "reason": NOT_HERE,
        "date": "2026-11-20",
    }
    assert set(faults({"persyaratan": {"a": line, "b": {"number": "1/é"}}})) == {
        "persyaratan.a.number",
        "persyaratan.a.issuer",
    }


def test_working_notes_and_what_is_not_personal_stay_as_they_are_typed() -> None:
    notes = build(fields={**UI_FIELDS, "uraian": {"widget": "textarea", "personal": "catatan"}})
    assert faults({"uraian": NOT_HERE, "pukul": NOT_HERE}, notes) == {}


def test_a_process_without_letters_prints_nothing() -> None:
    assert validation.check_printable(replace(sktlk(), letters={}), FORM, {"nama": NOT_HERE}) == {}


def test_a_working_note_that_a_letter_names_is_judged_too() -> None:
    form = referral().form("rujukan_penerusan")
    given: Answers = {"isi": f"Mohon {NOT_HERE}", "nama": "Contoh Warga"}
    assert set(validation.check_printable(referral(), form, given)) == {"isi"}
    assert (
        validation.check_printable(
            referral(), referral().form("rujukan_keperluan"), {"keperluan": NOT_HERE}
        )
        == {}
    )
