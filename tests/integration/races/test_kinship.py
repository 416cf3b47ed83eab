"""Two people and a step that begins another case: one child, and a bond on both sides or on
none.
"""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.deploying import deploy
from tests.integration.races.meeting import outcome, second_comes_while_first_holds, together
from tests.integration.races.office import Office
from tests.unit.engine.family import CALL, CALLER, call, report
from workflow_app.domain import SYSTEM, TaskNotReady
from workflow_app.models import CaseKinship
from workflow_app.services.operations import consistency_cases
from workflow_app.services.workflow import cases, tasks
from workflow_app.services.workflow.tasks import Completion


@pytest.fixture
def taken(office: Office, tmp_path: Path) -> tuple[UUID, UUID]:
    """A call that was just taken, and its task in the queue of the desk."""
    deploy(office.works, tmp_path, report(), call())
    with office.works.begin(office.people["budi"]) as work:
        started = cases.start(work, CALL)
        assert started.task_id is not None
        tasks.release(work, started.task_id)
    return started.case_id, started.task_id


def completing(task_id: UUID, token: str) -> object:
    return lambda work: tasks.complete(work, task_id, dict(CALLER), token)


def children(office: Office, case_id: UUID) -> list[UUID]:
    with office.works.begin(SYSTEM) as work:
        assert list(consistency_cases.check_consistency_kinship(work)) == []
        query = select(CaseKinship.child_id).where(CaseKinship.parent_id == case_id)
        return list(work.session.scalars(query))


def test_two_officers_who_complete_one_step_begin_one_case(
    office: Office, taken: tuple[UUID, UUID]
) -> None:
    case_id, task_id = taken
    budi, rina = office.people["budi"], office.people["rina"]

    done, late = second_comes_while_first_holds(
        office.works, (budi, completing(task_id, "satu")), (rina, completing(task_id, "dua"))
    )

    (child,) = children(office, case_id)
    assert isinstance(late, TaskNotReady)
    assert office.task(child).id == done.next_task_id
    assert office.task(child).assignee_id == budi.user_id


def test_a_double_click_begins_one_case_and_leads_to_the_same_task(
    office: Office, taken: tuple[UUID, UUID]
) -> None:
    case_id, task_id = taken
    token = str(uuid4())
    clicks = [lambda: outcome(office.works, office.people["budi"], completing(task_id, token))] * 4

    found = together(*clicks)

    (child,) = children(office, case_id)
    assert found == [Completion(case_id, office.task(child).id, "Tersimpan: Terima.")] * 4


def test_calls_that_go_on_at_once_do_not_stand_in_each_others_way(
    office: Office, tmp_path: Path
) -> None:
    deploy(office.works, tmp_path, report(), call())
    with office.works.begin(office.people["budi"]) as work:
        started = [cases.start(work, CALL) for _ in range(4)]
    ids = [begun.task_id for begun in started if begun.task_id is not None]
    budi = office.people["budi"]

    found = together(
        *[
            lambda task_id=task_id: outcome(office.works, budi, completing(task_id, str(uuid4())))
            for task_id in ids
        ],
        lambda: outcome(office.works, budi, lambda work: cases.start(work, CALL)),
    )

    assert [type(result).__name__ for result in found] == ["Completion"] * 4 + ["Started"]
    assert [len(children(office, begun.case_id)) for begun in started] == [1] * 4


def test_a_step_that_is_taken_back_begins_no_case(office: Office, taken: tuple[UUID, UUID]) -> None:
    case_id, task_id = taken
    with pytest.raises(ZeroDivisionError), office.works.begin(office.people["budi"]) as work:
        tasks.complete(work, task_id, dict(CALLER), str(uuid4()))
        raise ZeroDivisionError

    assert children(office, case_id) == []
    assert office.task(case_id).id == task_id
