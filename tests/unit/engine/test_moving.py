"""A stored case is carried to another version: what was reached stays what it is, what follows is
the new version's.
"""

from datetime import timedelta
from typing import Any

import pytest
from SpiffWorkflow.bpmn.util.diff import diff_workflow, migrate_workflow

from tests.unit.engine.calls import complaint, hand_off
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import NOW, Play, handing_on, line
from tests.unit.engine.versions import beside, first, with_check, without_reminder
from workflow_app.domain import ProcessFault
from workflow_app.engine import migration, runner
from workflow_app.engine.specs import Scope
from workflow_app.engine.state import all_tasks, unpack


def carried(play: Play, folder: Folder) -> Play:
    """The same case in another version; everything goes through stored bytes."""
    definition = folder.definition()
    play.step = migration.move(play.definition, definition, play.step.state, play.now)
    play.definition = definition
    return play


def test_a_case_goes_on_where_the_new_version_leads() -> None:
    play = Play(first()).done("catat", jenis="mudah")
    before = play.step.open_tasks[0]

    carried(play, with_check())

    assert play.step.open_tasks[0].id == before.id
    assert play.done("setujui", keputusan="setuju").open == ["periksa"]
    assert play.done("periksa").resolve("issue_letter", "surat-1").step.outcome == "selesai"


def test_a_case_that_goes_back_in_the_new_version_comes_by_the_new_step() -> None:
    play = carried(Play(first()).done("catat", jenis="mudah"), with_check())
    play.done("setujui", keputusan="kembali").done("catat", jenis="sulit").done(
        "setujui", keputusan="setuju"
    )
    assert play.open == ["periksa"]


def test_a_timer_of_another_length_counts_from_when_it_began() -> None:
    play = Play(first()).done("catat", jenis="mudah").after(hours=20)

    carried(play, with_check())

    assert play.wakes_at() == NOW + timedelta(days=2)
    assert play.after(hours=27).open == ["setujui"]
    assert play.after(hours=2).open == ["setujui", "ingatkan"]


def test_a_timer_that_did_not_change_is_due_when_it_was() -> None:
    play = Play(first()).done("catat", jenis="mudah").after(hours=20)
    was = play.wakes_at()
    assert carried(play, first(stage="diputus")).wakes_at() == was == NOW + timedelta(days=1)


def test_what_may_happen_beside_a_waiting_step_is_what_the_new_version_says() -> None:
    play = carried(Play(first()).done("catat", jenis="mudah"), without_reminder())
    assert play.wakes_at() is None
    cancelled = runner.receive_message(play.definition, play.step.state, "pembatalan", {}, play.now)
    assert cancelled.outcome == "dibatalkan"
    assert play.done("setujui", keputusan="setuju").waiting == ["issue_letter"]


def test_a_reminder_that_is_new_counts_from_the_move() -> None:
    play = Play(without_reminder()).done("catat", jenis="mudah").after(hours=5)
    carried(play, first())
    assert play.wakes_at() == NOW + timedelta(hours=29)
    assert play.after(hours=25).open == ["setujui", "ingatkan"]
    assert play.done("setujui", keputusan="setuju").resolve("issue_letter", "x").open == [
        "ingatkan"
    ]
    assert play.done("ingatkan").step.outcome == "selesai"


def test_a_step_that_gets_its_first_boundary_event_has_it_around_it() -> None:
    plain = line()
    timed = (
        line()
        .timer("lama", '"P1D"', on="kerja", cancelActivity="false")
        .user("ingat")
        .end("z", None)
    )
    timed.flow("lama", "ingat", "z")
    play = carried(Play(plain), timed)
    assert play.wakes_at() == NOW + timedelta(days=1)
    assert play.after(days=2).open == ["kerja", "ingat"]
    assert play.done("ingat").done("kerja").step.outcome == "selesai"


def test_a_step_that_loses_its_last_boundary_event_stands_alone() -> None:
    timed = line().timer("lama", '"P1D"', on="kerja").end("z", "diabaikan").flow("lama", "z")
    play = carried(Play(timed), line())
    assert play.wakes_at() is None
    assert play.done("kerja").step.outcome == "selesai"


def test_what_a_boundary_event_has_begun_goes_on() -> None:
    play = Play(first()).done("catat", jenis="mudah").after(days=2)
    assert play.open == ["setujui", "ingatkan"]
    carried(play, with_check())
    assert play.open == ["setujui", "ingatkan"]
    play.done("ingatkan").done("setujui", keputusan="setuju").done("periksa")
    assert play.resolve("issue_letter", "x").step.outcome == "selesai"


