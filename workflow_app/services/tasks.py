"""User tasks: looking at one, taking and giving it, completing it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.engine import forms, runner
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form
from workflow_app.errors import Conflict, Forbidden, InvalidInput, TaskNotReady
from workflow_app.models.case import Case
from workflow_app.models.submission import Submission
from workflow_app.models.task import Task
from workflow_app.models.user import User
from workflow_app.permissions import LEADS, can_work_on, check_four_eyes, check_role, check_work_on, has_role
from workflow_app.services import access, answers, audit, drafts, evidence, incidents, requirements, steps
from workflow_app.services.configuration import role_label
from workflow_app.services.processes import definition_of
from workflow_app.services.readable import moment
from workflow_app.services.unit_of_work import UnitOfWork
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
    can_claim: bool
    can_reassign: bool
    status: str
    created_at: datetime
    due_at: datetime | None
    clauses: tuple[str, ...]
    form: Form
    answers: Answers
    answers_from: str | None
    """`draft`, `earlier` (answers of an earlier round) or None."""
    saved_at: datetime | None
    token: str
    step_no: int
    done_by: str | None
    done_at: datetime | None


@dataclass(frozen=True)
class Completion:
    """What completing a task led to."""

    case_id: UUID
    next_task_id: UUID | None
    """The next task of the same case that is the actor's, if there is one."""
    message: str


def get(work: UnitOfWork, task_id: UUID) -> TaskView:
    """The task with its form, its draft or the answers of an earlier round. Raises `NotFound`."""
    task = access.visible_task(work, task_id)
    case = work.session.get_one(Case, task.case_id)
    definition = definition_of(work, case.definition_id)
    element = definition.elements[task.element]
    is_mine = task.status == "open" and task.assignee_id == work.actor.user_id
    found = drafts.prefill(work, case, task) if is_mine else drafts.NOTHING
    done = work.session.scalars(select(Task.element).where(Task.case_id == case.id, Task.status == "done"))
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
        assignee_name=_name(work, task.assignee_id),
        is_mine=is_mine,
        can_claim=task.status == "open"
        and task.assignee_id is None
        and can_work_on(work.actor, unit=task.unit, role=task.role),
        can_reassign=task.status == "open" and has_role(work.actor, LEADS),
        status=task.status,
        created_at=task.created_at,
        due_at=task.due_at,
        clauses=element.clauses,
        form=definition.form(task.element),
        answers=found.answers,
        answers_from=found.source,
        saved_at=found.saved_at,
        token=str(uuid4()),
        step_no=len(set(done)) + 1,
        done_by=_name(work, task.done_by),
        done_at=task.done_at,
    )


def claim(work: UnitOfWork, task_id: UUID) -> None:
    """Take an unassigned task of one of my roles."""
    task = _locked(work, task_id)
    if task.assignee_id == work.actor.user_id:
        return
    if task.assignee_id is not None:
        raise Conflict(f"Tugas ini sudah diambil {_name(work, task.assignee_id)}.")
    _check_may_hold(work, task)
    task.assignee_id = work.actor.user_id
    audit.record_case(work, task.case_id, "task.claimed", task.element, name=task.name)


def release(work: UnitOfWork, task_id: UUID) -> None:
    """Give a task back to the queue of its role. Its holder may, and a lead."""
    task = _locked(work, task_id)
    if task.assignee_id is None:
        return
    if task.assignee_id != work.actor.user_id:
        check_role(work.actor, LEADS)
    task.assignee_id = None
    audit.record_case(work, task.case_id, "task.released", task.element, name=task.name)


def reassign(work: UnitOfWork, task_id: UUID, user_id: UUID) -> None:
    """A lead gives a task to a colleague who holds its role; four eyes hold for the colleague too."""
    check_role(work.actor, LEADS)
    task = _locked(work, task_id)
    user = work.session.get(User, user_id)
    if user is None or not user.is_active or user.unit != task.unit:
        raise InvalidInput("Pilih petugas yang akunnya aktif di unit ini.")
    if task.role not in {role.role for role in user.roles}:
        raise InvalidInput(f"{user.full_name} tidak memegang peran {role_label(work, task.role)}.")
    case = work.session.get_one(Case, task.case_id)
    if user.id in steps.recorders(work, case.id, _four_eyes(work, case, task)):
        raise Forbidden(f"{user.full_name} ikut mencatat berkas ini, jadi tidak boleh menyetujuinya.")
    task.assignee_id = user.id
    audit.record_case(work, task.case_id, "task.reassigned", task.element, name=task.name, to=user.full_name)


