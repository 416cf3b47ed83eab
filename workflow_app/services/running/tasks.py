"""User tasks: taking one, giving it, completing it."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from workflow_app.engine import forms, runner
from workflow_app.engine.definitions import Definition
from workflow_app.errors import Forbidden, InvalidInput
from workflow_app.models.case import Case
from workflow_app.models.submission import Submission
from workflow_app.models.task import Task
from workflow_app.models.user import User
from workflow_app.permissions import check_lead, is_lead
from workflow_app.services.arranging import checks
from workflow_app.services.case_file import (
    access,
    answers,
    case_tasks,
    handoffs,
    incidents,
    kinship,
    moved_starts,
    precedence,
    task_rights,
    walls,
)
from workflow_app.services.forms import judging, requirements
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office.configuration import role_label
from workflow_app.services.papers import drawings
from workflow_app.services.running import drafts, steps
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import Answers, Principal

SeenHolder = UUID | Literal["any"] | None
"""Who had the task on the page from which somebody acts; None is nobody, `any` asks nothing."""


@dataclass(frozen=True)
class Completion:
    """What completing a task led to."""

    case_id: UUID
    next_task_id: UUID | None
    """The next task of the same case that is the actor's, or to which the step leads who may take it (`leadsTo`); else one of
    the actor's in a case that continues it, if there is one."""
    message: str
    is_out_of_sight: bool = False
    """The case is one that the actor does not see any more; the message says so."""


def claim(work: UnitOfWork, task_id: UUID) -> None:
    """Take an unassigned task of one of my roles; in a role that only somebody absent holds, for him."""
    task = _locked(work, task_id)
    case = access.visible_case(work, task.case_id)
    if task_rights.has_in_hand(work, case, task):
        return
    if task.assignee_id is not None:
        raise precedence.held(work, task)
    principal = task_rights.check_may_take(work, case, task)
    task.assignee_id = principal.user_id if principal else work.actor.user_id
    _record(work, task, "task.claimed", principal)
    work.session.flush()


def release(work: UnitOfWork, task_id: UUID, *, seen_holder: SeenHolder = "any") -> None:
    """Give a task back to the queue of its role. Its holder may, and a lead."""
    task = _locked(work, task_id)
    if task.assignee_id is None:
        return
    _check_holder(work, task, seen_holder)
    case = access.visible_case(work, task.case_id)
    if not task_rights.has_in_hand(work, case, task) and not is_lead(work.actor, case.confined_to):
        raise precedence.held(work, task)
    principal = task_rights.principal(work, case, task)
    task.assignee_id = None
    _record(work, task, "task.released", principal)
    work.session.flush()


def reassign(work: UnitOfWork, task_id: UUID, user_id: UUID, *, seen_holder: SeenHolder = "any") -> None:
    """A lead gives a task to a colleague who holds its role; four eyes hold for the colleague too."""
    case = access.visible_case(work, access.visible_task(work, task_id, lock=True).case_id)
    check_lead(work.actor, case.confined_to)
    task = _locked(work, task_id)
    _check_holder(work, task, seen_holder)
    # Locked against changes: who is disabled or loses the role at this moment does not get the task.
    user = work.session.get(User, user_id, with_for_update={"read": True}, populate_existing=True)
    if user is None or not user.is_active or user.unit != task.unit:
        raise InvalidInput("Pilih petugas yang akunnya aktif di unit ini.")
    if task.role not in {role.role for role in user.roles}:
        raise InvalidInput(f"{user.full_name} tidak memegang peran {role_label(work, task.role)}.")
    if walls.keeps_out(work, case.id, user.id):
        raise InvalidInput(f"Tugas ini tidak dapat dialihkan kepada {user.full_name}. Pilih petugas lain.")
    if user.id in task_rights.barred(work, case, task):
        raise Forbidden(f"{user.full_name} ikut mencatat berkas ini, jadi tidak boleh menyetujuinya.")
    task.assignee_id = user.id
    _record(work, task, "task.reassigned", to=user.full_name)
    work.session.flush()


