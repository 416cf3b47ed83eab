"""No open case is forgotten: one that waits for nothing becomes an incident, and goes on where that
is possible (pitfall 8).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.integration.conftest import TestClock
from workflow_app.domain import SYSTEM, Actor, ProcessFault
from workflow_app.engine import runner
from workflow_app.models import Case
from workflow_app.services.cases import incidents
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import consistency_cases
from workflow_app.services.workflow import case_jobs, steps

Play = Callable[..., UUID]
LOSE_TASK = "update task set status = 'cancelled' where case_id = :case and status = 'open'"
WAKE_NOW = (
    "update procrastinate_jobs set scheduled_at = null"
    " where task_name = 'wake_case' and args ->> 'case_id' = cast(:case as text)"
)
LOSE_JOB = (
    "delete from procrastinate_jobs where task_name = 'wake_case' and args ->> 'case_id' = "
    "cast(:case as text)"
)
LOSE_TIMER = "update service_case set next_wake_at = null where id = :case"


@pytest.fixture
def lost(works: Works, play: Play) -> UUID:
    """A case whose task and timer somebody has lost."""
    case_id = play("sktlk_ktp", 6)
    change(works, case_id, LOSE_TASK, LOSE_TIMER)
    return case_id


def change(works: Works, case_id: UUID, *statements: str) -> None:
    with works.begin(SYSTEM) as work:
        for statement in statements:
            assert work.session.execute(text(statement), {"case": case_id}).rowcount > 0  # type: ignore[attr-defined]  # a statement that changes rows has it


def stranded(works: Works) -> list[UUID]:
    with works.begin(SYSTEM) as work:
        return consistency_cases.stranded(work)


def status(works: Works, case_id: UUID) -> str:
    with works.begin(SYSTEM) as work:
        return work.session.get_one(Case, case_id).status


def test_cases_that_wait_for_somebody_or_something_are_left_alone(
    works: Works, play: Play, sari: Actor
) -> None:
    play("sktlk_ktp"), play("sktlk_ktp", 3), play("dicuri_fungsi")
    for statement in (LOSE_TASK, LOSE_TIMER):
        change(works, play("sktlk_ktp", 6), statement)
    printing = play("sktlk_ktp", 6)
    change(
        works,
        printing,
        LOSE_TASK,
        LOSE_TIMER,
        (
            "insert into pending_effect values (gen_random_uuid(), :case, 'cetak', "
            "'render_letter', '{}', now())"
        ),
    )

    case_jobs.find_stranded(works)

    assert stranded(works) == []
    with works.begin(sari) as work:
        assert incidents.list_open(work) == []


def test_a_case_that_waits_for_nothing_is_told_once_and_goes_on_when_it_is_retried(
    works: Works, lost: UUID, sari: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        assert "stranded" in {
            fault.kind for fault in consistency_cases.check_consistency_case(work)
        }
    for _ in range(2):
        case_jobs.find_stranded(works)
    with works.begin(sari) as work:
        (incident,) = incidents.list_open(work)
        assert (incident.case_id, incident.can_retry) == (lost, True)
        incidents.retry(work, incident.id)
        assert jobs.is_waiting(work, "restore_case", "case_id", str(lost))
    assert status(works, lost) == "stopped"

    for _ in range(2):
        case_jobs.restore(works, lost)

    assert status(works, lost) == "running"
    with works.begin(SYSTEM) as work:
        kinds = {fault.kind for fault in consistency_cases.check_consistency_case(work)}
        assert kinds.isdisjoint({"stranded", "task", "timer", "revision"})
        assert list(consistency_cases.check(work)) == []
    with works.begin(sari) as work:
        assert incidents.list_open(work) == []


def test_a_case_whose_timer_is_long_due_is_told_unless_somebody_is_about_to_wake_it(
    works: Works, play: Play, clock: TestClock, sari: Actor
) -> None:
    case_id = play("sktlk_ktp", 6)
    change(works, case_id, LOSE_TASK)
    with works.begin(SYSTEM) as work:
        due = work.session.get_one(Case, case_id).next_wake_at
    assert due is not None
    clock.at = due + timedelta(minutes=2)
    assert stranded(works) == [], "the timers are looked for every minute"

    clock.advance(minutes=2)
    assert stranded(works) == [case_id]
    change(works, case_id, WAKE_NOW)
    case_jobs.find_stranded(works)
    assert status(works, case_id) == "running", "its job waits for the worker"

    change(works, case_id, LOSE_JOB)
    case_jobs.find_stranded(works)
    with works.begin(sari) as work:
        (incident,) = incidents.list_open(work)
    assert (incident.case_id, status(works, case_id)) == (case_id, "stopped")
    case_jobs.restore(works, case_id)
    with works.begin(SYSTEM) as work:
        assert steps.overdue(work) == [case_id], "who retries it has it woken within a minute"


def test_a_case_for_which_the_engine_waits_for_nothing_either_stays_an_incident(
    works: Works, lost: UUID, sari: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_jobs.find_stranded(works)
    found = runner.standing
    nothing = {"open_tasks": (), "effects": (), "next_wake_at": None}
    monkeypatch.setattr(runner, "standing", lambda *given: replace(found(*given), **nothing))

    with pytest.raises(ProcessFault):
        case_jobs.restore(works, lost)

    with works.begin(sari) as work:
        assert len(incidents.list_open(work)) == 1
    assert status(works, lost) == "stopped"


def test_a_case_that_ended_meanwhile_is_not_restored(works: Works, play: Play) -> None:
    ended = play("sktlk_ktp")
    with suppress(ProcessFault):
        case_jobs.restore(works, ended)

    assert status(works, ended) == "done"
