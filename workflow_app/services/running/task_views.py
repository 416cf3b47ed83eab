"""A user task as its page shows it: its form, what was typed, and what the actor may do with it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from workflow_app.engine.forms import Form
from workflow_app.permissions import is_lead
from workflow_app.services.accounts import people
from workflow_app.services.case_file import access, case_tasks, moved_starts, precedence, task_rights
from workflow_app.services.days import substitutions
from workflow_app.services.days.substitutions import Substitution
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import offers
from workflow_app.services.office.configuration import role_label
from workflow_app.services.running import drafts, standing_in
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import Answers


@dataclass(frozen=True)
class TaskView:
    """One task as its page shows it."""

    id: UUID
    case_id: UUID
    case_number: str
    process_key: str
    process_name: str
    element: str
    name: str
    role: str
    role_label: str
    assignee_id: UUID | None
    assignee_name: str | None
    is_mine: bool
    """With the actor, or with somebody absent for whom he works."""
    for_whom: str | None
    """Who is absent and for whom the actor does, or would take, this task."""
    absence: Substitution | None
    """Of who has the task, where he is absent now and somebody else works for him."""
    can_claim: bool
    can_take_over: bool
    """To record it for its role, or as the relief of whoever has it."""
    stands_in: bool
    can_reassign: bool
    status: str
    is_stage: bool
    """Its time is recorded, and the button may be all it asks for."""
    created_at: datetime
    due_at: datetime | None
    clauses: tuple[str, ...]
    form: Form
    answers: Answers
    answers_from: str | None
    """`draft`, `colleague` (had the task before), `earlier` (an earlier round), `parent` (the case continued) or None."""
    typed_by: str
    saved_at: datetime | None
    draft_version: str
    """Goes with the form, so that what another tab saves meanwhile is not overwritten unsaid."""
    token: str
    step_no: int
    done_by: str | None
    done_at: datetime | None


def get(work: UnitOfWork, task_id: UUID) -> TaskView:
    """The task with its form, its draft or the answers of an earlier round. Raises `NotFound`."""
    task = access.visible_task(work, task_id)
    case = access.visible_case(work, task.case_id)
    definition = definition_of(work, case.definition_id)
    element = definition.elements[task.element]
    may_work = task_rights.may_work(work, case, task)
    stands_in = task_rights.may_stand_in(work, case, task)
    is_mine = task.status == "open" and may_work and task_rights.has_in_hand(work, case, task)
    principal = task_rights.principal(work, case, task) if task.status == "open" else None
    away = substitutions.of_holder(work, task.unit, task.assignee_id)
    form = definition.form(task.element)
    if is_mine:
        moved_starts.note_showing(work, task, form)
    found = drafts.prefill(work, case, task) if is_mine else drafts.NOTHING
    done = {known.element for known in case_tasks.of_case(work, case.id) if known.status == "done"}
    return TaskView(
        id=task.id,
        case_id=case.id,
        case_number=case.number,
        process_key=case.process_key,
        process_name=definition.name,
        element=task.element,
        name=task.name,
        role=task.role,
        role_label=role_label(work, task.role),
        assignee_id=task.assignee_id,
        assignee_name=people.name_of(work, task.assignee_id),
        is_mine=is_mine,
        for_whom=principal.name if principal else None,
        absence=away if task.status == "open" and principal is None else None,
        can_claim=task.status == "open" and task.assignee_id is None and may_work and not stands_in,
        can_take_over=task.status == "open" and not is_mine and standing_in.may_take_over(work, case, task),
        stands_in=stands_in,
        is_stage="stage" in element.properties and "sumber" in form.fields,
        can_reassign=task.status == "open" and is_lead(work.actor, case.confined_to),
        status=task.status,
        created_at=task.created_at,
        due_at=task.due_at,
        clauses=element.clauses,
        form=offers.offered(work, form),
        answers=found.answers,
        answers_from=found.source,
        typed_by=found.typed_by,
        saved_at=found.saved_at,
        draft_version=drafts.version(found.saved_at),
        token=str(uuid4()),
        step_no=len(done) + 1,
        done_by=precedence.completed_by(work, task),
        done_at=task.done_at,
    )


def form_of(work: UnitOfWork, task_id: UUID, *, lock: bool = False) -> Form:
    """The form of a task that the actor may see. With `lock` nobody else changes the case until commit."""
    task = access.visible_task(work, task_id, lock=lock)
    return definition_of(work, access.visible_case(work, task.case_id).definition_id).form(task.element)
