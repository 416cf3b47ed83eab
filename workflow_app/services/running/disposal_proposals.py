"""Proposing papers for disposal: a case begins with the papers that were chosen on the list of what is due, or gets them added."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.keeping import disposals, due_papers
from workflow_app.services.running import cases

PROCESSES: Mapping[str | None, str] = {None: "disposal", "piket_propam": "disposal_propam"}
"""By whose papers they are (`permissions.disposal_scopes`): what is confined is disposed of in a case that is confined too."""


@dataclass(frozen=True)
class OpenProposal:
    """A case whose list the actor may still add to."""

    case_id: UUID
    number: str


def begin(
    work: UnitOfWork, document_ids: Collection[UUID], token: str, scope: str | None = None
) -> cases.Started:
    """Begin a case that proposes these papers. The same `token` again answers with the case it began."""
    due_papers.check_scope(work, scope)
    started = cases.start(work, PROCESSES[scope], token)
    if disposals.listed(work, started.case_id) is None:
        disposals.choose(work, started.case_id, document_ids)
    return started


def open_ones(work: UnitOfWork, scope: str | None = None) -> list[OpenProposal]:
    """The proposals of such papers to which the actor may add now, the newest first."""
    desks = [work.actor.user_id, *(other.user_id for other in work.actor.stands_for)]
    mine = select(Task.case_id).where(Task.status == "open", Task.assignee_id.in_(desks))
    query = (
        select(Case)
        .where(Case.process_key == PROCESSES[scope], Case.id.in_(mine), access.sees_case(work))
        .order_by(Case.opened_at.desc(), Case.number.desc())
    )
    return [
        OpenProposal(case.id, case.number)
        for case in work.session.scalars(query)
        if disposals.may_add(work, case)
    ]
