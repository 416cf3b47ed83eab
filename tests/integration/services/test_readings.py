"""Pitfall 6: where the SOP leaves open from which event a clock counts, one reading counts and the
others are measured beside it.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.open_tasks import task_of
from workflow_app.domain import SYSTEM, WITA, Actor
from workflow_app.models import Case, ClockEdge
from workflow_app.services.cases import clocks, stages
from workflow_app.services.cases.clocks import ClockView
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, tasks

Play = Callable[..., UUID]


def clocks_of(works: Works, case_id: UUID) -> dict[str, ClockView]:
    with works.begin(SYSTEM) as work:
        return {one.name: one for one in clocks.of_case(work, work.session.get_one(Case, case_id))}


def begin(works: Works, clock: TestClock, budi: Actor, *, minutes: int) -> UUID:
    """Taken down so many minutes after the citizen came."""
    arrived = (clock.at - timedelta(minutes=minutes)).astimezone(WITA).isoformat()
    with works.begin(budi) as work:
        case_id = cases.start(work, "sktlk").case_id
    told = {
        "arrived_at": arrived,
        "alasan_waktu": "Contoh: antrean panjang sejak pagi.",
        "sikap": ["sapa", "duduk"],
        "perkenalan": True,
    }
    with works.begin(budi) as work:
        task = task_of(works, case_id)
        tasks.complete(work, task.id, told, str(uuid4()))
    return case_id


def choose(works: Works, clock: TestClock, key: str, edge: str) -> None:
    """For cases to come, from the next second on."""
    with works.begin(SYSTEM) as work:
        configuration.set_value(
            work,
            f"tepi_jam.{key}",
            {**configuration.SEED[f"tepi_jam.{key}"], "mulai": edge},
            clock.at + timedelta(milliseconds=500),
        )
    clock.advance(seconds=1)


@pytest.mark.parametrize(("edge", "minutes"), [("kedatangan", 7), ("pencatatan", 0)])
def test_r5_a_clock_counts_from_what_was_told_or_from_when_it_was_written_down(
    works: Works, clock: TestClock, budi: Actor, sktlk: str, edge: str, minutes: int
) -> None:
    choose(works, clock, "kedatangan", edge)
    case_id = begin(works, clock, budi, minutes=7)

    shown = clocks_of(works, case_id)["kedatangan"]

    assert shown.started_at == clock.at - timedelta(minutes=minutes)
    assert shown.label == "Sejak warga datang" + (
        ", menurut saat dicatat" if edge == "pencatatan" else ""
    )
    with works.begin(SYSTEM) as work:
        rows = work.session.scalars(select(ClockEdge).where(ClockEdge.clock == "kedatangan")).all()
        assert {row.edge: clock.at - row.at for row in rows} == {
            "kedatangan": timedelta(minutes=7),
            "pencatatan": timedelta(0),
        }


def test_r57_ten_minutes_may_count_from_the_arrival_and_then_they_run_while_papers_are_missing(
    works: Works, clock: TestClock, budi: Actor, sktlk: str
) -> None:
    choose(works, clock, "berkas_lengkap", "kedatangan")
    case_id = begin(works, clock, budi, minutes=7)

    shown = clocks_of(works, case_id)["berkas_lengkap"]

    assert (shown.label, shown.target) == ("Sejak warga datang", "10 menit")
    assert shown.due_at == clock.at + timedelta(minutes=3)
    with works.begin(budi) as work:
        stages.correct(
            work,
            case_id,
            "terima_warga",
            (clock.at - timedelta(minutes=5)).isoformat(),
            "Contoh: jam salah baca.",
        )


@pytest.mark.parametrize("edge", ["kedatangan", "pencatatan"])
@pytest.mark.parametrize("scenario", ["dicuri", "dicuri_fungsi", "dicuri_polsek"])
def test_r57_ten_minutes_that_count_from_the_arrival_end_when_he_is_led_on(
    works: Works, clock: TestClock, play: Play, edge: str, scenario: str
) -> None:
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "lp")
    choose(works, clock, "berkas_lengkap", edge)

    shown = clocks_of(works, play(scenario))

    assert shown["berkas_lengkap"].stopped_at is not None
    assert shown["berkas_lengkap"].stopped_at == shown["kedatangan"].stopped_at


def test_r57_what_does_not_count_is_measured_and_shown_beside_it(works: Works, play: Play) -> None:
    done = play("sktlk_ktp")
    with works.begin(SYSTEM) as work:
        query = select(ClockEdge).where(
            ClockEdge.case_id == done, ClockEdge.clock == "berkas_lengkap"
        )
        known = {row.edge: row for row in work.session.scalars(query)}
        assert {*known} == {
            "berkas_lengkap",
            "kedatangan",
            "pencatatan",
            "pengesahan",
            "penyerahan",
        }
        known["kedatangan"].at -= timedelta(minutes=12)
        known["pengesahan"].at -= timedelta(seconds=30)
    shown = clocks_of(works, done)["berkas_lengkap"]
    assert shown.label == "Sejak berkas lengkap"
    spans = {one.label: one.span for one in shown.readings}
    assert spans["Sejak warga datang"] >= timedelta(minutes=12)
    assert "Sejak berkas lengkap sampai pengesahan" not in spans, (
        "less than a minute is no other reading"
    )


def test_r34_the_answer_to_a_complaint_may_count_from_its_record(
    works: Works, clock: TestClock, budi: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        for name in ("lp", "complaint"):
            definitions.deploy(work, PROCESSES / name)
    choose(works, clock, "tanggapan_awal", "pencatatan")
    with works.begin(budi) as work:
        started = cases.start(work, "complaint")
    assert started.task_id is not None
    yesterday = (clock.at - timedelta(days=1)).astimezone(WITA).isoformat()
    told = {
        "darurat": "tidak",
        "kanal": "telepon_110",
        "received_at": yesterday,
        "alasan_waktu": "Contoh: listrik padam sejak kemarin.",
        "telepon": "0812-0000-0000",
    }
    with works.begin(budi) as work:
        tasks.complete(work, started.task_id, told, str(uuid4()))
    shown = clocks_of(works, started.case_id)["tanggapan_awal"]
    assert shown.started_at == clock.at
    assert shown.label == "Tanggapan awal, menurut saat dicatat"
