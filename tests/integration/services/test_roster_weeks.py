"""The roster week by week: gaps and overlaps marked, the last week again, other people from an
instant on.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from tests.integration.conftest import TestClock
from workflow_app.domain import SYSTEM, Actor, Conflict, Forbidden, InvalidInput
from workflow_app.models import AuditEvent, DutyPeriod
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.roster import duty, weeks
from workflow_app.services.roster.weeks import Asked, FunctionWeek, Prospect

Person = Callable[..., Actor]
MONDAY, NEXT = date(2026, 11, 23), date(2026, 11, 30)
PATROL = "piket_samapta"
MORNING, TOMORROW = "2026-11-23T10:00", "2026-11-24T10:00"


@pytest.fixture
def patrol(person: Person) -> tuple[Actor, Actor]:
    return person("rudi", PATROL), person("joni", PATROL)


def week(works: Works, actor: Actor, monday: date = MONDAY) -> FunctionWeek:
    with works.begin(actor) as work:
        return next(each for each in weeks.week(work, monday) if each.function == PATROL)


def enter(works: Works, actor: Actor, asked: Asked) -> None:
    with works.begin(actor) as work:
        weeks.enter(work, PATROL, asked)


def known(works: Works, awal: str) -> Asked:
    with works.begin(SYSTEM) as work:
        return weeks.period(work, PATROL, awal)


def periods(works: Works) -> int:
    with works.begin(SYSTEM) as work:
        return work.session.scalar(select(func.count()).select_from(DutyPeriod)) or 0


def on_duty(works: Works) -> str:
    with works.begin(SYSTEM) as work:
        return duty.names(work, "spkt", PATROL)


def kinds(shown: FunctionWeek) -> list[list[str]]:
    return [[doubt.kind for doubt in day.doubts] for day in shown.days]


def test_who_serves_stands_on_his_day_with_gaps_and_overlaps_beside(
    works: Works, sari: Actor, patrol: tuple[Actor, Actor]
) -> None:
    assert not week(works, sari).is_used
    assert kinds(week(works, sari)) == [[]] * 7
    enter(works, sari, Asked(MORNING, TOMORROW, ("rudi",)))
    enter(works, sari, Asked("2026-11-24T08:00", "2026-11-25T08:00", ("joni",)))
    shown = week(works, sari)
    assert [slot.names for slot in shown.days[0].slots] == [("Contoh Rudi",)]
    assert kinds(shown) == [["gap"], ["overlap"], ["gap"], [], [], [], []]
    with works.begin(SYSTEM) as work:
        users.disable(work, "joni")
    assert kinds(week(works, sari))[1] == ["overlap", "unable"]


def test_other_people_serve_from_an_instant_on_and_not_before(
    works: Works, sari: Actor, patrol: tuple[Actor, Actor], clock: TestClock
) -> None:
    enter(works, sari, Asked(MORNING, TOMORROW, ("rudi",)))
    seen = known(works, MORNING)
    assert (seen.petugas, seen.awal) == (("rudi",), MORNING)
    for _ in range(2):
        enter(works, sari, Asked(MORNING, TOMORROW, ("joni",), "2026-11-23T20:00", seen.seen))
    assert periods(works) == 2
    reached = []
    for hour, minute in ((11, 59), (12, 0)):
        clock.at = datetime(2026, 11, 23, hour, minute, tzinfo=UTC)
        reached.append(on_duty(works))
    assert reached == ["Bripda Contoh Rudi", "Bripda Contoh Joni"]


def test_a_change_that_is_looked_at_for_some_minutes_is_still_taken(
    works: Works, sari: Actor, patrol: tuple[Actor, Actor], clock: TestClock
) -> None:
    """The form offers an instant that has not passed yet when the look is over, inside of the
    period.
    """
    for at in (
        datetime(2026, 11, 23, 3, 0, 40, tzinfo=UTC),
        datetime(2026, 11, 24, 1, 57, tzinfo=UTC),
    ):
        enter(works, sari, Asked(MORNING, TOMORROW, ("rudi",), seen=known(works, MORNING).seen))
        clock.at = at
        seen = known(works, MORNING)
        asked = Asked(MORNING, TOMORROW, ("joni",), seen.mulai, seen.seen)
        with works.begin(sari) as work:
            assert weeks.of_period(work, PATROL, asked).planned
        clock.advance(minutes=2)
        enter(works, sari, asked)


def test_of_two_who_change_it_at_once_the_second_is_told(
    works: Works, sari: Actor, patrol: tuple[Actor, Actor], clock: TestClock, person: Person
) -> None:
    lead = person("pama", "pamapta")
    enter(works, sari, Asked(MORNING, TOMORROW, ("rudi",)))
    seen = known(works, MORNING).seen
    clock.advance(minutes=1)
    enter(works, lead, Asked(MORNING, TOMORROW, ("joni",), seen=seen))
    with pytest.raises(Conflict, match="diubah orang lain"):
        enter(works, sari, Asked(MORNING, TOMORROW, ("joni", "rudi"), seen=seen))
    with pytest.raises(Conflict):
        enter(works, sari, Asked(MORNING, TOMORROW, ("rudi",)))
    enter(works, lead, Asked(MORNING, TOMORROW, ("joni",), seen="lama"))
    with works.begin(SYSTEM) as work:
        assert (
            work.session.scalar(
                select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "duty.set")
            )
            == 2
        )


def test_the_last_week_is_copied_once_where_nothing_is_entered(
    works: Works, sari: Actor, patrol: tuple[Actor, Actor]
) -> None:
    enter(works, sari, Asked(MORNING, TOMORROW, ("rudi",)))
    enter(works, sari, Asked(TOMORROW, "2026-11-25T10:00", ("joni",)))
    enter(works, sari, Asked("2026-12-01T11:00", "2026-12-01T12:00", ("rudi",)))
    done = []
    for _ in range(2):
        with works.begin(sari) as work:
            copied = weeks.copy_last_week(work, NEXT)
            done.append((copied.made, copied.left))
    assert done == [(1, 1), (0, 2)]
    assert [slot.names for slot in week(works, sari, NEXT).days[0].slots] == [("Contoh Rudi",)]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked("kapan", TOMORROW, ("rudi",)), "awal"),
        (Asked(MORNING, "", ("rudi",)), "sampai"),
        (Asked(TOMORROW, MORNING, ("rudi",)), "sampai"),
        (Asked(MORNING, "2026-12-24T10:00", ("rudi",)), "sampai"),
        (Asked("2026-11-20T08:00", "2026-11-21T08:00", ("rudi",)), "sampai"),
        (Asked(MORNING, TOMORROW, ("budi",)), "petugas"),
        (Asked(MORNING, TOMORROW, ("o'brien",)), "petugas"),
    ],
)
def test_bad_input_is_told_at_its_field(
    works: Works, sari: Actor, budi: Actor, patrol: tuple[Actor, Actor], asked: Asked, field: str
) -> None:
    with pytest.raises(InvalidInput) as told:
        enter(works, sari, asked)
    assert set(told.value.fields) == {field}


def test_who_does_not_own_the_roster_looks_and_changes_nothing(
    works: Works, sari: Actor, budi: Actor, patrol: tuple[Actor, Actor]
) -> None:
    enter(works, sari, Asked(MORNING, TOMORROW, ("rudi",)))
    assert week(works, budi).days[0].slots
    with pytest.raises(Forbidden):
        enter(works, budi, Asked(MORNING, TOMORROW, ("joni",)))
    with pytest.raises(Forbidden), works.begin(budi) as work:
        weeks.copy_last_week(work, NEXT)


def test_a_period_is_looked_at_with_whom_it_replaces_and_what_would_be_wrong(
    works: Works, sari: Actor, patrol: tuple[Actor, Actor]
) -> None:
    def look(asked: Asked) -> Prospect:
        with works.begin(sari) as work:
            return weeks.of_period(work, PATROL, asked)

    first = look(Asked(MORNING, TOMORROW, ("rudi",)))
    assert [(one.label, one.names, one.before, one.until, one.runs) for one in first.planned] == [
        ("Piket Samapta", ("Contoh Rudi",), None, None, False)
    ]
    assert (first.doubts, periods(works)) == ([], 0)
    enter(works, sari, Asked(MORNING, TOMORROW, ("rudi",)))
    enter(works, sari, Asked("2026-11-24T12:00", "2026-11-25T12:00", ()))
    seen = known(works, MORNING).seen

    longer = look(Asked(MORNING, "2026-11-24T13:00", ("joni",), seen=seen))
    assert [(one.names, one.before) for one in longer.planned] == [
        (("Contoh Joni",), ("Contoh Rudi",))
    ]
    assert longer.planned[0].until == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    assert [(doubt.kind, doubt.ends_at.hour) for doubt in longer.doubts] == [("overlap", 5)]
    shorter = look(Asked(MORNING, "2026-11-24T06:00", ("rudi",), seen=seen))
    assert [(doubt.kind, doubt.starts_at.hour, doubt.ends_at.hour) for doubt in shorter.doubts] == [
        ("gap", 22, 4)
    ]
    split = look(Asked(MORNING, TOMORROW, ("joni",), "2026-11-23T20:00", seen))
    assert [(one.names, one.runs) for one in split.planned] == [
        (("Contoh Rudi",), False),
        (("Contoh Joni",), False),
    ]
    assert look(Asked(MORNING, TOMORROW, ("rudi",), seen=seen)).planned == []
    with pytest.raises(Conflict, match="diubah orang lain"):
        look(Asked(MORNING, TOMORROW, ("joni",), seen="lama"))
    assert periods(works) == 2


def test_what_is_copied_is_looked_at_before(
    works: Works, sari: Actor, patrol: tuple[Actor, Actor]
) -> None:
    enter(works, sari, Asked(MORNING, TOMORROW, ("rudi",)))
    enter(works, sari, Asked(TOMORROW, "2026-11-25T10:00", ("joni",)))
    enter(works, sari, Asked("2026-12-01T11:00", "2026-12-01T12:00", ("rudi",)))
    with works.begin(sari) as work:
        seen = weeks.of_copy(work, NEXT)
    assert ([one.names for one in seen.planned], seen.left) == ([("Contoh Rudi",)], 1)
    assert [doubt.kind for doubt in seen.doubts] == ["gap"]
    assert periods(works) == 3
