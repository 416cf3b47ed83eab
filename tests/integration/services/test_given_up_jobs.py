"""What becomes of jobs that nobody tries any more; those of which nothing told before."""

from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from tests.integration.last_tries import lose_worker, run_job
from tests.integration.services.test_staff import admin as admin
from tests.integration.services.test_staff import change, id_of, task_of
from workflow_app.domain import SYSTEM, Actor, Busy, Unavailable
from workflow_app.models import Case, CaseMove, Incident, MoveOrder
from workflow_app.services.cases import incidents, task_rights
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import steps, transfers, version_migration
from workflow_app.settings import Settings

Play = Callable[..., UUID]


def open_incidents(works: Works, case_id: UUID) -> list[tuple[str, UUID | None]]:
    query = select(Incident.operation, Incident.task_id).where(
        Incident.case_id == case_id, Incident.resolved_at.is_(None)
    )
    with works.begin(SYSTEM) as work:
        return [(row.operation, row.task_id) for row in work.session.execute(query)]


@pytest.fixture
def order_id(works: Works, play: Play) -> UUID:
    """An order that waits for the worker, with one case."""
    case_id, order_id = play("sktlk_ktp", 1), uuid4()
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        work.session.add(
            MoveOrder(
                id=order_id,
                token=order_id.hex,
                process_key="sktlk",
                unit=case.unit,
                definition_id=definitions.current(work, "sktlk").id,
                data_key=b"",
                sealed=b"",
                ordered_at=work.clock(),
            )
        )
        work.session.flush()
        work.session.add(
            CaseMove(order_id=order_id, case_id=case_id, status="waiting", sentence="")
        )
    return order_id


def settled(works: Works, order_id: UUID) -> list[tuple[str, str]]:
    query = select(CaseMove.status, CaseMove.sentence).where(CaseMove.order_id == order_id)
    with works.begin(SYSTEM) as work:
        return [(row.status, row.sentence) for row in work.session.execute(query)]


def test_cases_whose_move_kills_its_worker_are_refused_with_a_sentence(
    works: Works, order_id: UUID
) -> None:
    lose_worker(works, "move_cases", order_id=order_id)

    assert settled(works, order_id) == [("refused", version_migration.GIVEN_UP)]


def test_cases_that_are_held_until_the_last_try_are_refused_with_a_sentence(
    works: Works, settings: Settings, order_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> NoReturn:
        raise Busy

    monkeypatch.setattr(version_migration, "_carry_out", busy)
    for is_last, status in ((False, "waiting"), (True, "refused")):
        with pytest.raises(Busy):
            run_job(works, settings, "move_cases", is_last=is_last, order_id=order_id)
        assert [found for found, _ in settled(works, order_id)] == [status]


def test_a_case_that_cannot_be_restored_stays_an_incident(
    works: Works, settings: Settings, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = play("sktlk_ktp", 1)

    def away(*_: object) -> NoReturn:
        raise Unavailable

    monkeypatch.setattr(steps, "restore", away)
    with pytest.raises(Unavailable):
        run_job(works, settings, "restore_case", is_last=True, case_id=case_id)

    assert open_incidents(works, case_id) == [("stranded", None)]


def test_a_task_that_could_not_be_given_back_is_an_incident_that_can_be_retried(
    works: Works,
    settings: Settings,
    play: Play,
    admin: Actor,
    budi: Actor,
    sari: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case_id = play("sktlk_ktp", 5)
    change(works, admin, budi)

    def away(*_: object) -> NoReturn:
        raise Unavailable

    with monkeypatch.context() as patch, pytest.raises(Unavailable):
        patch.setattr(task_rights, "may_work", away)
        run_job(works, settings, "release_left", is_last=True, user_id=id_of(budi))
    assert open_incidents(works, case_id) == [("release", budi.user_id)]

    with works.begin(sari) as work:
        work.session.execute(text("update procrastinate_jobs set status = 'failed'"))
        (incident,) = incidents.of_case(work, case_id)
        incidents.retry(work, incident.id)
        assert jobs.is_waiting(work, "release_left", "user_id", str(budi.user_id))
    run_job(works, settings, "release_left", user_id=id_of(budi))

    assert task_of(works, case_id).assignee_id is None
    assert open_incidents(works, case_id) == []


def test_a_release_that_failed_is_over_when_somebody_else_took_the_task(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("sktlk_ktp", 5)
    lose_worker(works, "release_left", user_id=id_of(budi))
    assert open_incidents(works, case_id) == [("release", budi.user_id)]
    with works.begin(SYSTEM) as work:
        work.session.execute(text("update task set assignee_id = null"))

    transfers.release_left(works, id_of(budi))

    assert open_incidents(works, case_id) == []


@pytest.mark.parametrize("name", ["make_version", "make_bag", "move_cases", "restore_case"])
def test_a_try_that_a_wrong_clock_put_off_is_pulled_in(works: Works, name: str) -> None:
    with works.begin(SYSTEM) as work:
        values = {"version": 1, **dict.fromkeys(jobs.declared(name).arguments, uuid4())}
        given = {each: values[each] for each in jobs.declared(name).arguments}
        jobs.defer(work, name, at=work.clock() + timedelta(days=1), **given)  # type: ignore[arg-type]  # by name
        jobs.pull_in(work)
        found = text("select scheduled_at <= now() from procrastinate_jobs")
        assert work.session.scalars(found).all() == [True]
