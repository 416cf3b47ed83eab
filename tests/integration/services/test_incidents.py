"""A step that fails leaves the case as it was, is remembered once, and can be retried by a lead."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from tests.integration.conftest import TestClock
from tests.integration.open_tasks import task_of
from workflow_app.domain import SYSTEM, Actor, Forbidden, InvalidInput, NotFound, ProcessFault
from workflow_app.engine.runner import Run
from workflow_app.models import Case, PendingEffect
from workflow_app.services.cases import incidents
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.workflow import case_jobs, cases, effects, steps, tasks

Play = Callable[..., UUID]
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture
def printing_breaks(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(case_jobs.OPERATIONS, "render_letter", fail)
    return monkeypatch


@pytest.fixture
def stopped(works: Works, play: Play, sari: Actor, printing_breaks: pytest.MonkeyPatch) -> UUID:
    """A case whose letter could not be printed."""
    case_id = play("sktlk_ktp", 6)
    with works.begin(sari) as work:
        tasks.complete(work, task_of(works, case_id).id, {"keputusan": "setuju"}, str(uuid4()))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            case_jobs.perform(works, waiting(works, case_id), public_url=ADDRESS)
    with works.begin(SYSTEM) as work:
        work.session.execute(text("update procrastinate_jobs set status = 'failed'"))
    return case_id


def waiting(works: Works, case_id: UUID) -> UUID:
    with works.begin(SYSTEM) as work:
        return work.session.scalars(
            select(PendingEffect.task_id).where(PendingEffect.case_id == case_id)
        ).one()


def test_a_failed_effect_stops_the_case_and_is_remembered_once(
    works: Works, stopped: UUID, sari: Actor
) -> None:
    with works.begin(sari) as work:
        seen = cases.get(work, stopped)

    assert seen.status == "stopped"
    assert [incident.can_retry for incident in seen.incidents] == [True]
    assert seen.incidents[0].sentence


def test_a_retry_after_the_cause_is_gone_lets_the_case_go_on(
    works: Works, stopped: UUID, sari: Actor, stage: Stage, printing_breaks: pytest.MonkeyPatch
) -> None:
    printing_breaks.undo()
    with works.begin(sari) as work:
        incidents.retry(work, incidents.list_open(work)[0].id)

    seeding.settle(stage, stopped)

    with works.begin(sari) as work:
        seen = cases.get(work, stopped)
        assert incidents.list_open(work) == []
    assert (seen.status, [task.name for task in seen.open_tasks]) == (
        "running",
        [seen.open_tasks[0].name],
    )


def test_only_leads_see_and_retry_incidents(
    works: Works, stopped: UUID, sari: Actor, budi: Actor
) -> None:
    with works.begin(sari) as work:
        incident = incidents.list_open(work)[0]

    for attempt in (incidents.list_open, lambda work: incidents.retry(work, incident.id)):
        with pytest.raises(Forbidden), works.begin(budi) as work:
            attempt(work)


def test_a_fault_while_completing_keeps_the_task_and_is_recorded_afterwards(
    works: Works, play: Play, budi: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = play("sktlk_ktp", 2)
    task_id = task_of(works, case_id).id
    with works.begin(SYSTEM) as work:
        state = work.session.get_one(Case, case_id).state

    def fail(*_: object) -> None:
        raise ProcessFault("gw_peristiwa", "planted")

    monkeypatch.setattr(Run, "complete_task", fail)
    with pytest.raises(ProcessFault), incidents.unit_of_work(works, budi) as work:
        tasks.complete(work, task_id, {"peristiwa": "hilang"}, "token")
    monkeypatch.undo()

    with works.begin(budi) as work:
        seen = cases.get(work, case_id)
        assert work.session.get_one(Case, case_id).state == state
    assert [incident.element for incident in seen.incidents] == ["gw_peristiwa"]
    assert not seen.incidents[0].can_retry
    with works.begin(budi) as work:
        tasks.complete(work, task_id, {"peristiwa": "hilang"}, "token")
        assert cases.get(work, case_id).incidents == []


def test_the_case_row_is_untouched_by_a_failed_effect(works: Works, stopped: UUID) -> None:
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, stopped)
        assert case.closed_at is None
        assert work.session.get(PendingEffect, waiting(works, stopped)) is not None


def test_a_fault_in_a_later_step_of_the_same_transaction_is_recorded_too(
    works: Works, play: Play, sari: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = play("sktlk_ktp", 6)
    task_id = task_of(works, case_id).id

    def fail(*_: object) -> None:
        raise InvalidInput("Pola nomor belum benar.")

    monkeypatch.setitem(effects.IMMEDIATE, "issue_letter", fail)
    with (
        pytest.raises(ProcessFault, match="InvalidInput"),
        incidents.unit_of_work(works, sari) as work,
    ):
        tasks.complete(work, task_id, {"keputusan": "setuju"}, "token")

    with works.begin(sari) as work:
        seen = cases.get(work, case_id)
    assert [incident.sentence for incident in seen.incidents] == ["Pola nomor belum benar."]
    assert [task.id for task in seen.open_tasks] == [task_id]


def test_a_timer_that_fails_stops_the_case_and_can_be_retried(
    works: Works, play: Play, sari: Actor, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = play("sktlk_ktp", 6)
    clock.advance(minutes=11)

    def fail(*_: object) -> None:
        raise InvalidInput("Pola nomor belum benar.")

    monkeypatch.setattr(Run, "wake", fail)
    with pytest.raises(ProcessFault), incidents.unit_of_work(works, SYSTEM) as work:
        steps.wake(work, case_id)
    monkeypatch.undo()
    with works.begin(sari) as work:
        stopped = cases.get(work, case_id)
        assert steps.overdue(work) == []

    with incidents.unit_of_work(works, SYSTEM) as work:
        steps.wake(work, case_id)
    with works.begin(sari) as work:
        seen = cases.get(work, case_id)
    assert (stopped.status, [incident.can_retry for incident in stopped.incidents]) == (
        "stopped",
        [True],
    )
    assert (seen.status, seen.incidents) == ("running", [])
    assert len(seen.open_tasks) == 2


def test_r8_a_stopped_case_can_be_cancelled_and_its_incident_closes(
    works: Works,
    play: Play,
    budi: Actor,
    sari: Actor,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case_id = play("sktlk_ktp", 6)
    with works.begin(SYSTEM) as work:
        incidents.record(
            work, case_id, "wake", None, "batas_waktu", ProcessFault("batas_waktu", "planted")
        )
    with works.begin(budi) as work:
        assert cases.get(work, case_id).can_cancel
        cases.cancel(work, case_id, "Warga mengurungkan niatnya")

    with works.begin(sari) as work:
        assert cases.get(work, case_id).status == "cancelled"
        assert incidents.list_open(work) == []


def test_an_incident_of_another_unit_does_not_exist(
    works: Works, stopped: UUID, sari: Actor, person: Callable[..., Actor]
) -> None:
    with works.begin(sari) as work:
        incident_id = incidents.list_open(work)[0].id

    for stranger in (person("edo", "pamapta", unit="lain"), person("fia", "admin", unit="lain")):
        with pytest.raises(NotFound), works.begin(stranger) as work:
            incidents.retry(work, incident_id)
    with works.begin(person("gani", "admin")) as work:
        incidents.retry(work, incident_id)
