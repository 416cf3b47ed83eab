"""Answers that choose members of this site by their accounts: what can be chosen, what is not an account, and their names."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy import select

from workflow_app.engine.forms import Form
from workflow_app.models.user import User
from workflow_app.services.accounts import people
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.types import Answer, Answers

WIDGET = "members"
UNKNOWN = "Pilih anggota dari daftar. Muat ulang halaman bila namanya tidak ada."


def choices(work: UnitOfWork) -> list[tuple[str, str]]:
    """Every account with how it is called, by name: closed ones too, for they may be opened again."""
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


def spelled_out(work: UnitOfWork, forms: Mapping[str, Form], given: dict[str, Answers]) -> dict[str, Answers]:
    """Answers by element as people read them: names instead of ids."""
    named = [
        (element, name, ids) for element in given for name, ids in _named(forms[element], given[element])
    ]
    names = people.names_of(work, [member for _, _, ids in named for member in ids])
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
