"""Playing the small process with walls on the services."""

from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.integration import deploying
from tests.integration.open_tasks import task_of
from tests.unit.engine.complaint import KEY, complaint
from workflow_app.domain import Actor, Answers, NotFound
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.workflow import cases, tasks
from workflow_app.services.workflow.tasks import Completion


def deploy(works: Works, place: Path) -> str:
    """Deploy the process from a folder made in `place`; its key."""
    deploying.deploy(works, place, complaint())
    return KEY


def begin(works: Works, officer: Actor) -> UUID:
    """A complaint that is being reported."""
    with works.begin(officer) as work:
        return cases.start(work, KEY).case_id


def naming(*named: Actor, target: str = "spkt") -> Answers:
    """The answers of a report that names these members."""
    return {"terlapor": [str(member.user_id) for member in named], "tujuan": target}


def complete(
    works: Works,
    case_id: UUID,
    element: str,
    actor: Actor,
    answers: Mapping[str, object] | None = None,
) -> Completion:
    """The actor completes the open task of an element."""
    given = dict(answers or {"catatan": "Contoh"})
    with works.begin(actor) as work:
        return tasks.complete(work, task_of(works, case_id, element).id, given, str(uuid4()))  # type: ignore[arg-type]  # plain JSON


def taken_up_twice(works: Works, place: Path, officer: Actor, lead: Actor) -> list[UUID]:
    """A complaint, one that took it up and ended as well, and the one that took it up again and is
    being reported.
    """
    folder = complaint()
    folder.process_properties["reopenable"] = "true"
    deploying.deploy(works, place, folder)
    line = [begin(works, officer)]
    for _ in range(2):
        complete(works, line[-1], "lapor", officer, naming())
        for element in ("telaah", "putusan"):
            complete(works, line[-1], element, lead)
        with works.begin(lead) as work:
            line.append(cases.reopen(work, line[0], "Pengadu membawa keterangan baru."))
    return line


def sees(works: Works, actor: Actor, case_id: UUID) -> bool:
    """May the actor open the case?"""
    try:
        with works.begin(actor) as work:
            return cases.get(work, case_id).id == case_id
    except NotFound:
        return False


def refused(works: Works, actor: Actor, verb: Callable[[UnitOfWork], object]) -> bool:
    """True when the case is not there for the actor; fails otherwise."""
    with pytest.raises(NotFound), works.begin(actor) as work:
        verb(work)
    return True
