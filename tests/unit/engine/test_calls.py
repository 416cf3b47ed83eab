"""Call activities: a process runs inside the case of another and shares its control variables."""

import zlib
from datetime import timedelta

import pytest

from tests.unit.engine.calls import calling, complaint, hand_off, small
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import DUE, NOW, Play
from workflow_app.domain import InvalidDefinition, ProcessFault, TaskNotReady
from workflow_app.engine import runner
from workflow_app.engine.process_folders import read_scenario
from workflow_app.engine.rehearsal import rehearse

RECEIVED = """
name: Diterima
clauses: [R71]
steps:
  - complete: isi
    as: petugas
  - complete: serah_kirim
    as: petugas
    answers: {tujuan: piket_lantas}
  - advance: PT31M
  - expect_open: [serah_terima, serah_kabari, serah_eskalasi]
  - complete: serah_terima
    as: piket_lantas
  - complete: serah_kabari
    as: petugas
  - complete: putuskan
    as: ka_spkt
    answers: {keputusan: setuju}
expect: {outcome: selesai, letters: [pengantar], variables: {golongan: jalan, mandiri: false}}
"""


def sent(**after: float) -> Play:
    """A case that waits inside the called process."""
    play = Play(complaint()).done("isi").done("serah_kirim", tujuan="piket_lantas")
    play.resolve("start_clock", DUE)
    return play.after(**after) if after else play


def received(play: Play) -> Play:
    return play.done("serah_terima").done("serah_kabari").resolve("issue_letter", "surat-1")


def test_a_definition_holds_what_its_called_processes_hold() -> None:
    definition = complaint().definition()
    assert (definition.key, definition.called) == ("aduan", {"serah": "Uji"})
    assert (definition.elements["rujuk"].kind, definition.elements["rujuk"].parent) == (
        "callActivity",
        "layanan",
    )
    assert definition.elements["serah_kirim"].parent == "serah_bagian"
    assert definition.elements["serah_selesai"].parent == "serah"
    assert definition.form("serah_kirim").fields["tujuan"].control
    assert definition.letter("pengantar").meta == {"title": "Surat contoh"}
    assert definition.decision("serah_rute").outputs == ("golongan",)
    assert 'id="serah"' in definition.called_xml("serah")
    assert 'id="aduan"' in definition.bpmn_xml


def test_another_version_of_a_called_process_is_another_version_of_its_caller() -> None:
    changed = hand_off()
    changed.json("letters/pengantar.json", {"title": "Surat baru"})
    before, after = complaint().definition(), complaint(changed).definition()
    assert before.hash != after.hash
    assert (before.letter("pengantar").meta, after.letter("pengantar").meta) == (
        {"title": "Surat contoh"},
        {"title": "Surat baru"},
    )


def test_a_called_process_that_is_missing_is_refused() -> None:
    folder = (
        Folder().start().add("callActivity", "panggil", attributes={"calledElement": "hantu"}).end()
    )
    with pytest.raises(InvalidDefinition) as refused:
        folder.flow("mulai", "panggil", "selesai").definition()
    assert "hantu" in refused.value.detail


def test_a_called_process_runs_inside_the_case_and_its_end_is_not_the_end_of_the_case() -> None:
    play = Play(complaint()).done("isi")
    assert (play.open, play.step.entered) == (["serah_kirim"], ("rujuk",))
    assert list(play.step.completed) == ["isi", "serah_mulai", "serah_sendiri", "serah_a"]
    play.done("serah_kirim", tujuan="piket_lantas").resolve("start_clock", DUE)
    assert [(t.element, t.lane) for t in play.step.open_tasks] == [
        ("serah_terima", "piket_lantas"),
        ("serah_kabari", "petugas"),
    ]
    received(play)
    assert list(play.step.completed) == ["serah_terbit", "serah_selesai", "rujuk"]
    assert (play.open, play.step.outcome, play.step.entered) == (["putuskan"], None, ())
    assert play.step.variables == {
        "mandiri": False, "tujuan": "piket_lantas", "batas": DUE, "golongan": "jalan",
        "surat": "surat-1",
    }  # fmt: skip
    assert play.done("putuskan", keputusan="setuju").step.outcome == "selesai"


def test_the_same_process_stands_alone_with_its_own_variables_outcome_and_cancellation() -> None:
    play = Play(hand_off())
    assert play.open == ["serah_awal"]
    play.done("serah_awal").done("serah_kirim", tujuan="piket_reskrim").resolve("start_clock", DUE)
    alone = play.step
    assert received(play).step.outcome == "dirujuk"
    play.step = alone
    assert play.hear("pembatalan").resolve("record_cancellation").step.outcome == "dibatalkan"


def test_timers_inside_a_called_process_wake_the_case_and_end_with_the_call() -> None:
    play = sent()
    assert play.wakes_at() == NOW + timedelta(minutes=30)
    assert play.after(minutes=30).open == ["serah_terima", "serah_kabari", "serah_eskalasi"]
    received(play)
    assert (play.open, play.wakes_at()) == (["putuskan"], None)
    assert received(sent()).after(days=1).open == ["putuskan"]


@pytest.mark.parametrize("minutes", [0, 31])
def test_a_cancellation_inside_a_called_process_is_the_callers(minutes: int) -> None:
    play = sent(minutes=minutes).hear("pembatalan")
    assert (play.open, play.waiting, play.step.completed) == (
        [],
        ["record_cancellation"],
        ("batal",),
    )
    assert play.step.effects[0].element == "catat_batal"
    play.resolve("record_cancellation")
    assert (play.step.outcome, play.step.next_wake_at, play.step.entered) == (
        "dibatalkan",
        None,
        (),
    )


