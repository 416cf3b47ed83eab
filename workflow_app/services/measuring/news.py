"""Whether anything is new for a page that shows many cases, without making the page."""

import hashlib

from sqlalchemy import func, select

from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import CaseClock
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.types import WITA

UNSETTLED = 500
"""So many of the newest events are looked at for one that was committed late."""


def word(work: UnitOfWork) -> str:
    """Stays the same as long as such a page would read the same, at the price of two looks into an index.

    Every change writes its event; beside that only time changes a page: when a limit passes, and at midnight. Events get their
    numbers before they are committed, so the newest one alone would hide one that is committed after it. The word tells nothing
    of what is new: it is a digest, and the same for everybody.
    """
    now = work.clock()
    newest = select(AuditEvent.id).order_by(AuditEvent.id.desc()).limit(UNSETTLED).subquery()
    events = select(func.sum(newest.c.id)).scalar_subquery()
    passed = select(func.max(CaseClock.due_at)).where(CaseClock.stopped_at.is_(None), CaseClock.due_at < now)
    facts = work.session.execute(select(events, passed.scalar_subquery())).one()
    return hashlib.sha256(f"{tuple(facts)} {now.astimezone(WITA).date()}".encode()).hexdigest()[:16]