def complete(
    work: UnitOfWork, task_id: UUID, given: Answers, token: str, seen_draft: str | None = None
) -> Completion:
    """Complete a task with these answers. `token` is the idempotency key of the form: sent twice, done once.

    `seen_draft` is the `version` of the draft on the page; what was saved from another page since is not dropped unsaid.

    Raises `InvalidInput` (with a sentence per field), `Conflict` (says who was faster), `Forbidden`, `ProcessFault`.
    """
    task = access.visible_task(work, task_id, lock=True)
    case = access.visible_case(work, task.case_id)
    if task.status != "open":
        return _repeated(work, case, task, given, token)
    principal = task_rights.check_may_complete(work, case, task)
    definition = definition_of(work, case.definition_id)
    form = definition.form(task.element)
    kept = forms.visible(form, given)
    if faults := judging.faults(work, case, task, definition, form, kept):
        raise InvalidInput(fields=faults)
    kept = drawings.redrawn(form, kept)
    stored = answers.store(
        work, case, task, token, form, kept, on_behalf_of=principal.user_id if principal else None
    )
    moved_starts.keep(work, case, task, form, kept)
    control = {**stored.control, **requirements.decide(work, case, form, kept, stored.submission_id)}
    with incidents.blaming("complete", case.id, task.id), work.session.no_autoflush:
        run = runner.open_case(definition, case.state, work.clock())
        run.complete_task(task.id, control)
        _finish(work, case, task, principal)
        _keep_out(work, case, definition, task, principal)
        handoffs.answer(work, task, definition, control)
        checks.answer(work, case, task, definition, control)
        steps.settle(work, case, run, principal)
        work.session.flush()  # a draft that is being saved waits for the task's row, and then finds it done
        drafts.discard(work, case, task, token, seen_draft)
    return _completion(work, case, task)


def _finish(work: UnitOfWork, case: Case, task: Task, principal: Principal | None) -> None:
    task.status = "done"
    task.assignee_id = task.assignee_id or (principal.user_id if principal else work.actor.user_id)
    task.done_at = work.clock()
    task.done_by = work.actor.user_id
    incidents.resolve(work, case, task.id)
    _record(work, task, "task.completed", principal)


def _keep_out(
    work: UnitOfWork, case: Case, definition: Definition, task: Task, principal: Principal | None
) -> None:
    """Who serves while a case about that service has begun already is kept out of it as if he had served before (`keepsOut`)."""
    passed = frozenset(case.passed or ())
    begun = [
        element.id
        for element in definition.elements.values()
        if element.id in passed and task.element in element.properties.get("keepsOut", "").split()
    ]
    served = {work.actor.user_id, principal.user_id if principal else None}
    for child_id in kinship.begun_at(work, case, begun) if begun else ():
        walls.keep_out_who_served(work, access.lock_beside(work, child_id), served)


def _completion(work: UnitOfWork, case: Case, task: Task) -> Completion:
    message = f"Tersimpan: {task.name}."
    if sentence := walls.tells_end_of_sight(work, case):
        return Completion(case.id, None, f"{message} {sentence}", is_out_of_sight=True)
    waiting = case_tasks.open_of_case(work, case.id)
    mine = [other.id for other in waiting if task_rights.has_in_hand(work, case, other)]
    led = definition_of(work, case.definition_id).elements[task.element].properties.get("leadsTo")
    free = [
        other.id
        for other in waiting
        if other.element == led and other.assignee_id is None and task_rights.may_take(work, case, other)
    ]
    return Completion(case.id, next(iter(mine + free), None) or kinship.next_task(work, case.id), message)


def _repeated(work: UnitOfWork, case: Case, task: Task, given: Answers, token: str) -> Completion:
    """The form came a second time: the same answer for the same token and answers, else who was faster."""
    stored = work.session.scalars(select(Submission).where(Submission.task_id == task.id)).first()
    if stored is None or stored.token != token or stored.submitted_by != work.actor.user_id:
        raise precedence.ended(work, task)
    form = definition_of(work, case.definition_id).form(task.element)
    given = drawings.redrawn(form, forms.visible(form, given))
    if answers.unsealed(work, case, [stored])[task.element] != given:
        raise precedence.changed(task)
    return _completion(work, case, task)


def _check_holder(work: UnitOfWork, task: Task, seen: SeenHolder) -> None:
    """Whoever took the task since the page was loaded is not robbed of it unsaid."""
    if seen != "any" and task.assignee_id != seen:
        raise precedence.moved(work, task)


def _record(
    work: UnitOfWork, task: Task, action: str, principal: Principal | None = None, **details: str
) -> None:
    """An event of one task. Its id tells it from the task that the same element had in an earlier round."""
    if principal is not None:
        details |= {"on_behalf_of": str(principal.user_id), "for_whom": principal.name}
    audit.record_case(work, task.case_id, action, task.element, name=task.name, task=str(task.id), **details)


def _locked(work: UnitOfWork, task_id: UUID) -> Task:
    task = access.visible_task(work, task_id, lock=True)
    if task.status != "open":
        raise precedence.ended(work, task)
    return task
