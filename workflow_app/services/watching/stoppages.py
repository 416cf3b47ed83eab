"""What waits for a person to see to it: steps that failed or are held, and messages that do not get through."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from workflow_app.models.case import Case
from workflow_app.models.incident import Incident
from workflow_app.models.message import Message
from workflow_app.permissions import INCIDENT_READERS, OUTBOX_KEEPERS, has_role
from workflow_app.services.case_file import access
from workflow_app.services.correspondence.messages import SLIP
from workflow_app.services.ground.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Stoppages:
    """How many of each the actor minds; nothing for whom they do not concern."""

    incidents: int = 0
    messages: int = 0
    """Tried already, not taken, and tried again by themselves; those that were given up are incidents."""


def read(work: UnitOfWork) -> Stoppages:
    """What stands still now, as far as the actor is the one to see to it."""
    stuck = (Message.status == "waiting") & (Message.channel != SLIP) & Message.last_error.is_not(None)
    return Stoppages(
        incidents=_count(work, Incident, Incident.resolved_at.is_(None))
        if has_role(work.actor, INCIDENT_READERS)
        else 0,
        messages=_count(work, Message, stuck) if has_role(work.actor, OUTBOX_KEEPERS) else 0,
    )


def _count(work: UnitOfWork, kind: type[Incident] | type[Message], which: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(kind).join(Case, Case.id == kind.case_id)
    return work.session.scalar(query.where(which, access.minds_case(work))) or 0
