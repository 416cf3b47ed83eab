"""Where a case stands in the drawing of its process."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from workflow_app.models.effect import PendingEffect
from workflow_app.models.task import Task
from workflow_app.services import access
from workflow_app.services.processes import definition_of
from workflow_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Diagram:
    """The drawing of the version the case runs under, with its steps marked."""

    xml: str
    done: list[str]
    current: list[str]
    late: list[str]


def diagram(work: UnitOfWork, case_id: UUID) -> Diagram:
    """Drawing and marks for a case the actor may see; raises `NotFound`."""
    case = access.visible_case(work, case_id)
    definition = definition_of(work, case.definition_id)
    tasks = work.session.scalars(select(Task).where(Task.case_id == case.id)).all()
    current = [task.element for task in tasks if task.status == "open"]
    current += work.session.scalars(select(PendingEffect.element).where(PendingEffect.case_id == case.id))
    late = [
        task.element
        for task in tasks
        if task.status == "open" and task.due_at is not None and task.due_at < work.clock()
    ]
    # A frame around steps would hide, in the colour of "done", the steps inside that were not taken.
    frames = {element.id for element in definition.elements.values() if element.kind == "subProcess"}
    return Diagram(
        definition.bpmn_xml,
        sorted(set(case.passed) - set(current) - frames),
        sorted(set(current)),
        sorted(set(late)),
    )
