"""User tasks: taking one, giving it, completing it.

Standing in: the desk records for a patrol that speaks by radio, another function goes where the
patrol would have gone.

A step names in `standIn` the roles that may do it for its own. They take it over, also from who
holds it. Who is on duty in a function takes over what somebody of it holds whose duty is over. A
user task as its page shows it: its form, what was typed, and what the actor may do with it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.domain import Answers, Forbidden, InvalidInput, Principal
from workflow_app.engine import forms, runner
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form
from workflow_app.models import Case, Submission, Task, User
from workflow_app.permissions import can_work_on, check_lead, is_lead
from workflow_app.services.accounts import users
from workflow_app.services.cases import (
    access,
    answers,
    clocks,
    incidents,
    related_cases,
    task_rights,
    walls,
)
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import ingest, quality_check
from workflow_app.services.forms import requirements, validation
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.roster import duty
from workflow_app.services.roster.duty import Substitution
from workflow_app.services.workflow import drafts, steps

SeenHolder = UUID | Literal["any"] | None
"""Who had the task on the page from which somebody acts; None is nobody, `any` asks nothing."""


@dataclass(frozen=True)
class Completion:
    """What completing a task led to."""

    case_id: UUID
    next_task_id: UUID | None
    """The next task of the same case that is the actor's, or to which the step leads who may take
    it (`leadsTo`); else one of the actor's in a case that continues it, if there is one.
    """
    message: str
    is_out_of_sight: bool = False
    """The case is one that the actor does not see any more; the message says so."""


def claim(work: UnitOfWork, task_id: UUID) -> None:
    """Take an unassigned task of one of my roles; in a role that only somebody absent holds, for
    him.
    """
    task = _locked(work, task_id)
    case = access.visible_case(work, task.case_id)
    if task_rights.has_in_hand(work, case, task):
        return
    if task.assignee_id is not None:
        raise task_rights.held(work, task)
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
        raise task_rights.held(work, task)
    principal = task_rights.principal(work, case, task)
    task.assignee_id = None
    _record(work, task, "task.released", principal)
    work.session.flush()


def reassign(
    work: UnitOfWork, task_id: UUID, user_id: UUID, *, seen_holder: SeenHolder = "any"
) -> None:
    """A lead gives a task to a colleague who holds its role; four eyes hold for the colleague
    too.
    """
    case = access.visible_case(work, access.visible_task(work, task_id, lock=True).case_id)
    check_lead(work.actor, case.confined_to)
    task = _locked(work, task_id)
    _check_holder(work, task, seen_holder)
    # Locked against changes: who is disabled or loses the role at this moment does not get the
    # task.
    user = work.session.get(User, user_id, with_for_update={"read": True}, populate_existing=True)
    if user is None or not user.is_active or user.unit != task.unit:
        raise InvalidInput("Pilih petugas yang akunnya aktif di unit ini.")
    if task.role not in {role.role for role in user.roles}:
        raise InvalidInput(f"{user.full_name} tidak memegang peran {role_label(work, task.role)}.")
    if walls.keeps_out(work, case.id, user.id):
        raise InvalidInput(
            f"Tugas ini tidak dapat dialihkan kepada {user.full_name}. Pilih petugas lain."
        )
    if user.id in task_rights.barred(work, case, task):
        raise Forbidden(
            f"{user.full_name} ikut mencatat berkas ini, jadi tidak boleh menyetujuinya."
        )
    task.assignee_id = user.id
    _record(work, task, "task.reassigned", to=user.full_name)
    work.session.flush()


def complete(
    work: UnitOfWork, task_id: UUID, given: Answers, token: str, seen_draft: str | None = None
) -> Completion:
    """Complete a task with these answers. `token` is the idempotency key of the form: sent twice,
    done once.

    `seen_draft` is the `version` of the draft on the page; what was saved from another page since
    is not dropped unsaid.

    Raises `InvalidInput` (with a sentence per field), `Conflict` (says who was faster),
    `Forbidden`, `ProcessFault`.
    """
    task = access.visible_task(work, task_id, lock=True)
    case = access.visible_case(work, task.case_id)
    if task.status != "open":
        return _repeated(work, case, task, given, token)
    principal = task_rights.check_may_complete(work, case, task)
    definition = definition_of(work, case.definition_id)
    form = definition.form(task.element)
    kept = forms.visible(form, given)
    if faults := validation.faults(work, case, task, definition, form, kept):
        raise InvalidInput(fields=faults)
    kept = ingest.redrawn(form, kept)
    stored = answers.store(
        work, case, task, token, form, kept, on_behalf_of=principal.user_id if principal else None
    )
    clocks.keep(work, case, task, form, kept)
    control = {
        **stored.control,
        **requirements.decide(work, case, form, kept, stored.submission_id),
    }
    with incidents.blaming("complete", case.id, task.id), work.session.no_autoflush:
        run = runner.open_case(definition, case.state, work.clock())
        run.complete_task(task.id, control)
        _finish(work, case, task, principal)
        _keep_out(work, case, definition, task, principal)
        task_rights.answer(work, task, definition, control)
        quality_check.answer(work, case, task, definition, control)
        steps.settle(work, case, run, principal)
        # a draft that is being saved waits for the task's row, and then finds it done
        work.session.flush()
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
    """Who serves while a case about that service has begun already is kept out of it as if he had
    served before (`keepsOut`).
    """
    passed = frozenset(case.passed or ())
    begun = [
        element.id
        for element in definition.elements.values()
        if element.id in passed and task.element in element.properties.get("keepsOut", "").split()
    ]
    served = {work.actor.user_id, principal.user_id if principal else None}
    for child_id in related_cases.begun_at(work, case, begun) if begun else ():
        walls.keep_out_who_served(work, access.lock_beside(work, child_id), served)


def _completion(work: UnitOfWork, case: Case, task: Task) -> Completion:
    message = f"Tersimpan: {task.name}."
    if sentence := walls.tells_end_of_sight(work, case):
        return Completion(case.id, None, f"{message} {sentence}", is_out_of_sight=True)
    waiting = access.open_of_case(work, case.id)
    mine = [other.id for other in waiting if task_rights.has_in_hand(work, case, other)]
    led = definition_of(work, case.definition_id).elements[task.element].properties.get("leadsTo")
    free = [
        other.id
        for other in waiting
        if other.element == led
        and other.assignee_id is None
        and task_rights.may_take(work, case, other)
    ]
    return Completion(
        case.id, next(iter(mine + free), None) or related_cases.next_task(work, case.id), message
    )


def _repeated(work: UnitOfWork, case: Case, task: Task, given: Answers, token: str) -> Completion:
    """The form came a second time: the same answer for the same token and answers, else who was
    faster.
    """
    stored = work.session.scalars(select(Submission).where(Submission.task_id == task.id)).first()
    if stored is None or stored.token != token or stored.submitted_by != work.actor.user_id:
        raise task_rights.ended(work, task)
    form = definition_of(work, case.definition_id).form(task.element)
    given = ingest.redrawn(form, forms.visible(form, given))
    if answers.unsealed(work, case, [stored])[task.element] != given:
        raise task_rights.changed(task)
    return _completion(work, case, task)


def _check_holder(work: UnitOfWork, task: Task, seen: SeenHolder) -> None:
    """Whoever took the task since the page was loaded is not robbed of it unsaid."""
    if seen != "any" and task.assignee_id != seen:
        raise task_rights.moved(work, task)


def _record(
    work: UnitOfWork, task: Task, action: str, principal: Principal | None = None, **details: str
) -> None:
    """An event of one task. Its id tells it from the task that the same element had in an earlier
    round.
    """
    if principal is not None:
        details |= {"on_behalf_of": str(principal.user_id), "for_whom": principal.name}
    unit_of_work.record_case(
        work, task.case_id, action, task.element, name=task.name, task=str(task.id), **details
    )


def _locked(work: UnitOfWork, task_id: UUID) -> Task:
    task = access.visible_task(work, task_id, lock=True)
    if task.status != "open":
        raise task_rights.ended(work, task)
    return task


def may_take_over(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor take this open task from whoever has it, for another role or as the relief of
    his own?
    """
    return task_rights.may_stand_in(work, case, task) or _may_relieve(work, case, task)


