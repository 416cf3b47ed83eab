"""Unfinished answers: saved while a person types, sealed, and there again after a lost session.

Papers that came to a step without its form: they stand in the form when it is opened (R39).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from workflow_app.domain import Answer, Answers, Conflict
from workflow_app.engine import forms
from workflow_app.engine.forms import Form
from workflow_app.models import Capture, CapturePage, Case, Draft, StackPart, Task
from workflow_app.services.accounts import users
from workflow_app.services.cases import access, answers, clocks, task_rights
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.formatting import moment
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.forms import validation
from workflow_app.services.intake import captures
from workflow_app.services.processes.definitions import definition_of

PAPER_WIDGETS = ("documents", "requirements")


def asks_for_papers(form: Form) -> bool:
    """Has this form questions to which papers can come?"""
    return any(field.widget in PAPER_WIDGETS for field in form.fields.values())


def joined(work: UnitOfWork, case: Case, task: Task, form: Form, given: Answers) -> Answers:
    """The answers with the papers that cover sheets and phones brought to questions of this task.

    A page that was open while they came saves a draft without them, so they join whatever was
    saved; one that does not belong there is taken off right before the form is sent.
    """
    if not asks_for_papers(form):
        return given
    found = dict(given)
    from_phones = [(place, str(paper)) for place, paper in captures.arrived(work, task.id)]
    for place, paper in [*_from_stacks(work, case, task, form), *from_phones]:
        _put(found, place.split("."), paper)
    return found


def note(work: UnitOfWork, task: Task, form: Form, given: Answers) -> None:
    """A form was saved that has these papers. Those from phones came under its eyes, so what it
    leaves out next time stays out.
    """
    if not asks_for_papers(form):
        return
    named = set(_texts(list(given.values())))
    of_task = select(Capture.id).where(Capture.task_id == task.id)
    new = CapturePage.capture_id.in_(of_task) & CapturePage.joined_at.is_(None)
    pages = work.session.scalars(
        select(CapturePage).where(new, CapturePage.document_id.is_not(None))
    )
    for page in pages:
        if str(page.document_id) in named:
            page.joined_at = work.clock()


def _from_stacks(work: UnitOfWork, case: Case, task: Task, form: Form) -> list[tuple[str, str]]:
    asked = {
        field.title: field.name for field in form.fields.values() if field.widget == "documents"
    }
    if not asked:
        return []
    query = select(StackPart.document_id, StackPart.label).where(
        StackPart.case_id == case.id,
        StackPart.element == task.element,
        StackPart.settled_at >= task.created_at,
    )
    rows = work.session.execute(query.order_by(StackPart.settled_at, StackPart.no))
    return [(asked[label], str(document_id)) for document_id, label in rows if label in asked]


def _put(answers: Answers, path: list[str], paper: str) -> None:
    """Add a paper to the list at this place; what stands beside it stays, and what was read is not
    changed.
    """
    name, *rest = path
    known = answers.get(name)
    if rest:
        inner: Answers = dict(known) if isinstance(known, dict) else {}
        _put(inner, rest, paper)
        answers[name] = inner
    elif paper not in (listed := known if isinstance(known, list) else []):
        answers[name] = [*listed, paper]


def _texts(values: list[Answer]) -> list[str]:
    """Every text in the answers, however deep."""
    found: list[str] = []
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list | dict):
            found += _texts(list(value.values()) if isinstance(value, dict) else value)
    return found


_NEAREST = (
    select(Draft)
    .where(Draft.task_id == bindparam("of_task"))
    .order_by((Draft.user_id == bindparam("of_user")).desc(), Draft.saved_at.desc())
    .limit(1)
)
"""Somebody's own draft of a task, else the newest of a colleague."""
_DRAFTS = unit_of_work.table_of(Draft)
_DROP = delete(_DRAFTS).where(_DRAFTS.c.task_id == bindparam("of_task")).returning(*_DRAFTS.c)
OFFICER = "officer"
"""Default of a question that asks for an officer: whoever has the form before him, as long as he
names nobody else.
"""
PAGE, ANSWERS = "", "answers"
"""What is sealed: the page a draft was typed on, and the answers. No field has an empty name."""


@dataclass(frozen=True)
class Prefill:
    """Answers a form starts with."""

    answers: Answers
    source: str | None
    saved_at: datetime | None
    typed_by: str = ""
    """Who had the task before and typed them, with when; only where `source` is `colleague`."""


NOTHING = Prefill({}, None, None)


@dataclass(frozen=True)
class Unfinished:
    """Answers that somebody has typed and not sent; nothing of them is told."""

    name: str
    by: str
    saved_at: datetime


