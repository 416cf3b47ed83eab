"""Each step of a case is in the event log, in its transaction: what was passed, and every stay with
its beginning and end.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, null, select, update

from tests.integration.conftest import TestClock
from tests.integration.open_tasks import task_of
from tests.integration.services import logged, moving
from workflow_app.domain import SYSTEM, Actor, InvalidInput
from workflow_app.models import Case, CaseStep, DefinitionFile, Task
from workflow_app.services.cases import event_log
from workflow_app.services.cases.event_log import StayEnd
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.exports import event_log as export_event_log
from workflow_app.services.exports.event_log import Selection
from workflow_app.services.operations import consistency, consistency_cases
from workflow_app.services.processes import definitions
from workflow_app.services.reporting import stays
from workflow_app.services.workflow import cases, tasks

Play = Callable[..., UUID]


def user_tasks(works: Works, case_id: UUID) -> set[tuple[object, ...]]:
    with works.begin(SYSTEM) as work:
        done = work.session.scalars(
            select(Task).where(Task.case_id == case_id, Task.status == "done")
        )
        return {(task.element, task.created_at, task.done_at) for task in done}


def forget(works: Works, case_id: UUID) -> None:
    """The case is one of before the event log."""
    with works.begin(SYSTEM) as work:
        work.session.execute(delete(CaseStep).where(CaseStep.case_id == case_id))
        work.session.execute(
            update(Case).where(Case.id == case_id).values(standing=null(), is_logged=False)
        )


def test_the_log_tells_what_the_tasks_tell_and_what_only_the_engine_knows(
    works: Works, play: Play
) -> None:
    case_id = play("sktlk_ktp")

    stays = logged.stays_of(works, case_id)
    path = logged.path_of(works, case_id)

    known = user_tasks(works, case_id)
    assert known <= {(stay.element, stay.since, stay.until) for stay in stays}
    assert {stay.element for stay in stays} >= {"pelayanan", "penerbitan"}, (
        "frames are entered and left too"
    )
    assert [stay.ends for stay in stays if stay.element == "persetujuan"] == [StayEnd.TIMED]
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        assert set(case.passed) == {key for key in path if ">" not in key}
        assert [row.no for row in logged.steps_of(works, case_id)] == [*range(1, case.revision + 1)]
        assert case.standing == {}
    flows = [key for key in path if ">" in key]
    assert flows and all(key.split(">")[0] in path for key in flows)


def test_where_a_case_stands_is_known_since_when(
    works: Works, play: Play, clock: TestClock
) -> None:
    case_id = play("sktlk_ktp", 3)
    task = task_of(works, case_id)
    clock.advance(hours=5)

    standing = logged.standing_of(works, case_id)

    assert standing[task.element] == task.created_at
    assert "pelayanan" in standing


def test_what_a_cancellation_takes_away_is_cut(works: Works, play: Play, budi: Actor) -> None:
    case_id = play("sktlk_ktp", 3)
    element = task_of(works, case_id).element
    with works.begin(budi) as work:
        cases.cancel(work, case_id, "Contoh: warga membatalkan.")

    cut = {stay.element for stay in logged.stays_of(works, case_id) if stay.ends & StayEnd.CUT}

    assert cut == {element, "pelayanan"}
    assert logged.standing_of(works, case_id) == {}


def test_a_stay_beyond_its_limit_is_late(
    works: Works, play: Play, clock: TestClock, budi: Actor
) -> None:
    case_id = play("sktlk_ktp", 6)
    task = task_of(works, case_id)
    assert task.due_at is not None
    clock.at = task.due_at + timedelta(seconds=1)
    with works.begin(budi) as work:
        cases.cancel(work, case_id, "Contoh: warga membatalkan.")

    ends = {stay.element: stay.ends for stay in logged.stays_of(works, case_id)}

    assert ends[task.element] == StayEnd.TIMED | StayEnd.LATE | StayEnd.CUT


def test_a_step_that_is_refused_is_in_no_log(works: Works, play: Play, budi: Actor) -> None:
    case_id = play("sktlk_ktp", 3)
    before = len(logged.steps_of(works, case_id))

    with pytest.raises(InvalidInput), works.begin(budi) as work:
        tasks.complete(work, task_of(works, case_id).id, {}, str(uuid4()))

    assert len(logged.steps_of(works, case_id)) == before


def test_cases_of_before_the_log_are_filled_in_from_their_tasks(works: Works, play: Play) -> None:
    ended, running = play("sktlk_ktp"), play("sktlk_ktp", 4)
    forget(works, ended)
    forget(works, running)

    stays.keep_up(works)
    stays.keep_up(works)

    for case_id in (ended, running):
        told = {(stay.element, stay.since, stay.until) for stay in logged.stays_of(works, case_id)}
        assert told == user_tasks(works, case_id)
        assert all(row.no < 0 for row in logged.steps_of(works, case_id))
    assert logged.standing_of(works, ended) == {}
    task = task_of(works, running)
    assert logged.standing_of(works, running) == {task.element: task.created_at}
    with works.begin(SYSTEM) as work:
        assert list(consistency_cases.check_consistency_case(work)) == []


def test_a_case_of_before_the_log_writes_its_past_with_its_next_step(
    works: Works, play: Play, budi: Actor, clock: TestClock
) -> None:
    case_id = play("sktlk_ktp", 3)
    forget(works, case_id)
    clock.advance(minutes=7)
    with works.begin(budi) as work:
        cases.cancel(work, case_id, "Contoh: warga membatalkan.")

    stays = logged.stays_of(works, case_id)

    assert user_tasks(works, case_id) <= {(stay.element, stay.since, stay.until) for stay in stays}
    assert stays[-1].length.total_seconds() == 7 * 60 and stays[-1].ends & StayEnd.CUT
    assert len(stays) == len(set(stays)), "nothing is told twice"


def test_the_moves_of_a_case_lead_from_its_beginning_to_where_it_stands(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("sktlk_ktp", 4)
    with works.begin(budi) as work:
        found = event_log.of_case(work, case_id)

    here: list[str] = []
    for move in found:
        for element in move.left:
            here.remove(element)
        here += move.entered
    assert here == [task_of(works, case_id).element]
    assert [move.at for move in found] == sorted(move.at for move in found)


def test_the_audit_finds_a_log_that_differs_from_its_case_and_a_day_that_is_counted_wrong(
    works: Works, play: Play, clock: TestClock
) -> None:
    lost, moved = play("sktlk_ktp", 4), play("sktlk_ktp", 4)
    clock.advance(days=1)
    stays.keep_up(works)
    with works.begin(SYSTEM) as work:
        assert [*consistency_cases.check_consistency_case(work), *consistency.check(work)] == []
        work.session.execute(delete(CaseStep).where(CaseStep.case_id == lost, CaseStep.no == 2))
        work.session.execute(update(Case).where(Case.id == moved).values(standing={}))

    with works.begin(SYSTEM) as work:
        faults = {
            (fault.kind, fault.where)
            for fault in (*consistency_cases.check_consistency_case(work), *consistency.check(work))
        }

    assert faults == {
        ("log", f"case {lost}"),
        ("log", f"case {moved}"),
        ("tally", "day 2026-11-23"),
    }


def test_a_case_of_before_that_was_filled_in_while_its_column_was_new_is_counted_as_filled(
    works: Works, play: Play
) -> None:
    """The code of before, which knows no such column, did a step between the upgrade of the
    database and its own end.
    """
    case_id = play("sktlk_ktp", 4)
    with works.begin(SYSTEM) as work:
        work.session.execute(update(Case).where(Case.id == case_id).values(is_logged=False))
        standing = work.session.get_one(Case, case_id).standing
    before = [step.no for step in logged.steps_of(works, case_id)]

    with works.begin(SYSTEM) as work:
        assert event_log.fill_some(work) == 1
    with works.begin(SYSTEM) as work:
        assert not event_log.is_any(work)
        assert work.session.get_one(Case, case_id).standing == standing
    assert [step.no for step in logged.steps_of(works, case_id)] == before


def test_a_version_that_cannot_be_read_any_more_keeps_no_other_from_being_counted(
    works: Works, tmp_path: Path, budi: Actor, sari: Actor, clock: TestClock
) -> None:
    moving.put_up(works, tmp_path, moving.service())
    old = moving.begin(works, budi)
    moving.put_up(works, tmp_path, moving.service("periksa"))
    new = moving.begin(works, budi)
    forget(works, old)
    with works.begin(SYSTEM) as work:
        broken = work.session.get_one(Case, old).definition_id
        file = update(DefinitionFile).where(DefinitionFile.definition_id == broken)
        work.session.execute(file.values(content=b"rusak"))
    definitions._loaded.pop(broken, None)
    clock.advance(days=1)

    stays.keep_up(works)

    figures = logged.figures_of(works, sari, "uji")
    assert (figures["catat"].stays, figures["setujui"].standing) == (2, 2)
    with works.begin(sari) as work:
        told = {
            trace.number: trace.events
            for trace in export_event_log.traces(work, Selection(["uji"]))
        }
        assert [
            event.activity.element for event in told[work.session.get_one(Case, new).number]
        ] == [
            "mulai",
            "catat",
        ]