def take_over(work: UnitOfWork, task_id: UUID) -> None:
    """Take a task to record it for its role, or as its relief. Raises `Forbidden`, `Conflict` when
    it is over.
    """
    task = access.visible_task(work, task_id, lock=True)
    if task.status != "open":
        raise task_rights.ended(work, task)
    if task.assignee_id == work.actor.user_id:
        return
    if not may_take_over(work, access.visible_case(work, task.case_id), task):
        raise Forbidden()
    is_relief = can_work_on(work.actor, unit=task.unit, role=task.role)
    task.assignee_id = work.actor.user_id
    action = "task.relieved" if is_relief else "task.taken_over"
    unit_of_work.record_case(
        work, task.case_id, action, task.element, name=task.name, task=str(task.id)
    )
    work.session.flush()


def _may_relieve(work: UnitOfWork, case: Case, task: Task) -> bool:
    actor = work.actor
    if task.assignee_id in (None, actor.user_id) or not can_work_on(
        actor, unit=task.unit, role=task.role
    ):
        return False
    element = definition_of(work, case.definition_id).elements[task.element]
    barred = task_rights.recorders(work, case.id, element.properties.get("fourEyes", ""))
    return (
        actor.user_id not in barred
        and duty.is_addressed_elsewhere(work, task.unit, task.role, task.assignee_id)
        and duty.serves(work, task.unit, task.role, actor.user_id)
    )


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
    """`draft`, `colleague` (had the task before), `earlier` (an earlier round), `parent` (the case
    continued) or None.
    """
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
    away = duty.of_holder(work, task.unit, task.assignee_id)
    form = definition.form(task.element)
    if is_mine:
        clocks.note_showing(work, task, form)
    found = drafts.prefill(work, case, task) if is_mine else drafts.NOTHING
    done = {known.element for known in access.of_case(work, case.id) if known.status == "done"}
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
        assignee_name=users.name_of(work, task.assignee_id),
        is_mine=is_mine,
        for_whom=principal.name if principal else None,
        absence=away if task.status == "open" and principal is None else None,
        can_claim=task.status == "open" and task.assignee_id is None and may_work and not stands_in,
        can_take_over=task.status == "open" and not is_mine and may_take_over(work, case, task),
        stands_in=stands_in,
        is_stage="stage" in element.properties and "sumber" in form.fields,
        can_reassign=task.status == "open" and is_lead(work.actor, case.confined_to),
        status=task.status,
        created_at=task.created_at,
        due_at=task.due_at,
        clauses=element.clauses,
        form=configuration.offered(work, form),
        answers=found.answers,
        answers_from=found.source,
        typed_by=found.typed_by,
        saved_at=found.saved_at,
        draft_version=drafts.version(found.saved_at),
        token=str(uuid4()),
        step_no=len(done) + 1,
        done_by=task_rights.completed_by(work, task),
        done_at=task.done_at,
    )


def form_of(work: UnitOfWork, task_id: UUID, *, lock: bool = False) -> Form:
    """The form of a task that the actor may see. With `lock` nobody else changes the case until
    commit.
    """
    task = access.visible_task(work, task_id, lock=lock)
    return definition_of(work, access.visible_case(work, task.case_id).definition_id).form(
        task.element
    )
