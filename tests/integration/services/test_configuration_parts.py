"""Planned changes of different parts of any value that has parts: none undoes another, over
midnight WITA, in whatever order they come (decision 0055).
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.integration.conftest import TestClock
from tests.integration.services.planned_parts import (
    FIRST,
    INSTANT,
    LATER,
    NOW,
    PAIRS,
    Two,
    contact,
    plan,
    take_back,
)
from workflow_app.domain import SYSTEM, WITA, Actor, InvalidInput
from workflow_app.services.calendars import calendars
from workflow_app.services.calendars.calendars import Asked
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration, configuration_keys
from workflow_app.services.office_settings.configuration import SEED
from workflow_app.services.office_settings_admin import changes, configuration_files

Person = Callable[..., Actor]
EACH_PAIR = pytest.mark.parametrize("two", PAIRS, ids=lambda two: two.key)


@pytest.fixture
def head(person: Person, clock: TestClock) -> Actor:
    clock.at = NOW
    return person("dewi", "ka_spkt", "pimpinan", "admin", "arsiparis")


def holds(works: Works, two: Two, at: datetime) -> tuple[Any, Any]:
    with works.begin(SYSTEM) as work:
        return two.seen(configuration.value(work, two.key, at))


def expected(two: Two, one: bool, other: bool) -> tuple[Any, Any]:
    return (two.after if one else two.before)[0], (two.after if other else two.before)[1]


@EACH_PAIR
@pytest.mark.parametrize("is_earlier_first", [True, False])
def test_two_plans_for_two_parts_both_hold_from_their_midnights_on(
    works: Works, head: Actor, clock: TestClock, two: Two, is_earlier_first: bool
) -> None:
    plans = [(two.one, FIRST), (two.other, LATER)]
    for sent, start in plans if is_earlier_first else reversed(plans):
        plan(works, head, two.key, sent, start)
    for at, one, other in (
        (FIRST - INSTANT, False, False),
        (FIRST, True, False),
        (LATER - INSTANT, True, False),
        (LATER, True, True),
    ):
        clock.at = at
        assert holds(works, two, at) == expected(two, one, other)


def test_what_is_said_at_an_instant_where_another_plan_says_it_too_stays_when_that_is_withdrawn(
    works: Works, head: Actor
) -> None:
    """A plan that is there already takes it up, although its value stays as it was."""
    key, leader, admin = (
        "kontak_peran",
        contact(pimpinan="pimpinan@contoh.id"),
        contact(admin="admin@contoh.id"),
    )
    plan(works, head, key, leader, FIRST)
    plan(works, head, key, admin, LATER)
    plan(works, head, key, leader, LATER)
    take_back(works, head, key, FIRST)
    with works.begin(SYSTEM) as work:
        told = configuration.value(work, key, LATER)
    assert told == {
        "pimpinan": {"surel": "pimpinan@contoh.id"},
        "admin": {"surel": "admin@contoh.id"},
    }


@EACH_PAIR
def test_a_plan_withdrawn_goes_alone(works: Works, head: Actor, two: Two) -> None:
    plan(works, head, two.key, two.one, FIRST)
    plan(works, head, two.key, two.other, LATER)
    seen = take_back(works, head, two.key, FIRST)
    assert [later.valid_from for later in seen.later] == [LATER]
    assert holds(works, two, FIRST) == expected(two, False, False)
    assert holds(works, two, LATER) == expected(two, False, True)


@pytest.mark.parametrize(
    "two",
    [two for two in PAIRS if not configuration_keys.is_prospective(two.key)],
    ids=lambda two: two.key,
)
def test_a_change_at_once_stands_beside_a_plan_for_another_part(
    works: Works, head: Actor, two: Two
) -> None:
    plan(works, head, two.key, two.other, LATER)
    seen = plan(works, head, two.key, two.one, None)
    assert [later.valid_from for later in seen.later] == [LATER]
    assert holds(works, two, NOW) == expected(two, True, False)
    assert holds(works, two, LATER) == expected(two, True, True)


@EACH_PAIR
def test_a_file_with_one_value_goes_on_in_what_is_planned_and_says_the_same_twice(
    works: Works, head: Actor, two: Two
) -> None:
    with works.begin(head) as work:
        said, _ = changes.read(
            work, two.key, {**changes.page(work, two.key).typed, **two.one}, FIRST
        )
    plan(works, head, two.key, two.other, LATER)
    file = json.dumps({two.key: {FIRST.isoformat(): said.value}})
    with works.begin(head) as work:
        made = configuration_files.take_in(work, file)
        assert [one.valid_from for one in made] == [FIRST, LATER]
        whole = configuration_files.export(work)
    assert holds(works, two, FIRST) == expected(two, True, False)
    assert holds(works, two, LATER) == expected(two, True, True)
    with works.begin(head) as work:
        assert configuration_files.take_in(work, file) == []
        assert configuration_files.take_in(work, whole) == []


def test_a_file_that_writes_both_values_is_kept_as_it_is_written(works: Works, head: Actor) -> None:
    """What it names it says whole: a part of the later one that lacks what the earlier one says is
    not there then.
    """
    first, later = ({name: {"surel": f"{name}@contoh.id"}} for name in ("pimpinan", "admin"))
    with works.begin(head) as work:
        configuration.set_value(work, "kontak_peran", later, LATER)
    file = json.dumps({"kontak_peran": {FIRST.isoformat(): first, LATER.isoformat(): later}})
    for made in ([FIRST, LATER], []):
        with works.begin(head) as work:
            assert [one.valid_from for one in configuration_files.take_in(work, file)] == made
            assert configuration.value(work, "kontak_peran", LATER) == later
    plan(works, head, "kontak_peran", contact(pamapta="pamapta@contoh.id"), FIRST)
    with works.begin(head) as work:
        told = configuration.value(work, "kontak_peran", LATER)
    assert told == {**later, "pamapta": {"surel": "pamapta@contoh.id"}}, (
        "nor does it come back with others"
    )


def test_the_same_part_twice_is_as_the_later_plan_says_and_as_the_newest_of_one_day(
    works: Works, head: Actor
) -> None:
    key = "kontak_peran"
    plan(works, head, key, contact(pimpinan="akhir@contoh.id"), LATER)
    seen = plan(works, head, key, contact(pimpinan="awal@contoh.id"), FIRST)
    assert (seen.until, seen.later) == (LATER, [])
    plan(works, head, key, contact(pimpinan="baru@contoh.id", admin="admin@contoh.id"), FIRST)
    with works.begin(head) as work:
        assert configuration.value(work, key, FIRST)["pimpinan"] == {"surel": "baru@contoh.id"}
        assert configuration.value(work, key, LATER) == {
            "pimpinan": {"surel": "akhir@contoh.id"},
            "admin": {"surel": "admin@contoh.id"},
        }


@pytest.mark.parametrize("is_removed_first", [True, False])
def test_a_part_that_one_plan_removes_and_another_changes_is_as_the_later_one_says(
    works: Works, head: Actor, is_removed_first: bool
) -> None:
    key = "kontak_peran"
    plan(works, head, key, contact(pimpinan="lama@contoh.id", admin="admin@contoh.id"), None)
    removed, changed = contact(pimpinan=""), contact(pimpinan="baru@contoh.id")
    plan(works, head, key, removed if is_removed_first else changed, FIRST)
    plan(works, head, key, changed if is_removed_first else removed, LATER)
    with works.begin(head) as work:
        told = [configuration.value(work, key, at).get("pimpinan") for at in (NOW, FIRST, LATER)]
        assert configuration.value(work, key, LATER)["admin"] == {"surel": "admin@contoh.id"}
    new = {"surel": "baru@contoh.id"}
    assert told == [
        {"surel": "lama@contoh.id"},
        *([None, new] if is_removed_first else [new, None]),
    ]


def test_a_form_that_is_filled_with_a_plan_leads_back_to_what_holds_today(
    works: Works, head: Actor
) -> None:
    """Who signs for some days only: the second form starts from the plan, not from today."""
    key, seed = "penandatangan.sktlk", SEED["penandatangan.sktlk"]
    plan(works, head, key, {"nilai.nama": ["CONTOH PENGGANTI"]}, FIRST)
    nothing = plan(works, head, key, {}, LATER)
    assert nothing.before == nothing.after
    plan(works, head, key, {"nilai.nama": [seed["nama"]]}, LATER, filled=FIRST)
    with works.begin(head) as work:
        names = [configuration.value(work, key, at)["nama"] for at in (NOW, FIRST, LATER)]
    assert names == [seed["nama"], "CONTOH PENGGANTI", seed["nama"]]


@pytest.mark.parametrize("start", [FIRST, None])
def test_a_plan_is_brought_forward_by_its_form(
    works: Works, head: Actor, start: datetime | None
) -> None:
    """What the form shows holds from the earlier day on, though it repeats the plan that it was
    filled with.
    """
    key = "kontak_peran"
    plan(works, head, key, contact(pimpinan="pimpinan@contoh.id", admin="admin@contoh.id"), LATER)
    plan(works, head, key, contact(admin="baru@contoh.id"), start, filled=LATER)
    with works.begin(head) as work:
        earlier, later = (configuration.value(work, key, at) for at in (start, LATER))
    assert earlier == {
        "pimpinan": {"surel": "pimpinan@contoh.id"},
        "admin": {"surel": "baru@contoh.id"},
    }
    assert later["pimpinan"] == {"surel": "pimpinan@contoh.id"}


def test_parts_that_together_cannot_be_are_refused_with_the_day_and_nothing_is_kept(
    works: Works, head: Actor
) -> None:
    key, codes = "wilayah.dalam_kota", SEED["wilayah.dalam_kota"]
    plan(works, head, key, {"nilai": codes[:2]}, LATER)
    with (
        works.begin(head) as work,
        pytest.raises(InvalidInput, match=r"mulai 5 Desember 2026 00\.00"),
    ):
        configuration.set_value(work, key, codes[2:], FIRST)
    with works.begin(head) as work:
        assert configuration.value(work, key, FIRST) == codes


def test_a_holiday_goes_on_in_a_planned_calendar_and_goes_out_with_its_own_plan(
    works: Works, head: Actor
) -> None:
    key = "kalender.hari_kerja"
    plan(works, head, key, {"nilai.hari": ["senin", "selasa"]}, LATER)
    with works.begin(head) as work:
        from_first = FIRST.astimezone(WITA).date()
        calendars.change(
            work, "hari_kerja", 2026, Asked("libur", "2026-12-24", "Uji", from_first.isoformat())
        )
    with works.begin(head) as work:
        later = configuration.value(work, key, LATER)
        assert (later["libur"], later["hari"]) == ({"2026-12-24": "Uji"}, ["senin", "selasa"])
        start = next(
            one.valid_from
            for one in configuration.history(work, key)
            if NOW < one.valid_from < LATER
        )
    take_back(works, head, key, start)
    with works.begin(head) as work:
        later = configuration.value(work, key, LATER)
        assert (later["libur"], later["hari"]) == ({}, ["senin", "selasa"])


def test_who_planned_a_value_stays_who_planned_it_when_another_goes_on_in_it(
    works: Works, head: Actor, person: Person
) -> None:
    other = person("rangga", "admin")
    plan(works, other, "kontak_peran", contact(admin="admin@contoh.id"), LATER)
    plan(works, head, "kontak_peran", contact(pimpinan="pimpinan@contoh.id"), FIRST)
    with works.begin(head) as work:
        *_, first, later = configuration.history(work, "kontak_peran")
    assert (first.set_by, later.set_by) == (head.user_id, other.user_id)


@EACH_PAIR
@pytest.mark.parametrize("order", [(FIRST, LATER), (LATER, FIRST)], ids=["earlier", "later"])
def test_what_two_plans_say_alike_stays_with_the_one_that_is_not_taken_back(
    works: Works, head: Actor, two: Two, order: tuple[datetime, datetime]
) -> None:
    """Whichever of them was planned first, and both by forms of today."""
    for start in order:
        plan(works, head, two.key, two.one, start)
    assert holds(works, two, FIRST) == holds(works, two, LATER) == expected(two, True, False)
    seen = take_back(works, head, two.key, FIRST)
    assert seen.later == []
    assert holds(works, two, FIRST) == expected(two, False, False)
    assert holds(works, two, LATER) == expected(two, True, False)


@EACH_PAIR
def test_a_plan_that_is_taken_back_leaves_the_others_as_they_were(
    works: Works, head: Actor, two: Two
) -> None:
    plan(works, head, two.key, two.one, LATER)
    with works.begin(head) as work:
        before = configuration.history(work, two.key)
    plan(works, head, two.key, two.other, FIRST)
    take_back(works, head, two.key, FIRST)
    with works.begin(head) as work:
        assert configuration.history(work, two.key) == before
