"""The traps of SpiffWorkflow 3.2.0 that were found before we built on it: none of them bites."""

import json
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.engine.counter import service_counter
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import NOW, Play, line, rework
from workflow_app.domain import ProcessFault, TaskNotReady
from workflow_app.engine import runner
from workflow_app.engine.linting.linter import lint
from workflow_app.engine.specs import Scope

ROLES = {"petugas", "ka_spkt"}


def rules(folder: Folder) -> set[str]:
    return {finding.rule for finding in lint(folder.files(), ROLES)}


def repacked(state: bytes, **options: Any) -> bytes:
    return zlib.compress(json.dumps(json.loads(zlib.decompress(state)), **options).encode())


def test_trap_1_data_survives_when_the_order_of_keys_is_lost_or_the_state_is_refused() -> None:
    play = Play(rework(5)).done("kerja").done("putuskan", keputusan="kembali")
    shuffled = repacked(play.step.state, sort_keys=True)
    try:
        step = runner.wake(play.definition, shuffled, NOW)
    except ProcessFault as fault:
        assert "order" in fault.detail
    else:
        assert step.variables == {"keputusan": "kembali"}
        assert [task.element for task in step.open_tasks] == ["kerja"]


def test_trap_1_a_child_stored_before_its_parent_is_refused_instead_of_losing_data() -> None:
    play = Play(line())
    content = json.loads(zlib.decompress(play.step.state))
    content["workflow"]["tasks"] = dict(reversed(content["workflow"]["tasks"].items()))
    state = zlib.compress(json.dumps(content).encode())
    with pytest.raises(ProcessFault, match="order of its tasks"):
        runner.wake(play.definition, state, NOW)


def test_trap_1_the_state_is_compressed_bytes_without_specs() -> None:
    state = Play(service_counter()).step.state
    content = zlib.decompress(state).decode()
    assert isinstance(state, bytes)
    assert "task_specs" not in content
    assert "record_cancellation" not in content


def test_trap_2_a_variable_named_typename_never_enters_the_state() -> None:
    play = Play(line())
    task = play.step.open_tasks[0]
    with pytest.raises(ProcessFault, match="typename"):
        runner.complete_task(play.definition, play.step.state, task.id, {"typename": "x"}, NOW)
    hidden: Any = {"a": {"typename": "x"}}
    with pytest.raises(ProcessFault, match="not allowed"):
        runner.complete_task(
            play.definition,
            play.step.state,
            task.id,
            hidden,
            NOW,
        )


def test_trap_2_the_text_typename_as_a_value_is_harmless() -> None:
    assert Play(rework(3)).done("kerja").done("putuskan", keputusan="typename").open == ["kerja"]


def test_trap_3_the_hundredth_round_is_as_quick_and_small_as_the_first_ones() -> None:
    play = Play(rework(500))
    sizes, seconds = [], []
    for _ in range(300):
        begin = time.thread_time()
        play.done("kerja").done("putuskan", keputusan="kembali")
        seconds.append(time.thread_time() - begin)
        sizes.append(len(play.step.state))
    assert max(sizes[200:]) <= max(sizes[:10]) + 100
    assert min(seconds[250:]) < 3 * min(seconds[:50])
    assert play.done("kerja").done("putuskan", keputusan="setuju").step.outcome == "selesai"


def test_trap_3_rework_around_a_subprocess_with_boundary_events_does_not_grow() -> None:
    folder = (
        Folder()
        .start()
        .inside("layanan")
        .start("mulai_layanan").user("isi", maxVisits=900).end("akhir_layanan", None)
        .flow("mulai_layanan", "isi", "akhir_layanan")
        .outside()
        .timer("lewat", '"PT10M"', on="layanan", cancelActivity="false")
        .user("tindak").end("selesai_tindak", None)
        .user("putuskan", "ka_spkt", control={"keputusan": ["setuju", "kembali"]})
        .choice("cukup", "layanan").end()
        .flow("mulai", "layanan", "putuskan", "cukup", "layanan").flow("lewat", "tindak",
            "selesai_tindak")
        .when("cukup", 'keputusan == "setuju"', "selesai")
    )  # fmt: skip
    play = Play(folder)
    sizes = []
    for _ in range(220):
        play.done("isi").done("putuskan", keputusan="kembali")
        sizes.append(len(play.step.state))
    assert max(sizes[100:]) <= max(sizes[:10]) + 100
    assert play.after(minutes=11).open == ["isi", "tindak"]


