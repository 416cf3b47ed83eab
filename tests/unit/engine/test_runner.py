from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.unit.engine.counter import service_counter
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import DUE, NOW, Play, line, rework
from workflow_app.domain import ProcessFault, TaskNotReady
from workflow_app.engine import runner


def counter() -> Play:
    """The counter process, just after the clock was started."""
    return Play(service_counter()).done("terima").resolve("start_clock", DUE)


def test_a_started_case_reports_its_first_task_with_role_and_properties() -> None:
    step = Play(service_counter()).step
    (task,) = step.open_tasks
    assert (task.element, task.lane, task.name) == ("terima", "petugas", "Terima")
    assert task.properties["clause"] == "R54"
    assert (step.outcome, step.effects, step.next_wake_at) == (None, (), None)
    assert step.completed == ("mulai",)


def test_a_step_lists_what_was_completed_in_order() -> None:
    play = counter().done("isi", jenis="sim")
    assert play.step.completed == ("isi", "pilih_target")
    assert play.done("setujui", keputusan="setuju").step.completed == (
        "setujui",
        "disetujui",
        "selesai_layanan",
        "layanan",
    )


def test_a_service_task_waits_with_its_parameters_until_it_is_resolved() -> None:
    play = Play(service_counter()).done("terima")
    (effect,) = play.step.effects
    assert (effect.element, effect.operation, effect.parameters) == (
        "mulai_jam",
        "start_clock",
        {"clock": "berkas"},
    )
    assert play.open == []
    assert play.after(hours=1).waiting == ["start_clock"]
    assert play.resolve("start_clock", DUE).step.variables["batas"] == DUE


def test_parameters_of_a_waiting_effect_keep_the_values_they_had_when_it_was_reached() -> None:
    folder = (
        Folder().start().choice("cabang", tag="parallelGateway").user("kerja")
        .service("cetak", "render_letter", letter_id="surat").choice("temu",
            tag="parallelGateway").end()
        .flow("mulai", "cabang", "kerja", "temu", "selesai").flow("cabang", "cetak", "temu")
    )  # fmt: skip
    play = Play(folder, surat="L1").done("kerja", surat="L2")
    assert play.step.effects[0].parameters == {"letter_id": "L1"}
    assert play.resolve("render_letter").step.outcome == "selesai"


def test_a_service_task_without_result_variable_leaves_no_variable() -> None:
    play = Play(line()).step.variables
    folder = (
        Folder().start().service("arsip", "archive_case").end().flow("mulai", "arsip", "selesai")
    )
    assert Play(folder).resolve("archive_case", "terabaikan").step.variables == play == {}


def test_a_business_rule_keeps_only_the_named_outputs() -> None:
    variables = counter().done("isi", jenis="sim").step.variables
    assert variables["golongan"] == "cepat"
    assert "catatan" not in variables


def test_a_collecting_rule_gives_a_list_and_an_empty_one_when_nothing_matches() -> None:
    folder = (
        Folder().start().user("kerja", control={"jenis": ["sim", "ktp"]}).rule("daftar", "tabel",
            "butir").user("lihat").end()
        .flow("mulai", "kerja", "daftar", "lihat", "selesai")
        .decision("tabel", ["jenis"], ["butir"], [['"sim"', '"sim_01"'], ['"sim"', '"sim_02"']],
            "COLLECT")
    )  # fmt: skip
    assert Play(folder).done("kerja", jenis="sim").step.variables["butir"] == ["sim_01", "sim_02"]
    assert Play(folder).done("kerja", jenis="ktp").step.variables["butir"] == []


def test_r57_the_clock_escalates_beside_the_running_work_when_the_target_is_passed() -> None:
    play = counter()
    assert play.wakes_at() == NOW + timedelta(minutes=10)
    assert play.after(minutes=9, seconds=59).open == ["isi"]
    assert play.after(seconds=1).open == ["isi", "tindak_lanjut"]
    assert play.wakes_at() is None
    assert play.done("tindak_lanjut").open == ["isi"]
    assert play.step.outcome is None


def test_a_timer_also_fires_in_whatever_step_comes_after_it_is_due() -> None:
    play = counter()
    play.now += timedelta(minutes=11)
    assert play.done("isi", jenis="sim").open == ["setujui", "tindak_lanjut"]


def test_a_timer_without_deadline_never_fires() -> None:
    play = Play(service_counter()).done("terima").resolve("start_clock", None)
    assert play.step.next_wake_at is None
    assert play.after(days=4000).open == ["isi"]


def test_a_finished_subprocess_takes_its_timer_with_it() -> None:
    play = counter().done("isi", jenis="sim").done("setujui", keputusan="setuju")
    assert play.step.next_wake_at is None
    assert play.after(days=1).open == []


def test_waking_too_early_or_twice_changes_nothing() -> None:
    play = counter().after(minutes=10)
    assert play.after(minutes=0).step.completed == ()
    assert play.after(minutes=1).open == ["isi", "tindak_lanjut"]


@pytest.mark.parametrize("late", [False, True])
def test_a_cancellation_interrupts_everything_inside_and_the_case_ends_cancelled(
    late: bool,
) -> None:
    play = counter()
    if late:
        play.after(minutes=11)
    play.hear("pembatalan")
    assert "isi" not in play.open
    assert play.waiting == ["record_cancellation"]
    play.resolve("record_cancellation")
    assert (play.step.outcome, play.open, play.step.next_wake_at) == ("dibatalkan", [], None)


def test_a_cancellation_is_refused_once_the_subprocess_is_over() -> None:
    play = counter().done("isi", jenis="sim").done("setujui", keputusan="setuju")
    with pytest.raises(TaskNotReady, match="pembatalan") as refused:
        play.hear("pembatalan")
    assert "tidak berlaku lagi" in refused.value.sentence


