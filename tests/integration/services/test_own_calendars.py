"""Calendars under names of the office's own: counted by, ended, and never missing while a target
needs them (R34).
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.integration.conftest import TestClock
from tests.integration.services.test_calendars import KEY, OFFICE, THREE_DAYS, due_of
from workflow_app.domain import SYSTEM, InvalidInput
from workflow_app.models import Case
from workflow_app.services.calendars import calendars
from workflow_app.services.cases import clocks
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings_admin import configuration_files

Play = Callable[..., UUID]
SIX_DAYS = {**OFFICE, "hari": ["senin", "selasa", "rabu", "kamis", "jumat", "sabtu"]}
SIX = {"hari_kerja": 5, "kalender": "enam_hari"}
MIDNIGHT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""1 December 2026, 00.00 WITA."""


def test_r34_a_target_is_counted_by_a_calendar_that_the_office_has_named(
    works: Works, play: Play, clock: TestClock
) -> None:
    before, after = play("sktlk_ktp", 1), play("sktlk_ktp", 1)
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "kalender.enam_hari", SIX_DAYS, MIDNIGHT)
        configuration.set_value(work, "target.berkas_lengkap", SIX, MIDNIGHT)
        assert calendars.names(work) == ["hari_kerja", "setiap_hari"]
    clock.at = MIDNIGHT - timedelta(seconds=1)
    assert due_of(works, before) == "2026-12-01T00:09:59+08:00"

    clock.at = MIDNIGHT
    assert due_of(works, after).startswith("2026-12-07")

    with works.begin(SYSTEM) as work:
        assert calendars.names(work) == ["hari_kerja", "setiap_hari", "enam_hari"]
        shown = {
            view.name: view.target
            for view in clocks.of_case(work, work.session.get_one(Case, after))
        }
        assert shown["berkas_lengkap"] == "5 hari menurut kalender enam hari"
        configuration.set_value(work, "target.berkas_lengkap", 10, clock.at)
        configuration.set_value(work, "kalender.enam_hari", None, clock.at + timedelta(seconds=1))
    clock.at += timedelta(days=1)
    assert due_of(works, after).startswith("2026-12-07")
    with works.begin(SYSTEM) as work:
        assert calendars.names(work) == ["hari_kerja", "setiap_hari"]


def test_r34_a_target_names_no_calendar_that_is_not_there_while_it_holds(work: UnitOfWork) -> None:
    with pytest.raises(
        InvalidInput, match=r"kalender enam_hari, yang tidak ada mulai 1 Desember 2026 00\.00 WITA"
    ):
        configuration.set_value(work, "target.berkas_lengkap", SIX, MIDNIGHT)
    configuration.set_value(work, "kalender.enam_hari", SIX_DAYS, MIDNIGHT)
    with pytest.raises(InvalidInput, match=r"tidak ada mulai 30 November 2026 23\.59 WITA"):
        configuration.set_value(work, "target.berkas_lengkap", SIX, MIDNIGHT - timedelta(minutes=1))

    configuration.set_value(work, "target.berkas_lengkap", SIX, MIDNIGHT)


def test_r34_a_calendar_that_a_target_needs_is_not_ended_nor_one_of_the_product(
    work: UnitOfWork,
) -> None:
    configuration.set_value(work, "kalender.enam_hari", SIX_DAYS, MIDNIGHT)
    configuration.set_value(work, "target.berkas_lengkap", SIX, MIDNIGHT)
    later = MIDNIGHT + timedelta(days=7)

    with pytest.raises(InvalidInput, match=r"target\.berkas_lengkap memakai kalender enam_hari"):
        configuration.set_value(work, "kalender.enam_hari", None, later)
    with pytest.raises(InvalidInput, match="Isi dengan objek"):
        configuration.set_value(work, KEY, None, later)

    configuration.set_value(work, "target.berkas_lengkap", THREE_DAYS, later)
    configuration.set_value(work, "kalender.enam_hari", None, later)


def test_r34_a_calendar_that_was_in_force_is_not_ended_for_the_past(
    work: UnitOfWork, clock: TestClock
) -> None:
    configuration.set_value(work, "kalender.enam_hari", SIX_DAYS, clock.at - timedelta(days=7))

    with pytest.raises(InvalidInput, match=r"kalender\.enam_hati belum ada"):
        configuration.set_value(work, "kalender.enam_hati", None, clock.at)
    with pytest.raises(InvalidInput, match="Akhiri mulai sekarang"):
        configuration.set_value(work, "kalender.enam_hari", None, clock.at - timedelta(days=1))


def test_r34_a_calendar_and_its_target_come_with_one_file_in_any_order(work: UnitOfWork) -> None:
    start = "2026-12-01T00:00:00+08:00"
    file = json.dumps(
        {"target.berkas_lengkap": {start: SIX}, "kalender.enam_hari": {start: SIX_DAYS}}
    )

    assert len(configuration_files.take_in(work, file)) == 2
    assert configuration_files.take_in(work, file) == []

    written = json.loads(configuration_files.export(work))
    assert written["kalender.enam_hari"] == {start: SIX_DAYS}
    with pytest.raises(InvalidInput, match="Tidak ada yang diubah"):
        configuration_files.take_in(
            work, json.dumps({"target.kedatangan": {"2026-11-30T23:59": SIX}})
        )
