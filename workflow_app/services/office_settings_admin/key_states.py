"""Is a key still as somebody saw it, and who was faster: nothing is changed from a page that is
older than the key.
"""

import hashlib
import json
from datetime import datetime

from sqlalchemy import select

from workflow_app.models import AuditEvent
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration

SERVER = "yang mengurus server"


def seen(work: UnitOfWork, key: str) -> str:
    """All values of a key, and which of them is in force: a form is filled with that one."""
    entries, now = configuration.history(work, key), configuration.entry(work, key)
    known = [(entry.valid_from.isoformat(), str(entry.set_at), entry.value) for entry in entries]
    told = json.dumps([now.valid_from.isoformat(), known], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def overtaken(work: UnitOfWork, key: str) -> str:
    """What somebody is told whose page is older than the key: who changed it last, or took a value
    back.
    """
    last = next(iter(_events(work, key)), None)
    who = users.name_of(work, last.actor_id if last else None) or SERVER
    return (
        f"Pengaturan ini sudah berubah sejak Anda membukanya; yang terakhir mengubah: {who}. "
        "Lihat yang sekarang, lalu ulangi bila masih perlu."
    )


def was_taken_back(work: UnitOfWork, key: str, start: datetime) -> bool:
    """Did the actor himself take the value from `start` on back, and has nobody planned one for
    that instant since?
    """
    events = (
        event for event in _events(work, key) if event.details["valid_from"] == start.isoformat()
    )
    last = next(events, None)
    told = (configuration.WITHDRAWN, work.actor.user_id)
    return last is not None and (last.action, last.actor_id) == told


def _events(work: UnitOfWork, key: str) -> list[AuditEvent]:
    """What the trail tells of a key, the newest first."""
    query = select(AuditEvent).where(AuditEvent.chain == configuration.chain_of(key))
    return list(work.session.scalars(query.order_by(AuditEvent.position.desc())))
