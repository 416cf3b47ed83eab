"""The exported log is what process mining reads: pm4py takes both forms, discovers the process, and
counts as the heat map does.
"""

import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from lxml import etree
from sqlalchemy import select, update

from tests.integration.conftest import TestClock
from tests.integration.services import logged, moving
from workflow_app.domain import SYSTEM, Actor, Forbidden
from workflow_app.models import AuditEvent, Case
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.exports import event_log
from workflow_app.services.exports.event_log import Selection
from workflow_app.services.reporting.process_figures import Period

Play = Callable[..., UUID]
PLAYED = ("sktlk_ktp", "sktlk_sim", "sktlk_stnk", "kurang_lalu_lengkap")
XES = "{http://www.xes-standard.org/}"


@contextmanager
def mining() -> Iterator[Any]:
    """pm4py. What it and its own libraries warn of is their business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py

        yield pm4py


@pytest.fixture
def played(works: Works, play: Play, clock: TestClock) -> list[UUID]:
    """Some ways through the SKTLK, to the end and not."""
    made = []
    for name in PLAYED:
        made.append(play(name))
        clock.advance(minutes=90)
    return [*made, play("sktlk_ktp", 4)]


def export(works: Works, reader: Actor, form: str, path: Path, **chosen: Any) -> Path:
    with works.begin(reader) as work, path.open("wb") as out:
        out.writelines(event_log.export(work, Selection(["sktlk"], **chosen), form))
    return path


def test_pm4py_discovers_the_process_and_counts_as_the_heat_map(
    works: Works, played: list[UUID], sari: Actor, tmp_path: Path
) -> None:
    figures = logged.figures_of(works, sari, "sktlk")
    path = export(works, sari, "xes", tmp_path / "catatan.xes")

    with mining() as pm4py:
        log = pm4py.read_xes(str(path))
        tree = pm4py.discover_process_tree_inductive(log)
        net, initial, final = pm4py.discover_petri_net_inductive(log)
        fitness = pm4py.fitness_token_based_replay(log, net, initial, final)

    assert log["case:concept:name"].nunique() == len(played)
    counts = Counter(log["element"])
    waited = {element: step.stays for element, step in figures.items() if step.stays}
    assert "persetujuan" in waited
    assert {element: counts[element] for element in waited} == waited
    assert str(tree).count("'") > 20 and net.transitions
    assert fitness["log_fitness"] > 0.9, "the inductive miner's model fits the log it was made from"
    assert (log["start_timestamp"] <= log["time:timestamp"]).all()


def test_pm4py_reads_objects_and_events_alike(
    works: Works, played: list[UUID], sari: Actor, tmp_path: Path
) -> None:
    xes = export(works, sari, "xes", tmp_path / "catatan.xes")
    ocel = export(works, sari, "ocel", tmp_path / "catatan.jsonocel")

    with mining() as pm4py:
        log, objects = pm4py.read_xes(str(xes)), pm4py.read_ocel2_json(str(ocel))

    assert Counter(objects.events["ocel:activity"]) == Counter(log["concept:name"])
    assert set(objects.objects["ocel:oid"]) == set(log["case:concept:name"])
    assert set(objects.objects["ocel:type"]) == {"sktlk"}
    types = json.loads(ocel.read_text(encoding="utf-8"))["eventTypes"]
    assert {one["name"] for one in types} == set(log["concept:name"])


def test_events_stand_in_the_order_in_which_they_happened(
    works: Works, played: list[UUID], sari: Actor, tmp_path: Path
) -> None:
    path = export(works, sari, "xes", tmp_path / "catatan.xes")

    for trace in etree.parse(str(path)).getroot().iter(f"{XES}trace"):
        ends, rounds = [], Counter[str]()
        for event in trace.iter(f"{XES}event"):
            told = {one.get("key"): one.get("value") for one in event}
            ends.append(told["time:timestamp"])
            rounds[told["element"]] += 1
            assert told["round"] == str(rounds[told["element"]])
        assert ends == sorted(ends)
        assert max(rounds.values()) >= 1


def test_nothing_personal_and_nobody_is_in_it(
    works: Works, played: list[UUID], sari: Actor, tmp_path: Path
) -> None:
    for form in event_log.FORMS:
        text = export(works, sari, form, tmp_path / form).read_text(encoding="utf-8")
        for word in (
            "Contoh Budi",
            "Contoh Sari",
            str(sari.user_id),
            *map(str, played),
            "NIK",
            "0812",
        ):
            assert word not in text


def test_what_is_kept_from_the_reader_is_not_in_it_nor_from_anybody_in_the_operator_s(
    works: Works, played: list[UUID], sari: Actor, person: Callable[..., Actor], tmp_path: Path
) -> None:
    with works.begin(SYSTEM) as work:
        hidden = work.session.get_one(Case, played[0]).number
        work.session.execute(
            update(Case).where(Case.id == played[0]).values(confined_to="piket_propam")
        )

    def has_it(reader: Actor, form: str, **chosen: Any) -> bool:
        return hidden in export(works, reader, form, tmp_path / "x", **chosen).read_text(
            encoding="utf-8"
        )

    for form in event_log.FORMS:
        assert not has_it(sari, form)
        assert has_it(person(f"auditor_{form}", "auditor"), form)
        assert not has_it(SYSTEM, form)
        assert has_it(SYSTEM, form, with_kept_back=True)


def test_a_period_is_that_in_which_cases_began(
    works: Works, played: list[UUID], sari: Actor, tmp_path: Path
) -> None:
    day = date(2026, 11, 22)
    path = export(works, sari, "xes", tmp_path / "x", period=Period(day, day))

    assert "<trace>" not in path.read_text(encoding="utf-8")
    etree.parse(str(path))


def test_taking_it_out_is_on_record_and_not_for_everybody(
    works: Works, played: list[UUID], sari: Actor, person: Callable[..., Actor], tmp_path: Path
) -> None:
    with pytest.raises(Forbidden):
        export(works, person("kapolres", "pimpinan"), "xes", tmp_path / "x")
    export(works, sari, "ocel", tmp_path / "x")

    with works.begin(SYSTEM) as work:
        found = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "events.exported")
        ).all()
        assert [(event.actor_id, event.details["form"]) for event in found] == [
            (sari.user_id, "ocel")
        ]


def test_a_stay_from_before_a_move_keeps_its_length_in_the_log(
    works: Works, tmp_path: Path, budi: Actor, sari: Actor, clock: TestClock
) -> None:
    moving.put_up(works, tmp_path, moving.service())
    case_id = moving.begin(works, budi)
    moving.put_up(works, tmp_path, moving.service("periksa"))
    moving.move(works, sari, 2)
    clock.advance(hours=3)
    moving.complete(works, sari, case_id)

    with works.begin(sari) as work:
        (trace,) = event_log.traces(work, Selection(["uji"]))

    (stay,) = [event for event in trace.events if event.activity.element == "setujui"]
    assert (stay.until - stay.since, stay.is_cut) == (timedelta(hours=3), False)
