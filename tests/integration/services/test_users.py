"""Accounts: signing in, waiting after wrong passwords, sessions that end."""

from collections.abc import Callable

import pytest

from tests.integration.conftest import PASSWORD, TestClock
from workflow_app.errors import InvalidInput, NotFound
from workflow_app.services import users
from workflow_app.services.unit_of_work import UnitOfWork, Works
from workflow_app.services.users import SignIn
from workflow_app.types import SYSTEM, Actor

OTHER = "sandi-lain-yang-panjang"


def sign_in(works: Works, username: str, password: str) -> SignIn:
    with works.begin(SYSTEM) as work:
        return users.authenticate(work, username, password)


def test_the_right_password_signs_in_whatever_the_case_of_the_name(works: Works, budi: Actor) -> None:
    result = sign_in(works, " Budi ", PASSWORD)

    assert result.user is not None
    assert users.actor_of(result.user) == budi


def test_unknown_name_wrong_password_and_closed_account_read_the_same(works: Works, budi: Actor) -> None:
    wrong = sign_in(works, "budi", OTHER)
    unknown = sign_in(works, "tidak.ada", PASSWORD)
    with works.begin(SYSTEM) as work:
        users.disable(work, "budi")
    closed = sign_in(works, "budi", PASSWORD)

    assert wrong.user is unknown.user is closed.user is None
    assert wrong.sentence == unknown.sentence == closed.sentence


def test_five_wrong_passwords_make_the_account_wait_and_then_let_it_in(
    works: Works, budi: Actor, clock: TestClock
) -> None:
    for _ in range(5):
        sign_in(works, "budi", OTHER)

    waiting = sign_in(works, "budi", PASSWORD)
    clock.advance(minutes=6)
    later = sign_in(works, "budi", PASSWORD)

    assert waiting.user is None
    assert "09.05 WITA" in waiting.sentence
    assert later.user is not None


def test_sessions_end_when_the_password_changes_or_the_account_closes(works: Works, budi: Actor) -> None:
    assert budi.user_id is not None
    with works.begin(SYSTEM) as work:
        assert users.load(work, budi.user_id, 1) is not None
    with works.begin(budi) as work:
        users.change_own_password(work, PASSWORD, OTHER)
    with works.begin(SYSTEM) as work:
        assert users.load(work, budi.user_id, 1) is None
        assert users.load(work, budi.user_id, 2) is not None
        users.disable(work, "budi")
        assert users.load(work, budi.user_id, 3) is None


def test_a_wrong_old_password_changes_nothing(works: Works, budi: Actor) -> None:
    with pytest.raises(InvalidInput) as caught, works.begin(budi) as work:
        users.change_own_password(work, OTHER, OTHER)

    assert "old" in caught.value.fields
    assert sign_in(works, "budi", PASSWORD).user is not None


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
def test_a_faulty_account_is_refused_with_a_sentence(work: UnitOfWork, change: dict[str, object]) -> None:
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


def test_colleagues_are_active_holders_of_the_role_in_the_same_unit(
    works: Works, budi: Actor, sari: Actor, tono: Actor, person: Callable[..., Actor]
) -> None:
    person("rina", "petugas")
    with works.begin(SYSTEM) as work:
        users.disable(work, "rina")
    with works.begin(sari) as work:
        assert [user.username for user in users.colleagues(work, "petugas")] == ["budi"]
