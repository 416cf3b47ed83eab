"""Where a case stands in the drawing of its process."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from workflow_app.engine import runner
from workflow_app.errors import NotFound
from workflow_app.models.effect import PendingEffect
from workflow_app.models.task import Task
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop import clause_maps
from workflow_app.services.sop.clause_maps import Carrying
from workflow_app.services.sop.processes import definition_of


@dataclass(frozen=True)
class CalledDrawing:
    """A process that the case runs through inside its own."""

    key: str
    name: str


@dataclass(frozen=True)
class Diagram:
    """What is marked in the drawing of the version the case runs under."""

    called: list[CalledDrawing]
    """Processes that the case has called so far; their steps are marked by the same lists."""
    carrying: dict[str, list[Carrying]]
    """Per drawing, by the key of its process: the steps that carry out clauses of the SOP."""
    done: list[str]
    current: list[str]
    late: list[str]


def diagram(work: UnitOfWork, case_id: UUID) -> Diagram:
    """The marks for a case the actor may see; raises `NotFound`."""
    case = access.visible_case(work, case_id)
    definition = definition_of(work, case.definition_id)
    tasks = work.session.scalars(select(Task).where(Task.case_id == case.id)).all()
    current = [task.element for task in tasks if task.status == "open"]
    current += work.session.scalars(select(PendingEffect.element).where(PendingEffect.case_id == case.id))
    if definition.called and case.closed_at is None:
        current += runner.standing(definition, case.state, work.clock()).entered
    late = [
        task.element
        for task in tasks
        if task.status == "open" and task.due_at is not None and task.due_at < work.clock()
    ]
    # A frame around steps would hide, in the colour of "done", the steps inside that were not taken.
    frames = {element.id for element in definition.elements.values() if element.kind == "subProcess"}
    # What was passed in another version than the one the case was moved to is not in its drawing.
    reached = {*case.passed, *current} & definition.elements.keys()
    called = [
        CalledDrawing(key, name)
        for key, name in definition.called.items()
        if any(definition.elements[element].process == key for element in reached)
    ]
    elements = definition.elements.values()
    return Diagram(
        called=called,
        carrying={
            key: clause_maps.carrying(elements, key) for key in (definition.key, *(one.key for one in called))
        },
        done=sorted(reached - set(current) - frames),
        current=sorted(set(current)),
        late=sorted(set(late)),
    )


def drawing(work: UnitOfWork, case_id: UUID, called: str | None = None) -> str:
    """The drawing of the process of a case the actor may see, or of one that it calls; raises `NotFound`."""
    definition = definition_of(work, access.visible_case(work, case_id).definition_id)
    if called is None:
        return definition.bpmn_xml
    if called not in definition.called:
        raise NotFound()
    return definition.called_xml(called)
