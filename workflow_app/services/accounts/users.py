"""Accounts: signing in, roles, passwords.

Names of members for pages and sentences, read once per unit of work.
The account of who acts, looked at again where he is about to change something.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, bindparam, select, update

from workflow_app.domain import Actor, Conflict, Forbidden, InvalidInput, NotFound, Principal
from workflow_app.models import User, UserRole, UserSession
from workflow_app.permissions import ROLES
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.roster import duty

MINIMUM_LENGTH = 12
CHANGED = (
    "Akun ini baru saja diubah, jadi kata sandi Anda belum diganti. Masuk lagi; bila tidak dapat, "
    "hubungi admin."
)

hasher = PasswordHasher()
NOBODY = (
    f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    f"${'A' * (hasher.salt_len * 8 // 6 + 1)}${'A' * (hasher.hash_len * 8 // 6 + 1)}"
)
"""Verified when the user name is unknown, so that the answer takes as long as for a known one: a
hash of nothing that was computed, as dear to verify as any.
"""


@dataclass(frozen=True)
class UserView:
    """An account, without its password."""

    id: UUID
    username: str
    full_name: str
    rank: str
    nrp: str
    unit: str
    roles: frozenset[str]
    is_active: bool
    session_epoch: int
    is_password_temporary: bool = False
    """It was given by somebody else, and has to be replaced first."""
    stands_for: tuple[Principal, ...] = ()

    @property
    def working_roles(self) -> frozenset[str]:
        """The roles whose tasks reach this member."""
        return actor_of(self).working_roles


def authenticate(work: UnitOfWork, username: str, password: str) -> UserView | None:
    """The user of a name and its password, or None. Unknown, closed and wrong cost the same and
    tell the same.

    The row is not locked while the password is checked: that would hold up the work of its owner. A
    password changed meanwhile raises the epoch, and the session that begins here is over before it
    is used. Who lets the user in says so with `record_sign_in`, after the session has begun.
    """
    user = work.session.scalars(
        select(User).where(User.username == username.strip().lower())
    ).first()
    is_right = _matches(user.password_hash if user else NOBODY, password)
    if user is None or not is_right or not user.is_active:
        return None
    if hasher.check_needs_rehash(user.password_hash):
        work.session.execute(
            update(User)
            .where(User.id == user.id, User.password_hash == user.password_hash)
            .values(password_hash=hasher.hash(password))
        )
    return _view(user)


def record_sign_in(work: UnitOfWork, user: UserView) -> None:
    """The event of a sign-in. It comes last: the order of locks is account, sessions, then the
    account's chain of events.
    """
    unit_of_work.record(work, f"user:{user.id}", "user.signed_in")


def actor_of(user: UserView) -> Actor:
    """The actor for a unit of work."""
    return Actor(user.id, user.full_name, user.roles, user.unit, user.stands_for)


def actor_named(work: UnitOfWork, username: str) -> Actor:
    """Who acts under a user name, for a command that is run on behalf of somebody. Raises
    `NotFound` unless the account is open.
    """
    user = work.session.scalars(
        select(User).where(User.username == username.strip().lower())
    ).first()
    if user is None or not user.is_active:
        raise NotFound(f"Tidak ada akun aktif bernama {username}.")
    return actor_of(_view(user))


def actor_with(work: UnitOfWork, user_id: UUID) -> Actor:
    """Whoever has this account, as he is now, for a job that he asked for. Raises `NotFound` unless
    the account is open.
    """
    user = work.session.get(User, user_id)
    if user is None or not user.is_active:
        raise NotFound("Akun yang meminta ini sudah ditutup.")
    return actor_of(_view(user))


def check_new(work: UnitOfWork, username: str, roles: Collection[str]) -> str:
    """The user name as it would be kept. Nothing is written; raises `InvalidInput` as `create`
    does.
    """
    name = username.strip().lower()
    _check_roles(roles)
    if not name or not name.replace(".", "").replace("_", "").isalnum():
        raise InvalidInput("Nama pengguna hanya boleh berisi huruf, angka, titik, dan garis bawah.")
    if work.session.scalars(select(User.id).where(User.username == name)).first() is not None:
        raise InvalidInput(f"Nama pengguna {name} sudah dipakai.")
    return name


def create(
    work: UnitOfWork,
    *,
    username: str,
    full_name: str,
    rank: str,
    nrp: str,
    unit: str,
    roles: Collection[str],
    password: str,
    is_temporary: bool = False,
) -> UserView:
    """A new account. Raises `InvalidInput` with a sentence per fault."""
    _check_password(password)
    name = check_new(work, username, roles)
    user = User(
        id=uuid4(),
        username=name,
        full_name=full_name.strip(),
        rank=rank.strip(),
        nrp=nrp.strip(),
        unit=unit,
        password_hash=hasher.hash(password),
        created_at=work.clock(),
        is_active=True,
        session_epoch=1,
        is_password_temporary=is_temporary,
    )
    user.roles = [UserRole(role=role) for role in sorted(roles)]
    work.session.add(user)
    work.session.flush()
    unit_of_work.record(work, f"user:{user.id}", "user.created", username=name, roles=sorted(roles))
    return _view(user)


def change_own_password(work: UnitOfWork, old: str, new: str) -> UserView:
    """Change the actor's password; every other session of the account ends.

    Checking and hashing take their time, and no lock is held meanwhile. What an admin did to the
    account in that time stands: then the password stays as it is.
    """
    known = work.session.get(User, work.actor.user_id)
    if known is None:
        raise NotFound()
    password_hash, epoch = known.password_hash, known.session_epoch
    if not _matches(password_hash, old):
        raise InvalidInput(fields={"old": "Kata sandi lama salah."})
    _check_password(new)
    if known.is_password_temporary and new == old:
        raise InvalidInput(
            fields={"new": "Pilih kata sandi lain daripada yang diberikan kepada Anda."}
        )
    new_hash = hasher.hash(new)
    user = _locked(work, User.id == known.id)
    if user is None:
        raise NotFound()
    if not user.is_active or (user.password_hash, user.session_epoch) != (password_hash, epoch):
        raise Conflict(CHANGED)
    _replace_password(work, user, new_hash)
    return _view(user)


def set_password(
    work: UnitOfWork, username: str, password: str, *, is_temporary: bool = False
) -> None:
    """Set the password of an account (admin); its sessions end. A temporary one is replaced by its
    owner first of all.
    """
    _check_password(password)
    new_hash = hasher.hash(password)
    _replace_password(work, _by_name(work, username), new_hash, is_temporary=is_temporary)


def disable(work: UnitOfWork, username: str) -> None:
    """Close an account; its sessions end at once. It stays on record."""
    user = _by_name(work, username)
    user.is_active = False
    _end_sessions(work, user, "disabled")
    unit_of_work.record(work, f"user:{user.id}", "user.disabled")


def enable(work: UnitOfWork, username: str) -> None:
    """Open an account again that was closed; its old sessions stay over."""
    user = _by_name(work, username)
    user.is_active = True
    unit_of_work.record(work, f"user:{user.id}", "user.enabled")


def set_unit(work: UnitOfWork, username: str, unit: str) -> None:
    """Move an account to another unit (admin); its sessions end."""
    user = _by_name(work, username)
    before, user.unit = user.unit, unit
    _end_sessions(work, user, "roles_changed")
    unit_of_work.record(work, f"user:{user.id}", "user.unit_changed", before=before, after=unit)


def set_roles(work: UnitOfWork, username: str, roles: Collection[str]) -> None:
    """Give an account these roles and no others (admin). Its sessions end: new powers need a new
    sign-in.
    """
    _check_roles(roles)
    user = _by_name(work, username)
    before = sorted(role.role for role in user.roles)
    user.roles = [role for role in user.roles if role.role in roles]
    user.roles += [UserRole(role=role) for role in sorted(set(roles) - set(before))]
    _end_sessions(work, user, "roles_changed")
    unit_of_work.record(
        work, f"user:{user.id}", "user.roles_changed", before=before, after=sorted(set(roles))
    )


def list_all(work: UnitOfWork) -> list[UserView]:
    """All accounts by user name."""
    return [_view(user) for user in work.session.scalars(select(User).order_by(User.username))]


def colleagues(work: UnitOfWork, role: str, *, barred: Collection[UUID] = ()) -> list[UserView]:
    """Active people of the actor's unit who hold a role: to whom a task can be given, without the
    `barred`.
    """
    holders = select(UserRole.user_id).where(UserRole.role == role)
    rows = work.session.scalars(
        select(User)
        .where(
            User.id.in_(holders),
            User.id.not_in(barred),
            User.is_active,
            User.unit == work.actor.unit,
        )
        .order_by(User.full_name)
    )
    return [_view(user) for user in rows]


def _replace_password(
    work: UnitOfWork, user: User, new_hash: str, *, is_temporary: bool = False
) -> None:
    user.password_hash, user.is_password_temporary = new_hash, is_temporary
    _end_sessions(work, user, "password_changed")
    unit_of_work.record(work, f"user:{user.id}", "user.password_changed")


def _end_sessions(work: UnitOfWork, user: User, reason: str) -> None:
    """Every session of the account is over: those there are, and those that begin under the old
    epoch this moment.
    """
    user.session_epoch = User.session_epoch + 1
    work.session.flush()
    work.session.execute(
        update(UserSession)
        .where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
        .values(ended_at=work.clock(), end_reason=reason, search=None)
    )


def _check_roles(roles: Collection[str]) -> None:
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise InvalidInput(
            f"Peran tidak dikenal: {', '.join(unknown)}. Pilih dari: {', '.join(ROLES)}."
        )


def _check_password(password: str) -> None:
    if len(password) < MINIMUM_LENGTH:
        raise InvalidInput(
            fields={
                "new": (
                    f"Kata sandi paling sedikit {MINIMUM_LENGTH} huruf; kalimat pendek lebih "
                    "mudah diingat."
                )
            }
        )


def _matches(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _by_name(work: UnitOfWork, username: str) -> User:
    """The account an admin changes, locked until commit."""
    user = _locked(work, User.username == username.strip().lower())
    if user is None:
        raise NotFound(f"Tidak ada akun bernama {username}.")
    return user


def _locked(work: UnitOfWork, which: ColumnElement[bool]) -> User | None:
    """The account as it is once nobody else changes it, ours until commit. Rows that refer to it
    can be written beside it.
    """
    query = select(User).where(which).with_for_update(key_share=True)
    return work.session.scalars(query, execution_options={"populate_existing": True}).first()


def _view(user: User) -> UserView:
    return UserView(
        user.id,
        user.username,
        user.full_name,
        user.rank,
        user.nrp,
        user.unit,
        frozenset(role.role for role in user.roles),
        user.is_active,
        user.session_epoch,
        user.is_password_temporary,
    )


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
        known.update(
            work.session.execute(select(User.id, User.full_name).where(User.id.in_(unknown))).all()
        )
    return {user_id: known[user_id] for user_id in wanted if user_id in known}


_ACCOUNT = (
    select(User.is_active, User.unit, UserRole.role)
    .join(UserRole, UserRole.user_id == User.id)
    .where(User.id == bindparam("user_id"))
    .with_for_update(read=True, of=(User, UserRole))
)
"""An account with its roles, as they stay until commit. A row that is locked is read as its last
writer left it, one that is only joined is not, so the roles are locked too; and after the account,
in the order in which it is changed.
"""


def check(work: UnitOfWork) -> None:
    """The actor's account is open and holds its roles, and does so until commit: the session told
    how it was before the request stood in line. The system and the public have no account. Locks it
    so that others may do the same.
    """
    if work.actor.user_id is None:
        return
    held = unit_of_work.read(work, _ACCOUNT, {"user_id": work.actor.user_id}).all()
    if any(not row.is_active for row in held):
        raise Forbidden(
            "Akun Anda sudah ditutup, jadi langkah ini tidak disimpan. Bila ini keliru, "
            "hubungi admin."
        )
    if any(row.unit != work.actor.unit for row in held) or not work.actor.roles <= {
        row.role for row in held
    }:
        raise Forbidden(
            "Peran akun Anda baru saja diubah, jadi langkah ini tidak disimpan. Masuk lagi, "
            "lalu periksa tugas Anda."
        )
    _check_substitution(work, work.actor.user_id)


def _check_substitution(work: UnitOfWork, user_id: UUID) -> None:
    """Whom the actor stood in for when the request came is still absent, and stays so until
    commit.
    """
    told = work.actor.stands_for
    if not told:
        return
    still = duty.of_substitute(work, user_id, work.actor.roles, work.actor.unit, lock=True)
    known = {other.user_id: other.roles for other in still}
    if over := [
        other.name
        for other in told
        if not other.roles <= known.get(other.user_id, frozenset[str]())
    ]:
        raise Forbidden(
            f"Penggantian Anda untuk {', '.join(over)} sudah berakhir, jadi langkah ini tidak "
            "disimpan. "
            "Muat ulang halaman, lalu periksa tugas Anda."
        )
