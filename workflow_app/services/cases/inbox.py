"""The inbox: lists of open tasks from the task table, page by page. No list ever loads a workflow.

A function's tasks stand in the queue of those who are on duty; its other members find them under
all (decision 0020).

Cases found by their own number, or by that of a letter.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.orm import Mapped

from workflow_app.models import Case, CaseWall, Letter, Task, User
from workflow_app.models import Definition as DefinitionRow
from workflow_app.permissions import OVERSEERS, has_role
from workflow_app.services.cases import access
from workflow_app.services.cases.access import Sight
from workflow_app.services.core import pagination, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.roster import duty
from workflow_app.services.roster.duty import Substitution

Tab = Literal["mine", "queue", "all"]
TABS: tuple[Tab, ...] = ("mine", "queue", "all")
COUNT_LIMIT = 100
"""Counts stop here; the page shows `99+`."""
BUILT = 60
"""So many questions are kept for those who ask them again; one takes up to 190 kB."""
Served = frozenset[tuple[str, frozenset[UUID]]]
"""Functions, each with those who serve in it."""


@dataclass(frozen=True)
class InboxRow:
    """One open task in a list; nothing personal."""

    task_id: UUID
    case_id: UUID
    case_number: str
    process_key: str
    process_name: str
    step: str
    role: str
    role_label: str
    assignee_id: UUID | None
    assignee_name: str | None
    since: datetime
    due_at: datetime | None
    from_whom: str | None
    substitute: str | None
    """Who works for the assignee, who is absent now; None while he is there."""
    for_me: bool
    """The task is the actor's, or of somebody for whom he works."""
    on_duty: str
    """Who serves now in the function whose task nobody has taken yet."""


@dataclass(frozen=True)
class InboxPage:
    """One page of a list."""

    rows: list[InboxRow]
    next: str | None
    """Cursor of the following page, or None."""
    counts: dict[Tab, int]
    query: str


def page(
    work: UnitOfWork,
    tab: Tab,
    *,
    query: str = "",
    process: str | None = None,
    after: str | None = None,
    limit: int = 25,
) -> InboxPage:
    """Open tasks, oldest first. `query` is how a case number begins or ends; `after` is the cursor
    of the page before.
    """
    statement = _listing(
        access.of(work), _served(work), tab, query.strip().upper(), process, after, limit
    )
    labels: dict[str, str] = configuration.value(work, "label_peran")
    away = duty.now_substitution(work, work.actor.unit)
    own = {work.actor.user_id, *(absent.user_id for absent in work.actor.stands_for)}
    found = [
        InboxRow(
            task_id=task.id,
            case_id=task.case_id,
            case_number=task.number,
            process_key=task.process_key,
            process_name=task.process_name,
            step=task.name,
            role=task.role,
            role_label=labels.get(task.role, task.role),
            assignee_id=task.assignee_id,
            assignee_name=task.assignee_name,
            since=task.created_at,
            due_at=task.due_at,
            from_whom=task.sender_name,
            substitute=_substitute(away, task.assignee_id),
            for_me=task.assignee_id in own,
            on_duty=duty.names(work, task.unit, task.role) if task.assignee_id is None else "",
        )
        for task in unit_of_work.read(work, statement)
    ]
    more = len(found) > limit
    found = found[:limit]
    return InboxPage(
        rows=found,
        next=pagination.write(found[-1].since, found[-1].task_id) if more else None,
        counts=_counts(work),
        query=query,
    )


def _substitute(away: Mapping[UUID, Substitution], user_id: UUID | None) -> str | None:
    found = away.get(user_id) if user_id is not None else None
    return found.substitute if found else None


def _served(work: UnitOfWork) -> Served:
    """Of the functions of the actor in which only others serve now, who serves and is there."""
    return frozenset(
        (function, frozenset(person.user_id for person in people if not person.is_away))
        for function, people in duty.relieved(work).items()
    )


