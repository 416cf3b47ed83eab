"""Two people and one letter that was issued."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.races.meeting import outcome, second_comes_while_first_holds, together
from tests.integration.races.office import Office, answers_of
from workflow_app.domain import SYSTEM, Conflict
from workflow_app.models import Letter
from workflow_app.services.demo import seeding
from workflow_app.services.letters import letters
from workflow_app.services.workflow import tasks


@pytest.fixture
def handed_over(office: Office) -> UUID:
    """The letter of a case that has ended."""
    case_id = office.play("sktlk_ktp")
    with office.works.begin(SYSTEM) as work:
        return work.session.scalars(select(Letter.id).where(Letter.case_id == case_id)).one()


def test_two_ka_spkt_withdraw_one_letter(office: Office, handed_over: UUID) -> None:
    _, late = second_comes_while_first_holds(
        office.works,
        (
            office.people["sari"],
            lambda work: letters.withdraw(work, handed_over, "Contoh: keterangan tidak benar"),
        ),
        (
            office.people["dewi"],
            lambda work: letters.withdraw(work, handed_over, "Contoh: salah orang sama sekali"),
        ),
    )

    assert isinstance(late, Conflict)
    assert late.sentence.startswith(
        "Surat ini sudah ditarik oleh Contoh Sari pada 23 November 2026"
    )


def test_a_double_click_on_withdraw_is_done_once(office: Office, handed_over: UUID) -> None:
    reason = "Contoh: keterangan tidak benar"
    click = lambda: outcome(  # noqa: E731 - a verb, as the others
        office.works,
        office.people["sari"],
        lambda work: letters.withdraw(work, handed_over, reason),
    )

    assert together(click, click) == [None, None]
    with office.works.begin(SYSTEM) as work:
        case_id = work.session.get_one(Letter, handed_over).case_id
    assert office.events(case_id).count("letter.voided") == 1


def test_a_withdrawal_during_hand_over_waits_its_turn_and_says_what_to_do(office: Office) -> None:
    case_id = office.play("sktlk_ktp", 11)
    hand_over = office.task(case_id)
    assert hand_over.element == "serahkan"
    with office.works.begin(SYSTEM) as work:
        letter = work.session.scalars(select(Letter.id).where(Letter.case_id == case_id)).one()

    done, late = second_comes_while_first_holds(
        office.works,
        (
            office.people["budi"],
            lambda work: tasks.complete(
                work, hand_over.id, answers_of("sktlk_ktp", "serahkan"), str(uuid4())
            ),
        ),
        (
            office.people["sari"],
            lambda work: letters.withdraw(work, letter, "Contoh: keterangan tidak benar"),
        ),
    )

    assert done.case_id == case_id
    assert isinstance(late, Conflict)
    assert "belum berakhir" in late.sentence
    seeding.settle(office.stage(), case_id)
    assert (
        outcome(
            office.works,
            office.people["sari"],
            lambda work: letters.withdraw(work, letter, "Contoh: keterangan tidak benar"),
        )
        is None
    )
