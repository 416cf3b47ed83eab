"""The dispatch board and the escalations behind it (R61 to R63)."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from tests.integration.services.calls import Call, call
from workflow_app.domain import SYSTEM, Actor, Forbidden
from workflow_app.models import Case, CaseClock, Message
from workflow_app.services.cases import history, stages
from workflow_app.services.messages import messages
from workflow_app.services.office_settings import configuration
from workflow_app.services.reporting import dispatches
from workflow_app.services.workflow import cases, drafts, steps, tasks

__all__ = ["call"]


def board(call: Call, role: str = "pamapta") -> list[dispatches.Call]:
    with call.works.begin(call.people[role]) as work:
        return dispatches.running(work)


def wake(call: Call, minutes: int) -> None:
    call.clock.advance(minutes=minutes)
    with call.works.begin(SYSTEM) as work:
        steps.wake(work, call.case_id)


def begun(call: Call) -> list[dispatches.Begun]:
    with call.works.begin(call.people["pamapta"]) as work:
        return dispatches.begun(work)


def test_a_call_that_is_being_taken_stands_apart_until_it_is_taken_down(call: Call) -> None:
    assert board(call) == []
    (shown,) = begun(call)
    assert (shown.by, shown.typed_at, shown.is_left) == (call.people["petugas"].name, None, False)
    call.report()
    assert (len(board(call)), begun(call)) == (1, [])


def test_a_call_that_was_left_is_marked_goes_on_with_what_was_typed_and_can_be_closed(
    call: Call,
) -> None:
    """Ten minutes without a key stroke; Pamapta takes it up, and finds what the officer had
    heard.
    """
    task_id = call.task("terima_laporan")
    call.clock.advance(minutes=9)
    with call.works.begin(call.people["petugas"]) as work:
        drafts.save(work, task_id, {"patokan": "Jalan Contoh, dekat jembatan"})
    call.clock.advance(minutes=9)
    assert not begun(call)[0].is_left, "somebody typed nine minutes ago"
    call.clock.advance(minutes=1)
    assert begun(call)[0].is_left
    assert "jembatan" not in repr(begun(call))
    with call.works.begin(call.people["pamapta"]) as work:
        tasks.take_over(work, task_id)
    with call.works.begin(call.people["pamapta"]) as work:
        seen = tasks.get(work, task_id)
        (unfinished,) = drafts.of_case(work, call.case_id)
    assert seen.answers["patokan"] == "Jalan Contoh, dekat jembatan"
    assert (seen.answers_from, unfinished.by) == ("colleague", call.people["petugas"].name)
    assert seen.typed_by.startswith(unfinished.by)
    with call.works.begin(call.people["pamapta"]) as work:
        cases.cancel(work, call.case_id, "Penelepon salah sambung.")
    assert begun(call) == []


def test_the_office_decides_when_a_call_counts_as_left(call: Call) -> None:
    with call.works.begin(SYSTEM) as work:
        configuration.set_value(work, "target.laporan_dimulai", None, configuration.SOP_IN_FORCE)
    call.clock.advance(hours=5)
    assert not begun(call)[0].is_left


def test_the_board_says_what_and_where_who_has_not_answered_and_how_long(call: Call) -> None:
    call.report().summon("piket_samapta", "piket_lantas")
    call.do("terima_samapta", "piket_samapta")
    call.do("berangkat", "piket_samapta")

    (shown,) = board(call)

    assert shown.kind == "Perkelahian atau penganiayaan"
    assert shown.place == "Kandangan Kota (kelurahan), Kec. Kandangan"
    assert shown.dangers == ["Masih berbahaya", "Ada yang luka"]
    assert shown.waits_for == ["Piket Lantas", "Pimpinan"]
    assert [stage.name for stage in shown.reached if stage.at] == [
        "Diterima",
        "Dipanggil",
        "Berangkat",
    ]
    assert shown.clock is not None
    assert shown.clock.due_at is not None


def test_the_board_shows_corrected_times_as_such(call: Call) -> None:
    call.report().summon("piket_samapta")
    call.clock.advance(minutes=5)
    call.do("berangkat", "piket_samapta")
    with call.works.begin(call.people["petugas"]) as work:
        stages.correct(work, call.case_id, "berangkat", "2026-11-23T09:02", "Jam radio sebenarnya.")
    (shown,) = board(call)
    departed = next(stage for stage in shown.reached if stage.name == "Berangkat")
    assert (departed.source, departed.at and departed.at.minute) == ("dikoreksi", 2)


def test_the_board_holds_nothing_personal(call: Call) -> None:
    call.report().summon("piket_samapta")
    shown = repr(board(call))
    for secret in ("Contoh Pelapor", "0812", "Nomor 1", "seberang pasar", "kelompok"):
        assert secret not in shown


def test_a_call_leaves_the_board_with_its_result(call: Call) -> None:
    call.report().summon("piket_samapta")
    for element in ("berangkat", "tiba"):
        call.do(element, "piket_samapta")
    call.do("tptkp", "piket_samapta", tindakan=["amankan_tkp"], diminta_bayar="tidak_ada_warga")
    assert len(board(call)) == 1
    call.do(
        "hasil_tkp",
        "piket_samapta",
        hasil="selesai_di_tempat",
        temuan="Sudah tenang.",
        perlu_lp="tidak",
    )
    assert board(call) == []


def test_a_cancelled_call_leaves_the_board(call: Call) -> None:
    call.report()
    with call.works.begin(call.people["petugas"]) as work:
        cases.cancel(work, call.case_id, "Pelapor mengabarkan sudah selesai.")
    assert board(call) == []


def test_other_units_and_other_roles_see_no_board(call: Call, tono: Actor) -> None:
    call.report()
    with call.works.begin(tono) as work:
        assert dispatches.running(work) == []
    with pytest.raises(Forbidden):
        board(call, "piket_samapta")


def test_many_calls_cost_as_many_questions_as_one(call: Call) -> None:
    call.report().summon("piket_samapta")

    def count() -> int:
        asked: list[str] = []
        with call.works.begin(call.people["pamapta"]) as work:
            connection = work.session.connection()
            event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
            dispatches.running(work)
        return len(asked)

    count()
    one = count()
    for _ in range(3):
        with call.works.begin(call.people["petugas"]) as work:
            call.case_id = cases.start(work, "tkp_dispatch").case_id
        call.report().summon("piket_samapta")
    assert count() <= one + 1


def test_r61_who_does_not_answer_within_the_configured_time_becomes_a_task_for_pamapta(
    call: Call,
) -> None:
    with call.works.begin(SYSTEM) as work:
        configuration.set_value(work, "target.terima_panggilan", 3, configuration.SOP_IN_FORCE)
    call.report().summon("piket_samapta")
    wake(call, 2)
    assert "susulkan_panggilan" not in call.opened()
    wake(call, 2)
    assert "susulkan_panggilan" in call.opened()


def test_r61_once_all_have_answered_nobody_is_reminded(call: Call) -> None:
    call.report().summon("piket_samapta")
    call.do("terima_samapta", "piket_samapta")
    call.do("terima_pimpinan", "pimpinan")
    wake(call, 10)
    assert "susulkan_panggilan" not in call.opened()


def test_r63_arriving_late_in_town_becomes_a_task_for_pamapta(call: Call) -> None:
    call.report().summon("piket_samapta")
    wake(call, 13)
    assert "catat_keterlambatan" not in call.opened()
    wake(call, 2)
    assert "catat_keterlambatan" in call.opened()
    assert {"berangkat"} <= call.opened(), "the way to the scene goes on"


def test_r63_out_of_town_the_way_is_measured_without_a_limit(call: Call) -> None:
    call.report(wilayah="63.06.10").summon("piket_samapta")
    wake(call, 90)
    assert "catat_keterlambatan" not in call.opened()
    with call.works.begin(SYSTEM) as work:
        clock = work.session.get_one(CaseClock, (call.case_id, "tiba_di_tkp_luar_kota", 1))
        assert clock.due_at is None
        assert clock.target_minutes is None


def test_r63_the_standard_of_the_110_stands_beside_the_limit_of_calls_over_it(call: Call) -> None:
    call.report().summon("piket_samapta")
    (shown,) = board(call)
    assert shown.norm is not None
    assert shown.clock is not None
    assert shown.norm.due_at - shown.clock.started_at == timedelta(minutes=10)
    assert (shown.norm.minutes, shown.norm.was_met) == (10, False)
    wake(call, 11)
    assert "catat_keterlambatan" not in call.opened(), "it escalates nothing"
    for element in ("berangkat", "tiba"):
        call.do(element, "piket_samapta")
    (shown,) = board(call)
    assert shown.norm is not None
    assert (shown.norm.was_met, shown.clock and shown.clock.was_late) == (False, False)


def test_r63_the_standard_of_the_110_stands_there_before_the_clock_of_the_office_runs(
    call: Call,
) -> None:
    with call.works.begin(SYSTEM) as work:
        edge = {"mulai": "keberangkatan", "selesai": "tiba"}
        configuration.set_value(
            work, "tepi_jam.tiba_di_tkp", edge, call.clock.at + timedelta(seconds=1)
        )
    call.clock.advance(minutes=1)
    with call.works.begin(call.people["petugas"]) as work:
        call.case_id = cases.start(work, "tkp_dispatch").case_id
    received = call.clock.at
    call.report(received_at=received.isoformat())
    (shown,) = board(call)
    assert shown.clock is None
    assert shown.norm == dispatches.Norm(10, received + timedelta(minutes=10), None)


@pytest.mark.parametrize("told", [{"saluran": "langsung"}, {"wilayah": "63.06.10"}])
def test_r63_calls_over_other_ways_or_out_of_town_know_no_standard_of_the_110(
    call: Call, told: dict[str, str]
) -> None:
    call.report(**told)
    assert board(call)[0].norm is None


def test_r63_the_office_can_leave_the_standard_of_the_110_out(call: Call) -> None:
    with call.works.begin(SYSTEM) as work:
        configuration.set_value(work, "target.norma_110", None, configuration.SOP_IN_FORCE)
    call.report()
    assert board(call)[0].norm is None


def told(call: Call) -> list[tuple[str, str, str]]:
    """Messages of the case so far: to whom, by which way, what."""
    with call.works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, call.case_id)
        rows = work.session.scalars(
            select(Message).where(Message.case_id == case.id).order_by(Message.written_at)
        )
        return [(row.recipient, row.channel, messages.opened(work, case, row).body) for row in rows]


def test_r62_the_leader_is_told_by_message_at_the_moment_of_the_call_up(call: Call) -> None:
    addresses = {"pimpinan": {"surel": "pimpinan@contoh.id"}}
    with call.works.begin(SYSTEM) as work:
        configuration.set_value(work, "saluran_pesan", ["surel"], configuration.SOP_IN_FORCE)
        configuration.set_value(work, "kontak_peran", addresses, configuration.SOP_IN_FORCE)
    call.report()
    assert told(call) == []
    call.summon("piket_samapta")
    ((to, way, words),) = told(call)
    assert (to, way) == ("pimpinan", "surel")
    assert "Batas waktu: 23 November 2026 09.14 WITA" in words
    for secret in ("Contoh Pelapor", "0812", "seberang pasar", "kelompok"):
        assert secret not in words
    assert "terima_pimpinan" in call.opened(), "that he knows is his own to say"


def test_r63_at_the_breach_of_fifteen_minutes_ka_spkt_is_told_by_message_once(call: Call) -> None:
    call.report().summon("piket_samapta")
    wake(call, 13)
    assert [to for to, _, _ in told(call)] == ["pimpinan"]
    wake(call, 2)
    wake(call, 30)
    assert [to for to, _, _ in told(call)] == ["pimpinan", "ka_spkt"]
    assert "melewati batas waktu 23 November 2026 09.14 WITA" in told(call)[1][2]
    with call.works.begin(call.people["pamapta"]) as work:
        assert "Kabar disiapkan (slip) untuk Ka SPKT" in [
            entry.what for entry in history.timeline(work, call.case_id)
        ]


def test_r63_who_arrived_in_time_or_goes_out_of_town_escalates_to_nobody(call: Call) -> None:
    call.report(wilayah="63.06.10").summon("piket_samapta")
    wake(call, 90)
    assert [to for to, _, _ in told(call)] == ["pimpinan"]
    with call.works.begin(call.people["petugas"]) as work:
        call.case_id = cases.start(work, "tkp_dispatch").case_id
    now = call.clock.at.isoformat()
    call.report(received_at=now).summon("piket_samapta")
    for element in ("berangkat", "tiba"):
        call.do(element, "piket_samapta")
    wake(call, 30)
    assert [to for to, _, _ in told(call)] == ["pimpinan"]


def test_r63_the_town_is_what_the_office_says(call: Call) -> None:
    with call.works.begin(SYSTEM) as work:
        configuration.set_value(
            work, "wilayah.dalam_kota", ["63.06.10"], configuration.SOP_IN_FORCE
        )
    call.report(wilayah="63.06.10.2001")
    with call.works.begin(SYSTEM) as work:
        assert (
            work.session.get_one(CaseClock, (call.case_id, "tiba_di_tkp", 1)).target_minutes == 15
        )
