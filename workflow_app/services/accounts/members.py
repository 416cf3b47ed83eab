"""The members as those see them who keep their accounts: adding one, locking, first passwords, and
who may do what to whom.

The same verbs as `./spkt user`, with the rules that hold for somebody who has an account himself:
nobody changes his own, nobody gives or takes a role that is not his to give, and one admin always
remains. Whoever keeps the server is not bound by them.

Answers that choose members of this site by their accounts: what can be chosen, what is not an
account, and their names.
"""

import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from workflow_app.domain import Actor, Answer, Answers, Conflict, Forbidden, InvalidInput, NotFound
from workflow_app.engine.forms import Form
from workflow_app.models import RoleChange, User, UserRole
from workflow_app.permissions import (
    GIVERS,
    ROLES,
    STAFF_KEEPERS,
    STAFF_READERS,
    check_role,
    has_role,
)
from workflow_app.services.accounts import users
from workflow_app.services.accounts.users import UserView
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings.configuration import role_label

RELEASE = "release_left"
"""The job that gives back tasks whose holder may not do them any more (`running.leaving`)."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for each other when they are read out."""
LONGEST = 100
OWN = "Akun Anda sendiri tidak dapat Anda ubah di sini. Minta yang lain melakukannya."
LAST_ADMIN = "Ini admin terakhir. Beri peran Admin kepada orang lain lebih dahulu."


@dataclass(frozen=True)
class Asked:
    """A new member as it was typed."""

    nama_pengguna: str = ""
    nama: str = ""
    pangkat: str = ""
    nrp: str = ""
    peran: tuple[str, ...] = ()


def listed(work: UnitOfWork) -> list[UserView]:
    """The accounts of the actor's unit, the open ones first, by name."""
    check_role(work.actor, STAFF_READERS)
    own = (user for user in users.list_all(work) if user.unit == work.actor.unit)
    return sorted(own, key=lambda user: (not user.is_active, user.full_name.lower()))


def one(work: UnitOfWork, user_id: UUID) -> UserView:
    """One account. Raises `NotFound`."""
    found = next((user for user in listed(work) if user.id == user_id), None)
    if found is None:
        raise NotFound()
    return found


def givable(actor: Actor) -> tuple[str, ...]:
    """The roles that the actor gives to others, in their order."""
    return tuple(role for role in ROLES if has_role(actor, GIVERS[role]))


def check_new(work: UnitOfWork, asked: Asked) -> None:
    """Raise as `add` does. Nothing is written."""
    check_role(work.actor, STAFF_KEEPERS)
    faults = {
        name: "Isi dengan satu baris tulisan."
        for name in ("nama_pengguna", "nama")
        if not _is_line(getattr(asked, name))
    }
    faults |= {
        name: "Tulis paling banyak 100 huruf dalam satu baris."
        for name in ("pangkat", "nrp")
        if getattr(asked, name).strip() and not _is_line(getattr(asked, name))
    }
    if faults:
        raise InvalidInput(fields=faults)
    _check_gives(work, asked.peran, "peran")
    try:
        users.check_new(work, asked.nama_pengguna, asked.peran)
    except InvalidInput as error:
        raise InvalidInput(fields=error.fields or {"nama_pengguna": error.sentence}) from error


def add(work: UnitOfWork, asked: Asked) -> tuple[UserView, str]:
    """A new account, and its first password, which is told this once. Raises `InvalidInput` with a
    sentence per field.
    """
    check_new(work, asked)
    password = first_password()
    made = users.create(
        work,
        username=asked.nama_pengguna,
        full_name=asked.nama,
        rank=asked.pangkat,
        nrp=asked.nrp,
        unit=work.actor.unit,
        roles=asked.peran,
        password=password,
        is_temporary=True,
    )
    return made, password


def closable(work: UnitOfWork, user_id: UUID) -> User:
    """An account that can be closed, or is. Nothing is written; raises as `lock` does."""
    check_role(work.actor, STAFF_KEEPERS)
    user = changing(work, user_id)
    if user.is_active:
        check_admin_remains(work, user)
    return user


def lock(work: UnitOfWork, user_id: UUID) -> None:
    """Close an account; its sessions end at once. A second time changes nothing."""
    user = closable(work, user_id)
    if user.is_active:
        users.disable(work, user.username)
        jobs.defer(work, RELEASE, user_id=str(user.id))


def openable(work: UnitOfWork, user_id: UUID) -> User:
    """An account that can be opened again, or is open. Nothing is written; raises as `unlock`
    does.
    """
    check_role(work.actor, STAFF_KEEPERS)
    return changing(work, user_id)


def unlock(work: UnitOfWork, user_id: UUID) -> None:
    """Open it again, with a new first password asked for separately when the old one may be
    known.
    """
    user = openable(work, user_id)
    if not user.is_active:
        users.enable(work, user.username)


def renewable(work: UnitOfWork, user_id: UUID) -> User:
    """An account that can be given a new first password. Nothing is written; raises as
    `renew_password` does.
    """
    user = changing(work, user_id)
    held = [role.role for role in user.roles]
    if not (has_role(work.actor, STAFF_READERS) and can_renew(work, user_id, held)):
        raise Forbidden(
            f"Kata sandi {user.full_name} tidak dapat Anda ganti, karena ada perannya, "
            "sekarang atau yang akan datang, yang bukan "
            "Anda yang memberi. Minta pimpinan, atau pengelola server."
        )
    return user


