"""The clock of the server jumps, back or forward: nothing is numbered twice, no chain breaks,
timers fire once.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.integration.conftest import PROCESSES, TestClock
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import process_folders
from workflow_app.models import AuditEvent, Case, Letter, LetterNumber
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.letters import printing
from workflow_app.services.office_settings import numbers
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.workflow import cases, steps

NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
"""1 January 2027, 00.00 WITA."""


def chains_hold(works: Works) -> bool:
    with works.begin(SYSTEM) as work:
        return list(unit_of_work.verify_chains(work)) == []


def fired(works: Works, case_id: UUID) -> int:
    query = select(func.count()).where(
        AuditEvent.case_id == case_id, AuditEvent.action == "timer.fired"
    )
    with works.begin(SYSTEM) as work:
        return work.session.scalar(query) or 0


def test_numbers_go_on_in_both_years_when_new_year_comes_twice(
    works: Works, clock: TestClock
) -> None:
    given = []
    for jump in (-1, 1, -1, 1, -3600, 7200):
        clock.at = NEW_YEAR + timedelta(seconds=jump)
        with works.begin(SYSTEM) as work:
            given.append(numbers.allocate(work, "SKTLK", work.clock()))

    assert [(number.year, number.sequence) for number in given] == [
        (2026, 1), (2027, 1), (2026, 2), (2027, 2), (2026, 3), (2027, 3),
    ]  # fmt: skip
    assert len({number.text for number in given}) == len(given)


def test_a_case_ends_as_it_should_while_the_clock_only_runs_backwards(
    works: Works, stage: Stage, sktlk: str, clock: TestClock
) -> None:
    def backwards() -> datetime:
        clock.advance(seconds=-1)
        return clock.at

    files = process_folders.read_folder(PROCESSES / sktlk)
    scenario = process_folders.read_scenario("sktlk_ktp", files["scenarios/sktlk_ktp.yaml"])
    reversed_works = replace(works, clock=backwards)

    case_id = seeding.play(replace(stage, works=reversed_works), sktlk, scenario)

    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        letter = work.session.scalars(select(Letter).where(Letter.case_id == case_id)).one()
        assert (case.status, letter.status) == ("done", "valid")
        assert letter.document_id is not None
        definition = definition_of(work, case.definition_id)
        assert printing._signatures(work, case, definition, letter), "it was given after the letter"
        texts = work.session.scalars(select(LetterNumber.number)).all()
        assert len(set(texts)) == len(texts)
    with works.begin(stage.cast["petugas"]) as work:
        assert cases.get(work, case_id).status == "done", "its page can be shown"
    assert chains_hold(works)


def test_a_jump_forward_wakes_a_timer_once_and_a_jump_back_does_not_wake_it_again(
    works: Works, play: Callable[..., UUID], clock: TestClock
) -> None:
    case_id, due = with_timer(works, play)
    start = clock.at

    clock.at = due + timedelta(days=400)
    for _ in range(3):
        sweep(works)
    assert fired(works, case_id) == 1
    clock.at = start - timedelta(days=1)
    sweep(works)
    clock.at = due + timedelta(seconds=1)
    sweep(works)

    assert fired(works, case_id) == 1
    assert chains_hold(works)


def test_a_clock_set_back_lets_a_timer_wait_and_it_fires_when_it_is_due(
    works: Works, play: Callable[..., UUID], clock: TestClock
) -> None:
    case_id, due = with_timer(works, play)

    clock.at = due - timedelta(days=2)
    sweep(works)
    assert fired(works, case_id) == 0
    clock.at = due
    sweep(works)

    assert fired(works, case_id) == 1


def with_timer(works: Works, play: Callable[..., UUID]) -> tuple[UUID, datetime]:
    """A case that waits for a timer, and when that is due."""
    case_id: UUID = play("sktlk_sim", 6)
    with works.begin(SYSTEM) as work:
        due = work.session.get_one(Case, case_id).next_wake_at
    assert due is not None
    return case_id, due


def sweep(works: Works) -> None:
    """What the periodic job does."""
    with works.begin(SYSTEM) as work:
        overdue = steps.overdue(work)
    for case_id in overdue:
        with works.begin(SYSTEM) as work:
            steps.wake(work, case_id)


@pytest.mark.parametrize("jump", [timedelta(days=-30), timedelta(days=30)])
def test_a_case_begun_before_a_jump_can_be_cancelled_after_it(
    works: Works, play: Callable[..., UUID], clock: TestClock, budi: Actor, jump: timedelta
) -> None:
    case_id = play("sktlk_sim", 3)
    clock.at += jump

    with works.begin(budi) as work:
        cases.cancel(work, case_id, "Contoh: warga membatalkan permohonannya")

    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Case, case_id).status == "cancelled"
    assert chains_hold(works)
