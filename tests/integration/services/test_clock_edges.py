"""From which event a clock counts: the office chooses it for cases to come, and a case keeps what
held when it was opened (R63).
"""

import json
from datetime import timedelta

import pytest

from tests.integration.services.calls import Call, call
from workflow_app.domain import SYSTEM, InvalidInput
from workflow_app.models import Case
from workflow_app.services.cases import clocks, history, stages
from workflow_app.services.cases.clocks import ClockView
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings_admin import configuration_files
from workflow_app.services.workflow import cases, steps

__all__ = ["call"]

KEY = "tepi_jam.tiba_di_tkp"
FROM_DEPARTURE = {"mulai": "keberangkatan", "selesai": "tiba"}


def arrival(call: Call) -> ClockView | None:
    with call.works.begin(SYSTEM) as work:
        shown = clocks.of_case(work, work.session.get_one(Case, call.case_id))
        return next((clock for clock in shown if clock.name == "tiba_di_tkp"), None)


def on_the_way(call: Call) -> Call:
    """Reported, called up, and on the way twenty minutes after the report."""
    call.report(received_at=(call.clock.at - timedelta(minutes=1)).isoformat()).summon(
        "piket_samapta"
    )
    call.clock.advance(minutes=20)
    call.do("berangkat", "piket_samapta")
    return call


def late(call: Call) -> bool:
    with call.works.begin(SYSTEM) as work:
        steps.wake(work, call.case_id)
    return "catat_keterlambatan" in call.opened()


def test_r63_a_case_counts_by_the_edge_that_held_when_it_was_opened(call: Call) -> None:
    tonight = call.clock.at.replace(hour=16, minute=0)  # 00.00 WITA
    with call.works.begin(SYSTEM) as work:
        configuration.set_value(work, KEY, FROM_DEPARTURE, tonight)
    call.clock.at = tonight - timedelta(seconds=1)
    with call.works.begin(call.people["petugas"]) as work:
        call.case_id = cases.start(work, "tkp_dispatch").case_id
    call.clock.at = tonight
    before = arrival(on_the_way(call))
    assert before is not None
    assert before.label == "Laporan diterima sampai tiba di TKP"
    assert before.started_at == tonight - timedelta(minutes=1)
    assert late(call)

    with call.works.begin(call.people["petugas"]) as work:
        call.case_id = cases.start(work, "tkp_dispatch").case_id
    assert arrival(call) is None
    after = arrival(on_the_way(call))
    assert after is not None
    assert after.label == "Berangkat sampai tiba di TKP"
    assert after.started_at == call.clock.at
    assert after.due_at == call.clock.at + timedelta(minutes=15)
    with call.works.begin(call.people["pamapta"]) as work:
        told = [entry.what for entry in history.timeline(work, call.case_id)]
    assert "Jam mulai: berangkat sampai tiba di TKP" in told
    assert not late(call)
    call.clock.advance(minutes=14)
    assert not late(call)
    call.clock.advance(minutes=1)
    assert late(call), "the timer waited before the clock began"


def test_r63_only_the_time_of_the_chosen_edge_moves_the_clock_when_it_is_corrected(
    call: Call,
) -> None:
    on_the_way(call)
    call.clock.advance(minutes=3)
    call.do("tiba", "piket_samapta")
    with call.works.begin(call.people["petugas"]) as work:
        stages.correct(work, call.case_id, "berangkat", "2026-11-23T09:10", "Jam radio sebenarnya.")
    shown = arrival(call)
    assert shown is not None
    assert shown.corrected is None


def test_r63_an_edge_is_chosen_for_cases_to_come_and_never_behind_those_that_are_open(
    call: Call,
) -> None:
    with call.works.begin(SYSTEM) as work:
        with pytest.raises(InvalidInput, match="Sudah ada berkas yang dibuka sejak waktu itu"):
            configuration.set_value(work, KEY, FROM_DEPARTURE, call.clock.at)
        configuration.set_value(work, KEY, FROM_DEPARTURE, call.clock.at + timedelta(seconds=1))
        with pytest.raises(InvalidInput, match="Pilihannya mulai: penerimaan atau pemanggilan"):
            configuration.set_value(
                work, KEY, {"mulai": "besok", "selesai": "tiba"}, call.clock.at + timedelta(days=1)
            )


def test_r63_edges_come_and_go_with_the_file(work: UnitOfWork) -> None:
    file = json.dumps({KEY: {"2999-12-01T00:00": FROM_DEPARTURE}})

    assert len(configuration_files.take_in(work, file)) == 1
    assert configuration_files.take_in(work, configuration_files.export(work)) == []
