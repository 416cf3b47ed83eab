"""A value that is still to come can be taken back, by who may change it, and never so that
something is missing afterwards.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.integration.conftest import TestClock
from tests.integration.services.test_calendars import OFFICE
from workflow_app.domain import SYSTEM, Actor, Conflict, Forbidden, InvalidInput
from workflow_app.models import AuditEvent
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration_keys import OWNERS

Person = Callable[..., Actor]
MIDNIGHT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""1 December 2026, 00.00 WITA."""
KEY = "target.tiba_di_tkp"
FIVE = timedelta(days=5)


def test_the_value_before_goes_on_and_the_trail_has_both(works: Works, person: Person) -> None:
    head = person("dewi", "ka_spkt")
    with works.begin(head) as work:
        configuration.set_value(work, KEY, 12, MIDNIGHT)
        configuration.set_value(work, KEY, 11, MIDNIGHT + FIVE)
        configuration.withdraw(work, KEY, MIDNIGHT)
    with works.begin(SYSTEM) as work:
        assert configuration.value(work, KEY, MIDNIGHT) == 15
        assert configuration.value(work, KEY, MIDNIGHT + FIVE) == 11
        query = select(AuditEvent).where(AuditEvent.chain == configuration.chain_of(KEY))
        told = [
            (event.action, event.details["before"], event.details["value"], event.actor_id)
            for event in work.session.scalars(query.order_by(AuditEvent.position))
        ]
        assert told == [
            (configuration.SET, 15, 12, head.user_id),
            (configuration.SET, 12, 11, head.user_id),
            (configuration.WITHDRAWN, 12, 15, head.user_id),
        ]
        assert list(unit_of_work.verify_chains(work)) == []


def test_what_holds_already_or_is_gone_is_not_taken_back(
    work: UnitOfWork, clock: TestClock
) -> None:
    configuration.set_value(work, KEY, 12, MIDNIGHT)
    clock.at = MIDNIGHT
    with pytest.raises(Conflict):
        configuration.withdraw(work, KEY, MIDNIGHT)
    with pytest.raises(Conflict):
        configuration.withdraw(work, KEY, MIDNIGHT + FIVE)
    assert configuration.value(work, KEY) == 12


def test_a_wrong_role_takes_nothing_back_and_nobody_what_is_propams(
    works: Works, person: Person
) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, KEY, 12, MIDNIGHT)
        new = {"propam": {"penanggung_jawab": "piket_propam", "pengubah": ["pimpinan"]}}
        configuration.set_value(work, OWNERS, new, MIDNIGHT)
    with works.begin(person("wati", "petugas")) as work, pytest.raises(Forbidden):
        configuration.withdraw(work, KEY, MIDNIGHT)
    with (
        works.begin(person("dewi", "pimpinan")) as work,
        pytest.raises(Forbidden, match="Pemilik “Yang melihat berkas Propam”"),
    ):
        configuration.withdraw(work, OWNERS, MIDNIGHT)
    with works.begin(person("rangga", "pimpinan", "piket_propam")) as work:
        configuration.withdraw(work, OWNERS, MIDNIGHT)
        assert configuration.owner(work, "propam").changers == frozenset()


def test_a_calendar_that_a_target_needs_is_not_taken_back(work: UnitOfWork) -> None:
    configuration.set_value(work, "kalender.enam_hari", OFFICE, MIDNIGHT)
    configuration.set_value(work, KEY, {"hari_kerja": 1, "kalender": "enam_hari"}, MIDNIGHT)
    with pytest.raises(InvalidInput, match="kalender enam_hari"):
        configuration.withdraw(work, "kalender.enam_hari", MIDNIGHT)
    assert configuration.value(work, "kalender.enam_hari", MIDNIGHT) == OFFICE
    configuration.withdraw(work, KEY, MIDNIGHT)
    configuration.withdraw(work, "kalender.enam_hari", MIDNIGHT)
    assert configuration.value(work, "kalender.enam_hari", MIDNIGHT) is None