def test_a_caller_that_cannot_be_cancelled_is_not_cancelled_in_part_by_what_it_calls() -> None:
    play = Play(calling(hand_off()), mandiri=False)
    play.done("serah_kirim", tujuan="piket_lantas").resolve("start_clock", DUE)
    with pytest.raises(TaskNotReady):
        play.hear("pembatalan")
    assert play.open == ["serah_terima", "serah_kabari"]


def test_a_message_that_a_called_process_waits_for_reaches_it() -> None:
    other = (
        Folder("tunggu").start("tunggu_mulai").message("tunggu_jawab", "balasan").end("tunggu_z")
    )
    play = Play(calling(other.flow("tunggu_mulai", "tunggu_jawab", "tunggu_z")))
    assert play.hear("balasan").step.outcome == "selesai"


def test_r71_a_call_that_takes_too_long_can_be_interrupted_on_its_boundary() -> None:
    folder = (
        Folder("induk").start().call("panggil", small()).end()
        .timer("lewat", '"PT1H"', on="panggil").user("ganti", "ka_spkt").end("lain", "dirujuk")
        .flow("mulai", "panggil", "selesai").flow("lewat", "ganti", "lain")
    )  # fmt: skip
    play = Play(folder).after(hours=1)
    assert (play.open, play.step.entered) == (["ganti"], ())
    assert play.done("ganti").step.outcome == "dirujuk"


def test_two_processes_and_one_process_twice_can_be_called_in_one_case() -> None:
    play = Play(calling(small("satu"), small("dua"), small("satu")))
    for element, place in (
        ("satu_kerja", "panggil_0"),
        ("dua_kerja", "panggil_1"),
        ("satu_kerja", "panggil_2"),
    ):
        assert (play.open, play.step.entered) == ([element], (place,))
        play.done(element)
    assert play.step.outcome == "selesai"


def test_a_terminating_end_of_a_called_process_leaves_the_branch_beside_it_alone() -> None:
    other = small()
    other.nodes["kecil_selesai"].body = "<bpmn:terminateEventDefinition/>"
    folder = (
        Folder("induk").start().choice("cabang", tag="parallelGateway").call("panggil",
            other).user("sendiri")
        .choice("temu", tag="parallelGateway").end()
        .flow("mulai", "cabang", "panggil", "temu", "selesai").flow("cabang", "sendiri", "temu")
    )  # fmt: skip
    play = Play(folder).done("kecil_kerja")
    assert (play.open, play.step.outcome) == (["sendiri"], None)
    assert play.done("sendiri").step.outcome == "selesai"


def test_effects_inside_a_called_process_are_resolved_in_the_open_step() -> None:
    play = Play(complaint()).done("isi")
    run = runner.open_case(play.definition, play.step.state, NOW)
    run.complete_task(play.step.open_tasks[0].id, {"tujuan": "piket_lantas"})
    run.resolve_effect(run.effects[0].task_id, DUE)
    assert [t.element for t in run.close().open_tasks] == ["serah_terima", "serah_kabari"]


def test_a_fault_inside_a_called_process_names_its_element_and_leaves_the_state_as_it_was() -> None:
    play = Play(complaint()).done("isi")
    with pytest.raises(ProcessFault) as fault:
        play.done("serah_kirim", tujuan=None)
        play.resolve("start_clock", DUE)
    assert fault.value.element == "serah_terima"


def test_a_stored_case_inside_a_call_stands_where_it_stood_without_specs_of_either_process() -> (
    None
):
    play = sent()
    stands = runner.standing(play.definition, play.step.state, NOW)
    assert (stands.open_tasks, stands.entered) == (play.step.open_tasks, ("rujuk",))
    assert (stands.completed, stands.next_wake_at) == ((), play.step.next_wake_at)
    content = zlib.decompress(play.step.state).decode()
    assert "task_specs" not in content
    assert "record_cancellation" not in content


def test_a_thousand_rounds_through_a_call_do_not_make_the_case_larger() -> None:
    folder = (
        Folder("induk").start().call("panggil", small(maxVisits=1001))
        .user("putuskan", control={"keputusan": ["setuju", "kembali"]}).choice("cukup",
            "panggil").end()
        .timer("lewat", '"P1D"', on="panggil",
            cancelActivity="false").user("sebab").end("sebab_tercatat", None)
        .flow("mulai", "panggil", "putuskan", "cukup", "panggil").flow("lewat", "sebab",
            "sebab_tercatat")
        .when("cukup", 'keputusan == "setuju"', "selesai")
    )  # fmt: skip
    play, sizes = Play(folder), []
    for _ in range(1000):
        play.done("kecil_kerja").done("putuskan", keputusan="kembali")
        sizes.append(len(play.step.state))
    assert max(sizes[900:]) <= max(sizes[:10]) + 100
    assert play.step.completed == ("putuskan", "cukup", "kecil_mulai")
    play.done("kecil_kerja").done("putuskan", keputusan="kembali")
    assert play.held == ["kecil_kerja"]
    assert (
        play.let_on().done("kecil_kerja").done("putuskan", keputusan="setuju").step.outcome
        == "selesai"
    )


def test_a_scenario_of_the_caller_is_played_through_the_called_process() -> None:
    folder = complaint().file("scenarios/diterima.yaml", RECEIVED)
    step = rehearse(
        folder.definition(), read_scenario("scenarios/diterima.yaml", RECEIVED.encode())
    )
    assert step.outcome == "selesai"
