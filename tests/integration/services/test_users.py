"""Accounts: signing in, roles, passwords."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from tests.integration.conftest import PASSWORD
from workflow_app.domain import SYSTEM, Actor, InvalidInput, NotFound
from workflow_app.models import AuditEvent
from workflow_app.services.accounts import users
from workflow_app.services.accounts.users import UserView
from workflow_app.services.core.unit_of_work import UnitOfWork, Works

OTHER = "sandi-lain-yang-panjang"


def sign_in(works: Works, username: str, password: str) -> UserView | None:
    with works.begin(SYSTEM) as work:
        return users.authenticate(work, username, password)


def test_the_right_password_signs_in_whatever_the_case_of_the_name(
    works: Works, budi: Actor
) -> None:
    found = sign_in(works, " Budi ", PASSWORD)

    assert found is not None
    assert users.actor_of(found) == budi


def test_unknown_name_wrong_password_and_closed_account_cost_one_check_and_write_nothing(
    works: Works, budi: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []
    matches = users._matches

    def counted(password_hash: str, password: str) -> bool:
        checks.append(password_hash)
        return matches(password_hash, password)

    monkeypatch.setattr(users, "_matches", counted)
    with works.begin(SYSTEM) as work:
        users.disable(work, "budi")
        before = work.session.scalar(select(func.count()).select_from(AuditEvent))
    for name, password in (("budi", OTHER), ("tidak.ada", PASSWORD), ("budi", PASSWORD)):
        assert sign_in(works, name, password) is None
    with works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).select_from(AuditEvent)) == before
    assert len(checks) == 3
    assert users.NOBODY in checks


def test_changed_roles_hold_and_are_on_record(works: Works, budi: Actor) -> None:
    with works.begin(SYSTEM) as work:
        users.set_roles(work, "budi", ["ka_spkt", "pamapta"])
    with works.begin(SYSTEM) as work:
        found = next(user for user in users.list_all(work) if user.username == "budi")
        details = work.session.scalar(
            select(AuditEvent.details).where(AuditEvent.action == "user.roles_changed")
        )
    assert found.roles == {"ka_spkt", "pamapta"}
    assert details == {"before": ["petugas"], "after": ["ka_spkt", "pamapta"]}
    with pytest.raises(InvalidInput), works.begin(SYSTEM) as work:
        users.set_roles(work, "budi", ["raja"])


def test_a_wrong_old_password_changes_nothing(works: Works, budi: Actor) -> None:
    with pytest.raises(InvalidInput) as caught, works.begin(budi) as work:
        users.change_own_password(work, OTHER, OTHER)

    assert "old" in caught.value.fields
    assert sign_in(works, "budi", PASSWORD) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"password": "pendek"},
        {"roles": ["raja"]},
        {"username": "budi"},
        {"username": "a b"},
        {"username": ""},
    ],
    ids=["short password", "unknown role", "taken name", "blank in name", "no name"],
)
def test_a_faulty_account_is_refused_with_a_sentence(
    work: UnitOfWork, change: dict[str, object]
) -> None:
    good = {
        "username": "budi",
        "full_name": "Contoh Budi",
        "rank": "",
        "nrp": "",
        "unit": "spkt",
        "roles": ["petugas"],
        "password": PASSWORD,
    }
    users.create(work, **good)

    with pytest.raises(InvalidInput):
        users.create(work, **{**good, "username": "baru", **change})


def test_an_unknown_account_is_named(work: UnitOfWork) -> None:
    with pytest.raises(NotFound, match=r"tidak\.ada"):
        users.disable(work, "tidak.ada")


def test_a_closed_account_that_is_opened_again_signs_in(works: Works, budi: Actor) -> None:
    for change, is_let_in in ((users.disable, False), (users.enable, True)):
        with works.begin(SYSTEM) as work:
            change(work, "budi")
        assert (sign_in(works, "budi", PASSWORD) is not None) == is_let_in


def test_colleagues_are_active_holders_of_the_role_in_the_same_unit(
    works: Works, budi: Actor, sari: Actor, tono: Actor, person: Callable[..., Actor]
) -> None:
    person("rina", "petugas")
    with works.begin(SYSTEM) as work:
        users.disable(work, "rina")
    with works.begin(sari) as work:
        assert [user.username for user in users.colleagues(work, "petugas")] == ["budi"]
