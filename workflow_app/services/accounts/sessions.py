"""Sessions: begun by a password, found again by a token, ended by the person, by time or by the
account.

Slowing down guesses. Failures are counted under keys; after some free ones each further try waits
twice as long.

A wait is short and ends by itself: nobody is locked out, and there is nothing to unlock.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, bindparam, case, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from workflow_app.domain import NotFound
from workflow_app.models import Absence, Attempt, Configuration, User, UserRole, UserSession
from workflow_app.services.accounts.users import UserView
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration_keys
from workflow_app.services.roster import duty

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
    .where(
        Configuration.key == configuration_keys.OWNERS, Configuration.valid_from <= bindparam("now")
    )
    .order_by(Configuration.valid_from.desc())
    .limit(1)
    .scalar_subquery()
)
_FIND = _OPEN.add_columns(_OWNERS.label("owners")).where(
    UserSession.token_hash == bindparam("token_hash")
)
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
    """A new session, in place of `replaced` when the browser had one; returns the token for the
    browser.
    """
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


def find(
    work: UnitOfWork, token: str, idle: timedelta, *, is_background: bool = False
) -> Found | None:
    """The session of a token with its user and roles, in one statement. Ends it when it is idle or
    too old.

    A request that a page makes by itself (`is_background`) does not keep the session alive.
    """
    now = work.clock()
    row = unit_of_work.read(work, _FIND, {"token_hash": _hash(token), "now": now}).first()
    if row is None:
        return None
    if now - row.seen_at > idle or now - row.began_at > LONGEST:
        _end(work, row.id, "idle" if now - row.seen_at > idle else "age")
        return None
    if not is_background and now - row.seen_at > TOUCH_EVERY:
        work.session.execute(
            update(UserSession).where(UserSession.id == row.id).values(seen_at=now)
        )
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
    stands_for = duty.of_substitute(work, row.user_id, roles, row.unit) if row.stands_in else ()
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
    unit_of_work.record(work, f"user:{work.actor.user_id}", "user.signed_out")


def end_own(work: UnitOfWork, session_id: UUID) -> None:
    """End another session of the actor; raises `NotFound` when there is none with this id."""
    row = work.session.get(UserSession, session_id)
    if row is None or row.user_id != work.actor.user_id or row.ended_at is not None:
        raise NotFound()
    _end(work, row.id, "ended_elsewhere")
    unit_of_work.record(work, f"user:{work.actor.user_id}", "user.session_ended")


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


FIRST = timedelta(seconds=2)
"""The first wait; each further failure doubles it."""
FORGOTTEN = timedelta(hours=1)
"""After this long without a failure the count starts again."""
NO_WAIT = timedelta()


@dataclass(frozen=True)
class Limit:
    """How patient we are with one kind of key."""

    free: int
    """Failures without a wait."""
    longest: timedelta
    is_cleared: bool = False
    """A success proves that the key is good: its failures are forgotten. Else only the try itself
    is taken back.
    """


@dataclass(frozen=True)
class Try:
    """One try, counted under one key."""

    key: bytes
    limit: Limit


def charge(work: UnitOfWork, tries: Collection[Try]) -> timedelta:
    """Count a try before it is made, unless one of its keys has to wait: then returns how long, and
    counts nothing.

    Counted before, so that many tries at the same time do not all see the count of before. For the
    same reason the rows are there, and ours, before they are looked at.
    """
    now = work.clock()
    keys = sorted(item.key for item in tries)
    rows = insert(Attempt).values([{"key": key, "failures": 0, "last_at": now} for key in keys])
    work.session.execute(rows.on_conflict_do_nothing())
    _lock(work, keys)
    waiting = wait(work, tries)
    if not waiting:
        count(work, tries)
    return waiting


def wait(work: UnitOfWork, tries: Collection[Try]) -> timedelta:
    """How long these keys still have to wait; nothing is counted."""
    limits = {item.key: item.limit for item in tries}
    query = select(Attempt.key, Attempt.failures, Attempt.last_at).where(Attempt.key.in_(limits))
    now = work.clock()
    rows = work.session.execute(query).all()
    waits = [remaining(limits[row.key], row.failures, row.last_at, now) for row in rows]
    return max(waits, default=NO_WAIT)


def count(work: UnitOfWork, tries: Collection[Try]) -> None:
    """Count a failure under every key."""
    now = work.clock()
    keys = sorted(item.key for item in tries)
    new = insert(Attempt).values([{"key": key, "failures": 1, "last_at": now} for key in keys])
    failures = case((Attempt.last_at < now - FORGOTTEN, 1), else_=Attempt.failures + 1)
    work.session.execute(
        new.on_conflict_do_update(
            index_elements=[Attempt.key],
            set_={"failures": failures, "last_at": new.excluded.last_at},
        )
    )


def forgive(work: UnitOfWork, tries: Collection[Try]) -> None:
    """The try was a success: it is no failure under any key, and clears those that it proves
    good.
    """
    _lock(work, [item.key for item in tries])
    cleared = [item.key for item in tries if item.limit.is_cleared]
    others = [item.key for item in tries if not item.limit.is_cleared]
    work.session.execute(delete(Attempt).where(Attempt.key.in_(cleared)))
    work.session.execute(
        update(Attempt)
        .where(Attempt.key.in_(others), Attempt.failures > 0)
        .values(failures=Attempt.failures - 1)
    )


def sweep_attempts(work: UnitOfWork) -> int:
    """Delete what is forgotten anyway; returns how many keys. A key somebody is using is left for
    the next time.
    """
    old = select(Attempt.key).where(Attempt.last_at < work.clock() - FORGOTTEN)
    free = delete(Attempt).where(Attempt.key.in_(old.with_for_update(skip_locked=True)))
    return len(work.session.execute(free.returning(Attempt.key)).all())


def _lock(work: UnitOfWork, keys: Collection[bytes]) -> None:
    """Make the rows of these keys ours, in the order in which everybody takes them."""
    query = select(Attempt.key).where(Attempt.key.in_(keys)).order_by(Attempt.key)
    work.session.execute(query.with_for_update())


def remaining(limit: Limit, failures: int, last_at: datetime, now: datetime) -> timedelta:
    """What is left of the wait after so many failures. A clock that was set back makes no wait
    longer.
    """
    since = max(now - last_at, NO_WAIT)
    if failures < limit.free or since > FORGOTTEN:
        return NO_WAIT
    doublings = min(failures - limit.free, 20)
    due = min(FIRST * float(2**doublings), limit.longest)
    return max(due - since, NO_WAIT)