@dataclass(frozen=True)
class Saved:
    """A draft that was kept."""

    at: datetime
    sentence: str
    """Not empty when the task is somebody else's now, or nobody's: who has it, and that the draft
    is kept all the same.
    """


def save(
    work: UnitOfWork, task_id: UUID, given: Answers, *, page: str = "", seen: str | None = None
) -> Saved:
    """Keep unfinished answers. Never validated: a draft may be half a word.

    Who lost the task while typing keeps a draft too: it is the person's own, and there again when
    the task comes back. `page` names the page on which it was typed and `seen` is the `version` of
    the draft which that page began with: what another page saved since then is not overwritten
    unsaid. The account is read again under the lock: who was disabled or lost a role while standing
    in line keeps nothing. Raises `TaskNotReady`, `Conflict`, `Forbidden`.
    """
    task = access.visible_task(work, task_id)
    case = work.session.get_one(Case, task.case_id)
    # The task row is locked, so that a draft cannot reappear behind a completion; what is still to
    # be written is not read over.
    work.session.flush()
    work.session.refresh(task, with_for_update={"key_share": True})
    users.check(work)
    if task.status != "open":
        raise task_rights.ended(work, task)
    task_rights.check_may_work(work, case, task)
    user_id = work.actor.user_id
    if user_id is None:
        raise Conflict()
    before = work.session.get(Draft, (task.id, user_id))
    if before is not None:
        _check_newest(work, case, before, page, seen)
    form = definition_of(work, case.definition_id).form(task.element)
    known: Answers = {name: value for name, value in given.items() if name in form.fields}
    content: Answers = {PAGE: page, ANSWERS: known}
    draft = before or Draft(task_id=task.id, user_id=user_id)
    draft.sealed = work.vault.seal(case.data_key, content, _context(task.id, user_id))
    draft.saved_at = work.clock()
    work.session.add(draft)
    note(work, task, form, known)
    work.session.flush()
    if task_rights.has_in_hand(work, case, task):
        return Saved(draft.saved_at, "")
    return Saved(
        draft.saved_at,
        (
            f"{task_rights.moved(work, task).sentence} Isian Anda tersimpan dan ada lagi bila "
            "Anda mengambil tugas ini."
        ),
    )


def version(saved_at: datetime | None) -> str:
    """What a page remembers of the draft it began with."""
    return saved_at.astimezone(UTC).isoformat() if saved_at else ""


def prefill(work: UnitOfWork, case: Case, task: Task) -> Prefill:
    """What a form starts with, and the papers that came to the step meanwhile without it."""
    found = _prefill(work, case, task)
    form = definition_of(work, case.definition_id).form(task.element)
    known = _named(form, found.answers, work.actor.name)
    return replace(found, answers=joined(work, case, task, form, known))


def _named(form: Form, given: Answers, name: str) -> Answers:
    """The answers with the name of who has the form before him, where it offers that and nothing
    else was written there.
    """
    return {
        key: name if key in _offers(form) and value == OFFICER else value
        for key, value in given.items()
    }


def _unnamed(form: Form, given: Answers, name: str | None) -> Answers:
    """What somebody else typed, without his own name where the form offers that of who has it
    before him.
    """
    return {
        key: OFFICER if key in _offers(form) and value == name else value
        for key, value in given.items()
    }


def _offers(form: Form) -> set[str]:
    return {field.name for field in form.fields.values() if field.default == OFFICER}


def _prefill(work: UnitOfWork, case: Case, task: Task) -> Prefill:
    """The actor's draft of this task, else the newest answers of the elements its `prefill`
    property names. Until the task was done itself, those of the elements it names in the case that
    this one continues stand where no other does.

    Decisions and signatures name none: a stale one must not stand in the form again. What a
    colleague had typed before the task was handed over stands in the form too, so that it is not
    asked again of a citizen who may have hung up.
    """
    of_this = {"of_task": task.id, "of_user": work.actor.user_id}
    draft = work.session.scalars(_NEAREST, of_this).first()
    definition = definition_of(work, case.definition_id)
    form = definition.form(task.element)
    if draft is not None and draft.user_id == work.actor.user_id:
        return Prefill(_typed(work, case, form, draft), "draft", draft.saved_at)
    sources = definition.elements[task.element].properties.get("prefill", "").split()
    found = answers.newest(work, case.id, sources)
    merged: Answers = {}
    for element, opened in answers.unsealed(work, case, found.values()).items():
        told = {name: value for name, value in opened.items() if name in form.fields}
        merged.update(_unnamed(form, told, users.name_of(work, found[element].submitted_by)))
    is_again = task.element in found
    if draft is not None and (left := _left_by_colleague(work, case, task, form, draft)):
        theirs = [] if is_again else sources
        return replace(
            left, answers=_without_parent(work, case, task, form, theirs, merged, left.answers)
        )
    if not is_again and (taken := validation.first_values(work, case, task, form, sources)):
        return Prefill(forms.visible(form, {**taken, **merged}), "parent", None)
    offered = forms.defaults(form, work.clock(), clocks.opened_at(task))
    if merged:
        return Prefill(
            forms.visible(form, merged if is_again else {**offered, **merged}), "earlier", None
        )
    return Prefill(offered, None, None)


