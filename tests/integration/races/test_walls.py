"""Whom a wall keeps out, at the very moment at which it is raised: who waited for the case finds
the wall.
"""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests.integration.races.meeting import second_comes_while_first_holds
from tests.integration.races.office import Office
from tests.integration.services import walled
from tests.integration.services.walled import naming, task_of
from workflow_app.domain import Actor, Busy, NotFound
from workflow_app.services.cases import access, answers
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.workflow import tasks


@pytest.fixture
def case_id(office: Office, tmp_path: Path) -> UUID:
    """A complaint that is being reported."""
    walled.deploy(office.works, tmp_path)
    return walled.begin(office.works, office.people["budi"])


def reporting(task_id: UUID, named: Actor) -> object:
    return lambda work: tasks.complete(work, task_id, naming(named), str(uuid4()))


@pytest.mark.parametrize("verb", ["complete", "claim", "reveal"])
def test_who_waits_for_the_case_while_it_is_walled_off_does_not_find_it(
    office: Office, case_id: UUID, verb: str
) -> None:
    sari = office.people["sari"]
    held = task_of(office.works, case_id, "telaah").id
    acts = {
        "complete": lambda work: tasks.complete(work, held, {"catatan": "Contoh"}, str(uuid4())),
        "claim": lambda work: tasks.claim(work, held),
        "reveal": lambda work: answers.reveal(work, case_id, "Pemeriksaan"),
    }
    report = task_of(office.works, case_id, "lapor").id

    done, late = second_comes_while_first_holds(
        office.works, (office.people["budi"], reporting(report, sari)), (sari, acts[verb])
    )

    assert not done.is_out_of_sight
    assert isinstance(late, NotFound)
    task = task_of(office.works, case_id, "telaah")
    assert (task.status, task.assignee_id) == ("open", None)


def test_who_completed_first_is_kept_out_from_then_on(office: Office, case_id: UUID) -> None:
    """The step counts; the next one does not come to the person."""
    sari, budi = office.people["sari"], office.people["budi"]
    held, report = (task_of(office.works, case_id, element).id for element in ("telaah", "lapor"))

    def looking_into(work: UnitOfWork) -> object:
        return tasks.complete(work, held, {"catatan": "Contoh"}, str(uuid4()))

    second_comes_while_first_holds(
        office.works, (sari, looking_into), (budi, reporting(report, sari))
    )

    following = task_of(office.works, case_id, "putusan")
    assert (following.status, following.assignee_id) == ("open", None)
    with pytest.raises(NotFound), office.works.begin(sari) as work:
        tasks.claim(work, following.id)


@pytest.fixture
def line(office: Office, tmp_path: Path) -> list[UUID]:
    """A complaint, one that took it up and ended as well, and one that took it up again."""
    return walled.taken_up_twice(
        office.works, tmp_path, office.people["budi"], office.people["sari"]
    )


def test_who_waits_for_an_ended_case_while_the_one_that_took_it_up_is_walled_off_does_not_find_it(
    office: Office, line: list[UUID]
) -> None:
    sari = office.people["sari"]
    report = task_of(office.works, line[-1], "lapor").id

    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["budi"], reporting(report, sari)),
        (sari, lambda work: answers.reveal(work, line[0], "Pemeriksaan")),
    )

    assert isinstance(late, NotFound)


def test_who_would_wait_for_a_relative_out_of_order_does_not_wait(
    office: Office, line: list[UUID]
) -> None:
    """Two who hold one case of a matter each and want the other's would wait for each other."""
    lower, higher = sorted(line)[:2]

    def both(work: UnitOfWork) -> object:
        work.session.execute(text("set local lock_timeout = 0"))
        access.lock_case(work, higher)
        return access.lock_beside(work, lower)

    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["sari"], lambda work: access.lock_case(work, lower)),
        (office.people["budi"], both),
    )

    assert isinstance(late, Busy)