def test_trap_3_an_endless_automatic_loop_is_a_fault_and_never_a_silent_stall() -> None:
    folder = (
        Folder()
        .start().user("kerja", control={"lagi": ["ya", "tidak"]})
        .rule("hitung", "tabel", "angka").choice("putar", "hitung").end()
        .flow("mulai", "kerja", "hitung", "putar", "hitung")
        .when("putar", 'lagi == "tidak"', "selesai")
        .decision("tabel", ["lagi"], ["angka"], [["", "1"]])
    )  # fmt: skip
    play = Play(folder)
    with pytest.raises(ProcessFault, match="automatic steps"):
        play.done("kerja", lagi="ya")
    assert play.done("kerja", lagi="tidak").step.outcome == "selesai"
    assert "rework-unbounded" in rules(folder)


def test_trap_4_script_tasks_are_refused_by_the_linter_and_never_run() -> None:
    folder = (
        Folder()
        .start().add("scriptTask", "skrip", "sistem",
            body="<bpmn:script>jebol = True</bpmn:script>").end()
        .flow("mulai", "skrip", "selesai")
    )  # fmt: skip
    assert "element-kind" in rules(folder)
    with pytest.raises(ProcessFault, match="scripts are not allowed"):
        Play(folder)


@pytest.mark.parametrize("tag", ["preScript", "postScript"])
def test_trap_4_scripts_beside_a_task_are_refused_and_never_run(tag: str) -> None:
    folder = line()
    folder.nodes["kerja"].extension = f"<spiffworkflow:{tag}>jebol = True</spiffworkflow:{tag}>"
    assert "marker" in rules(folder)
    with pytest.raises(ProcessFault, match="scripts are not allowed"):
        Play(folder).done("kerja")


def test_trap_4_conditions_after_a_reload_see_no_builtins() -> None:
    folder = rework(5)
    folder.flows[-1] = ("cukup", "selesai", "", "open('/etc/hostname') and True")
    assert "expression" in rules(folder)
    play = Play(folder).done("kerja")
    with pytest.raises(ProcessFault, match="ExpressionError"):
        play.done("putuskan", keputusan="setuju")


def test_trap_4_every_reloaded_state_runs_under_our_restricted_scope() -> None:
    from workflow_app.engine.state import unpack

    play = Play(line())
    case = unpack(play.definition.specs, play.step.state, Scope({}, NOW))
    assert isinstance(case.workflow.script_engine, Scope)


def test_trap_5_a_completed_task_cannot_be_completed_again() -> None:
    play = Play(rework(5))
    task = play.step.open_tasks[0]
    play.done("kerja")
    with pytest.raises(TaskNotReady):
        runner.complete_task(play.definition, play.step.state, task.id, {}, NOW)


def test_trap_5_an_effect_cannot_be_resolved_twice() -> None:
    folder = (
        Folder().start().service("jam", "start_clock", "batas",
            clock='"berkas"').user("kerja").end()
        .flow("mulai", "jam", "kerja", "selesai")
    )  # fmt: skip
    play = Play(folder)
    effect = play.step.effects[0]
    play.resolve("start_clock")
    with pytest.raises(TaskNotReady):
        runner.resolve_effect(play.definition, play.step.state, effect.task_id, None, NOW)


@pytest.mark.parametrize("tag", ["intermediateThrowEvent", "intermediateCatchEvent"])
def test_trap_6_link_events_are_refused(tag: str) -> None:
    folder = line().add(tag, "lompat", body='<bpmn:linkEventDefinition name="ke_sana"/>')
    assert rules(folder) & {"element-kind", "event-kind"}