def of_case(work: UnitOfWork, case_id: UUID) -> list[Unfinished]:
    """What is typed and not sent in a case, newest first. The caller has checked that the actor may
    see the case.
    """
    query = (
        select(Draft.user_id, Draft.saved_at, Task.name)
        .join(Task, Task.id == Draft.task_id)
        .where(Task.case_id == case_id)
        .order_by(Draft.saved_at.desc())
    )
    rows = work.session.execute(query).all()
    names = users.names_of(work, [user_id for user_id, _, _ in rows])
    return [Unfinished(name, names.get(user_id, ""), at) for user_id, at, name in rows]


def _left_by_colleague(
    work: UnitOfWork, case: Case, task: Task, form: Form, draft: Draft
) -> Prefill | None:
    """The draft of somebody else, without what only he himself can say: a decision under four eyes,
    the moment at which he pressed a button, a signature.
    """
    properties = definition_of(work, case.definition_id).elements[task.element].properties
    if "fourEyes" in properties or "sumber" in form.fields:
        return None
    typed = {
        name: value
        for name, value in _typed(work, case, form, draft).items()
        if form.fields[name].widget != "signature"
    }
    who = users.name_of(work, draft.user_id)
    return Prefill(
        _unnamed(form, typed, who), "colleague", None, f"{who} pada {moment(draft.saved_at)}"
    )


def _typed(work: UnitOfWork, case: Case, form: Form, draft: Draft) -> Answers:
    """What a draft holds of what the form asks: the version of the process may have changed since
    it was typed.
    """
    return {
        name: value for name, value in _open(work, case, draft)[1].items() if name in form.fields
    }


def _without_parent(
    work: UnitOfWork,
    case: Case,
    task: Task,
    form: Form,
    sources: Iterable[str],
    merged: Answers,
    typed: Answers,
) -> Answers:
    """What a colleague typed, without what is personal and came, or could have come, from the case
    that this one continues, unless the actor is given it from there too. Then that case tells that
    he read it, as if nobody had typed before him.
    """
    names = (
        validation.personal_from_parent(work, case, task, form, sources)
        & typed.keys() - merged.keys()
    )
    given = validation.first_values(work, case, task, form, sources) if names else {}
    return {name: value for name, value in typed.items() if name not in names or name in given}


def discard(work: UnitOfWork, case: Case, task: Task, page: str, seen: str | None) -> None:
    """Drop all drafts of a task that `page` completes; raises `Conflict` as `save` does."""
    for dropped in work.session.execute(_DROP, {"of_task": task.id}):
        draft = Draft(**dropped._mapping)
        if draft.user_id == work.actor.user_id:
            _check_newest(work, case, draft, page, seen)


def discard_all(work: UnitOfWork, task_ids: Collection[UUID]) -> None:
    """Drop all drafts of tasks that do not apply any more."""
    work.session.execute(delete(Draft).where(Draft.task_id.in_(task_ids)))


def _check_newest(work: UnitOfWork, case: Case, draft: Draft, page: str, seen: str | None) -> None:
    if seen is None or version(draft.saved_at) == seen or _open(work, case, draft)[0] == page:
        return
    raise Conflict(
        "Isian tugas ini sudah Anda simpan dari tab atau perangkat lain pada "
        f"{moment(draft.saved_at)}, jadi isian di "
        "halaman ini belum disimpan. Muat ulang halaman untuk melihat isian itu, atau tekan "
        "tombol simpan sekali lagi "
        "untuk memakai isian di halaman ini."
    )


def _open(work: UnitOfWork, case: Case, draft: Draft) -> tuple[str, Answers]:
    """The page on which a draft was typed, and its answers. Drafts of release 0.1 hold the answers
    only.
    """
    opened = work.vault.open(case.data_key, draft.sealed, _context(draft.task_id, draft.user_id))
    given = opened.get(ANSWERS) if PAGE in opened else None
    return (str(opened[PAGE]), given) if isinstance(given, dict) else ("", opened)


def _context(task_id: UUID, user_id: UUID) -> str:
    return f"draft:{task_id}:{user_id}"
