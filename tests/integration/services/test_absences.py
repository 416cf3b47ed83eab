"""Absences: who enters them for whom, which go together, and that sent twice they are one."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from tests.integration.conftest import TestClock
from tests.integration.services.away import TODAY, TOMORROW, allow, now, send_away
from workflow_app.domain import SYSTEM, Actor, Conflict, Forbidden, InvalidInput
from workflow_app.models import Absence, AuditEvent
from workflow_app.services.accounts import absences, users
from workflow_app.services.accounts.absences import Asked
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.roster import duty

Person = Callable[..., Actor]


@pytest.fixture
def dodi(person: Person) -> Actor:
    return person("dodi", "petugas")


def refused(
    works: Works, absent: Actor, substitute: Actor, *days: str, by: Actor | None = None
) -> set[str]:
    """The fields at which an absence is refused; none when it is entered."""
    try:
        send_away(works, absent, substitute, *days, by=by)
    except InvalidInput as error:
        assert all(error.fields.values())
        return set(error.fields)
    return set()


def count(works: Works) -> int:
    with works.begin(SYSTEM) as work:
        return work.session.scalar(select(func.count()).select_from(Absence)) or 0


def test_it_is_on_record_and_sent_twice_it_is_one(
    works: Works, budi: Actor, rina: Actor, clock: TestClock
) -> None:
    first = send_away(works, budi, rina)
    clock.advance(seconds=2)
    assert send_away(works, budi, rina) == first
    assert count(works) == 1
    with works.begin(SYSTEM) as work:
        (event,) = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "absence.entered")
        )
        assert event.chain == f"user:{budi.user_id}"
        assert event.actor_id == budi.user_id


def test_a_look_at_what_it_does_writes_nothing(works: Works, person: Person, rina: Actor) -> None:
    both = person("ganda", "petugas", "ka_spkt")
    with works.begin(both) as work:
        told = absences.prospect(work, Asked(str(both.user_id), str(rina.user_id), TODAY, TOMORROW))
    assert (told.passed, told.left) == (("Petugas SPKT",), ("Ka SPKT",))
    assert told.ends_at == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    assert count(works) == 0


@pytest.mark.parametrize(
    ("days", "fields"),
    [
        (("2026-11-22", TODAY), {"mulai"}),
        ((TOMORROW, TODAY), {"sampai"}),
        (("", ""), {"mulai", "sampai"}),
        (("9999-12-31", "9999-12-31"), {"mulai", "sampai"}),
        ((TODAY, "2028-01-01"), {"sampai"}),
        (("' or 1=1", TODAY), {"mulai"}),
    ],
)
def test_days_that_are_none_are_told_at_their_field(
    works: Works, budi: Actor, rina: Actor, days: tuple[str, str], fields: set[str]
) -> None:
    assert refused(works, budi, rina, *days) == fields


def test_overlaps_chains_and_loops_are_refused(
    works: Works, budi: Actor, rina: Actor, dodi: Actor
) -> None:
    send_away(works, budi, rina, TODAY, "2026-11-26")
    assert refused(works, budi, dodi, "2026-11-26", "2026-11-27") == {"mulai"}
    assert refused(works, rina, budi) == {"anggota", "pengganti"}
    assert refused(works, rina, dodi, TODAY, "2026-12-01") == {"anggota"}
    assert refused(works, dodi, budi, "2026-11-26", "2026-11-27") == {"pengganti"}
    assert refused(works, dodi, rina) == set()
    assert refused(works, budi, dodi, "2026-11-27", "2026-11-27") == set()


def test_what_was_ended_or_withdrawn_stands_in_nobodys_way(
    works: Works, budi: Actor, rina: Actor, dodi: Actor, clock: TestClock
) -> None:
    early, later = (
        send_away(works, budi, rina),
        send_away(works, budi, rina, TOMORROW, TOMORROW),
    )
    clock.advance(hours=1)
    for each in (early, later, later):
        with works.begin(budi) as work:
            absences.end(work, each)
    assert now(works, rina).stands_for == ()
    assert refused(works, rina, budi, TODAY, TOMORROW) == set()
    with pytest.raises(Conflict, match="sudah berakhir"), works.begin(SYSTEM) as work:
        absences.end(work, early)
    clock.at = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert now(works, rina).stands_for == ()


def test_the_end_is_looked_at_and_what_never_began_is_told_as_dropped(
    works: Works, budi: Actor, rina: Actor, dodi: Actor, clock: TestClock
) -> None:
    running, planned = (
        send_away(works, budi, rina),
        send_away(works, budi, dodi, TOMORROW, TOMORROW),
    )
    with works.begin(budi) as work:
        states = [absences.ending(work, one).state for one in (running, planned)]
        assert states == ["now", "to_come"]
        assert [view.can_end for view in absences.of_unit(work)] == [True, True]
    with works.begin(dodi) as work, pytest.raises(Forbidden):
        absences.ending(work, running)
    for _ in range(2):
        with works.begin(budi) as work:
            assert not absences.end(work, planned)
    with works.begin(budi) as work, pytest.raises(Conflict):
        absences.ending(work, planned)
    clock.advance(seconds=1)
    with works.begin(budi) as work:
        assert absences.end(work, running)
        told = {view.state: view for view in absences.of_unit(work)}
    assert set(told) == {"over", "dropped"}
    assert not any(view.can_end for view in told.values())
    for view in told.values():
        assert view.starts_at < view.ends_at
    clock.advance(days=8)
    with works.begin(budi) as work:
        assert absences.of_unit(work) == []


def test_nobody_stands_in_for_himself_or_names_himself(
    works: Works, budi: Actor, person: Person
) -> None:
    assert refused(works, budi, budi) == {"pengganti"}
    lead = person("pama", "pamapta", "petugas")
    assert refused(works, budi, lead, by=lead) == {"pengganti"}
    assert refused(works, budi, lead) == set()


def test_only_himself_and_who_leads_him_in_every_role_enters_it(
    works: Works, budi: Actor, rina: Actor, dodi: Actor, sari: Actor, person: Person
) -> None:
    lead, other_chief = person("pama", "pamapta"), person("dewi", "ka_spkt")
    allow(works, "ka_spkt", "pamapta")
    with pytest.raises(Forbidden):
        send_away(works, budi, rina, by=dodi)
    send_away(works, budi, rina, by=lead)
    for actor in (lead, dodi, other_chief):
        with pytest.raises(Forbidden):
            send_away(works, sari, lead if actor is not lead else other_chief, by=actor)
    propam = person("propam", "piket_propam"), person("propam2", "piket_propam")
    for actor in (lead, sari, propam[1]):
        with pytest.raises(Forbidden):
            send_away(works, propam[0], propam[1], by=actor)
    both = person("ganda", "petugas", "ka_spkt")
    with pytest.raises(Forbidden):
        send_away(works, both, rina, by=lead)
    with works.begin(lead) as work:
        (known,) = absences.of_unit(work)
        assert known.can_end
    with pytest.raises(Forbidden), works.begin(dodi) as work:
        absences.end(work, known.id)


def test_other_roles_stand_in_only_where_the_office_allows_it(
    works: Works, sari: Actor, person: Person
) -> None:
    lead = person("pama", "pamapta")
    assert refused(works, sari, lead) == {"pengganti"}
    allow(works, "ka_spkt", "pamapta")
    assert refused(works, sari, lead) == set()
    assert [other.roles for other in now(works, lead).stands_for] == [{"ka_spkt"}]
    allow(works, "ka_spkt")
    assert now(works, lead).stands_for == ()


@pytest.mark.parametrize("role", ["piket_propam", "auditor", "admin"])
def test_r79_the_office_cannot_pass_these_roles_on(works: Works, role: str) -> None:
    for value in ((role, "pamapta"), ("ka_spkt", role)):
        with pytest.raises(InvalidInput):
            allow(works, *value)


def test_accounts_that_cannot_be_chosen(
    works: Works, budi: Actor, tono: Actor, rina: Actor
) -> None:
    assert refused(works, budi, tono) == {"pengganti"}
    with works.begin(SYSTEM) as work:
        users.disable(work, "rina")
    assert refused(works, budi, rina) == {"pengganti"}
    with works.begin(budi) as work, pytest.raises(InvalidInput) as told:
        absences.enter(work, Asked(str(budi.user_id), "bukan akun", TODAY, TODAY))
    assert set(told.value.fields) == {"pengganti"}


def test_who_is_disabled_meanwhile_enters_nothing(works: Works, budi: Actor, rina: Actor) -> None:
    with works.begin(SYSTEM) as work:
        users.disable(work, "budi")
    with pytest.raises(Forbidden):
        send_away(works, budi, rina)
    assert count(works) == 0


@pytest.mark.parametrize("way", ["closed", "moved"])
def test_of_a_substitute_who_has_left_nobody_is_told(
    works: Works, budi: Actor, rina: Actor, way: str
) -> None:
    send_away(works, budi, rina)
    with works.begin(SYSTEM) as work:
        assert [one.substitute for one in duty.now_substitution(work, "spkt").values()] == [
            "Contoh Rina"
        ]
        if way == "closed":
            users.disable(work, "rina")
        else:
            users.set_unit(work, "rina", "lain")
    with works.begin(SYSTEM) as work:
        assert duty.now_substitution(work, "spkt") == {}
