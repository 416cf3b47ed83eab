"""Answers of completed tasks: storing them apart by secrecy, and reading them back.

Written reasons: whether one says enough, and those that belong to a case but to no task. Officers
may name people in them, so they are sealed; events only say that there is one. The caller has
checked access. Personal answers: sealed at rest, masked on pages, opened for a purpose, and every
opening is on record (R23). Marks of the citizen's own phone number and NIK, in their normal form:
two cases that share one are probably of one person.

The answers themselves stay sealed under the key of their case, so they cannot be searched. A mark
is a digest under a key that is not in the database: it tells that two are equal and nothing else. A
corrected answer has the new mark only. Whose contact an answer is: the citizen's own, or that of
who helped to fill in the form (pitfall 29).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from workflow_app.domain import Answers, Conflict, Forbidden, InvalidInput
from workflow_app.engine import form_messages
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import PERSONAL_GROUPS, WORKING_NOTES, Field, Form, separate
from workflow_app.engine.model import Value
from workflow_app.models import (
    AuditEvent,
    Case,
    CaseMark,
    CaseRemark,
    SealedAnswers,
    Submission,
    Task,
)
from workflow_app.services.accounts import members
from workflow_app.services.cases import access, task_rights
from workflow_app.services.core import formatting, personal_numbers, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes.definitions import definition_of

SHORTEST, LONGEST = 10, 2000
"""Letters of a reason that somebody can read later and understand."""


def reason_fault(
    words: str, asked: str, *, shortest: int = SHORTEST, longest: int = LONGEST
) -> str | None:
    """What is wrong with a reason, None if nothing; `asked` is the sentence for one that is missing
    or too short.
    """
    return asked if len(words.strip()) < shortest else form_messages.judge_text(words, longest)


def check(words: str, asked: str, *, field: str = "reason", longest: int = LONGEST) -> None:
    """Raise `InvalidInput` at the field unless the reason says enough."""
    if wrong := reason_fault(words, asked, longest=longest):
        raise InvalidInput(fields={field: wrong})


def keep(work: UnitOfWork, case: Case, kind: str, words: str) -> None:
    """Keep a reason under its kind; one of each kind per case."""
    work.session.add(
        CaseRemark(
            id=uuid4(),
            case_id=case.id,
            kind=kind,
            sealed=work.vault.seal(case.data_key, {"alasan": words.strip()}, _context(case, kind)),
            made_at=work.clock(),
            made_by=work.actor.user_id,
        )
    )


def find(work: UnitOfWork, case: Case, kind: str) -> CaseRemark | None:
    """The reason of a kind, sealed, with who wrote it."""
    query = select(CaseRemark).where(CaseRemark.case_id == case.id, CaseRemark.kind == kind)
    return work.session.scalars(query).first()


def words_of(work: UnitOfWork, case: Case) -> dict[str, str]:
    """Every reason of a case in words, by kind."""
    found = work.session.scalars(select(CaseRemark).where(CaseRemark.case_id == case.id))
    return {remark.kind: opened(work, case, remark) for remark in found}


def opened(work: UnitOfWork, case: Case, remark: CaseRemark) -> str:
    """A reason in words."""
    return str(work.vault.open(case.data_key, remark.sealed, _context(case, remark.kind))["alasan"])


def is_repeated(work: UnitOfWork, case: Case, kind: str, words: str) -> bool:
    """The actor has written the same reason before: a double click."""
    remark = find(work, case, kind)
    return (
        remark is not None
        and remark.made_by == work.actor.user_id
        and opened(work, case, remark) == words.strip()
    )


def _context(case: Case, kind: str) -> str:
    return f"remark:{case.id}:{kind}"


def is_own(given: Answers) -> bool:
    """Is the contact of these answers the citizen's? Of who was helped only when it is said to
    be.
    """
    owner = given.get("pemilik_kontak", "" if given.get("dibantu") == "ya" else "pelapor")
    return owner == "pelapor"


MARKED = frozenset({"tel", "nik"})
"""Widgets whose answers are marked."""
NIK_DIGITS = 16

_MARKS = unit_of_work.table_of(CaseMark)
_INSERTION = insert(_MARKS)
_DROP = delete(_MARKS).where(
    _MARKS.c.case_id == bindparam("of_case"), _MARKS.c.element == bindparam("of_element")
)


def keep_mark(work: UnitOfWork, case: Case, element: str, form: Form, given: Answers) -> None:
    """The answers of an element bear these marks from now on. Asks nothing of a form without such
    questions.
    """
    if not any(_is_marked(field) for field in form.fields.values()):
        return
    work.session.execute(_DROP, {"of_case": case.id, "of_element": element})
    found = {
        work.vault.mark(field.widget, plain)
        for field in form.fields.values()
        if _is_marked(field) and (plain := _normal(field, given))
    }
    if found:
        borne = [{"case_id": case.id, "element": element, "mark": mark} for mark in sorted(found)]
        work.session.execute(_INSERTION, unit_of_work.one_or_many(borne))


def sharing(case: Case) -> Select[UUID]:
    """Ids of other cases that bear a mark of this one. Who may see them is the caller's
    question.
    """
    theirs, own = aliased(CaseMark), aliased(CaseMark)
    return (
        select(theirs.case_id)
        .join(own, own.mark == theirs.mark)
        .where(own.case_id == case.id, theirs.case_id != case.id)
    )


def _is_marked(field: Field) -> bool:
    return field.widget in MARKED and field.personal is not None


def _normal(field: Field, given: Answers) -> str:
    """The answer as it is compared; empty when it tells nobody from others."""
    text = str(given.get(field.name) or "")
    if field.widget == "tel":
        return personal_numbers.dialled(text) if is_own(given) else ""
    return text if len(text) == NIK_DIGITS else ""


_SUBMISSION = unit_of_work.table_of(Submission).insert().inline()
_SEALED = unit_of_work.table_of(SealedAnswers).insert()
"""Written as rows, without the bookkeeping of objects: a submission never changes, and every
completion waits for this.
"""

_OF_CASE = Submission.case_id == bindparam("case_id")
_NEWEST = (
    select(Submission)
    .where(
        _OF_CASE,
        Submission.position.in_(
            select(func.max(Submission.position)).where(_OF_CASE).group_by(Submission.element)
        ),
    )
    .order_by(Submission.position)
)


@dataclass(frozen=True)
class Stored:
    """Answers that were kept."""

    submission_id: UUID
    control: dict[str, Value]
    """What of them may steer the process."""


def store(
    work: UnitOfWork,
    case: Case,
    task: Task,
    token: str,
    form: Form,
    given: Answers,
    *,
    on_behalf_of: UUID | None = None,
) -> Stored:
    """Keep the answers with which `task` is completed, by the actor himself or in the place of
    somebody. Personal groups are sealed.

    Raises `Conflict` when a form with this idempotency key was stored before, or is being stored at
    this moment.
    """
    submission_id, separated = uuid4(), separate(form, given)
    stored = {
        "id": submission_id,
        "task_id": task.id,
        "case_id": case.id,
        "element": task.element,
        "token": token,
        "answers": separated.public,
        "submitted_at": work.clock(),
        "submitted_by": work.actor.user_id,
        "on_behalf_of": on_behalf_of,
    }
    try:
        work.session.execute(_SUBMISSION, stored)
    except IntegrityError as error:
        raise Conflict(
            "Formulir ini sudah pernah dikirim untuk tugas lain. Muat ulang halaman tugas ini."
        ) from error
    if (known := unit_of_work.of_case(work, case.id).get("answers")) is not None:
        known.pop(task.element, None)
        known[task.element] = Submission(
            **stored
        )  # the newest stand in the order in which they were made
    sealed = [
        {
            "submission_id": submission_id,
            "field_group": group,
            "sealed": work.vault.seal(case.data_key, answers, f"answers:{submission_id}:{group}"),
        }
        for group, answers in separated.personal.items()
    ]
    if sealed:
        work.session.execute(_SEALED, unit_of_work.one_or_many(sealed))
    keep_mark(work, case, task.element, form, given)
    return Stored(submission_id, separated.control)


def newest(
    work: UnitOfWork, case_id: UUID, elements: Iterable[str] | None = None
) -> dict[str, Submission]:
    """The newest submission of each element of a case, in the order they were made; read once per
    unit of work.

    Those of earlier rounds stay where they are: a case may have thousands. One that this unit of
    work has stored has no `position` yet.
    """
    known = unit_of_work.of_case(work, case_id)
    if "answers" not in known:
        found = work.session.scalars(_NEWEST, {"case_id": case_id})
        known["answers"] = {submission.element: submission for submission in found}
    kept: dict[str, Submission] = known["answers"]
    wanted = kept if elements is None else set(elements)
    return {element: submission for element, submission in kept.items() if element in wanted}


def unsealed(
    work: UnitOfWork,
    case: Case,
    submissions: Iterable[Submission],
    groups: Collection[str] = PERSONAL_GROUPS,
) -> dict[str, Answers]:
    """All answers per element, personal ones of these groups opened. The caller answers for the
    right to read them.
    """
    found = {submission.id: submission for submission in submissions}
    if not found:
        return {}
    merged: dict[UUID, Answers] = {key: dict(value.answers) for key, value in found.items()}
    query = select(SealedAnswers).where(
        SealedAnswers.submission_id.in_(found.keys()), SealedAnswers.field_group.in_(groups)
    )
    for sealed in work.session.scalars(query):
        merged[sealed.submission_id].update(_open(work, case, sealed))
    return {found[key].element: value for key, value in merged.items()}


def works_on(work: UnitOfWork, case: Case) -> bool:
    """True if one of the actor's roles has, had or may take a task of this case, and did not give
    the case back.
    """
    return work.actor.unit == case.unit and bool(task_rights.roles(work, case))


def readable_groups(work: UnitOfWork, case: Case) -> frozenset[str]:
    """The sealed groups of a case that the actor, who may see it, may read: working notes where he
    works, the rest with a role that may open identities.
    """
    notes = {WORKING_NOTES} if works_on(work, case) else set()
    masked = PERSONAL_GROUPS - {WORKING_NOTES}
    return frozenset(notes | (masked if task_rights.opens_identities(work, case) else set()))


def notes(work: UnitOfWork, case: Case, submissions: Iterable[Submission]) -> dict[str, Answers]:
    """Working notes per element: opened for who works on the case, empty for everybody else. No
    other group is opened.
    """
    found = {submission.id: submission.element for submission in submissions}
    notes: dict[str, Answers] = {element: {} for element in found.values()}
    if not found or not works_on(work, case):
        return notes
    query = select(SealedAnswers).where(
        SealedAnswers.submission_id.in_(found.keys()), SealedAnswers.field_group == WORKING_NOTES
    )
    for sealed in work.session.scalars(query):
        notes[found[sealed.submission_id]] = _open(work, case, sealed)
    return notes


def _open(work: UnitOfWork, case: Case, sealed: SealedAnswers) -> Answers:
    context = f"answers:{sealed.submission_id}:{sealed.field_group}"
    opened: Answers = work.vault.open(case.data_key, sealed.sealed, context)
    return opened


def rows_of(definition: Definition, form: Form, answers: Answers) -> list[tuple[str, str]]:
    """Question and readable answer, in the order of the form, without empty ones."""
    told = []
    for field in form.fields.values():
        if field.name in answers:
            text = formatting.answer(definition, field, answers[field.name])
            if text:
                told.append((field.title, text))
    return told


REVEALED = "identity.revealed"
SHORTEST_PURPOSE, LONGEST_PURPOSE = 5, 300
PURPOSE_WANTED = "Tulis untuk apa identitas dibuka, paling sedikit lima huruf."
MASK = "•••"


@dataclass(frozen=True)
class IdentityGroup:
    """The personal answers of one step."""

    element: str
    element_name: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class Access:
    """Who opened the identity, when, and what for."""

    at: datetime
    who: str
    purpose: str


def read_answers(work: UnitOfWork, case: Case, *, element: str | None = None) -> dict[str, Answers]:
    """Newest answers per element, personal ones included, members by name. For the system's own use
    (letters): no event.
    """
    found = newest(work, case.id, None if element is None else [element])
    opened = unsealed(work, case, found.values())
    return members.spelled_out(work, definition_of(work, case.definition_id).forms, opened)


def reveal(work: UnitOfWork, case_id: UUID, purpose: str) -> list[IdentityGroup]:
    """Open the personal answers of a case. Needs a written purpose; records who, when and why
    (sealed).
    """
    case = access.visible_case(work, case_id, lock=True)
    if not task_rights.opens_identities(work, case):
        raise Forbidden()
    if fault := reason_fault(
        purpose, PURPOSE_WANTED, shortest=SHORTEST_PURPOSE, longest=LONGEST_PURPOSE
    ):
        raise InvalidInput(fields={"purpose": fault})
    remark = f"pembukaan:{uuid4()}"
    keep(work, case, remark, purpose)
    unit_of_work.record_case(work, case.id, REVEALED, remark=remark)
    return _groups(work, case, masked=False)


def wanted_at(work: UnitOfWork, case: Case, element: str) -> str:
    """What the step needs them for, as its process says (`opensFor`); empty where the actor may not
    open them, or it says nothing.
    """
    reason = (
        definition_of(work, case.definition_id).elements[element].properties.get("opensFor", "")
    )
    return reason if reason and task_rights.opens_identities(work, case) else ""


def masked(work: UnitOfWork, case_id: UUID) -> list[IdentityGroup]:
    """Which personal answers exist, their contents hidden."""
    return _groups(work, access.visible_case(work, case_id), masked=True)


def accesses(work: UnitOfWork, case_id: UUID) -> list[Access]:
    """Every opening of the identity of a case, newest first."""
    case = access.visible_case(work, case_id)
    events = work.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.case_id == case.id, AuditEvent.action == REVEALED)
        .order_by(AuditEvent.position.desc())
    ).all()
    written = words_of(work, case) if events else {}
    return [Access(event.at, event.actor_name, _purpose(event, written)) for event in events]


def _groups(work: UnitOfWork, case: Case, *, masked: bool) -> list[IdentityGroup]:
    definition = definition_of(work, case.definition_id)
    found = []
    for element, all_answers in read_answers(work, case).items():
        form = definition.form(element)
        rows = [
            (title, MASK if masked else text)
            for title, text in rows_of(definition, form, _personal(form, all_answers))
        ]
        if rows:
            found.append(IdentityGroup(element, definition.elements[element].name, rows))
    return found


def _purpose(event: AuditEvent, written: Mapping[str, str]) -> str:
    """What the identity was opened for; events from before purposes were sealed tell it
    themselves.
    """
    told = str(event.details.get("purpose", ""))
    return written.get(str(event.details.get("remark")), told)


def _personal(form: Form, all_answers: Answers) -> Answers:
    """Without the working notes, which are shown where the case is worked on."""
    masked = {
        name for name, field in form.fields.items() if field.personal not in (None, WORKING_NOTES)
    }
    return {name: value for name, value in all_answers.items() if name in masked}
