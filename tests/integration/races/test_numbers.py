"""Letter numbers under load: consecutive, none missing, none twice, whatever is rolled back or
killed in between.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.exc import TimeoutError as NoConnection

from tests.integration.races.copies import copy_case
from tests.integration.races.office import Office
from workflow_app.domain import SYSTEM, Actor, Busy, SentraError
from workflow_app.models import Letter, LetterNumber, NumberSeries
from workflow_app.services.core import unit_of_work
from workflow_app.services.workflow import tasks

MIDNIGHT = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
"""1 January 2027, 00.00 WITA."""
THREADS = 12
AT_ONCE = 200


class Stumble(Exception):
    """Something fails after the letter was issued and before the commit."""


def waiting_approvals(office: Office, number: int) -> list[UUID]:
    """The open approvals of so many cases."""
    played = office.play("sktlk_ktp", 6)
    office.clock.at = MIDNIGHT - timedelta(hours=1)
    with office.works.begin(SYSTEM) as work:
        copies = [copy_case(work, played)[1] for _ in range(number - 1)]
    return [office.task(played).id, *copies]


def approve(office: Office, actor: Actor, task_id: UUID, fault: str = "") -> str:
    with office.works.begin(actor) as work:
        tasks.complete(work, task_id, {"keputusan": "setuju"}, str(uuid4()))
        if fault == "raises":
            raise Stumble
        if fault == "killed":
            work.session.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    return "approved"


def numbers_of(office: Office) -> dict[int, list[int]]:
    """Year to the sequences given, in order; every number belongs to one valid letter."""
    with office.works.begin(SYSTEM) as work:
        query = select(LetterNumber.year, LetterNumber.sequence).where(
            LetterNumber.series == "SKTLK"
        )
        given: dict[int, list[int]] = {}
        for year, sequence in work.session.execute(
            query.order_by(LetterNumber.year, LetterNumber.sequence)
        ):
            given.setdefault(year, []).append(sequence)
        last = dict(
            work.session.execute(
                select(NumberSeries.year, NumberSeries.last).where(NumberSeries.series == "SKTLK")
            ).all()
        )
        letters = work.session.scalars(select(Letter.number)).all()
        assert len(set(letters)) == len(letters) == sum(map(len, given.values()))
        assert last == {year: len(sequences) for year, sequences in given.items()}
        assert list(unit_of_work.verify_chains(work)) == []
    return given


def test_200_letters_at_once_get_200_consecutive_numbers(own_office: Office) -> None:
    """All press at the same moment. Who is told to try again, or waits too long for a connection,
    presses again.
    """
    approvals = waiting_approvals(own_office, AT_ONCE)
    chiefs = [own_office.people["sari"], own_office.people["dewi"]]
    together = Barrier(AT_ONCE)

    def press(turn: int) -> str:
        together.wait(timeout=60)
        for _ in range(20):
            try:
                return approve(own_office, chiefs[turn % 2], approvals[turn])
            except (Busy, NoConnection):
                continue
        return "never"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(press, range(AT_ONCE)))

    assert done == ["approved"] * AT_ONCE
    assert numbers_of(own_office) == {2026: list(range(1, AT_ONCE + 1))}


def test_over_new_years_midnight_and_with_faults_both_years_stay_without_a_gap(
    own_office: Office,
) -> None:
    """Every fifth approval fails after its number was drawn, every eleventh loses its connection;
    each is tried again.
    """
    approvals = waiting_approvals(own_office, 80)
    own_office.clock.at = MIDNIGHT - timedelta(seconds=1)
    turns = count(1)

    def try_until_done(task_id: UUID) -> int:
        failures = 0
        while True:
            turn = next(turns)
            if turn == 50:
                own_office.clock.at = MIDNIGHT
            fault = "killed" if turn % 11 == 0 else "raises" if turn % 5 == 0 else ""
            try:
                approve(own_office, own_office.people["sari"], task_id, fault)
            except (Stumble, SentraError):
                failures += 1
                continue
            return failures

    with ThreadPoolExecutor(THREADS) as pool:
        failures = sum(pool.map(try_until_done, approvals))

    given = numbers_of(own_office)
    assert failures > 10
    assert set(given) == {2026, 2027}
    assert sum(map(len, given.values())) == 80
    for sequences in given.values():
        assert sequences == list(range(1, len(sequences) + 1))