def test_trap_7_overlapping_rows_of_a_unique_table_are_found() -> None:
    overlapping = [['"sim"', '"a"'], ['in ["sim", "ktp"]', '"b"']]
    apart = [['"sim"', '"a"'], ['in ["stnk", "ktp"]', '"b"']]
    base = line(control={"jenis": ["sim", "ktp"]})
    assert "decision-overlap" in rules(
        base.decision("tabel", ["jenis"], ["hasil"], overlapping, "UNIQUE")
    )
    assert "decision-overlap" not in rules(
        base.decision("tabel", ["jenis"], ["hasil"], apart, "UNIQUE")
    )


@pytest.mark.parametrize("policy", ["ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER"])
def test_trap_7_hit_policies_that_the_library_does_not_have_are_refused(policy: str) -> None:
    assert "hit-policy" in rules(line().decision("tabel", ['"a"'], ["hasil"], [["", "1"]], policy))


def test_trap_7_two_decisions_in_one_file_are_refused() -> None:
    folder = line().decision("tabel", ['"a"'], ["hasil"], [["", "1"]])
    text = folder.extra["tabel.dmn"].decode()
    begin, end = text.index("<decision "), text.index("</definitions>")
    second = text[begin:end].replace("tabel", "lain")
    folder.file("tabel.dmn", text[:end] + second + text[end:])
    assert "decision-unreadable" in rules(folder)


def test_also_a_timer_fires_at_its_instant_by_the_given_clock_whatever_the_machine_says() -> None:
    folder = (
        Folder()
        .start()
        .timer("tunggu", '"PT24H"')
        .user("kerja")
        .end()
        .flow("mulai", "tunggu", "kerja", "selesai")
    )
    play = Play(folder)
    assert play.step.next_wake_at == NOW + timedelta(hours=24)
    assert play.after(hours=23, minutes=59, seconds=59).open == []
    assert play.after(seconds=1).open == ["kerja"]


def test_also_an_instant_without_offset_is_a_fault_not_a_guess() -> None:
    folder = (
        Folder()
        .start()
        .timer("tunggu", "kapan", kind="timeDate")
        .end()
        .flow("mulai", "tunggu", "selesai")
    )
    with pytest.raises(ProcessFault, match="no offset"):
        Play(folder, kapan="2026-11-24T08:00:00")


@pytest.mark.parametrize(
    "name", ["len", "max", "def", "print", "_data", "lane_owners", "dmninputexpr"]
)
def test_also_a_variable_named_like_a_function_or_keyword_is_refused(name: str) -> None:
    with pytest.raises(ProcessFault, match="reserved"):
        Play(line(), **{name: "x"})


def test_also_lists_are_replaced_not_merged_with_what_was_there() -> None:
    play = Play(rework(5), butir=["a", "b"])
    assert play.done("kerja", butir=["b", "c"]).step.variables["butir"] == ["b", "c"]
    assert play.done("putuskan", keputusan="kembali", butir=[]).step.variables["butir"] == []


@pytest.mark.parametrize("again", ["timer", "message"])
def test_trap_8_a_boundary_that_leads_straight_back_is_refused_by_the_linter(again: str) -> None:
    """The library opens the task a second time beside the first, which is why."""
    event: dict[str, Callable[[Folder], Folder]] = {
        "timer": lambda folder: folder.timer("lewat", '"PT10M"', on="kerja"),
        "message": lambda folder: folder.message("lewat", "ulang", on="kerja"),
    }
    happens: dict[str, Callable[[Play], Play]] = {
        "timer": lambda play: play.after(minutes=11),
        "message": lambda play: play.hear("ulang"),
    }
    straight = event[again](line(maxVisits=9)).flow("lewat", "kerja")
    assert happens[again](happens[again](Play(straight))).open == ["kerja", "kerja"]
    assert "boundary-return" in rules(straight)
    round_about = event[again](line(maxVisits=9).choice("ulangi", "kerja")).flow(
        "lewat", "ulangi", "kerja"
    )
    play = Play(round_about)
    for _ in range(5):
        assert happens[again](play).open == ["kerja"]
    assert rules(round_about) == set()