@lru_cache(maxsize=BUILT)
def _listing(
    sight: Sight,
    served: Served,
    tab: Tab,
    number: str,
    process: str | None,
    after: str | None,
    limit: int,
) -> Select[*tuple[Any, ...]]:
    """The question for a page of a list. To build it takes as long as to ask it, so the last ones
    are kept.
    """
    filters = _filters(number, process, pagination.read(after, datetime.fromisoformat, UUID))
    wanted = _positions(sight, served, tab, limit + 1, filters)
    return (
        select(
            Task.id,
            Task.case_id,
            Task.name,
            Task.role,
            Task.unit,
            Task.assignee_id,
            Task.created_at,
            Task.due_at,
            Case.number,
            Case.process_key,
            _name(DefinitionRow.name, DefinitionRow.id == Case.definition_id).label("process_name"),
            _name(User.full_name, User.id == Task.assignee_id).label("assignee_name"),
            _name(User.full_name, User.id == Task.sent_by).label("sender_name"),
        )
        .join(wanted, wanted.c.id == Task.id)
        .join(Case, Case.id == Task.case_id)
        .order_by(Task.created_at, Task.id)
        .limit(limit + 1)
    )


def _name(name: Mapped[str], where: ColumnElement[bool]) -> ScalarSelect[str]:
    """What somebody or something is called. Joined, each name would be one more table whose place
    the database ponders every time, for longer than it takes to read a page.
    """
    return select(name).where(where).scalar_subquery()


def _filters(
    number: str, process: str | None, cursor: Sequence[datetime | UUID] | None
) -> list[ColumnElement[bool]]:
    """What narrows a list down: how a case number begins or ends, the process, the place to go on
    from.
    """
    found: list[ColumnElement[bool]] = []
    if number:
        ends = func.reverse(Case.number).startswith(number[::-1], autoescape=True)
        cases = select(Case.id).where(Case.number.startswith(number, autoescape=True) | ends)
        found.append(Task.case_id.in_(cases))
    if process:
        found.append(Task.case_id.in_(select(Case.id).where(Case.process_key == process)))
    if cursor is not None:
        found.append(tuple_(Task.created_at, Task.id) > tuple_(*cursor))
    return found


def _positions(
    sight: Sight, served: Served, tab: Tab, limit: int, filters: Collection[ColumnElement[bool]]
) -> Subquery:
    """The first tasks of a list by age. Each ground for being in it is one index read in order, so
    that it costs the same however many tasks there are.
    """
    seen = access.not_behind_wall_of(sight, Task.case_id)
    parts = [
        select(Task.id, Task.created_at)
        .where(Task.status == "open", ground, seen, *filters)
        .order_by(Task.created_at, Task.id)
        .limit(limit)
        for ground in _grounds(sight, served, tab)
    ]
    return (union(*parts) if len(parts) > 1 else parts[0]).subquery()


def _grounds(sight: Sight, served: Served, tab: Tab) -> list[ColumnElement[bool]]:
    """Why a task is in a list of this person; one that fits is enough."""
    actor = sight.actor
    if actor.user_id is None:
        return [false()]
    own_unit = Task.unit == actor.unit
    of_absent = [
        own_unit
        & (Task.assignee_id == absent.user_id)
        & Task.role.in_(absent.roles)
        & _reaches(sight)
        for absent in actor.stands_for
    ]
    if tab == "mine":
        return [Task.assignee_id == actor.user_id, *of_absent]
    if tab == "queue":
        waiting = own_unit & Task.assignee_id.is_(None)
        there = dict(served)
        return [
            waiting & (Task.role == role) & (_hidden_from(there[role]) if role in there else true())
            for role in actor.roles
        ] + _queues_of_absent(sight) or [false()]
    if has_role(actor, OVERSEERS):
        return [own_unit]
    return [
        *(own_unit & (Task.role == role) for role in actor.roles),
        own_unit & (Task.assignee_id == actor.user_id),
        *of_absent,
        *_queues_of_absent(sight),
        own_unit & (Task.begun_by == actor.user_id),
    ]


def _reaches(sight: Sight) -> ColumnElement[bool]:
    """Standing in opens no case: what the substitute does not see himself he does not find among
    the tasks of the absent.
    """
    return Task.case_id.in_(select(Case.id).where(access.sees_case_of(sight)))


