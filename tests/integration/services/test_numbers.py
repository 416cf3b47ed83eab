"""Numbers are gapless per series and year, whoever asks and whatever fails."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.integration.conftest import TestClock
from workflow_app.domain import SYSTEM, Conflict, InvalidInput, SentraError
from workflow_app.models import AuditEvent, Configuration, LetterNumber
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings import configuration, numbers

LAST_SECOND = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
"""31 December 2026, 23.59.59 WITA."""
NEW_YEAR = LAST_SECOND + timedelta(seconds=1)
"""1 January 2027, 00.00.00 WITA; still 2026 in UTC and in WIB."""


def test_the_year_of_a_number_changes_at_midnight_wita(work: UnitOfWork) -> None:
    before = [numbers.allocate(work, "SKTLK", LAST_SECOND) for _ in range(2)]
    after = numbers.allocate(work, "SKTLK", NEW_YEAR)

    assert [(number.year, number.sequence) for number in before] == [(2026, 1), (2026, 2)]
    assert (after.year, after.sequence) == (2027, 1)
    assert before[1].text.startswith("SKTLK/2/XII/2026/SPKT/POLRES HULU SUNGAI SELATAN/")
    assert after.text.startswith("SKTLK/1/I/2027/SPKT/")


def test_series_count_apart(work: UnitOfWork) -> None:
    assert numbers.allocate(work, "SKTLK", NEW_YEAR).sequence == 1
    assert numbers.allocate(work, "BERKAS", NEW_YEAR).text == "B-2027-000001"


def test_a_rolled_back_paper_leaves_no_gap(works: Works) -> None:
    with works.begin(SYSTEM) as work:
        first = numbers.allocate(work, "SKTLK", NEW_YEAR)
    with pytest.raises(RuntimeError), works.begin(SYSTEM) as work:
        numbers.allocate(work, "SKTLK", NEW_YEAR)
        raise RuntimeError
    with works.begin(SYSTEM) as work:
        second = numbers.allocate(work, "SKTLK", NEW_YEAR)

    assert [first.sequence, second.sequence] == [1, 2]


def test_twenty_transactions_at_once_get_consecutive_numbers(fresh_works: Works) -> None:

    def issue(turn: int) -> int | None:
        try:
            with fresh_works.begin(SYSTEM) as work:
                number = numbers.allocate(work, "SKTLK", NEW_YEAR)
                if turn % 5 == 0:
                    raise RuntimeError
                return number.sequence
        except RuntimeError:
            return None

    with ThreadPoolExecutor(20) as pool:
        given = [number for number in pool.map(issue, range(25)) if number is not None]
    with fresh_works.begin(SYSTEM) as work:
        stored = work.session.scalars(
            select(LetterNumber.sequence).order_by(LetterNumber.sequence)
        ).all()

    assert sorted(given) == list(range(1, 21))
    assert list(stored) == list(range(1, 21))


def test_a_void_number_keeps_its_row_and_reason_and_is_not_given_again(work: UnitOfWork) -> None:
    number = numbers.allocate(work, "SKTLK", NEW_YEAR)

    numbers.void(work, number.id, "  Salah nama barang  ")

    row = work.session.get_one(LetterNumber, number.id)
    assert (row.number, row.void_reason, row.voided_at) == (
        number.text,
        "Salah nama barang",
        work.clock(),
    )
    assert numbers.allocate(work, "SKTLK", NEW_YEAR).sequence == 2
    event = work.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "number.voided")
    ).one()
    assert event.details == {"number": number.text, "sequence": 1, "reason": "Salah nama barang"}


def test_a_number_is_voided_once_and_never_without_a_reason(work: UnitOfWork) -> None:
    number = numbers.allocate(work, "SKTLK", NEW_YEAR)

    with pytest.raises(InvalidInput):
        numbers.void(work, number.id, "  ")
    numbers.void(work, number.id, "Salah")
    with pytest.raises(Conflict):
        numbers.void(work, number.id, "Salah lagi")


def test_the_pattern_in_force_at_the_instant_of_issue_counts(
    work: UnitOfWork, clock: TestClock
) -> None:
    configuration.set_value(work, "pola_nomor.SKTLK", "SK-{urut:03d}/{bulan}/{tahun}", NEW_YEAR)

    assert numbers.allocate(work, "SKTLK", LAST_SECOND).text.startswith("SKTLK/1/XII/2026/")
    assert numbers.allocate(work, "SKTLK", NEW_YEAR).text == "SK-001/I/2027"


@pytest.mark.parametrize(
    "pattern",
    [
        "SKTLK/{bulan}/{tahun}",
        "SKTLK/{urut}",
        "{urut}{tahun}{nama}",
        "{urut.__class__}{tahun}",
        "{urut",
        "DUMAS{urut}/{bulan}/{tahun}",
        "{urut}/TH{tahun}",
        "{urut:,}/{tahun}",
        None,
        7,
    ],
)
def test_a_pattern_that_cannot_tell_papers_apart_is_refused(
    work: UnitOfWork, pattern: object
) -> None:
    with pytest.raises(InvalidInput, match="Pola"):
        configuration.set_value(work, "pola_nomor.SKTLK", pattern, LAST_SECOND)
    stored = Configuration(
        key="pola_nomor.SKTLK", valid_from=LAST_SECOND, value=pattern, set_at=LAST_SECOND
    )
    work.session.add(stored)
    work.session.flush()

    with pytest.raises(SentraError, match="pola_nomor"):
        numbers.allocate(work, "SKTLK", NEW_YEAR)
