"""Sessions: begun by a password, found again by a token, ended by the person, by time or by the account."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, bindparam, delete, exists, func, or_, select, update

from workflow_app.errors import NotFound
from workflow_app.models.absence import Absence
from workflow_app.models.configuration import Configuration
from workflow_app.models.session import UserSession
from workflow_app.models.user import User, UserRole
from workflow_app.services.accounts.users import UserView
from workflow_app.services.days import substitutions
from workflow_app.services.ground import audit, rows
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration_keys

LONGEST = timedelta(hours=12)
"""No session is older than a long shift."""
TOUCH_EVERY = timedelta(minutes=1)
"""How exactly the last request is known; each finer grain would be one write more per request."""
KEPT = timedelta(days=7)
"""How long the row of a session that is over stays."""

_ROLES = select(func.array_agg(UserRole.role)).where(UserRole.user_id == User.id).scalar_subquery()
_STANDS_IN = exists(
    select(Absence.id).where(
        Absence.substitute_id == User.id,
        Absence.starts_at <= bindparam("now"),
        Absence.ends_at > bindparam("now"),
        Absence.ended_at.is_(None),
    )
)
_OPEN = (
    select(
        UserSession.id,
        UserSession.began_at,
        UserSession.seen_at,
        User.id.label("user_id"),
        User.username,
        User.full_name,
        User.rank,
        User.nrp,
        User.unit,
        User.session_epoch,
        User.is_password_temporary,
        _STANDS_IN.label("stands_in"),
        _ROLES.label("roles"),
    )
    .join(User, User.id == UserSession.user_id)
    .where(UserSession.ended_at.is_(None), UserSession.epoch == User.session_epoch, User.is_active)
)
_OWNERS = (
    select(Configuration.value)
    .where(Configuration.key == configuration_keys.OWNERS, Configuration.valid_from <= bindparam("now"))
    .order_by(Configuration.valid_from.desc())
    .limit(1)
    .scalar_subquery()
)
_FIND = _OPEN.add_columns(_OWNERS.label("owners")).where(UserSession.token_hash == bindparam("token_hash"))
_LOOK = _OPEN.where(UserSession.id == bindparam("session_id"))


@dataclass(frozen=True)
class Found:
    """A session that goes on, and whose it is."""

    id: UUID
    user: UserView
    may_configure: bool
    """Does a role of the user change something of the office's configuration?"""


@dataclass(frozen=True)
class SessionView:
    """A session as its owner sees it."""

    id: UUID
    began_at: datetime
    seen_at: datetime
    is_current: bool


def begin(work: UnitOfWork, user: UserView, replaced: UUID | None = None) -> str:
    """A new session, in place of `replaced` when the browser had one; returns the token for the browser."""
    if replaced is not None:
        _end(work, replaced, "replaced")
    token = secrets.token_urlsafe(32)
    now = work.clock()
    work.session.add(
        UserSession(
            id=uuid4(),
            token_hash=_hash(token),
            user_id=user.id,
            epoch=user.session_epoch,
            began_at=now,
            seen_at=now,
            data_key=work.vault.new_key(),
        )
    )
    work.session.flush()
    return token


def find(work: UnitOfWork, token: str, idle: timedelta, *, is_background: bool = False) -> Found | None:
    """The session of a token with its user and roles, in one statement. Ends it when it is idle or too old.

    A request that a page makes by itself (`is_background`) does not keep the session alive.
    """
    now = work.clock()
    row = rows.read(work, _FIND, {"token_hash": _hash(token), "now": now}).first()
    if row is None:
        return None
    if now - row.seen_at > idle or now - row.began_at > LONGEST:
        _end(work, row.id, "idle" if now - row.seen_at > idle else "age")
        return None
    if not is_background and now - row.seen_at > TOUCH_EVERY:
        work.session.execute(update(UserSession).where(UserSession.id == row.id).values(seen_at=now))
    user = _user_of(work, row)
    return Found(row.id, user, configuration_keys.may_change_some(row.owners or {}, user.roles))


def owner(work: UnitOfWork, session_id: UUID, idle: timedelta) -> UserView | None:
    """Whose session this is while it goes on; looking does not keep it alive."""
    now = work.clock()
    row = work.session.execute(_LOOK, {"session_id": session_id, "now": now}).first()
    if row is None or now - row.seen_at > idle or now - row.began_at > LONGEST:
        return None
    return _user_of(work, row)


def _user_of(work: UnitOfWork, row: Row[*tuple[Any, ...]]) -> UserView:
    """The account; whom it stands in for is read only where there is somebody."""
    roles = frozenset(row.roles or ())
    stands_for = substitutions.of_substitute(work, row.user_id, roles, row.unit) if row.stands_in else ()
    return UserView(
        id=row.user_id,
        username=row.username,
        full_name=row.full_name,
        rank=row.rank,
        nrp=row.nrp,
        unit=row.unit,
        roles=roles,
        is_active=True,
        session_epoch=row.session_epoch,
        is_password_temporary=row.is_password_temporary,
        stands_for=stands_for,
    )


def sign_out(work: UnitOfWork, session_id: UUID) -> None:
    """End the session; a copy of its cookie is worth nothing from now on."""
    _end(work, session_id, "signed_out")
    audit.record(work, f"user:{work.actor.user_id}", "user.signed_out")


def end_own(work: UnitOfWork, session_id: UUID) -> None:
    """End another session of the actor; raises `NotFound` when there is none with this id."""
    row = work.session.get(UserSession, session_id)
    if row is None or row.user_id != work.actor.user_id or row.ended_at is not None:
        raise NotFound()
    _end(work, row.id, "ended_elsewhere")
    audit.record(work, f"user:{work.actor.user_id}", "user.session_ended")


def of_actor(work: UnitOfWork, current: UUID, idle: timedelta) -> list[SessionView]:
    """The sessions of the actor that go on, the one seen last first."""
    now = work.clock()
    found = work.session.scalars(
        select(UserSession)
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.user_id == work.actor.user_id,
            UserSession.ended_at.is_(None),
            UserSession.epoch == User.session_epoch,
            UserSession.seen_at >= now - idle,
            UserSession.began_at >= now - LONGEST,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.began_at.desc())
    )
    return [SessionView(row.id, row.began_at, row.seen_at, row.id == current) for row in found]


def remember_search(work: UnitOfWork, session_id: UUID, words: str) -> None:
    """Keep the words somebody searches for, sealed, until the session ends."""
    row = work.session.get_one(UserSession, session_id)
    row.search = work.vault.seal(row.data_key, {"words": words}, _context(session_id))


def searched(work: UnitOfWork, session_id: UUID) -> str:
    """The words last searched for in this session."""
    row = work.session.get_one(UserSession, session_id)
    if row.search is None:
        return ""
    return str(work.vault.open(row.data_key, row.search, _context(session_id))["words"])


def sweep(work: UnitOfWork) -> int:
    """Delete the rows of sessions that have been over for a while; returns how many."""
    before = work.clock() - KEPT
    over = or_(UserSession.ended_at < before, UserSession.began_at < before - LONGEST)
    deleted = work.session.execute(delete(UserSession).where(over).returning(UserSession.id))
    return len(deleted.all())


def _end(work: UnitOfWork, session_id: UUID, reason: str) -> None:
    work.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.ended_at.is_(None))
        .values(ended_at=work.clock(), end_reason=reason, search=None)
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _context(session_id: UUID) -> str:
    return f"session:{session_id}"
