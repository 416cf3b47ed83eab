"""Letters that do not hold any more: voided with their number, withdrawn after hand-over, printed
with the mark.
"""

from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.integration.conftest import TestClock
from tests.integration.services import desk
from tests.integration.services.papers import SITE, issued, pictures_in, printed, sign, words_of
from workflow_app.domain import SYSTEM, Actor, Conflict, Forbidden, InvalidInput, NotFound
from workflow_app.models import Letter, LetterNumber
from workflow_app.services.cases import history
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import documents
from workflow_app.services.letters import letters, printing
from workflow_app.services.office_settings import numbers


def test_withdrawing_voids_letter_and_number_and_shows_on_the_next_printing(
    officer: UnitOfWork,
) -> None:
    letter = issued(officer)

    letters.void(officer, letter.id, "Salah nama barang")

    number = officer.session.get_one(LetterNumber, letter.number_id)
    assert letter.status == "void"
    assert printing.for_case(officer, letter.case_id)[0].void_reason == "Salah nama barang"
    assert (number.voided_at, number.void_reason) == (officer.clock(), letters.NUMBER_VOIDED)
    assert "BATAL" in words_of(printed(officer, letter))
    with pytest.raises(Conflict):
        letters.void(officer, letter.id, "Lagi")
    assert numbers.allocate(officer, "SKTLK", officer.clock()).sequence == 2


def test_the_reason_may_name_people_so_it_is_readable_on_the_page_of_the_case_only(
    officer: UnitOfWork,
) -> None:
    letter = issued(officer)

    letters.void(officer, letter.id, "Contoh Wirautama memberi keterangan palsu")
    officer.session.flush()

    for query in ("select details::text from audit_event", "select void_reason from letter_number",
                  "select void_reason from letter"):  # fmt: skip
        assert "Wirautama" not in str(officer.session.execute(text(query)).all()), query
    seen = printing.for_case(officer, letter.case_id)[0]
    assert seen.void_reason == "Contoh Wirautama memberi keterangan palsu"
    assert "letter.voided" in {entry.action for entry in history.timeline(officer, letter.case_id)}


def test_reasons_from_before_they_were_sealed_stay_readable(officer: UnitOfWork) -> None:
    letter = issued(officer)
    letter.status, letter.voided_at, letter.void_reason = (
        "void",
        officer.clock(),
        "Salah nama barang",
    )

    assert printing.for_case(officer, letter.case_id)[0].void_reason == "Salah nama barang"


def test_withdrawing_needs_a_reason(officer: UnitOfWork) -> None:
    letter = issued(officer)

    with pytest.raises(InvalidInput):
        letters.void(officer, letter.id, " ")


@pytest.fixture
def handed_over(officer: UnitOfWork) -> Letter:
    """A printed letter of a case that has ended."""
    letter = issued(officer)
    printing.render(officer, letter.id, public_url=SITE)
    case = officer.session.get_one(desk.Case, letter.case_id)
    case.status, case.outcome, case.closed_at = "done", "selesai", officer.clock()
    officer.session.flush()
    return letter


def reprints(work: UnitOfWork) -> int:
    query = text("select count(*) from procrastinate_jobs where task_name = 'reprint_letter'")
    return int(work.session.scalar(query) or 0)


def test_a_letter_that_was_handed_over_is_withdrawn_and_printed_again_with_the_mark(
    officer: UnitOfWork, sari: Actor, handed_over: Letter, clock: TestClock
) -> None:
    chief = replace(officer, actor=sari)
    clock.advance(days=3)
    assert printing.for_case(chief, handed_over.case_id)[0].can_withdraw

    letters.withdraw(chief, handed_over.id, "Keterangan pelapor tidak benar")

    seen = printing.for_case(chief, handed_over.case_id)[0]
    assert (seen.status, seen.void_reason, seen.can_withdraw) == (
        "void",
        "Keterangan pelapor tidak benar",
        False,
    )
    assert handed_over.voided_by == sari.user_id
    assert letters.verify(officer, handed_over.verify_code).status == "void"
    assert reprints(officer) == 1
    with pytest.raises(Conflict, match="dicetak"):
        printing.pdf(officer, handed_over.id)
    for _ in range(2):
        printing.reprint(replace(officer, actor=SYSTEM), handed_over.id, public_url=SITE)
    assert "BATAL" in words_of(printing.pdf(officer, handed_over.id).data)
    labels = [paper.label for paper in documents.for_case(officer, handed_over.case_id)]
    assert sorted(labels) == [
        "Manifes berkas",
        "Surat Keterangan Tanda Lapor Kehilangan (cetakan batal)",
        "Surat Keterangan Tanda Lapor Kehilangan (cetakan)",
    ]


def test_only_ka_spkt_of_the_unit_withdraws_with_a_reason_and_only_after_hand_over(
    officer: UnitOfWork, sari: Actor, tono: Actor, handed_over: Letter
) -> None:
    reason = "Keterangan pelapor tidak benar"
    assert not printing.for_case(officer, handed_over.case_id)[0].can_withdraw
    with pytest.raises(Forbidden):
        letters.withdraw(officer, handed_over.id, reason)
    with pytest.raises(NotFound):
        letters.withdraw(replace(officer, actor=tono), handed_over.id, reason)
    with pytest.raises(InvalidInput):
        letters.withdraw(replace(officer, actor=sari), handed_over.id, "  salah   ")
    with pytest.raises(Conflict, match="belum diserahkan"):
        letters.withdraw(replace(officer, actor=sari), issued(officer).id, reason)
    assert handed_over.status == "valid"


def test_a_withdrawn_letter_does_not_take_a_signature_that_came_later(
    officer: UnitOfWork, clock: TestClock
) -> None:
    letter = issued(officer)
    before = pictures_in(printed(officer, letter))
    letters.void(officer, letter.id, "Salah nama barang")
    clock.advance(minutes=1)
    sign(officer, letter)

    assert pictures_in(printed(officer, letter)) == before