def test_a_finished_step_that_is_gone_is_forgotten() -> None:
    long = (
        Folder().start().user("awal").user("kerja").end().flow("mulai", "awal", "kerja", "selesai")
    )
    play = carried(Play(long).done("awal"), line())
    assert play.done("kerja").step.outcome == "selesai"


def test_branches_that_arrived_are_waited_for_no_more() -> None:
    play = Play(beside()).done("foto")
    carried(play, beside(("ukur", "hitung")))
    assert play.open == ["ukur"]
    play.done("ukur").done("hitung")
    assert play.step.outcome == "selesai"


def test_a_hand_off_keeps_its_receiver() -> None:
    play = Play(handing_on()).done("pilih", tujuan="ka_spkt")
    carried(play, handing_on(("ka_spkt", "pamapta")))
    assert [task.lane for task in play.step.open_tasks] == ["ka_spkt"]


def test_a_case_in_a_called_process_moves_with_it() -> None:
    play = Play(complaint()).done("isi").done("serah_kirim", tujuan="piket_lantas")
    assert play.waiting == ["start_clock"]
    effects = play.step.effects
    changed = complaint(hand_off(reopenable="true"))
    changed.extra["called/serah/process.bpmn"] = changed.extra["called/serah/process.bpmn"].replace(
        b"PT30M", b"PT45M"
    )

    carried(play, changed)

    assert play.step.effects == effects
    assert play.wakes_at() == NOW + timedelta(minutes=45)
    play.resolve("start_clock").done("serah_kabari").done("serah_terima").resolve(
        "issue_letter", "x"
    )
    assert play.done("putuskan", keputusan="setuju").step.outcome == "selesai"


def test_values_that_are_new_from_the_start_are_there() -> None:
    later = line().choice("jalan", "selesai").end("lain", "ditolak")
    later.flows = later.flows[:1]
    later.flow("kerja", "jalan", "selesai").when("jalan", "cepat", "lain")
    later.process_properties = {"initial": '{"cepat": true}'}
    play = carried(Play(line()), later)
    assert play.done("kerja").step.outcome == "ditolak"


def test_where_it_waits_must_be_there() -> None:
    play = Play(first()).done("catat", jenis="mudah")
    with pytest.raises(ProcessFault) as fault:
        carried(
            play,
            Folder()
            .start()
            .user("catat", control={"jenis": ["mudah"]})
            .end()
            .flow("mulai", "catat", "selesai"),
        )
    assert fault.value.element == "setujui"


def test_the_given_state_is_not_changed_and_the_same_version_says_the_same() -> None:
    play = (
        Play(complaint())
        .done("isi")
        .done("serah_kirim", tujuan="piket_lantas")
        .resolve("start_clock")
    )
    state, stood = play.step.state, runner.standing(play.definition, play.step.state, play.now)
    moved = migration.move(play.definition, play.definition, state, play.now)
    assert play.step.state == state
    assert (moved.open_tasks, moved.effects, moved.next_wake_at) == (
        stood.open_tasks,
        stood.effects,
        stood.next_wake_at,
    )
    assert facts(play, moved.state) == facts(play, state)


def facts(play: Play, state: bytes) -> list[Any]:
    """The tree of what was reached."""
    case = unpack(play.definition.specs, state, Scope({}, play.now))
    reached = [task for task in all_tasks(case.workflow) if not task.has_state(migration.FORESEEN)]
    return sorted((str(t.id), t.state, str(t._parent), t.internal_data) for t in reached)


def test_the_migration_of_the_library_begins_anew_what_waits() -> None:
    """Why there is one of our own. Where this fails after an upgrade, ours may no longer be
    needed.
    """
    play = Play(first()).done("catat", jenis="mudah").after(hours=20)
    case = unpack(play.definition.specs, play.step.state, Scope({}, play.now))
    new = with_check().definition().specs
    top, _ = diff_workflow(Loose(), case.workflow, new.process, dict(new.subprocesses))
    migrate_workflow(top, case.workflow, new.process)
    (due,) = [
        t.internal_data["due"] for t in all_tasks(case.workflow) if t.task_spec.name == "lama"
    ]
    assert due == (NOW + timedelta(hours=20 + 48)).isoformat()


class Loose:
    """Says of a specification as much as its comparison needs here."""

    def convert(self, spec: Any) -> Any:
        return {
            "typename": type(spec).__name__,
            "outputs": [output.name for output in spec.outputs],
        }