def complete(work: UnitOfWork, task_id: UUID, given: Answers, token: str) -> Completion:
    """Complete a task with these answers. `token` is the idempotency key of the form: sent twice, done once.

    Raises `InvalidInput` (with a sentence per field), `Conflict` (says who was faster), `Forbidden`, `ProcessFault`.
    """
    access.visible_task(work, task_id)
    task = work.session.get_one(Task, task_id)
    case = access.lock_case(work, task.case_id)
    work.session.refresh(task)
    if task.status != "open":
        return _repeated(work, case, task, token)
    _check_may_complete(work, case, task)
    definition = definition_of(work, case.definition_id)
    form = definition.form(task.element)
    kept = forms.visible(form, given)
    faults = forms.validate(form, kept, work.clock()) or {
        **requirements.check(work, case, form, kept),
        **evidence.check(work, case, form, kept),
    }
    if faults:
        raise InvalidInput(fields=faults)
    if answers.is_used(work, token):
        raise Conflict("Formulir ini sudah pernah dikirim untuk tugas lain. Muat ulang halaman tugas ini.")
    separated = forms.separate(form, kept)
    submission = answers.store(work, case, task, token, separated)
    control = dict(separated.control)
    control.update(requirements.decide(work, case, form, kept, submission.id))
    with incidents.blaming("complete", case.id, task.id):
        step = runner.complete_task(definition, case.state, task.id, control, work.clock())
        _finish(work, task)
        steps.settle(work, case, definition, step)
    return _completion(work, case, f"Tersimpan: {task.name}.")


def _finish(work: UnitOfWork, task: Task) -> None:
    task.status = "done"
    task.assignee_id = task.assignee_id or work.actor.user_id
    task.done_at = work.clock()
    task.done_by = work.actor.user_id
    drafts.discard(work, task.id)
    incidents.resolve(work, work.session.get_one(Case, task.case_id), task.id)
    audit.record_case(work, task.case_id, "task.completed", task.element, name=task.name)


def _completion(work: UnitOfWork, case: Case, message: str) -> Completion:
    following = work.session.execute(
        select(Task.id)
        .where(Task.case_id == case.id, Task.status == "open", Task.assignee_id == work.actor.user_id)
        .order_by(Task.created_at)
        .limit(1)
    ).first()
    return Completion(case.id, following[0] if following else None, message)


def _repeated(work: UnitOfWork, case: Case, task: Task, token: str) -> Completion:
    """The form came a second time: the same answer for the same token, else who was faster."""
    stored = work.session.scalars(select(Submission).where(Submission.task_id == task.id)).first()
    if stored is not None and stored.token == token and stored.submitted_by == work.actor.user_id:
        return _completion(work, case, f"Tersimpan: {task.name}.")
    if stored is None or task.done_at is None:
        raise TaskNotReady()
    who = "Anda sendiri" if stored.submitted_by == work.actor.user_id else _name(work, stored.submitted_by)
    raise TaskNotReady(f"Tugas ini sudah diselesaikan oleh {who} pada {moment(task.done_at)}.")


def _check_may_complete(work: UnitOfWork, case: Case, task: Task) -> None:
    check_work_on(work.actor, unit=task.unit, role=task.role)
    if task.assignee_id not in (None, work.actor.user_id):
        raise Conflict(
            f"Tugas ini sedang dikerjakan {_name(work, task.assignee_id)}. Isian Anda belum disimpan."
        )
    check_four_eyes(work.actor, steps.recorders(work, case.id, _four_eyes(work, case, task)))


def _check_may_hold(work: UnitOfWork, task: Task) -> None:
    check_work_on(work.actor, unit=task.unit, role=task.role)
    case = work.session.get_one(Case, task.case_id)
    check_four_eyes(work.actor, steps.recorders(work, case.id, _four_eyes(work, case, task)))


def _four_eyes(work: UnitOfWork, case: Case, task: Task) -> str:
    definition: Definition = definition_of(work, case.definition_id)
    return definition.elements[task.element].properties.get("fourEyes", "")


def _locked(work: UnitOfWork, task_id: UUID) -> Task:
    task = access.visible_task(work, task_id)
    access.lock_case(work, task.case_id)
    work.session.refresh(task)
    if task.status != "open":
        raise TaskNotReady()
    return task


def _name(work: UnitOfWork, user_id: UUID | None) -> str | None:
    user = work.session.get(User, user_id) if user_id else None
    return user.full_name if user else None
