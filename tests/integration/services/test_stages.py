"""Times of stages: their source, who may say them, and corrections that leave them as they were
(R63, pitfall 11).
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError

from tests.integration.services import scans
from tests.integration.services.calls import Call, call
from workflow_app.domain import SYSTEM, Actor, Forbidden, InvalidInput, NotFound
from workflow_app.models import AuditEvent, Case, CaseClock, TimeCorrection
from workflow_app.services.cases import history, stages
from workflow_app.services.cases.stages import StageView
from workflow_app.services.core import unit_of_work
from workflow_app.services.documents import documents
from workflow_app.services.workflow import cases, drafts, tasks

__all__ = ["call"]

REASON = "Jam pada catatan radio berbeda."


def stage(call: Call, element: str, actor: Actor = SYSTEM) -> StageView:
    with call.works.begin(actor) as work:
        found = stages.of_case(work, work.session.get_one(Case, call.case_id))
    return next(one for one in found if one.element == element)


def arrival(call: Call) -> CaseClock:
    with call.works.begin(SYSTEM) as work:
        clock = work.session.get_one(CaseClock, (call.case_id, "tiba_di_tkp", 1))
        work.session.expunge_all()
        return clock


def arrived(call: Call) -> Call:
    """On the scene at 09.10, called in at 08.59."""
    call.report().summon("piket_samapta")
    call.do("berangkat", "piket_samapta")
    call.clock.advance(minutes=10)
    call.do("tiba", "piket_samapta")
    return call


def test_r63_the_button_is_the_time_and_stops_the_clock(call: Call) -> None:
    arrived(call)

    assert stage(call, "tiba").recorded_at == call.clock.at
    assert stage(call, "tiba").source == "tombol"
    assert stage(call, "terima_laporan").source == "isian"
    assert arrival(call).started_at == datetime(2026, 11, 23, 0, 59, tzinfo=UTC)
    assert arrival(call).stopped_at == call.clock.at


def test_r63_a_time_told_by_radio_stops_the_clock_where_it_was(call: Call) -> None:
    call.report().summon("piket_samapta")
    call.do("berangkat", "piket_samapta")
    call.clock.advance(minutes=20)
    call.do("tiba", "piket_samapta", sumber="radio", arrived_at="2026-11-23T09:08:00+08:00")

    assert stage(call, "tiba").source == "radio"
    assert arrival(call).stopped_at == datetime(2026, 11, 23, 1, 8, tzinfo=UTC)


def test_r63_nobody_arrives_before_the_report(call: Call) -> None:
    call.report().summon("piket_samapta")
    with pytest.raises(InvalidInput) as refused:
        call.do(
            "berangkat", "piket_samapta", sumber="radio", departed_at="2026-11-23T08:58:00+08:00"
        )
    assert "mendahului langkah “Terima laporan”" in refused.value.fields["departed_at"]


def test_r63_the_desk_takes_over_for_the_radio_but_cannot_say_it_pressed_the_button(
    call: Call,
) -> None:
    call.report().summon("piket_samapta")
    call.do("berangkat", "piket_samapta")
    task_id = call.task("tiba")
    with call.works.begin(call.people["petugas"]) as work:
        assert tasks.get(work, task_id).can_take_over
        tasks.take_over(work, task_id)
        assert drafts.save(work, task_id, {"sumber": "radio"}).sentence == "", (
            "what is typed is kept here too"
        )

    with pytest.raises(InvalidInput) as refused:
        call.do("tiba", "petugas")
    assert "radio" in refused.value.fields["sumber"]
    call.do("tiba", "petugas", sumber="radio", arrived_at="2026-11-23T09:00:00+08:00")
    assert stage(call, "tiba").by == call.people["petugas"].name


def test_another_function_that_goes_presses_the_button_itself(call: Call) -> None:
    call.report().summon("piket_lantas")
    with call.works.begin(call.people["piket_lantas"]) as work:
        tasks.take_over(work, call.task("berangkat"))
    call.do("berangkat", "piket_lantas")
    assert stage(call, "berangkat").source == "tombol"


def test_who_stands_in_keeps_what_is_typed(call: Call) -> None:
    call.report().summon("piket_samapta")
    task_id = call.task("berangkat")
    with call.works.begin(call.people["petugas"]) as work:
        tasks.take_over(work, task_id)
        drafts.save(work, task_id, {"sumber": "radio"})
    with call.works.begin(call.people["petugas"]) as work:
        assert tasks.get(work, task_id).answers == {"sumber": "radio"}


def test_who_stands_in_hands_in_a_paper_at_the_task_and_nobody_else_does(call: Call) -> None:
    call.report().summon("piket_samapta")
    task_id = call.task("berangkat")
    with call.works.begin(call.people["petugas"]) as work:
        tasks.take_over(work, task_id)
        paper = documents.upload(
            work, call.case_id, element="", label="Foto", data=scans.picture(), task_id=task_id
        )
        assert not paper.is_duplicate
    with call.works.begin(call.people["pimpinan"]) as work, pytest.raises(Forbidden):
        documents.upload(
            work, call.case_id, element="", label="Foto", data=b"%PDF-", task_id=task_id
        )


def test_who_is_not_named_cannot_take_over(call: Call) -> None:
    call.report().summon("piket_samapta")
    task_id = call.task("berangkat")
    with call.works.begin(call.people["pimpinan"]) as work, pytest.raises(Forbidden):
        tasks.take_over(work, task_id)
    with call.works.begin(call.people["pimpinan"]) as work:
        assert not tasks.get(work, task_id).can_take_over


def test_a_correction_stands_beside_what_was_recorded_and_the_clock_shows_both(call: Call) -> None:
    arrived(call)
    before = arrival(call).stopped_at
    with call.works.begin(call.people["pamapta"]) as work:
        stages.correct(work, call.case_id, "tiba", "2026-11-23T09:07", REASON)

    corrected = stage(call, "tiba", call.people["petugas"])
    assert corrected.recorded_at == before == arrival(call).stopped_at
    assert corrected.at == datetime(2026, 11, 23, 1, 7, tzinfo=UTC)
    assert [one.reason for one in corrected.corrections] == [REASON]
    with call.works.begin(call.people["petugas"]) as work:
        view = next(c for c in cases.get(work, call.case_id).clocks if c.name == "tiba_di_tkp")
        assert view.corrected == timedelta(minutes=8)
        assert view.stopped_at == before
        told = [entry.what for entry in history.timeline(work, call.case_id)]
    assert "Jam berhenti: laporan diterima sampai tiba di TKP, 11 menit" in told
    assert any("Waktu dikoreksi: Tiba di TKP" in line and "09.07" in line for line in told)


def test_the_reason_of_a_correction_lies_sealed_and_the_trail_holds(call: Call) -> None:
    arrived(call)
    with call.works.begin(call.people["petugas"]) as work:
        stages.correct(work, call.case_id, "tiba", "2026-11-23T09:07", REASON)
    with call.works.begin(SYSTEM) as work:
        row = work.session.query(TimeCorrection).one()
        event = work.session.query(AuditEvent).filter_by(action="time.corrected").one()
        assert REASON.encode() not in row.sealed
        assert REASON not in str(event.details)
        assert list(unit_of_work.verify_chains(work)) == []


def test_a_correction_can_be_corrected_and_sent_twice_it_is_kept_once(call: Call) -> None:
    arrived(call)
    for at in ("09:07", "09:07", "09:08"):
        with call.works.begin(call.people["petugas"]) as work:
            stages.correct(work, call.case_id, "tiba", f"2026-11-23T{at}", REASON)
    assert [one.at.minute for one in stage(call, "tiba").corrections] == [7, 8]


@pytest.mark.parametrize(
    ("at", "reason", "field"),
    [
        ("", REASON, "at"),
        ("besok", REASON, "at"),
        ("2026-11-23T09:11", REASON, "at"),
        ("2026-11-23T08:58", REASON, "at"),
        ("2026-11-23T09:07", "salah", "reason"),
        ("2026-11-23T09:07", "x" * 501, "reason"),
    ],
)
def test_a_correction_needs_a_time_that_can_be_and_a_reason(
    call: Call, at: str, reason: str, field: str
) -> None:
    arrived(call)
    with call.works.begin(call.people["petugas"]) as work, pytest.raises(InvalidInput) as refused:
        stages.correct(work, call.case_id, "tiba", at, reason)
    assert set(refused.value.fields) == {field}


def test_only_the_desk_corrects_and_only_what_was_reached(call: Call) -> None:
    arrived(call)
    with call.works.begin(call.people["piket_samapta"]) as work, pytest.raises(Forbidden):
        stages.correct(work, call.case_id, "tiba", "2026-11-23T09:07", REASON)
    for element in ("hasil_tkp", "tptkp", "hantu"):
        with call.works.begin(call.people["petugas"]) as work, pytest.raises(NotFound):
            stages.correct(work, call.case_id, element, "2026-11-23T09:07", REASON)


def test_the_database_keeps_corrections_as_they_are(call: Call) -> None:
    arrived(call)
    with call.works.begin(call.people["petugas"]) as work:
        stages.correct(work, call.case_id, "tiba", "2026-11-23T09:07", REASON)
    with pytest.raises(DBAPIError, match="append-only"), call.works.begin(SYSTEM) as work:
        work.session.execute(delete(TimeCorrection))
