"""What the public learns from the code on a letter."""

from dataclasses import replace
from datetime import date

import pytest

from tests.integration.conftest import TestClock
from tests.integration.services import desk
from workflow_app.domain import PUBLIC, SYSTEM, Actor
from workflow_app.models import Letter
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.letters import letters
from workflow_app.services.letters.letters import Verification
from workflow_app.services.office_settings import configuration

UNIT = "SPKT Polres Hulu Sungai Selatan"


@pytest.fixture
def letter(work: UnitOfWork, budi: Actor, sktlk: str) -> Letter:
    officer = replace(work, actor=budi)
    return work.session.get_one(
        Letter, letters.issue(officer, desk.complete_case(officer), "sktlk")
    )


def test_a_valid_letter_is_confirmed_with_number_and_day_and_nothing_else(
    work: UnitOfWork, letter: Letter
) -> None:
    answer = letters.verify(replace(work, actor=PUBLIC), letter.verify_code.lower())

    assert answer == Verification(
        "valid", UNIT, "Surat Keterangan Tanda Lapor Kehilangan", letter.number, date(2026, 11, 23)
    )
    assert desk.IDENTITY["nama"] not in str(answer)


def test_a_withdrawn_letter_is_called_withdrawn_without_its_reason(
    work: UnitOfWork, letter: Letter
) -> None:
    letters.void(work, letter.id, "Nama Contoh Warga salah")

    answer = letters.verify(work, letter.verify_code)

    assert (answer.status, answer.number) == ("void", letter.number)
    assert "salah" not in str(answer)


def test_the_number_alone_opens_nothing(work: UnitOfWork, letter: Letter) -> None:
    for code in (
        letter.number,
        str(letter.id),
        "SKTLK1",
        letters.new_code(),
        "",
        "%",
        "0" * 10_000,
    ):
        assert letters.verify(work, code) == Verification("unknown", UNIT)


def test_a_letter_issued_late_in_the_evening_bears_the_day_in_wita(
    work: UnitOfWork, budi: Actor, sktlk: str, clock: TestClock
) -> None:
    clock.advance(hours=15)  # 16.00 UTC, already Tuesday in Kandangan
    officer = replace(work, actor=budi)
    configuration.set_value(replace(officer, actor=SYSTEM), "masa_berlaku.sktlk", 14, clock())
    issued = work.session.get_one(
        Letter, letters.issue(officer, desk.complete_case(officer), "sktlk")
    )

    answer = letters.verify(work, issued.verify_code)

    assert (answer.issued_on, answer.valid_until) == (date(2026, 11, 24), date(2026, 12, 8))