def test_a_message_can_carry_control_variables() -> None:
    play = counter().hear("pembatalan", sebab="salah_meja")
    assert play.step.variables["sebab"] == "salah_meja"


def test_the_whole_way_ends_with_the_outcome_of_its_end_event_although_an_escalation_is_open() -> (
    None
):
    play = counter().after(minutes=11).done("isi", jenis="ktp").done("setujui", keputusan="setuju")
    play.resolve("issue_letter", "surat-1").resolve("render_letter")
    assert play.open == ["tindak_lanjut", "serahkan"]
    assert play.done("serahkan").step.outcome == "selesai"
    assert play.open == []


def test_without_a_terminating_end_the_case_waits_for_its_side_branch() -> None:
    folder = service_counter()
    folder.nodes["selesai"].body = ""
    play = Play(folder).done("terima").resolve("start_clock", DUE).after(minutes=11)
    play.done("isi", jenis="sim").done("setujui", keputusan="setuju")
    play.resolve("issue_letter", "surat-1").resolve("render_letter").done("serahkan")
    assert (play.open, play.step.outcome) == (["tindak_lanjut"], None)
    assert play.done("tindak_lanjut").step.outcome == "selesai"


def test_nothing_can_be_done_to_a_case_that_is_over() -> None:
    play = Play(line())
    task = play.step.open_tasks[0]
    play.done("kerja")
    with pytest.raises(TaskNotReady):
        runner.complete_task(play.definition, play.step.state, task.id, {}, NOW)
    assert play.after(days=1).step.outcome == "selesai"


def test_an_unknown_task_is_not_ready() -> None:
    play = Play(line())
    with pytest.raises(TaskNotReady):
        runner.complete_task(play.definition, play.step.state, uuid4(), {}, NOW)


def test_parallel_branches_share_the_variables_of_the_case_and_join() -> None:
    folder = (
        Folder().start().choice("cabang", tag="parallelGateway").user("satu").user("dua", "ka_spkt")
        .choice("temu", tag="parallelGateway").user("tiga").end()
        .flow("mulai", "cabang", "satu", "temu", "tiga", "selesai").flow("cabang", "dua", "temu")
    )  # fmt: skip
    for order in (["satu", "dua"], ["dua", "satu"]):
        play = Play(folder)
        assert play.open == ["satu", "dua"]
        play.done(order[0], jenis="sim").done(order[1], pemilik="sendiri")
        assert play.open == ["tiga"]
        assert play.step.variables == {"jenis": "sim", "pemilik": "sendiri"}
        assert play.done("tiga").step.outcome == "selesai"


def test_a_fault_names_the_element_and_leaves_the_state_as_it_was() -> None:
    folder = rework(5)
    folder.flows[-1] = ("cukup", "selesai", "", 'tak_dikenal == "ya"')
    play = Play(folder).done("kerja")
    before = play.step.state
    with pytest.raises(ProcessFault, match="tak_dikenal") as fault:
        play.done("putuskan", keputusan="setuju")
    assert fault.value.element == "cukup"
    assert play.step.state == before


def test_a_rule_without_matching_row_is_a_fault_of_that_rule() -> None:
    folder = (
        Folder().start().user("kerja").rule("hitung", "tabel", "angka").end().flow("mulai", "kerja",
            "hitung", "selesai")
        .decision("tabel", ["jenis"], ["angka"], [['"sim"', "1"]])
    )  # fmt: skip
    with pytest.raises(ProcessFault, match="no row of the decision gives angka") as fault:
        Play(folder, jenis="ktp").done("kerja")
    assert fault.value.element == "hitung"


@pytest.mark.parametrize("broken", [b"", b"bukan zlib", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_state_is_a_fault(broken: bytes) -> None:
    with pytest.raises(ProcessFault):
        runner.wake(Play(line()).definition, broken, NOW)


@pytest.mark.parametrize("value", [1.5, {"a": 1}, [1], (1,), b"x", NOW])
def test_only_plain_values_become_control_variables(value: Any) -> None:
    with pytest.raises(ProcessFault, match="not allowed"):
        runner.start(line().definition(), {"isi": value}, NOW)


def test_a_case_starts_with_the_initial_variables_of_the_process() -> None:
    folder = line()
    folder.process_properties["initial"] = '{"jenis": null, "butir": []}'
    assert Play(folder, jenis="sim").step.variables == {"jenis": "sim", "butir": []}


def test_an_interrupting_timer_takes_the_task_away() -> None:
    folder = (
        Folder().start().user("kerja").end().timer("lewat", '"PT1H"', on="kerja").user("ganti",
            "ka_spkt").end("lain", "dirujuk")
        .flow("mulai", "kerja", "selesai").flow("lewat", "ganti", "lain")
    )  # fmt: skip
    play = Play(folder).after(hours=1)
    assert play.open == ["ganti"]
    assert play.done("ganti").step.outcome == "dirujuk"


def test_a_case_can_wait_for_a_message_between_two_tasks() -> None:
    folder = Folder().start().message("tunggu", "balasan").user("kerja").end()
    folder.flow("mulai", "tunggu", "kerja", "selesai")
    play = Play(folder)
    assert play.open == []
    with pytest.raises(TaskNotReady):
        play.hear("lain")
    assert play.hear("balasan").open == ["kerja"]


def test_r8_a_case_that_would_end_without_an_outcome_stays_before_its_last_step() -> None:
    # The linter refuses such a model; this holds for whatever got past it.
    play = Play(Folder().start().user("isi").end(outcome=None).flow("mulai", "isi", "selesai"))

    with pytest.raises(ProcessFault, match="without an outcome"):
        play.done("isi")
    assert play.open == ["isi"]
