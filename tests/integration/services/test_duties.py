"""The duty roster: how it is entered, and whose a function's task is while somebody serves
(R61).
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.conftest import MONDAY
from tests.integration.services.away import now, send_away, wall
from tests.integration.services.calls import Call, call
from workflow_app.domain import SYSTEM, Actor, Forbidden, InvalidInput
from workflow_app.models import AuditEvent, CaseWall, DutyPeriod, Task
from workflow_app.services.accounts import users
from workflow_app.services.cases import inbox
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings_admin import configuration_files
from workflow_app.services.roster import duty, rosters
from workflow_app.services.workflow import tasks

__all__ = ["call"]

KEY = "jadwal_piket.piket_samapta"
FROM, UNTIL = "2026-11-23T08:00:00+08:00", "2026-11-24T08:00:00+08:00"
Person = Callable[..., Actor]


def roster(*people: str, start: str = FROM, until: str = UNTIL, key: str = KEY) -> str:
    return json.dumps({key: {start: {"sampai": until, "petugas": list(people)}}})


def take_in(works: Works, text: str) -> list[Any]:
    with works.begin(SYSTEM) as work:
        return configuration_files.take_in(work, text)


def queue(works: Works, actor: Actor) -> set[str]:
    """Steps in the queue of this person."""
    with works.begin(actor) as work:
        return {row.step for row in inbox.page(work, "queue").rows}


def held_by(works: Works, task_id: UUID) -> UUID | None:
    with works.begin(SYSTEM) as work:
        return work.session.get_one(Task, task_id).assignee_id


@pytest.fixture
def on_call(call: Call, person: Person) -> tuple[Call, Actor, Actor]:
    """A call to which the patrol is summoned: it, who is on duty, and a colleague at home."""
    home = person("rudi", "piket_samapta")
    take_in(call.works, roster("piket_samapta"))
    call.report().summon("piket_samapta")
    return call, call.people["piket_samapta"], home


def test_a_roster_goes_in_once_and_comes_out_as_it_went_in(works: Works, person: Person) -> None:
    person("rudi", "piket_samapta")
    assert [entry.key for entry in take_in(works, roster("Rudi "))] == [KEY]
    assert take_in(works, roster("rudi")) == []
    with works.begin(SYSTEM) as work:
        written = json.loads(configuration_files.export(work))
        (event,) = work.session.scalars(select(AuditEvent).where(AuditEvent.action == "duty.set"))
        assert "rudi" not in str(event.details)
    assert written[KEY] == {FROM: {"sampai": UNTIL, "petugas": ["rudi"]}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (roster("nobody"), "Tidak ada akun aktif bernama nobody"),
        (roster("budi"), "budi tidak memegang peran Piket Samapta"),
        (roster(until=FROM), "sesudah awal masa piket"),
        (roster(until="besok"), "2026-12-02T08:00"),
        (roster(start="2026-11-20T08:00", until="2026-11-21T08:00"), "sudah lewat"),
        (roster(key="jadwal_piket.petugas"), "jadwal_piket.piket_reskrim"),
        (json.dumps({KEY: {FROM: ["rudi"]}}), "petugas"),
        (json.dumps({KEY: {FROM: {"sampai": UNTIL, "petugas": [1]}}}), "petugas"),
    ],
)
def test_a_roster_with_a_fault_changes_nothing(
    works: Works, budi: Actor, text: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        take_in(works, text)
    with works.begin(SYSTEM) as work:
        assert work.session.scalars(select(DutyPeriod)).all() == []


def test_who_serves_may_change_until_the_period_is_over(
    works: Works, person: Person, clock: Any
) -> None:
    for name in ("rudi", "wati"):
        person(name, "piket_samapta")
    take_in(works, roster("rudi"))
    assert len(take_in(works, roster("rudi", "wati"))) == 1
    with works.begin(SYSTEM) as work:
        assert duty.names(work, "spkt", "piket_samapta") == "Bripda Contoh Rudi, Bripda Contoh Wati"
    clock.advance(days=2)
    assert take_in(works, roster("rudi", "wati")) == []
    with pytest.raises(InvalidInput, match="sudah lewat"):
        take_in(works, roster("rudi"))


def test_what_the_roster_says_already_comes_in_again_though_an_account_was_closed(
    works: Works, person: Person
) -> None:
    for name in ("rudi", "wati"):
        person(name, "piket_samapta")
    take_in(works, roster("rudi", "wati"))
    with works.begin(SYSTEM) as work:
        users.disable(work, "rudi")
        file = json.loads(configuration_files.export(work))
    file["telepon_unit"]["2026-12-01T00:00"] = "0517-0000"
    assert [entry.key for entry in take_in(works, json.dumps(file))] == ["telepon_unit"]
    with pytest.raises(InvalidInput, match="Tidak ada akun aktif bernama rudi"):
        take_in(works, roster("rudi"))


def test_gaps_and_overlaps_of_a_roster_in_use_are_told(
    works: Works, person: Person, sari: Actor
) -> None:
    person("rudi", "piket_samapta")
    with works.begin(SYSTEM) as work:
        assert rosters.doubts(work) == []
    take_in(works, roster("rudi"))
    take_in(works, roster(start="2026-11-24T07:00", until="2026-11-25T08:00"))
    with works.begin(sari) as work:
        overlap, gap = sorted(rosters.doubts(work), key=lambda doubt: doubt.starts_at)
        assert (overlap.kind, gap.kind) == ("overlap", "gap")
        assert overlap.starts_at == datetime.fromisoformat("2026-11-24T07:00+08:00")
        assert gap.ends_at == MONDAY + rosters.LOOK_AHEAD
        assert "Piket Samapta" in rosters.notice(work)


def test_somebody_on_the_roster_whose_account_is_closed_is_told(
    works: Works, person: Person
) -> None:
    person("rudi", "piket_samapta")
    take_in(works, roster("rudi", until="2026-12-24T08:00"))
    with works.begin(SYSTEM) as work:
        assert rosters.doubts(work) == []
        users.disable(work, "rudi")
        (doubt,) = rosters.doubts(work)
    assert (doubt.kind, doubt.people) == ("unable", ("rudi",))


def test_r61_a_call_waits_for_who_is_on_duty_and_for_nobody_else(
    on_call: tuple[Call, Actor, Actor],
) -> None:
    call, serving, home = on_call
    assert queue(call.works, serving) == {"Terima panggilan Samapta", "Berangkat ke TKP"}
    assert queue(call.works, home) == set()
    with call.works.begin(home) as work:
        rows = inbox.page(work, "all").rows
    assert {row.on_duty for row in rows if row.role == "piket_samapta"} == {
        "Bripda Contoh Piket_Samapta"
    }


def test_r61_a_colleague_who_opens_it_may_act_when_the_one_on_duty_cannot(
    on_call: tuple[Call, Actor, Actor],
) -> None:
    call, _, home = on_call
    with call.works.begin(home) as work:
        tasks.claim(work, call.task("terima_samapta"))
    assert held_by(call.works, call.task("terima_samapta")) == home.user_id


@pytest.mark.parametrize("nobody", ["over", "closed", "empty"])
def test_r61_where_nobody_serves_a_call_is_everybodys(
    on_call: tuple[Call, Actor, Actor], nobody: str
) -> None:
    call, _, home = on_call
    if nobody == "over":
        call.clock.advance(days=2)
    elif nobody == "empty":
        take_in(call.works, roster())
    else:
        with call.works.begin(SYSTEM) as work:
            users.disable(work, "piket_samapta")
    assert "Terima panggilan Samapta" in queue(call.works, home)


def test_r79_a_case_that_names_the_one_on_duty_is_everybody_elses(
    on_call: tuple[Call, Actor, Actor],
) -> None:
    call, serving, home = on_call
    with call.works.begin(SYSTEM) as work:
        named = {
            "case_id": call.case_id,
            "user_id": serving.user_id,
            "reason_key": "lapor.terlapor",
        }
        work.session.add(CaseWall(since=MONDAY, **named))
    assert queue(call.works, serving) == set()
    assert "Terima panggilan Samapta" in queue(call.works, home)


def test_r79_a_case_that_names_the_substitute_of_the_one_on_duty_is_everybody_elses(
    on_call: tuple[Call, Actor, Actor], person: Person
) -> None:
    """Who is away himself does not take it."""
    call, serving, home = on_call
    substitute = person("joni", "piket_samapta")
    send_away(call.works, serving, substitute)
    assert queue(call.works, home) == set()
    wall(call.works, call.case_id, substitute)
    assert queue(call.works, now(call.works, substitute)) == set()
    assert "Terima panggilan Samapta" in queue(call.works, home)


def test_what_follows_the_work_of_somebody_at_home_waits_for_who_is_on_duty(
    on_call: tuple[Call, Actor, Actor],
) -> None:
    call, serving, home = on_call
    call.people["home"] = home
    call.do("berangkat", "home")
    assert held_by(call.works, call.task("tiba")) == home.user_id, "he is on his way"
    with call.works.begin(call.people["pamapta"]) as work:
        tasks.take_over(work, call.task("tiba"))
    call.do("tiba", "pamapta", sumber="radio", arrived_at=MONDAY.isoformat())
    assert held_by(call.works, call.task("tptkp")) is None
    assert "Tindakan pertama di TKP" in queue(call.works, serving)


def test_the_relief_goes_on_with_what_the_one_before_holds(
    on_call: tuple[Call, Actor, Actor],
) -> None:
    call, before, relief = on_call
    task_id = call.task("berangkat")
    with call.works.begin(before) as work:
        tasks.claim(work, task_id)
    with call.works.begin(relief) as work, pytest.raises(Forbidden):
        tasks.take_over(work, task_id)
    take_in(call.works, roster("rudi", start=UNTIL, until="2026-11-25T08:00"))
    call.clock.advance(days=1)
    with call.works.begin(relief) as work:
        view = tasks.get(work, task_id)
        assert (view.can_take_over, view.stands_in, view.can_claim) == (True, False, False)
        tasks.take_over(work, task_id)
    assert held_by(call.works, task_id) == relief.user_id
