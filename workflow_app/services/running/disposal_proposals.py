"""Proposing papers for disposal: a case begins with the papers that were chosen on the list of what is due, or gets them added."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.permissions import DISPOSAL_PROPOSERS, check_role
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.keeping import disposals
from workflow_app.services.running import cases

PROCESS = "disposal"


@dataclass(frozen=True)
class OpenProposal:
    """A case whose list the actor may still add to."""

    case_id: UUID
    number: str


def begin(work: UnitOfWork, document_ids: Collection[UUID], token: str) -> cases.Started:
    """Begin a case that proposes these papers. The same `token` again answers with the case it began."""
    check_role(work.actor, DISPOSAL_PROPOSERS)
    started = cases.start(work, PROCESS, token)
    if disposals.listed(work, started.case_id) is None:
        disposals.choose(work, started.case_id, document_ids)
    return started


def open_ones(work: UnitOfWork) -> list[OpenProposal]:
    """The proposals on which the actor works now, the newest first."""
    mine = select(Task.case_id).where(
        Task.status == "open",
        Task.assignee_id == work.actor.user_id,
        Task.role.in_(DISPOSAL_PROPOSERS),
    )
    query = (
        select(Case.id, Case.number)
        .where(Case.process_key == PROCESS, Case.id.in_(mine), access.sees_case(work))
        .order_by(Case.opened_at.desc())
    )
    return [OpenProposal(*row) for row in work.session.execute(query)]
