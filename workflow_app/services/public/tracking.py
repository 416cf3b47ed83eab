"""Tracking: the status of a case in public words, for the citizen with number and secret code, and
at the desk (R36).

The letter of the case declares what is told: titles and sentences of the office, labels of choices,
days; never a name or the content of a complaint. For a confined or walled-off case only one fixed
sentence is told, so that neither days nor course reveal whom it concerns. A code is handed out with
a letter, shown once, and replaced on record.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.domain import WITA, Conflict, InvalidInput, NotFound
from workflow_app.engine.definitions import Definition, Mark, Stage, Tracking
from workflow_app.models import Case, Letter, Submission, TrackingCode
from workflow_app.permissions import Act, check_act, may
from workflow_app.services.accounts import users
from workflow_app.services.cases import access, answers, clocks, related_cases
from workflow_app.services.core import formatting, unit_of_work, vault
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.letters import letters
from workflow_app.services.office_settings import numbers
from workflow_app.services.processes.definitions import definition_of

LENGTH = 12
"""Number of characters: 60 random bits. Guesses are slowed, and the stored digest cannot be tested
without the key of the case.
"""
CONTEXT = "tracking"
LONGEST_PURPOSE = 300
PURPOSE_WANTED = (
    "Kode sudah pernah diserahkan. Tulis mengapa diganti, paling sedikit sepuluh huruf."
)
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class CodeView:
    """What the pages show about the code of a letter."""

    letter_id: UUID
    number: str
    issued_at: datetime | None
    """When the current code was handed out; None without one."""
    issued_by: str
    can_issue: bool
    """True if the actor may hand out a first or a new code."""


@dataclass(frozen=True)
class IssuedCode:
    """A code at the only moment at which it is known."""

    case_id: UUID
    number: str
    code: str


def of_case(work: UnitOfWork, case: Case) -> Mapping[UUID, CodeView]:
    """Return the codes of a case by letter, for letters that carry one. The caller has checked
    access.
    """
    carriers = [letter for letter in letters.of_case(work, case.id) if is_carried_by(work, letter)]
    if not carriers:
        return {}
    query = select(TrackingCode).where(
        TrackingCode.letter_id.in_([letter.id for letter in carriers]),
        TrackingCode.ended_at.is_(None),
    )
    found = {code.letter_id: code for code in work.session.scalars(query)}
    names = users.names_of(work, [code.issued_by for code in found.values()])
    can_issue = may(work.actor, Act.ISSUE_TRACKING_CODES)
    return {letter.id: _view(letter, found.get(letter.id), names, can_issue) for letter in carriers}


def issue(work: UnitOfWork, letter_id: UUID, purpose: str = "") -> IssuedCode:
    """Hand out a code with a letter. This ends the current code, if any, which needs a written
    purpose; both are recorded.

    Raises `NotFound`, `Forbidden`, `InvalidInput`, `Conflict`.
    """
    letter = work.session.get(Letter, letter_id)
    if letter is None:
        raise NotFound()
    case = access.visible_case(work, letter.case_id, lock=True)
    check_act(work.actor, Act.ISSUE_TRACKING_CODES)
    work.session.refresh(letter)
    if definition_of(work, letter.definition_id).letter(letter.kind).tracking is None:
        raise NotFound()
    if letter.status != "valid":
        raise Conflict(
            "Surat ini sudah ditarik, jadi tidak ada kode yang dapat diserahkan dengannya."
        )
    _end(work, case, letter, purpose)
    code = vault.new(LENGTH)
    work.session.add(
        TrackingCode(
            id=uuid4(),
            letter_id=letter.id,
            digest=work.vault.fingerprint(case.data_key, code, CONTEXT),
            issued_at=work.clock(),
            issued_by=work.actor.user_id,
        )
    )
    work.session.flush()
    return IssuedCode(case.id, letter.number, code)


def find(work: UnitOfWork, number: str, code: str) -> Letter | None:
    """Return the letter with this number if the secret is right. The work done is the same
    whichever is wrong.
    """
    number_id = numbers.find(work, number)
    letter = work.session.scalars(
        select(Letter).where(Letter.number_id == (number_id or NOBODY))
    ).first()
    case = work.session.get(Case, letter.case_id if letter else NOBODY)
    kept = work.session.scalars(
        select(TrackingCode.digest).where(
            TrackingCode.letter_id == (letter.id if letter else NOBODY),
            TrackingCode.ended_at.is_(None),
        )
    ).first()
    shown = work.vault.fingerprint(
        case.data_key if case else work.vault.new_key(),
        vault.normalise(code, LENGTH) or "",
        CONTEXT,
    )
    is_right = hmac.compare_digest(shown, kept or b"")
    return letter if is_right and letter is not None and letter.status == "valid" else None


def is_carried_by(work: UnitOfWork, letter: Letter) -> bool:
    """True if a valid letter comes with a code, by the version under which it was issued; the case
    may have been moved since.
    """
    if letter.status != "valid":
        return False
    return definition_of(work, letter.definition_id).letter(letter.kind).tracking is not None


def _end(work: UnitOfWork, case: Case, letter: Letter, purpose: str) -> None:
    """End the current code, and record what happens."""
    query = select(TrackingCode).where(
        TrackingCode.letter_id == letter.id, TrackingCode.ended_at.is_(None)
    )
    old = work.session.scalars(query.with_for_update()).first()
    if old is None:
        unit_of_work.record_case(
            work, case.id, "tracking.issued", letter_id=str(letter.id), number=letter.number
        )
        return
    if fault := answers.reason_fault(purpose, PURPOSE_WANTED, longest=LONGEST_PURPOSE):
        raise InvalidInput(fault, fields={"purpose": fault})
    old.ended_at = work.clock()
    work.session.flush()
    remark = f"kode:{uuid4()}"
    answers.keep(work, case, remark, purpose)
    unit_of_work.record_case(
        work,
        case.id,
        "tracking.replaced",
        letter_id=str(letter.id),
        number=letter.number,
        remark=remark,
    )


def _view(
    letter: Letter, code: TrackingCode | None, names: Mapping[UUID, str], may: bool
) -> CodeView:
    if code is None:
        return CodeView(letter.id, letter.number, None, "", may)
    by = names.get(code.issued_by, "") if code.issued_by else ""
    return CodeView(letter.id, letter.number, code.issued_at, by, may)


@dataclass(frozen=True)
class Reached:
    """A stage that the case has reached, and its day."""

    title: str
    on: date


@dataclass(frozen=True)
class Status:
    """Everything that is told."""

    number: str
    words: str
    reached: tuple[Reached, ...] = ()
    """Stages, oldest first; empty where only the fixed sentence is told."""
    state: str = ""
    """The newest public label of the work."""
    next: str = ""
    due: date | None = None
    """The day by which the citizen hears again."""
    unsure_year: int | None = None
    """A year before that day whose holidays are not confirmed, so that the day may move."""
    is_overdue: bool = False
    updated_on: date | None = None
    continued_as: str = ""
    """The number under which the case was reopened."""


def look_up(work: UnitOfWork, number: str, code: str) -> Status | None:
    """Return the status for a right number and code; None when either is wrong."""
    letter = find(work, number, code)
    if letter is None:
        return None
    return _followed(work, work.session.get_one(Case, letter.case_id), letter, lambda heir: True)


def for_officer(work: UnitOfWork, case_id: UUID) -> Status:
    """Return the status for an officer who sees the case. Raises `NotFound`, also for a case whose
    letters carry no code.

    Reopened cases are followed only up to the first one that the officer may not see.
    """
    case = access.visible_case(work, case_id)
    letter = _tracked(work, case)
    if letter is None:
        raise NotFound()
    return _followed(work, case, letter, lambda heir: access.still_sees(work, heir))


def _tracked(work: UnitOfWork, case: Case) -> Letter | None:
    """Return the newest valid letter of a case that carries a code."""
    newest = reversed(letters.of_case(work, case.id))
    return next((letter for letter in newest if is_carried_by(work, letter)), None)


def _followed(
    work: UnitOfWork, case: Case, letter: Letter, may_hear_of: Callable[[Case], bool]
) -> Status:
    """Return the status of a case; if it was reopened, that of the continuing case after the stages
    of this one, under the original number, as far as the asker may hear of it.

    If the continuing case is confined or walled off, its fixed sentence is all that is told of
    both.
    """
    told = _told(work, case, letter)
    heir = (
        related_cases.taken_up_by(work, case)
        if told.reached and case.closed_at is not None
        else None
    )
    tracking = None if heir is None else _tracking(definition_of(work, heir.definition_id), letter)
    if heir is None or tracking is None or not may_hear_of(heir):
        return told
    own, on = _tracked(work, heir), _local(heir.opened_at)
    reopened = (*told.reached, Reached(related_cases.REOPENED, on))
    if _is_held_back(work, heir):
        return Status(letter.number, tracking.held_back)
    if own is None:
        first = tracking.stages[0]
        return Status(letter.number, first.words, reopened, next=first.next, updated_on=on)
    newer = _followed(work, heir, own, may_hear_of)
    if not newer.reached:
        return Status(letter.number, newer.words)
    return replace(
        newer,
        number=letter.number,
        reached=reopened + newer.reached,
        continued_as=newer.continued_as or own.number,
    )


def _is_held_back(work: UnitOfWork, case: Case) -> bool:
    return case.confined_to is not None or bool(access.users_walled_off(work, case.id))


def _telling(work: UnitOfWork, case: Case, letter: Letter) -> Definition:
    """Return the version whose words describe a case: its own, or the letter's if its own says
    nothing of this letter.
    """
    own = definition_of(work, case.definition_id)
    return own if _tracking(own, letter) else definition_of(work, letter.definition_id)


def _tracking(definition: Definition, letter: Letter) -> Tracking | None:
    """Return what a version declares for cases with such a letter; None without a declaration."""
    source = definition.letters.get(letter.kind)
    return None if source is None else source.tracking


def _told(work: UnitOfWork, case: Case, letter: Letter) -> Status:
    definition = _telling(work, case, letter)
    tracking = _tracking(definition, letter)
    if tracking is None:
        raise NotFound()
    if _is_held_back(work, case):
        return Status(letter.number, tracking.held_back)
    given = _submissions(work, case.id)
    reached = [
        (stage, day) for stage in tracking.stages if (day := _day(given, stage.after)) is not None
    ]
    if not reached:
        reached = [(tracking.stages[0], _local(letter.issued_at))]
    if case.closed_at is not None:
        own = definition_of(work, case.definition_id)
        return _ended(own, tracking, case, letter, reached)
    stage = reached[-1][0]
    told = _newest(given, stage.state) if stage.state else None
    due, unsure_year = _promised(work, case, stage, given)
    days = [day for _, day in reached] + ([_local(told.submitted_at)] if told else [])
    return Status(
        letter.number,
        stage.words,
        tuple(Reached(one.title, day) for one, day in reached),
        state=_label(definition, stage.state, told),
        next=stage.next,
        due=due,
        unsure_year=unsure_year,
        is_overdue=due is not None and due < _local(work.clock()),
        updated_on=max(days),
    )


def _ended(
    definition: Definition,
    tracking: Tracking,
    case: Case,
    letter: Letter,
    reached: list[tuple[Stage, date]],
) -> Status:
    on = _local(case.closed_at) if case.closed_at else None
    passed = [Reached(stage.title, day) for stage, day in reached]
    outcome = formatting.outcome(definition, case.outcome)
    end = [Reached(outcome, on)] if on else []
    words = tracking.ended.get(case.outcome or "", outcome)
    return Status(letter.number, words, tuple(passed + end), updated_on=on)


def _submissions(work: UnitOfWork, case_id: UUID) -> dict[str, list[Submission]]:
    """Return all submissions by element, oldest first."""
    found: dict[str, list[Submission]] = {}
    query = select(Submission).where(Submission.case_id == case_id).order_by(Submission.position)
    for submission in work.session.scalars(query):
        found.setdefault(submission.element, []).append(submission)
    return found


def _day(given: dict[str, list[Submission]], marks: Iterable[Mark]) -> date | None:
    """Return the earliest day on which one of these marks was reached; None if none was."""
    days = [
        day
        for mark in marks
        for submission in given.get(mark.element, ())
        if (day := _day_of(submission, mark)) is not None
    ]
    return min(days, default=None)


def _day_of(submission: Submission, mark: Mark) -> date | None:
    if not mark.field:
        return _local(submission.submitted_at)
    answer = submission.answers.get(mark.field)
    return _read(answer) if isinstance(answer, str) else None


def _promised(
    work: UnitOfWork, case: Case, stage: Stage, given: dict[str, list[Submission]]
) -> tuple[date | None, int | None]:
    """Return the day promised last: as stated by the handling officer, else the end of a running
    clock, with the year for which it may move.
    """
    told = _newest(given, stage.promise) if stage.promise else None
    if told is not None and stage.promise is not None:
        return _day_of(told, stage.promise), None
    clock = clocks.named(work, case.id).get(stage.clock)
    if clock is None or clock.stopped_at is not None or clock.due_at is None:
        return None, None
    return _local(clock.due_at), clocks.unsure_year(work, clock)


def _newest(given: dict[str, list[Submission]], mark: Mark) -> Submission | None:
    """Return the newest submission of a step, if it answers this question."""
    submissions = given.get(mark.element, [])
    return submissions[-1] if submissions and mark.field in submissions[-1].answers else None


def _label(definition: Definition, mark: Mark | None, told: Submission | None) -> str:
    if mark is None or told is None:
        return ""
    field = definition.form(mark.element).fields[mark.field]
    return field.options.get(str(told.answers[mark.field]), "")


def _read(text: str) -> date | None:
    try:
        if len(text) == len("2026-11-23"):
            return date.fromisoformat(text)
        return _local(datetime.fromisoformat(text))
    except ValueError:
        return None


def _local(instant: datetime) -> date:
    return instant.astimezone(WITA).date()
