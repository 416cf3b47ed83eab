"""An account at the moment it is changed: by its owner, by an admin, by whoever knows the old
password, by a sign-in.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.integration.conftest import PASSWORD
from tests.integration.races.meeting import (
    PATIENCE,
    outcome,
    second_comes_while_first_holds,
    waiting,
)
from tests.integration.races.office import Office
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Conflict
from workflow_app.models import Attempt, User
from workflow_app.services.accounts import sessions, users
from workflow_app.services.accounts.sessions import Limit, Try
from workflow_app.services.core import unit_of_work
from workflow_app.tools.embedded.server_processes import wait_until

RESET, THIEF = "sandi dari admin yang baru", "sandi pilihan si pencuri"


@pytest.fixture
def name(office: Office) -> str:
    """The user name of an account that only this test has."""
    made = f"akun{uuid4().hex[:8]}"
    office.person(made, "petugas")
    return made


def account(office: Office, name: str) -> User:
    with office.works.begin(SYSTEM) as work:
        found = work.session.scalars(select(User).where(User.username == name)).one()
        work.session.expunge(found)
        return found


def has_password(office: Office, name: str, password: str) -> bool:
    with office.works.begin(SYSTEM) as work:
        return users.authenticate(work, name, password) is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda work, name: users.set_password(work, name, RESET),
        lambda work, name: users.disable(work, name),
        lambda work, name: users.set_roles(work, name, ["auditor"]),
    ],
    ids=["reset", "disabled", "other roles"],
)
def test_who_knows_the_old_password_cannot_undo_what_an_admin_is_doing(
    office: Office, name: str, change: Callable[..., None]
) -> None:
    owner = office.people[name]

    _, refused = second_comes_while_first_holds(
        office.works,
        (SYSTEM, lambda work: change(work, name)),
        (owner, lambda work: users.change_own_password(work, PASSWORD, THIEF)),
    )

    assert isinstance(refused, Conflict)
    assert "baru saja diubah" in refused.sentence
    assert not has_password(office, name, THIEF)
    assert account(office, name).session_epoch == 2


def test_a_reset_that_comes_while_the_owner_changes_the_password_holds(
    office: Office, name: str
) -> None:
    """Both begin under the same epoch; each raises it, so that no session of the first outlives the
    second.
    """
    changed, _ = second_comes_while_first_holds(
        office.works,
        (office.people[name], lambda work: users.change_own_password(work, PASSWORD, THIEF)),
        (SYSTEM, lambda work: users.set_password(work, name, RESET)),
    )

    assert has_password(office, name, RESET)
    assert (changed.session_epoch, account(office, name).session_epoch) == (2, 3)


def test_a_sign_in_and_the_closing_of_its_account_do_not_wait_for_each_other_in_a_circle(
    office: Office, name: str, visit: Callable[[str], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser has a session, which a new sign-in replaces, while an admin has just ended all of
    them.
    """
    visitor, record = visit(name), unit_of_work.record
    form = {"csrf_token": visitor.token(), "nama_pengguna": name, "kata_sandi": PASSWORD}
    signing_in: list[Future[TestResponse]] = []

    def record_when_they_have_met(work: Any, chain: str, action: str, **details: Any) -> None:
        if action == "user.disabled":
            signing_in.append(pool.submit(visitor.client.post, "/masuk", data=form))
            wait_until(lambda: signing_in[0].done() or waiting(office.works), PATIENCE)
        record(work, chain, action, **details)

    monkeypatch.setattr(unit_of_work, "record", record_when_they_have_met)
    with ThreadPoolExecutor(1) as pool:
        assert outcome(office.works, SYSTEM, lambda work: users.disable(work, name)) is None
        assert signing_in[0].result(timeout=10).status_code == 302

    assert visitor.open("/").path == "/masuk", (
        "the session that began meanwhile is over before it is used"
    )
    with office.works.begin(SYSTEM) as work:
        assert list(unit_of_work.verify_chains(work)) == []


def test_a_success_and_a_further_try_take_the_counts_in_the_same_order(office: Office) -> None:
    first, second = sorted((uuid4().bytes, uuid4().bytes))
    tries = [
        Try(second, Limit(5, timedelta(minutes=1), is_cleared=True)),
        Try(first, Limit(5, timedelta(minutes=1))),
    ]
    with office.works.begin(SYSTEM) as work:
        sessions.count(work, tries)

    with ThreadPoolExecutor(1) as pool:
        with office.works.begin(SYSTEM) as work:
            work.session.execute(select(Attempt).where(Attempt.key == first).with_for_update())
            forgiving = pool.submit(
                outcome, office.works, SYSTEM, lambda work: sessions.forgive(work, tries)
            )
            wait_until(lambda: waiting(office.works), PATIENCE)
            assert sessions.charge(work, tries) == sessions.NO_WAIT
        assert forgiving.result(timeout=10) is None