def renew_password(work: UnitOfWork, user_id: UUID) -> tuple[UserView, str]:
    """A new first password for somebody who has lost his, told this once; his sessions end.

    It opens everything the account may see, now or from a day that is planned on, so it is only for
    who gives all of its roles.
    """
    user = renewable(work, user_id)
    password = first_password()
    users.set_password(work, user.username, password, is_temporary=True)
    return one(work, user_id), password


def can_renew(work: UnitOfWork, user_id: UUID, held: Collection[str]) -> bool:
    """May the actor give a member with these roles a new first password? What he gets on a day to
    come counts too.
    """
    planned = select(RoleChange).where(
        RoleChange.user_id == user_id, RoleChange.status == "to_come"
    )
    coming = {
        role for row in work.session.scalars(planned) for role in {*row.roles} - {*row.before}
    }
    return {*held} | coming <= {*givable(work.actor)}


def changing(work: UnitOfWork, user_id: UUID) -> User:
    """An account that the actor is going to change, locked together with those of all admins.
    Raises `NotFound`, `Forbidden`.

    The actor's own account is among those that are looked at again, so what his session told is not
    believed when it counts.
    """
    admins = select(UserRole.user_id).where(UserRole.role == "admin")
    query = (
        select(User)
        .where(User.id.in_({user_id, work.actor.user_id or user_id}) | User.id.in_(admins))
        .order_by(User.id)
        .options(selectinload(User.roles))
        .with_for_update(key_share=True, of=User)
    )
    found = {
        user.id: user
        for user in work.session.scalars(query, execution_options={"populate_existing": True})
    }
    actor = found.get(work.actor.user_id) if work.actor.user_id else None
    if actor is not None and not (
        actor.is_active and work.actor.roles <= {held.role for held in actor.roles}
    ):
        raise Forbidden(
            "Akun Anda baru saja diubah, jadi ini tidak disimpan. Masuk lagi, lalu ulangi."
        )
    if user_id not in found or (actor is not None and found[user_id].unit != actor.unit):
        raise NotFound()
    if user_id == work.actor.user_id:
        raise Forbidden(OWN)
    return found[user_id]


def check_admin_remains(work: UnitOfWork, without: User) -> None:
    """Raise `Conflict` where no open account with the role of the admin would be left. The accounts
    are locked.
    """
    if work.actor.user_id is None or "admin" not in {held.role for held in without.roles}:
        return
    others = (
        select(User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == "admin", User.is_active, User.id != without.id)
    )
    if without.is_active and work.session.scalars(others.limit(1)).first() is None:
        raise Conflict(LAST_ADMIN)


def _check_gives(work: UnitOfWork, roles: Collection[str], field: str) -> None:
    foreign = [role for role in roles if role not in givable(work.actor)]
    if foreign:
        labels = ", ".join(role_label(work, role) for role in foreign)
        raise InvalidInput(fields={field: f"Peran ini bukan Anda yang memberi: {labels}."})


def check_change(work: UnitOfWork, before: Collection[str], after: Collection[str]) -> None:
    """Raise `InvalidInput` where the actor would give or take a role that is not his to give."""
    _check_gives(work, sorted(set(before) ^ set(after)), "peran")


def first_password() -> str:
    """Four groups that can be read out: about 78 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def _is_line(text: str) -> bool:
    return 0 < len(text.strip()) <= LONGEST and text.strip().isprintable()


WIDGET = "members"
UNKNOWN = "Pilih anggota dari daftar. Muat ulang halaman bila namanya tidak ada."


def choices(work: UnitOfWork) -> list[tuple[str, str]]:
    """Every account with how it is called, by name: closed ones too, for they may be opened
    again.
    """
    query = select(User).order_by(User.full_name, User.username)
    return [(str(user.id), _label(user)) for user in work.session.scalars(query)]


def check(work: UnitOfWork, form: Form, given: Answers) -> dict[str, str]:
    """Fields that name somebody who has no account here, with a sentence."""
    named = {name: set(ids) for name, ids in _named(form, given)}
    if not any(named.values()):
        return {}
    query = select(User.id).where(User.id.in_(set().union(*named.values())))
    known = set(work.session.scalars(query))
    return {name: UNKNOWN for name, ids in named.items() if not ids <= known}


def spelled_out(
    work: UnitOfWork, forms: Mapping[str, Form], given: dict[str, Answers]
) -> dict[str, Answers]:
    """Answers by element as people read them: names instead of ids."""
    named = [
        (element, name, ids)
        for element in given
        for name, ids in _named(forms[element], given[element])
    ]
    names = users.names_of(work, [member for _, _, ids in named for member in ids])
    for element, name, ids in named:
        read: list[Answer] = [names[member] for member in ids if member in names]
        given[element] = {**given[element], name: read}
    return given


def _named(form: Form, given: Answers) -> Iterator[tuple[str, list[UUID]]]:
    for field in form.fields.values():
        value = given.get(field.name)
        if field.widget == WIDGET and isinstance(value, list):
            yield field.name, [UUID(str(member)) for member in value]


def _label(user: User) -> str:
    name = " ".join(filter(None, (user.rank, user.full_name)))
    number = f", NRP {user.nrp}" if user.nrp else ""
    return f"{name}{number}{'' if user.is_active else ' (akun ditutup)'}"
