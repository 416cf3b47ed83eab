"""Work of a job that fails for good: a lead sees it and can have it tried again, whatever kind of
job it was.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests.integration.conftest import TestClock
from tests.integration.last_tries import run_job
from tests.integration.services import desk
from tests.integration.services.papers import SITE, issued
from workflow_app.domain import SYSTEM, Actor, StorageAway, Unavailable
from workflow_app.models import Letter
from workflow_app.services.cases import incidents
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.letters import letters, printing
from workflow_app.services.operations import consistency_cases
from workflow_app.services.workflow import case_jobs, cases, steps
from workflow_app.settings import Settings

REASON = "Keterangan pelapor tidak benar"


def breaks(_work: UnitOfWork, *_: object, **__: object) -> NoReturn:
    raise ZeroDivisionError


@pytest.fixture
def withdrawn(officer: UnitOfWork, sari: Actor) -> Letter:
    """A letter that was withdrawn after its case had ended; its job is over without a printing."""
    letter = issued(officer)
    case = officer.session.get_one(desk.Case, letter.case_id)
    case.status, case.outcome, case.closed_at = "done", "selesai", officer.clock()
    officer.session.flush()
    letters.withdraw(replace(officer, actor=sari), letter.id, REASON)
    officer.session.execute(text("update procrastinate_jobs set status = 'failed'"))
    return letter


def waiting(works: Works, lead: Actor) -> list[incidents.IncidentView]:
    with works.begin(lead) as work:
        return incidents.list_open(work)


def jobs_waiting(works: Works, name: str) -> int:
    query = text(
        "select count(*) from procrastinate_jobs where task_name = :name and status = 'todo'"
    )
    with works.begin(SYSTEM) as work:
        return int(work.session.scalar(query, {"name": name}) or 0)


def unprinted(works: Works) -> list[str]:
    with works.begin(SYSTEM) as work:
        return [fault.where for fault in consistency_cases.check(work) if fault.kind == "printing"]


def test_a_withdrawn_letter_that_cannot_be_printed_waits_for_a_lead(
    works: Works, withdrawn: Letter, sari: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, letter_id = withdrawn.case_id, withdrawn.id
    assert unprinted(works) == [f"letter {letter_id}"]
    monkeypatch.setattr(printing, "reprint", breaks)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            case_jobs.reprint(works, letter_id, public_url=SITE)
    monkeypatch.undo()

    (incident,) = waiting(works, sari)
    assert (incident.case_id, incident.can_retry) == (case_id, True)
    assert unprinted(works) == []
    with works.begin(sari) as work:
        assert cases.get(work, case_id).status == "done", "the case itself is over"
        incidents.retry(work, incident.id)
    assert jobs_waiting(works, "reprint_letter") == 1

    case_jobs.reprint(works, letter_id, public_url=SITE)

    assert waiting(works, sari) == []
    with works.begin(sari) as work:
        assert printing.for_case(work, case_id)[0].can_open
        assert cases.get(work, case_id).status == "done"


def test_a_printing_that_only_waits_is_no_incident_and_one_that_has_waited_too_often_is(
    works: Works,
    settings: Settings,
    withdrawn: Letter,
    sari: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(error: Exception, *, is_last: bool) -> None:
        def fail(*_: object, **__: object) -> NoReturn:
            raise error

        monkeypatch.setattr(printing, "reprint", fail)
        with pytest.raises(type(error)):
            run_job(works, settings, "reprint_letter", is_last=is_last, letter_id=withdrawn.id)

    fails(Unavailable(), is_last=False)
    fails(StorageAway(), is_last=True)
    assert waiting(works, sari) == []

    fails(Unavailable(), is_last=True)
    assert len(waiting(works, sari)) == 1


def test_a_letter_that_was_printed_meanwhile_did_not_fail(
    works: Works, withdrawn: Letter, sari: Actor
) -> None:
    case_jobs.reprint(works, withdrawn.id, public_url=SITE)

    case_jobs.give_up_print(works, ZeroDivisionError(), withdrawn.id)

    assert waiting(works, sari) == []


def test_a_timer_that_breaks_in_an_unforeseen_way_stops_the_case_until_a_lead_tries_again(
    works: Works,
    play: Callable[..., UUID],
    sari: Actor,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case_id = play("sktlk_ktp", 6)
    clock.advance(minutes=11)
    monkeypatch.setattr(steps, "definition_of", breaks)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            case_jobs.wake(works, case_id)
    monkeypatch.undo()

    (incident,) = waiting(works, sari)
    assert (incident.case_id, incident.can_retry) == (case_id, True)
    with works.begin(sari) as work:
        assert cases.get(work, case_id).status == "stopped"
        assert steps.overdue(work) == [], "it is not tried every minute for ever"
        work.session.execute(text("update procrastinate_jobs set status = 'failed'"))
        incidents.retry(work, incident.id)
    assert jobs_waiting(works, "wake_case") == 1

    case_jobs.wake(works, case_id)

    assert waiting(works, sari) == []
    with works.begin(sari) as work:
        assert cases.get(work, case_id).status == "running"


def test_what_another_try_may_mend_keeps_the_timer_going(
    works: Works,
    play: Callable[..., UUID],
    sari: Actor,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case_id = play("sktlk_ktp", 6)
    clock.advance(minutes=11)

    def away(*_: object) -> NoReturn:
        raise Unavailable

    monkeypatch.setattr(steps, "definition_of", away)
    with pytest.raises(Unavailable):
        case_jobs.wake(works, case_id)

    assert waiting(works, sari) == []
    with works.begin(SYSTEM) as work:
        assert steps.overdue(work) == [case_id]


def test_nobody_is_told_of_a_case_or_a_letter_that_is_not_there(works: Works) -> None:
    case_jobs.give_up_timer(works, ZeroDivisionError(), uuid4())
    case_jobs.give_up_print(works, ZeroDivisionError(), uuid4())
