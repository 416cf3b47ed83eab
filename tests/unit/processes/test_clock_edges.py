"""Edges of clocks in the processes of the release: what the diagrams offer, and that a clock counts
by the one that is chosen.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.processes.folder import PROCESSES, lp, tkp_dispatch
from workflow_app.engine import clocks
from workflow_app.engine.definitions import load
from workflow_app.engine.process_folders import (
    Advance,
    Complete,
    ExpectOpen,
    Scenario,
    ScenarioFailed,
    read_folder,
    read_scenarios,
)
from workflow_app.engine.rehearsal import rehearse
from workflow_app.services.core import formatting
from workflow_app.services.office_settings import configuration_seeds

LATE = next(s for s in read_scenarios(lp().files) if s.file.endswith("lewat_20_menit.yaml"))
TARGETS = {
    **LATE.targets,
    "tindak_lanjut_lp": timedelta(days=14),
    "penerimaan_rujukan": timedelta(hours=9),
}
LP = "tepi_jam.pembuatan_lp"


def test_the_office_chooses_among_what_the_diagrams_offer_and_the_first_is_the_rule_of_the_sop() -> (  # noqa: E501 - a sentence
    None
):
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for folder in sorted(path.parent for path in PROCESSES.glob("*/process.bpmn")):
        elements = load(read_folder(folder)).elements
        for clock in {
            name for e in elements.values() for name in e.properties.get("clock", "").split()
        }:
            sides = {
                side: clocks.offered(elements, clock, operation)
                for operation, side in clocks.SIDES.items()
                if clocks.offered(elements, clock, operation)
            }
            if sides:
                found[clock] = sides
    assert found == configuration_seeds.EDGES


@pytest.mark.parametrize(
    ("edge", "words"),
    [
        ("penerimaan", "Laporan diterima sampai tiba di TKP"),
        ("pemanggilan", "Piket dipanggil sampai tiba di TKP"),
        ("keberangkatan", "Berangkat sampai tiba di TKP"),
    ],
)
def test_r63_a_clock_is_called_by_the_edge_it_counts_from(edge: str, words: str) -> None:
    assert formatting.clock(tkp_dispatch(), "tiba_di_tkp", edge) == words


def test_a_diagram_that_does_not_offer_the_edge_counts_by_its_first() -> None:
    elements = tkp_dispatch().elements
    told = {"mulai": "hari_esok", "selesai": "tiba"}
    assert clocks.chosen(elements, "tiba_di_tkp", clocks.START, told) == "penerimaan"
    assert clocks.chosen(elements, "terima_panggilan", clocks.START, told) == ""


def waiting_for_the_hand_over(**chosen: str) -> Scenario:
    """A report that is signed in time and lies there for an hour before it is handed over."""
    steps: list[Any] = []
    for step in LATE.steps:
        if isinstance(step, (Advance, ExpectOpen)) or (
            isinstance(step, Complete) and step.element == "eskalasi"
        ):
            continue
        if isinstance(step, Complete) and step.element == "serahkan":
            steps += [Advance(timedelta(hours=1)), ExpectOpen(("serahkan",))]
        steps.append(step)
    return replace(
        LATE,
        steps=tuple(steps),
        targets=TARGETS,
        variables={},
        settings={LP: {"mulai": "kedatangan", **chosen}},
    )


def test_r52_a_clock_that_stops_with_the_signatures_does_not_warn_while_the_receipt_waits() -> None:
    rehearse(lp(), waiting_for_the_hand_over(selesai="pengesahan"))
    with pytest.raises(ScenarioFailed, match="eskalasi"):
        rehearse(lp(), waiting_for_the_hand_over(selesai="penyerahan"))


def test_r52_a_clock_that_counts_from_the_record_gives_its_steps_their_time() -> None:
    early = "2026-11-23T08:50:00+08:00"
    first, *others = LATE.steps
    assert isinstance(first, Complete)
    arrived = replace(first, answers={**first.answers, "arrived_at": early})
    for edge, waits in (("kedatangan", ["eskalasi", "identitas"]), ("pencatatan", ["identitas"])):
        told = {LP: {"mulai": edge, "selesai": "penyerahan"}}
        steps = (arrived, Advance(timedelta(minutes=15)), ExpectOpen(tuple(waits)))
        with pytest.raises(ScenarioFailed, match="outcome"):
            rehearse(lp(), replace(LATE, steps=steps, settings=told))
    assert others
