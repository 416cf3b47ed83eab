"""Two who change the same key of the configuration at the same moment, and one who presses
twice.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.conftest import MONDAY
from tests.integration.races.meeting import outcome, second_comes_while_first_holds, together
from tests.integration.races.office import Office
from workflow_app.domain import SYSTEM, Conflict
from workflow_app.services.calendars import calendars
from workflow_app.services.calendars.calendars import Asked
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration_plans import Said
from workflow_app.services.office_settings_admin import changes

KEY = "toleransi.waktu_mulai"
LATER = MONDAY + timedelta(days=400)


def change(value: int, start: datetime, seen: str) -> Callable[[UnitOfWork], Any]:
    return lambda work: changes.change(work, KEY, Said(value), start, seen)


def seen_by(office: Office, name: str) -> str:
    with office.works.begin(office.people[name]) as work:
        return changes.page(work, KEY).seen


def values(office: Office, start: datetime) -> list[object]:
    with office.works.begin(SYSTEM) as work:
        return [
            entry.value for entry in configuration.history(work, KEY) if entry.valid_from == start
        ]


def test_the_second_of_two_is_told_who_was_faster(office: Office) -> None:
    seen, people = seen_by(office, "sari"), office.people
    _, told = second_comes_while_first_holds(
        office.works,
        (people["sari"], change(5, LATER, seen)),
        (people["dewi"], change(6, LATER, seen)),
    )
    assert isinstance(told, Conflict)
    assert "yang terakhir mengubah: Contoh Sari" in told.sentence
    assert values(office, LATER) == [5]


def test_a_double_click_changes_it_once(office: Office) -> None:
    start = LATER + timedelta(days=1)
    seen, sari = seen_by(office, "sari"), office.people["sari"]

    def press() -> Any:
        return outcome(office.works, sari, change(7, start, seen))

    assert together(press, press) == [None, None]
    assert values(office, start) == [7]
    with office.works.begin(SYSTEM) as work:
        changed = [entry for entry in configuration.history(work, KEY) if entry.value == 7]
    assert len(changed) == 1


def test_one_takes_back_what_the_other_takes_back_at_the_same_time(office: Office) -> None:
    start = LATER + timedelta(days=2)
    sari, dewi = office.people["sari"], office.people["dewi"]
    outcome(office.works, sari, change(8, start, seen_by(office, "sari")))

    seen = seen_by(office, "sari")

    def withdraw(work: UnitOfWork) -> None:
        changes.withdraw(work, KEY, start, seen)

    first, second = second_comes_while_first_holds(office.works, (sari, withdraw), (dewi, withdraw))
    assert first is None
    assert isinstance(second, Conflict)
    assert values(office, start) == []


def test_a_holiday_stands_beside_what_another_changes_of_the_calendar_at_the_same_time(
    office: Office,
) -> None:
    key, start = "kalender.hari_kerja", datetime(2028, 1, 2, 16, 0, tzinfo=UTC)
    asked = Asked("libur", "2028-02-01", "Contoh: hari jadi kantor", mulai="2028-01-03")

    def work_on_saturdays(work: UnitOfWork) -> None:
        known = configuration.value(work, key, start)
        configuration.set_value(work, key, {**known, "hari": [*known["hari"], "sabtu"]}, start)

    def add_a_holiday(work: UnitOfWork) -> None:
        calendars.change(work, "hari_kerja", 2028, asked)

    people = office.people
    outcomes = second_comes_while_first_holds(
        office.works, (people["sari"], work_on_saturdays), (people["dewi"], add_a_holiday)
    )
    assert outcomes == (None, None)
    with office.works.begin(SYSTEM) as work:
        found = configuration.value(work, key, start)
    assert "sabtu" in found["hari"]
    assert "2028-02-01" in found["libur"]
