"""Absent members and their substitutes, as a session would find them."""

from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.models import CaseWall, Submission, Task
from workflow_app.services.accounts import absences
from workflow_app.services.accounts.absences import Asked
from workflow_app.services.cases import inbox
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.roster import duty
from workflow_app.services.workflow import tasks

TODAY, TOMORROW = "2026-11-23", "2026-11-24"
"""The tests begin on this Monday at 09.00 WITA."""
DESK, APPROVAL = 5, 6
"""Steps of the scenario after which the desk, and after which the approver has the case."""


def send_away(
    works: Works,
    absent: Actor,
    substitute: Actor,
    first: str = TODAY,
    last: str = TODAY,
    by: Actor | None = None,
) -> UUID:
    """The absent one enters it himself, unless somebody else does."""
    asked = Asked(str(absent.user_id), str(substitute.user_id), first, last)
    with works.begin(by or absent) as work:
        return absences.enter(work, asked)


def now(works: Works, actor: Actor) -> Actor:
    """The actor of a request at this moment: with those he stands in for."""
    assert actor.user_id is not None
    with works.begin(SYSTEM) as work:
        found = duty.of_substitute(work, actor.user_id, actor.roles, actor.unit)
    return replace(actor, stands_for=found)


def allow(works: Works, role: str, *others: str) -> None:
    """The office lets holders of other roles stand in for this one."""
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, duty.ALLOWED, {role: list(others)}, work.clock())


def mine(works: Works, actor: Actor, tab: inbox.Tab = "mine") -> set[UUID]:
    with works.begin(actor) as work:
        page = inbox.page(work, tab)
        assert page.counts[tab] == len(page.rows)
        return {row.task_id for row in page.rows}


def complete(works: Works, actor: Actor, task_id: UUID, given: Answers | None = None) -> UUID:
    with works.begin(actor) as work:
        answers = tasks.get(work, task_id).answers if given is None else given
        return tasks.complete(work, task_id, answers, str(uuid4())).case_id


def claim(works: Works, actor: Actor, task_id: UUID) -> None:
    with works.begin(actor) as work:
        tasks.claim(work, task_id)


def doers(works: Works, task_id: UUID) -> tuple[UUID | None, UUID | None]:
    with works.begin(SYSTEM) as work:
        done = work.session.scalars(select(Submission).where(Submission.task_id == task_id)).one()
        return done.submitted_by, done.on_behalf_of


def task_of_case(works: Works, task_id: UUID) -> UUID:
    with works.begin(SYSTEM) as work:
        return work.session.get_one(Task, task_id).case_id


def as_chief(actor: Actor) -> Actor:
    return Actor(actor.user_id, actor.name, frozenset({"ka_spkt"}), actor.unit)


def give(works: Works, task_id: UUID, user: Actor) -> None:
    """As if a fault had put the task into these hands."""
    with works.begin(SYSTEM) as work:
        work.session.get_one(Task, task_id).assignee_id = user.user_id


def wall(works: Works, case_id: UUID, actor: Actor) -> None:
    with works.begin(SYSTEM) as work:
        row = {
            "case_id": case_id,
            "user_id": actor.user_id,
            "since": work.clock(),
            "reason_key": "uji",
        }
        work.session.execute(insert(CaseWall), [row])
