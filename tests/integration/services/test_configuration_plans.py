"""Planned changes of different parts of one value do not undo one another: of names that all have a
value (labels of roles).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.integration.conftest import MONDAY, TestClock
from workflow_app.domain import Actor, Conflict
from workflow_app.models import AuditEvent, Configuration
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import SEED, SOP_IN_FORCE
from workflow_app.services.office_settings_admin import changes, previews

Person = Callable[..., Actor]
KEY = "label_peran"
FIRST = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""1 December 2026, 00.00 WITA."""
LATER = FIRST + timedelta(days=10)


def posted(work: UnitOfWork, **changed: str) -> dict[str, list[str]]:
    """The form as a browser sends it: every name, filled with what holds now, some of them typed
    over.
    """
    return {
        **changes.page(work, KEY).typed,
        **{f"nilai.{role}": [words] for role, words in changed.items()},
    }


def plan(works: Works, actor: Actor, start: datetime, **changed: str) -> None:
    with works.begin(actor) as work:
        seen = changes.page(work, KEY).seen
        said, faults = changes.read(work, KEY, posted(work, **changed), start)
        assert not faults
        changes.change(work, KEY, said, start, seen)


def label(work: UnitOfWork, role: str, at: datetime) -> str:
    told: dict[str, str] = configuration.value(work, KEY, at)
    return told[role]


@pytest.mark.parametrize("order", [(FIRST, LATER), (LATER, FIRST)])
def test_two_changes_from_forms_of_today_both_hold(
    works: Works, person: Person, order: tuple[datetime, datetime]
) -> None:
    head, other = person("dewi", "ka_spkt"), person("rangga", "ka_spkt")
    one, two = order
    plan(works, head, one, pamapta="Perwira Samapta")
    plan(works, other, two, petugas="Petugas Loket")
    with works.begin(head) as work:
        assert label(work, "pamapta", one) == "Perwira Samapta"
        assert label(work, "petugas", two) == "Petugas Loket"
        assert label(work, "pamapta", LATER) == "Perwira Samapta"
        assert label(work, "petugas", LATER) == "Petugas Loket"
        before = FIRST - timedelta(seconds=1)
        assert (label(work, "pamapta", before), label(work, "petugas", before)) == (
            SEED[KEY]["pamapta"],
            SEED[KEY]["petugas"],
        )
        later = work.session.get_one(Configuration, (KEY, LATER))
        assert later.set_by == (head if order[0] == LATER else other).user_id
        query = select(AuditEvent).where(AuditEvent.chain == configuration.chain_of(KEY))
        events = list(work.session.scalars(query.order_by(AuditEvent.position)))
        last = next(
            event for event in reversed(events) if event.details["valid_from"] == LATER.isoformat()
        )
        assert last.details["value"] == later.value
        assert list(unit_of_work.verify_chains(work)) == []


def test_what_is_taken_back_does_not_come_back_with_a_later_change(
    works: Works, person: Person
) -> None:
    head = person("dewi", "ka_spkt")
    plan(works, head, FIRST, pamapta="Perwira Samapta")
    plan(works, head, LATER, petugas="Petugas Loket")
    with works.begin(head) as work:
        assert changes.withdraw(work, KEY, FIRST, changes.page(work, KEY).seen)
        assert label(work, "pamapta", LATER) == SEED[KEY]["pamapta"]
        assert label(work, "petugas", LATER) == "Petugas Loket"
        work.session.expire_all()
        assert (
            work.session.get_one(Configuration, (KEY, LATER)).value["pamapta"]
            == SEED[KEY]["pamapta"]
        )


def test_a_change_at_once_goes_on_in_what_is_planned(works: Works, person: Person) -> None:
    head = person("dewi", "ka_spkt")
    plan(works, head, LATER, petugas="Petugas Loket")
    with works.begin(head) as work:
        said, _ = changes.read(work, KEY, posted(work, siwas="Seksi Pengawasan"), None)
        assert said.value == {**SEED[KEY], "siwas": "Seksi Pengawasan"}
        changes.change(work, KEY, said, None, changes.page(work, KEY).seen)
    with works.begin(head) as work:
        assert label(work, "siwas", LATER) == "Seksi Pengawasan"
        seen = previews.preview(works, head, KEY, {"sarpras": "Sarana"}, FIRST)
        assert seen.until is None
        assert seen.after == {**seen.before, "sarpras": "Sarana"}
        (later,) = seen.later
        assert (later.valid_from, later.after) == (LATER, {**later.before, "sarpras": "Sarana"})


def test_a_form_from_before_a_plan_came_into_force_saves_nothing(
    works: Works, person: Person, clock: TestClock
) -> None:
    head = person("dewi", "ka_spkt")
    plan(works, head, FIRST, petugas="Petugas Loket")
    with works.begin(head) as work:
        seen, sent = changes.page(work, KEY).seen, posted(work, siwas="Seksi Pengawasan")
    clock.at = FIRST
    with works.begin(head) as work, pytest.raises(Conflict):
        said, _ = changes.read(work, KEY, sent, None)
        changes.change(work, KEY, said, None, seen)
    with works.begin(head) as work:
        assert label(work, "petugas", FIRST) == "Petugas Loket"


def test_a_role_of_a_later_release_is_called_as_the_product_calls_it(work: UnitOfWork) -> None:
    older = {role: words for role, words in SEED[KEY].items() if role != "siwas"}
    work.session.add(
        Configuration(key=KEY, valid_from=SOP_IN_FORCE, value=older, set_at=MONDAY, set_by=None)
    )
    work.session.flush()
    assert configuration.role_label(work, "siwas") == SEED[KEY]["siwas"]
