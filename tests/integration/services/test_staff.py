"""Members kept in the browser: nobody raises himself, nobody gives what is not his, one admin
remains, a change waits for its day.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from tests.integration.conftest import PASSWORD, TestClock
from tests.integration.open_tasks import task_of
from workflow_app.domain import SYSTEM, Actor, Conflict, Forbidden, InvalidInput, NotFound
from workflow_app.models import AuditEvent, RoleChange
from workflow_app.services.accounts import members, role_changes, users
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.workflow import transfers

Person = Callable[..., Actor]
Play = Callable[..., UUID]


@pytest.fixture
def admin(person: Person) -> Actor:
    return person("kepala", "admin")


def id_of(actor: Actor) -> UUID:
    assert actor.user_id is not None
    return actor.user_id


def roles_of(works: Works, actor: Actor) -> set[str]:
    with works.begin(SYSTEM) as work:
        return set(next(user for user in users.list_all(work) if user.id == actor.user_id).roles)


def change(
    works: Works, by: Actor, whom: Actor, *roles: str, unit: str = "", start: str = ""
) -> None:
    with works.begin(by) as work:
        role_changes.enter(work, id_of(whom), role_changes.Asked(roles, unit, start))


def make_due(works: Works) -> None:
    """As the worker does every minute."""
    with works.begin(SYSTEM) as work:
        due = role_changes.due(work)
    for change_id in due:
        with works.begin(SYSTEM) as work:
            role_changes.make(work, change_id)


def test_a_new_member_signs_in_once_with_the_first_password_and_replaces_it(
    works: Works, admin: Actor
) -> None:
    with works.begin(admin) as work:
        made, password = members.add(
            work, members.Asked("o.brien", "Contoh O'Brien", "Bripda", "", ("petugas",))
        )
    with works.begin(SYSTEM) as work:
        found = users.authenticate(work, "o.brien", password)
        told = str([event.details for event in work.session.scalars(select(AuditEvent))])
        assert found is not None
        assert (found.is_password_temporary, password in told) == (True, False)
    with works.begin(users.actor_of(made)) as work, pytest.raises(InvalidInput) as same:
        users.change_own_password(work, password, password)
    assert "new" in same.value.fields
    with works.begin(users.actor_of(made)) as work:
        assert not users.change_own_password(work, password, PASSWORD).is_password_temporary


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (members.Asked("", "Contoh", "", "", ()), "nama_pengguna"),
        (members.Asked("budi", "Contoh", "", "", ()), "nama_pengguna"),
        (members.Asked("a b", "Contoh", "", "", ()), "nama_pengguna"),
        (members.Asked("baru", "", "", "", ()), "nama"),
        (members.Asked("baru", "Contoh\nDua", "", "", ()), "nama"),
        (members.Asked("baru", "Contoh", "x" * 101, "", ()), "pangkat"),
        (members.Asked("baru", "Contoh", "", "", ("raja",)), "peran"),
        (members.Asked("baru", "Contoh", "", "", ("piket_propam",)), "peran"),
        (members.Asked("baru", "Contoh", "", "", ("auditor", "petugas")), "peran"),
    ],
)
def test_a_faulty_member_is_told_at_the_field(
    works: Works, admin: Actor, budi: Actor, asked: members.Asked, field: str
) -> None:
    with pytest.raises(InvalidInput) as told, works.begin(admin) as work:
        members.add(work, asked)
    assert set(told.value.fields) == {field}


def test_nobody_changes_his_own_account(works: Works, person: Person) -> None:
    one, _ = person("kepala", "admin", "pimpinan"), person("kepala2", "admin")
    for act in (members.lock, members.unlock, members.renew_password):
        with pytest.raises(Forbidden, match="sendiri"), works.begin(one) as work:
            act(work, id_of(one))
    with pytest.raises(Forbidden, match="sendiri"):
        change(works, one, one, "admin", "ka_spkt")


@pytest.mark.parametrize("role", ["piket_propam", "auditor", "pimpinan"])
def test_r79_an_admin_does_not_come_by_what_propam_has(
    works: Works, admin: Actor, budi: Actor, person: Person, role: str
) -> None:
    """Neither by giving the role, nor by taking it, nor by a password of somebody who holds it."""
    holder = person("pemegang", role)
    for whom, roles in ((budi, ("petugas", role)), (holder, ("petugas",)), (holder, ())):
        with pytest.raises(InvalidInput):
            change(works, admin, whom, *roles)
    with pytest.raises(Forbidden, match="bukan Anda yang memberi"), works.begin(admin) as work:
        members.renew_password(work, id_of(holder))
    assert (roles_of(works, budi), roles_of(works, holder)) == ({"petugas"}, {role})


def test_r79_nobody_gets_a_password_that_opens_more_from_a_day_to_come(
    works: Works, admin: Actor, budi: Actor, person: Person, clock: TestClock
) -> None:
    """A password that is given today still opens the account when its roles have come."""
    chief = person("kapolres", "pimpinan")
    change(works, chief, budi, "petugas", "auditor", start="2026-11-25")
    with works.begin(admin) as work:
        assert not members.can_renew(work, id_of(budi), {"petugas"})
        with pytest.raises(Forbidden, match="akan datang"):
            members.renew_password(work, id_of(budi))
    with works.begin(chief) as work:
        members.renew_password(work, id_of(budi))
        role_changes.withdraw(work, role_changes.to_come(work, id_of(budi))[0].id)
    with works.begin(admin) as work:
        assert members.renew_password(work, id_of(budi))[1]


def test_propam_gives_its_own_role_and_no_other(works: Works, budi: Actor, person: Person) -> None:
    propam = person("propam", "piket_propam")
    change(works, propam, budi, "petugas", "piket_propam")
    assert roles_of(works, budi) == {"petugas", "piket_propam"}
    with pytest.raises(InvalidInput):
        change(works, propam, budi, "piket_propam")
    for act in (members.lock, members.unlock):
        with pytest.raises(Forbidden), works.begin(propam) as work:
            act(work, id_of(budi))
    with pytest.raises(Forbidden), works.begin(budi) as work:
        members.listed(work)


def test_the_last_admin_remains(works: Works, admin: Actor, person: Person) -> None:
    chief = person("kapolres", "pimpinan")
    with pytest.raises(Conflict, match="admin terakhir"):
        change(works, chief, admin, "petugas")
    second = person("kepala2", "admin")
    with works.begin(admin) as work:
        members.lock(work, id_of(second))
    with pytest.raises(Conflict, match="admin terakhir"):
        change(works, chief, admin)
    with works.begin(admin) as work:
        members.unlock(work, id_of(second))
        members.unlock(work, id_of(second))
    change(works, chief, admin, "petugas")
    assert roles_of(works, admin) == {"petugas"}


def test_an_admin_of_another_unit_finds_nobody(works: Works, budi: Actor, person: Person) -> None:
    far = person("jauh", "admin", unit="lain")
    with works.begin(far) as work:
        assert [user.username for user in members.listed(work)] == ["jauh"]
    for act in (members.lock, members.renew_password, members.one):
        with pytest.raises(NotFound), works.begin(far) as work:
            act(work, id_of(budi))


def test_a_change_waits_for_midnight_in_wita_and_happens_once(
    works: Works, admin: Actor, budi: Actor, clock: TestClock
) -> None:
    for _ in range(2):
        change(works, admin, budi, "pamapta", start="2026-11-25")
        clock.advance(seconds=3)
    with works.begin(SYSTEM) as work:
        assert len(work.session.scalars(select(RoleChange)).all()) == 1
    reached = []
    for day, hour, minute in ((24, 15, 59), (24, 16, 0), (24, 16, 1)):
        clock.at = datetime(2026, 11, day, hour, minute, tzinfo=UTC)
        make_due(works)
        reached.append(roles_of(works, budi))
    assert reached == [{"petugas"}, {"pamapta"}, {"pamapta"}]
    with works.begin(SYSTEM) as work:
        made = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "user.roles_changed")
        ).all()
        assert len(made) == 1


def test_what_was_withdrawn_does_not_happen(
    works: Works, admin: Actor, budi: Actor, clock: TestClock
) -> None:
    change(works, admin, budi, "pamapta", start="2026-11-25")
    with works.begin(admin) as work:
        (waiting,) = role_changes.to_come(work, id_of(budi))
        assert role_changes.withdraw(work, waiting.id) == role_changes.withdraw(work, waiting.id)
    clock.at = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
    make_due(works)
    assert roles_of(works, budi) == {"petugas"}
    with pytest.raises(NotFound), works.begin(admin) as work:
        role_changes.withdraw(work, uuid4())


def test_a_change_that_would_leave_no_admin_on_its_day_is_refused_on_record(
    works: Works, admin: Actor, person: Person, clock: TestClock
) -> None:
    second = person("kepala2", "admin")
    change(works, admin, second, "petugas", start="2026-11-25")
    with works.begin(SYSTEM) as work:
        users.disable(work, "kepala")
    clock.at = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    make_due(works)
    assert roles_of(works, second) == {"admin"}
    with works.begin(SYSTEM) as work:
        assert work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "user.change_refused")
        ).one()


def test_r79_a_change_to_come_brings_back_nothing_that_was_taken_meanwhile(
    works: Works, admin: Actor, person: Person, clock: TestClock
) -> None:
    """On its day a change does what was asked, no more: the admin's cannot give back what Propam
    has taken, nor take what it gave.
    """
    propam, one, other = (
        person("propam", "piket_propam"),
        person("satu", "petugas", "piket_propam"),
        person("dua", "petugas"),
    )
    for whom, roles in ((one, ("pamapta", "piket_propam")), (other, ("pamapta",))):
        change(works, admin, whom, *roles, start="2026-11-25")
    change(works, propam, one, "petugas")
    change(works, propam, other, "petugas", "piket_propam")
    with works.begin(admin) as work:
        told = [role_changes.to_come(work, id_of(whom))[0].roles for whom in (one, other)]
    clock.at = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    make_due(works)
    assert roles_of(works, one) == {"pamapta"}
    assert roles_of(works, other) == {"pamapta", "piket_propam"}
    assert told == [("Pamapta",), ("Pamapta", "Piket Propam")]


def test_what_a_unit_had_in_store_for_a_member_ends_when_he_leaves_it(
    works: Works, admin: Actor, budi: Actor, clock: TestClock
) -> None:
    change(works, admin, budi, "pamapta", start="2026-11-25")
    change(works, admin, budi, "petugas", unit="lain")
    clock.at = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    make_due(works)
    with works.begin(SYSTEM) as work:
        moved = next(user for user in users.list_all(work) if user.id == budi.user_id)
        refused = select(AuditEvent).where(AuditEvent.action == "user.change_refused")
        assert (moved.unit, set(moved.roles)) == ("lain", {"petugas"})
        assert len(work.session.scalars(refused).all()) == 1


def test_who_has_entered_a_change_withdraws_it_whatever_propam_did_meanwhile(
    works: Works, admin: Actor, person: Person
) -> None:
    propam, one = person("propam", "piket_propam"), person("satu", "petugas", "piket_propam")
    change(works, admin, one, "pamapta", "piket_propam", start="2026-11-25")
    change(works, propam, one, "petugas")
    with works.begin(admin) as work:
        role_changes.withdraw(work, role_changes.to_come(work, id_of(one))[0].id)
    assert roles_of(works, one) == {"petugas"}


@pytest.mark.parametrize("start", ["2026-11-22", "besok", "0000-00-00"])
def test_a_day_that_is_none_or_over_is_told_at_its_field(
    works: Works, admin: Actor, budi: Actor, start: str
) -> None:
    with pytest.raises(InvalidInput) as told:
        change(works, admin, budi, "pamapta", start=start)
    assert set(told.value.fields) == {"mulai"}


def test_who_leaves_gives_back_what_he_has_and_nothing_else(
    works: Works, play: Play, admin: Actor, budi: Actor
) -> None:
    case_id = play("sktlk_ktp", 5)
    with works.begin(admin) as work:
        asked = role_changes.Asked(("pamapta",), "", "")
        told = transfers.prospect(work, role_changes.checked(work, id_of(budi), asked))
        assert (told.tasks, told.shifts) == (1, 0)
    assert transfers.release_left(works, id_of(budi)) == 0
    assert task_of(works, case_id).assignee_id == budi.user_id
    change(works, admin, budi)
    with works.begin(SYSTEM) as work:
        waiting = work.session.execute(
            text("select count(*) from procrastinate_jobs where task_name = 'release_left'")
        ).scalar_one()
        assert waiting == 1
        assert users.authenticate(work, "budi", PASSWORD) is None
    assert [transfers.release_left(works, id_of(budi)) for _ in range(2)] == [1, 0]
    assert task_of(works, case_id).assignee_id is None
