"""Names of members for pages and sentences, read once per unit of work."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from workflow_app.models.user import User
from workflow_app.services.ground.unit_of_work import UnitOfWork


def name_of(work: UnitOfWork, user_id: UUID | None) -> str | None:
    """Full name of one member; None for the system."""
    return names_of(work, [user_id]).get(user_id) if user_id else None


def acting(name: str, absent: str | None) -> str:
    """Who did something, and in whose place."""
    return f"{name} sebagai pengganti {absent}" if absent else name


def names_of(work: UnitOfWork, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Full names by id; the actor's own costs no question."""
    known: dict[UUID, str] = work.session.info.setdefault("names", {})
    if work.actor.user_id is not None:
        known.setdefault(work.actor.user_id, work.actor.name)
    wanted = {user_id for user_id in ids if user_id is not None}
    if unknown := wanted - known.keys():
        known.update(work.session.execute(select(User.id, User.full_name).where(User.id.in_(unknown))).all())
    return {user_id: known[user_id] for user_id in wanted if user_id in known}