def _queues_of_absent(sight: Sight) -> list[ColumnElement[bool]]:
    """What waits for somebody absent in a role that the actor does not hold himself; not where a
    wall keeps him out (R79).
    """
    actor = sight.actor
    return [
        (Task.unit == actor.unit)
        & Task.assignee_id.is_(None)
        & (Task.role == role)
        & Task.case_id.not_in(select(CaseWall.case_id).where(CaseWall.user_id == absent.user_id))
        & _reaches(sight)
        for absent in actor.stands_for
        for role in absent.roles - actor.roles
    ]


def _hidden_from(there: Collection[UUID]) -> ColumnElement[bool]:
    """Tasks of cases before which a wall stands for all who serve and are there: they are everybody
    else's (R79).
    """
    walled = select(CaseWall.case_id).where(CaseWall.user_id.in_(there))
    return Task.case_id.in_(walled.group_by(CaseWall.case_id).having(func.count() == len(there)))


def _counts(work: UnitOfWork) -> dict[Tab, int]:
    found = unit_of_work.read(work, _counting(access.of(work), _served(work))).one()
    return {tab: min(count, COUNT_LIMIT) for tab, count in zip(TABS, found, strict=True)}


@lru_cache(maxsize=BUILT)
def _counting(sight: Sight, served: Served) -> Select[*tuple[Any, ...]]:
    """The question for the counts, kept as `_listing` is."""
    return select(
        *(
            select(func.count())
            .select_from(_positions(sight, served, tab, COUNT_LIMIT, ()))
            .scalar_subquery()
            for tab in TABS
        )
    )


@dataclass(frozen=True)
class CaseHit:
    """A case found by its number."""

    id: UUID
    number: str
    process_name: str
    status: str
    opened_at: datetime


def search(work: UnitOfWork, text: str, limit: int = 20) -> list[CaseHit]:
    """Cases whose own number or letter number contains `text`, newest first; only those the actor
    may see.
    """
    wanted = text.strip()
    if len(wanted) < 2:
        return []
    lettered = select(Letter.case_id).where(Letter.number.icontains(wanted, autoescape=True))
    rows = work.session.execute(
        select(Case.id, Case.number, DefinitionRow.name, Case.status, Case.opened_at)
        .join(DefinitionRow, DefinitionRow.id == Case.definition_id)
        .where(
            Case.number.icontains(wanted, autoescape=True) | Case.id.in_(lettered),
            access.sees_case(work),
        )
        .order_by(Case.opened_at.desc(), Case.number.desc())
        .limit(limit)
    )
    return [CaseHit(*row) for row in rows]


def by_numbers(work: UnitOfWork, numbers: Collection[str]) -> dict[str, list[CaseHit]]:
    """Cases with exactly one of these numbers, or with a letter that has it (the office behind its
    last digit may be left out), newest first; only those the actor may see.
    """
    if not numbers:
        return {}
    short = func.substring(Letter.number, r"^.*\d")
    wanted = [*numbers]
    query = (
        select(
            Case.id,
            Case.number,
            DefinitionRow.name,
            Case.status,
            Case.opened_at,
            Letter.number,
            short,
        )
        .join(DefinitionRow, DefinitionRow.id == Case.definition_id)
        .outerjoin(
            Letter, (Letter.case_id == Case.id) & or_(Letter.number.in_(wanted), short.in_(wanted))
        )
        .order_by(Case.opened_at.desc(), Case.number.desc())
    )
    lettered = select(Letter.case_id).where(or_(Letter.number.in_(wanted), short.in_(wanted)))
    query = query.where(or_(Case.number.in_(wanted), Case.id.in_(lettered)), access.sees_case(work))
    found: dict[str, list[CaseHit]] = {}
    for *facts, letter, beginning in work.session.execute(query):
        hit = CaseHit(*facts)
        for number in {hit.number, letter, beginning} & {*numbers}:
            if hit not in found.setdefault(number, []):
                found[number].append(hit)
    return found
