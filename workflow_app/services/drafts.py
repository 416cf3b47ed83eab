"""Unfinished answers: saved while a person types, sealed, and there again after a lost session."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from workflow_app.engine import forms
from workflow_app.errors import Conflict, TaskNotReady
from workflow_app.models.case import Case
from workflow_app.models.task import Draft, Task
from workflow_app.services import access, answers
from workflow_app.services.processes import definition_of
from workflow_app.services.unit_of_work import UnitOfWork
from workflow_app.types import Answers


@dataclass(frozen=True)
class Prefill:
    """Answers a form starts with."""

    answers: Answers
    source: str | None
    saved_at: datetime | None


NOTHING = Prefill({}, None, None)


def save(work: UnitOfWork, task_id: UUID, given: Answers) -> datetime:
    """Keep unfinished answers of a task the actor holds. Never validated: a draft may be half a word."""
    task = access.visible_task(work, task_id)
    case = work.session.get_one(Case, task.case_id)
    # The task row is locked, so that a draft cannot reappear behind a completion.
    work.session.refresh(task, with_for_update=True)
    if task.status != "open":
        raise TaskNotReady()
    if task.assignee_id != work.actor.user_id or work.actor.user_id is None:
        raise Conflict("Ambil tugas ini lebih dulu; isian belum disimpan.")
    form = definition_of(work, case.definition_id).form(task.element)
    known = {name: value for name, value in given.items() if name in form.fields}
    saved_at = work.clock()
    work.session.merge(
        Draft(
            task_id=task.id,
            user_id=work.actor.user_id,
            sealed=work.vault.seal(case.data_key, known, _context(task.id, work.actor.user_id)),
            saved_at=saved_at,
        )
    )
    work.session.flush()
    return saved_at


def prefill(work: UnitOfWork, case: Case, task: Task) -> Prefill:
    """The actor's draft of this task, else the newest answers of the elements its `prefill` property names.

    Decisions and signatures name none: a stale one must not stand in the form again.
    """
    draft = work.session.get(Draft, (task.id, work.actor.user_id)) if work.actor.user_id is not None else None
    if draft is not None:
        opened = work.vault.open(case.data_key, draft.sealed, _context(task.id, draft.user_id))
        return Prefill(opened, "draft", draft.saved_at)
    definition = definition_of(work, case.definition_id)
    form = definition.form(task.element)
    sources = definition.elements[task.element].properties.get("prefill", "").split()
    found = answers.newest(work, case.id, sources)
    merged: Answers = {}
    for opened in answers.unsealed(work, case, found.values()).values():
        merged.update({name: value for name, value in opened.items() if name in form.fields})
    if merged:
        return Prefill(forms.visible(form, merged), "earlier", None)
    return Prefill(forms.defaults(form, work.clock()), None, None)


def discard(work: UnitOfWork, task_id: UUID) -> None:
    """Drop all drafts of a task."""
    work.session.execute(delete(Draft).where(Draft.task_id == task_id))


def _context(task_id: UUID, user_id: UUID) -> str:
    return f"draft:{task_id}:{user_id}"
