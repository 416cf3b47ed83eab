"""Times from which a clock counts are not moved in silence (R24, R34, R52, R57, R63, R68).

Who tells another time than the form offered when it was first shown writes why; both times and the
reason are on record.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import MONDAY, PROCESSES, TestClock
from tests.integration.services.calls import REPORT, Call, call
from workflow_app.domain import SYSTEM, WITA, Actor, Answers, InvalidInput
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete, Scenario
from workflow_app.models import AuditEvent, Case, CaseClock, Task, TimeCorrection
from workflow_app.services.cases import history, stages
from workflow_app.services.cases.stages import StageView
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.reporting import dispatches
from workflow_app.services.workflow import cases, drafts, tasks

__all__ = ["call"]

REASON = "Contoh: listrik padam, dicatat di kertas."
RECEIVING = [
    pytest.param("complaint", "langsung", "received_at", "tanggapan_awal", id="r34-complaint"),
    pytest.param("lp", "diterima_model_b", "arrived_at", "pembuatan_lp", id="r52-lp"),
    pytest.param("sktlk", "sktlk_ktp", "arrived_at", "kedatangan", id="r57-sktlk"),
    pytest.param(
        "tkp_dispatch", "luar_kota", "received_at", "tiba_di_tkp_luar_kota", id="r63-tkp_dispatch"
    ),
    pytest.param("referral", "antar_sim", "arrived_at", "kedatangan_rujukan", id="r68-referral"),
]
"""Process, scenario, the time its first form asks for, and the clock that counts from it."""


def scenario_of(process: str, name: str) -> Scenario:
    return process_folders.read_scenario(
        name, process_folders.read_folder(PROCESSES / process)[f"scenarios/{name}.yaml"]
    )


@dataclass
class Desk:
    """One task of a case, and who does it."""

    works: Works
    actor: Actor
    task_id: UUID

    def look(self) -> Answers:
        """What the form starts with, shown now."""
        with self.works.begin(self.actor) as work:
            return tasks.get(work, self.task_id).answers

    def send(self, answers: Answers) -> None:
        with self.works.begin(self.actor) as work:
            tasks.complete(work, self.task_id, answers, str(uuid4()))

    def refused(self, answers: Answers) -> dict[str, str]:
        """What is wrong with these answers, field by field."""
        with pytest.raises(InvalidInput) as refused:
            self.send(answers)
        return dict(refused.value.fields)

    @property
    def case_id(self) -> UUID:
        with self.works.begin(SYSTEM) as work:
            return work.session.get_one(Task, self.task_id).case_id

    def stage(self, actor: Actor = SYSTEM) -> StageView:
        """The stage that the task was."""
        with self.works.begin(actor) as work:
            task = work.session.get_one(Task, self.task_id)
            reached = stages.of_case(work, work.session.get_one(Case, task.case_id))
            return next(stage for stage in reached if stage.element == task.element)


def begin(works: Works, actor: Actor, process: str) -> Desk:
    """A case that has just been opened, at its first form."""
    with works.begin(SYSTEM) as work:
        for folder in ("lp", process):
            definitions.deploy(work, PROCESSES / folder)
    with works.begin(actor) as work:
        task_id = cases.start(work, process).task_id
    assert task_id is not None
    return Desk(works, actor, task_id)


def greeting(at: datetime, **more: object) -> Answers:
    return {"arrived_at": at.isoformat(), "perkenalan": True, **more}


@pytest.mark.parametrize(("process", "name", "field", "clock_name"), RECEIVING)
def test_who_moves_the_start_of_a_clock_says_why_and_both_times_are_on_record(
    works: Works,
    clock: TestClock,
    budi: Actor,
    process: str,
    name: str,
    field: str,
    clock_name: str,
) -> None:
    first = scenario_of(process, name).steps[0]
    assert isinstance(first, Complete)
    desk = begin(works, budi, process)
    desk.look()
    clock.advance(minutes=25)
    later = MONDAY + timedelta(minutes=20)
    moved = {**first.answers, field: later.isoformat()}

    refused = desk.refused(moved)
    assert refused.keys() == {"alasan_waktu"}
    assert "09.00" in refused["alasan_waktu"]
    assert "lebih jelas" in desk.refused({**moved, "alasan_waktu": "telat"})["alasan_waktu"]
    desk.send({**moved, "alasan_waktu": REASON})

    stage = desk.stage(budi)
    assert (stage.recorded_at, stage.at, stage.source) == (MONDAY, later, "formulir")
    assert [correction.reason for correction in stage.corrections] == [REASON]
    with works.begin(budi) as work:
        started = work.session.get_one(CaseClock, (desk.case_id, clock_name, 1)).started_at
        assert started == later
        assert all(view.corrected is None for view in cases.get(work, desk.case_id).clocks)
        said = [entry.what for entry in history.timeline(work, desk.case_id)]
        assert any("Waktu dikoreksi saat dicatat" in line and "09.20" in line for line in said)


def test_r57_the_reason_lies_sealed_and_the_trail_holds(
    works: Works, clock: TestClock, budi: Actor
) -> None:
    desk = begin(works, budi, "sktlk")
    clock.advance(minutes=25)
    desk.send(greeting(clock(), alasan_waktu=REASON))
    with works.begin(SYSTEM) as work:
        row = work.session.scalars(select(TimeCorrection)).one()
        event = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "time.moved")
        ).one()
        assert REASON.encode() not in row.sealed
        assert REASON not in str(event.details)
        assert list(unit_of_work.verify_chains(work)) == []
    assert (
        desk.stage(Actor(None, "Contoh Auditor", frozenset({"auditor"}), budi.unit))
        .corrections[0]
        .reason
        == ""
    )


@pytest.mark.parametrize(
    ("minutes", "asks"), [(-4, True), (-3, False), (0, False), (3, False), (4, True)]
)
def test_r52_a_few_minutes_beside_the_offer_need_no_reason(
    works: Works, clock: TestClock, budi: Actor, minutes: int, asks: bool
) -> None:
    desk = begin(works, budi, "lp")
    clock.advance(minutes=5)
    answers = greeting(MONDAY + timedelta(minutes=minutes), model_lp="b")
    if asks:
        assert desk.refused(answers).keys() == {"alasan_waktu"}
        return
    desk.send({**answers, "alasan_waktu": REASON})
    assert desk.stage().corrections == [], "a reason that nobody asked for corrects nothing"


def test_r52_the_office_says_how_many_minutes_that_are(
    works: Works, clock: TestClock, budi: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "toleransi.waktu_mulai", 10, MONDAY)
    desk = begin(works, budi, "lp")
    clock.advance(minutes=30)
    assert desk.refused(greeting(MONDAY + timedelta(minutes=11), model_lp="b")).keys() == {
        "alasan_waktu"
    }
    desk.send(greeting(MONDAY + timedelta(minutes=10), model_lp="b"))


def test_r57_what_a_form_offers_stays_however_often_and_by_whom_it_is_opened(
    works: Works, clock: TestClock, budi: Actor, person: Callable[..., Actor]
) -> None:
    desk = begin(works, budi, "sktlk")
    clock.advance(minutes=2)
    offered = (MONDAY + timedelta(minutes=2)).astimezone(WITA).isoformat()
    assert desk.look()["arrived_at"] == offered
    clock.advance(hours=3)
    assert desk.look()["arrived_at"] == offered

    rekan, pamapta = person("rekan", "petugas"), person("jaga", "pamapta")
    with works.begin(pamapta) as work:
        tasks.reassign(work, desk.task_id, rekan.user_id or uuid4())
    colleague = Desk(works, rekan, desk.task_id)
    shown = colleague.look()
    assert shown["arrived_at"] == offered
    with works.begin(rekan) as work:
        drafts.save(work, desk.task_id, {**shown, "perkenalan": True})
    clock.advance(hours=1)
    colleague.send(colleague.look())
    assert desk.stage().corrections == []


def test_r57_a_form_that_nobody_opened_offers_when_its_task_came_up(
    works: Works, clock: TestClock, budi: Actor
) -> None:
    desk = begin(works, budi, "sktlk")
    clock.advance(minutes=30)
    assert desk.refused(greeting(clock())).keys() == {"alasan_waktu"}


def test_r34_a_letter_of_yesterday_counts_from_yesterday_with_the_reason(
    works: Works, budi: Actor, stage: Stage
) -> None:
    told = scenario_of("complaint", "langsung").steps[0]
    assert isinstance(told, Complete)
    desk = begin(works, budi, "complaint")
    yesterday = MONDAY - timedelta(days=1)
    answers = {**told.answers, "received_at": yesterday.isoformat()}
    assert desk.refused(answers).keys() == {"alasan_waktu"}
    desk.send({**answers, "alasan_waktu": "Diterima bagian umum kemarin."})
    with works.begin(SYSTEM) as work:
        assert (
            work.session.get_one(CaseClock, (desk.case_id, "tanggapan_awal", 1)).started_at
            == yesterday
        )


def test_no_clock_counts_from_a_time_that_has_not_been_yet(
    works: Works, clock: TestClock, budi: Actor
) -> None:
    desk = begin(works, budi, "sktlk")
    clock.advance(seconds=30)
    refused = desk.refused(greeting(MONDAY + timedelta(minutes=1), alasan_waktu=REASON))
    assert "belum terjadi" in refused["arrived_at"]
    assert "09.00" in refused["arrived_at"]


def test_r68_a_hand_over_lies_between_its_task_and_now_or_is_told_with_a_reason(
    stage: Stage, works: Works, clock: TestClock, person: Callable[..., Actor]
) -> None:
    """The citizen is escorted first and the form is filled afterwards: what happened meanwhile
    needs no reason.
    """
    told = scenario_of("referral", "antar_sim")
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "referral")
    number = next(
        no
        for no, step in enumerate(told.steps)
        if isinstance(step, Complete) and step.element == "rujukan_antar"
    )
    escort = told.steps[number]
    assert isinstance(escort, Complete)
    case_id = seeding.play(stage, "referral", told, steps=number)
    with works.begin(SYSTEM) as work:
        task_id = work.session.scalars(
            select(Task.id).where(Task.case_id == case_id, Task.element == "rujukan_antar")
        ).one()
    desk = Desk(works, stage.cast["petugas"], task_id)
    begun = clock()
    clock.advance(minutes=15)

    earlier = {**escort.answers, "rujukan_serah_at": (begun - timedelta(minutes=4)).isoformat()}
    assert "lebih awal" in desk.refused(earlier)["alasan_waktu"]
    before = {**escort.answers, "rujukan_serah_at": (begun - timedelta(hours=8)).isoformat()}
    assert (
        "mendahului langkah “Terima warga”"
        in desk.refused({**before, "alasan_waktu": REASON})["rujukan_serah_at"]
    )
    desk.send({**escort.answers, "rujukan_serah_at": (begun + timedelta(minutes=5)).isoformat()})
    assert desk.stage().corrections == []


def test_r63_the_board_says_that_the_receipt_was_corrected(call: Call) -> None:
    early = {
        **REPORT,
        "received_at": (MONDAY - timedelta(minutes=20)).isoformat(),
        "alasan_waktu": REASON,
    }
    call.report(**early)
    with call.works.begin(call.people["pamapta"]) as work:
        received = dispatches.running(work)[0].reached[0]
    assert (received.at, received.source) == (MONDAY - timedelta(minutes=20), "dikoreksi")
