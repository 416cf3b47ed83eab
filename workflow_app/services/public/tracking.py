"""Where a case stands, in public words only: for the citizen with number and secret code, and at
the desk (R36).

What is told is what the letter of the case declares: titles and sentences of the office, labels of
choices, days. Never a name, never what was complained about. Of a case that somebody is kept from,
one fixed sentence and nothing else is told, so that neither its days nor its course say whom it
concerns.

Secret codes with which citizens follow their cases: handed out with a letter, shown once, replaced
on record (R36).
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
from workflow_app.permissions import TRACKING_CODE_ISSUERS, check_role, has_role
from workflow_app.services.accounts import users
from workflow_app.services.cases import access, answers, clocks, related_cases
from workflow_app.services.core import formatting, unit_of_work, vault
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.letters import letters
from workflow_app.services.office_settings import numbers
from workflow_app.services.processes.definitions import definition_of

LENGTH = 12
"""60 random bits: guesses are slowed, and what is kept of it cannot be tried out without the key of
the case.
"""
CONTEXT = "tracking"
LONGEST_PURPOSE = 300
PURPOSE_WANTED = (
    "Kode sudah pernah diserahkan. Tulis mengapa diganti, paling sedikit sepuluh huruf."
)
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class CodeView:
    """What the pages say about the code of a letter."""

    letter_id: UUID
    number: str
    issued_at: datetime | None
    """When the one in force was handed out; None while there is none."""
    issued_by: str
    can_issue: bool
    """The actor may hand out one, the first or a new one."""


@dataclass(frozen=True)
class IssuedCode:
    """A code at the only moment at which it is known."""

    case_id: UUID
    number: str
    code: str


def of_case(work: UnitOfWork, case: Case) -> Mapping[UUID, CodeView]:
    """The codes of the letters of a case that carry one, by letter. The caller has checked
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
    may = has_role(work.actor, TRACKING_CODE_ISSUERS)
    return {letter.id: _view(letter, found.get(letter.id), names, may) for letter in carriers}


def issue(work: UnitOfWork, letter_id: UUID, purpose: str = "") -> IssuedCode:
    """Hand out a code with a letter. Where one is in force it ends, and a written purpose is
    needed; both are on record.

    Raises `NotFound`, `Forbidden`, `InvalidInput`, `Conflict`.
    """
    letter = work.session.get(Letter, letter_id)
    if letter is None:
        raise NotFound()
    case = access.visible_case(work, letter.case_id, lock=True)
    check_role(work.actor, TRACKING_CODE_ISSUERS)
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
    """The letter of this number, for who also has its secret. The same is done whatever is wrong,
    or both.
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
    """Whether a letter that holds comes with a code, by the version under which it was issued: a
    case may have been moved since.
    """
    if letter.status != "valid":
        return False
    return definition_of(work, letter.definition_id).letter(letter.kind).tracking is not None


def _end(work: UnitOfWork, case: Case, letter: Letter, purpose: str) -> None:
    """End the code in force, and put what happens on record."""
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
    """A stage that the case has reached, and on which day."""

    title: str
    on: date


@dataclass(frozen=True)
class Status:
    """All that is told."""

    number: str
    words: str
    reached: tuple[Reached, ...] = ()
    """Oldest first; empty where only the fixed sentence is told."""
    state: str = ""
    """The newest public label of the work."""
    next: str = ""
    due: date | None = None
    """The day until which the citizen hears again."""
    unsure_year: int | None = None
    """A year before that day whose holidays nobody has confirmed, so that it may move."""
    is_overdue: bool = False
    updated_on: date | None = None
    continued_as: str = ""
    """The number under which the case was taken up again after its end."""


def look_up(work: UnitOfWork, number: str, code: str) -> Status | None:
    """For who has both; None when either is wrong."""
    letter = find(work, number, code)
    if letter is None:
        return None
    return _followed(work, work.session.get_one(Case, letter.case_id), letter, lambda heir: True)


def for_officer(work: UnitOfWork, case_id: UUID) -> Status:
    """The same for who sees the case. Raises `NotFound`, also for a case whose letters carry no
    code.

    He reads as far as he sees: nothing is told of the first one that took another up and is kept
    from him, nor of what came after.
    """
    case = access.visible_case(work, case_id)
    letter = _tracked(work, case)
    if letter is None:
        raise NotFound()
    return _followed(work, case, letter, lambda heir: access.still_sees(work, heir))


def _tracked(work: UnitOfWork, case: Case) -> Letter | None:
    """The newest letter of a case that holds and carries a code."""
    newest = reversed(letters.of_case(work, case.id))
    return next((letter for letter in newest if is_carried_by(work, letter)), None)


def _followed(
    work: UnitOfWork, case: Case, letter: Letter, may_hear_of: Callable[[Case], bool]
) -> Status:
    """What is told of a case, and where it was taken up after its end, of the one that goes on:
    under the number that the citizen asked with, after all that went before, as far as the asker
    may hear of it.

    Where that one is kept from somebody, its fixed sentence is all that is told, of both.
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
    """The version whose words tell of a case: its own one, and while that tells nothing of this
    letter, the letter's.
    """
    own = definition_of(work, case.definition_id)
    return own if _tracking(own, letter) else definition_of(work, letter.definition_id)


def _tracking(definition: Definition, letter: Letter) -> Tracking | None:
    """What a version tells of cases under such a letter; None where it tells nothing, or has
    none.
    """
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
    """Everything that was answered, by step, oldest first."""
    found: dict[str, list[Submission]] = {}
    query = select(Submission).where(Submission.case_id == case_id).order_by(Submission.position)
    for submission in work.session.scalars(query):
        found.setdefault(submission.element, []).append(submission)
    return found


def _day(given: dict[str, list[Submission]], marks: Iterable[Mark]) -> date | None:
    """The earliest day one of these marks was reached; None while none is."""
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
    """The day that was promised last: told by whoever handles the case, else the end of a running
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
    """The newest submission of a step, if it answers this question."""
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
