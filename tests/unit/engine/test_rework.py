"""Rework: rounds end, rounds are forgotten, and branches inside a round do not mix with those of
another.
"""

import random

import pytest

from tests.unit.engine.calls import complaint
from tests.unit.engine.counter import service_counter
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import DUE, Play, rework
from workflow_app.domain import LoopLimitReached, TaskNotReady
from workflow_app.engine import state
from workflow_app.engine.model import Value


def branches(kind: str) -> Folder:
    """Rework around a subprocess whose branches run together, or as the answers ask."""
    folder = (
        Folder().start().user("tanya", control={"arah": ["satu", "dua", "dua-duanya"]},
            maxVisits=60)
        .inside("bersama").start("mulai_bersama")
        .choice("cabang", "satu" if kind == "inclusiveGateway" else None, tag=kind)
        .user("satu").user("dua", "ka_spkt").choice("temu", tag=kind).end("akhir_bersama", None)
        .flow("mulai_bersama", "cabang", "satu", "temu", "akhir_bersama").flow("dua", "temu")
    )  # fmt: skip
    if kind == "parallelGateway":
        folder.flow("cabang", "dua")
    else:
        folder.when("cabang", 'arah == "dua-duanya"', "tiga").user("tiga").flow("tiga", "temu")
        folder.when("cabang", 'arah != "satu"', "dua")
    return (
        folder.outside()
        .timer("lewat", '"PT3M"', on="bersama",
            cancelActivity="false").user("sebab").end("sebab_tercatat", None)
        .user("putuskan", control={"keputusan": ["setuju", "kembali"]}).choice("cukup",
            "tanya").end()
        .flow("mulai", "tanya", "bersama", "putuskan", "cukup", "tanya").flow("lewat", "sebab",
            "sebab_tercatat")
        .when("cukup", 'keputusan == "setuju"', "selesai")
    )  # fmt: skip


def walk(folder: Folder, seed: int) -> list[object]:
    """What a case shows while random things happen to it."""
    choices, play, seen = random.Random(seed), Play(folder), list[object]()
    for _ in range(40):
        actions = [("done", task) for task in play.open] + [
            ("resolve", name) for name in play.waiting
        ]
        if play.step.outcome is not None:
            break
        kind, name = choices.choice([*actions, ("after", "")])
        answers: dict[str, Value] = {
            "jenis": "sim",
            "tujuan": "piket_lantas",
            "arah": choices.choice(["satu", "dua", "dua-duanya"]),
            "keputusan": choices.choice(["setuju", "kembali", "kembali", "kembali"]),
        }
        try:
            if kind == "done":
                play.done(name, **answers)
            elif kind == "resolve":
                play.resolve(name, DUE if name == "start_clock" else "surat-1")
            else:
                play.after(minutes=choices.choice([1, 5]))
        except LoopLimitReached as reached:
            seen.append(reached.sentence)
            play.let_on()
        seen.append(
            (
                play.open,
                play.waiting,
                play.step.completed,
                play.step.outcome,
                play.step.next_wake_at,
            )
        )
    return seen


@pytest.mark.parametrize(
    "folder",
    [service_counter(), branches("parallelGateway"), branches("inclusiveGateway"), complaint()],
    ids=["counter", "parallel", "inclusive", "calling"],
)
def test_a_random_walk_sees_the_same_case_with_and_without_forgetting_finished_rounds(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetting = [walk(folder, seed) for seed in range(12)]
    monkeypatch.setattr(state, "_compact", lambda workflow: None)
    assert [walk(folder, seed) for seed in range(12)] == forgetting


@pytest.mark.parametrize("arah", ["satu", "dua", "dua-duanya"])
def test_an_inclusive_gateway_waits_for_exactly_the_branches_it_opened_in_every_round(
    arah: str,
) -> None:
    expected = {"satu": ["satu"], "dua": ["dua"], "dua-duanya": ["dua", "tiga"]}[arah]
    play = Play(branches("inclusiveGateway"))
    for _ in range(3):
        play.done("tanya", arah=arah)
        assert sorted(play.open) == expected
        for task in expected:
            assert play.open != ["putuskan"]
            play.done(task)
        assert play.open == ["putuskan"]
        play.done("putuskan", keputusan="kembali")
    assert play.open == ["tanya"]


def test_after_a_stretch_of_rework_the_step_is_held_until_the_case_is_let_go_on() -> None:
    play = Play(rework(3))
    for _ in range(3):
        assert play.held == []
        play.done("kerja").done("putuskan", keputusan="kembali")
    assert (play.open, play.held) == (["kerja"], ["kerja"])
    before = play.step.state
    with pytest.raises(LoopLimitReached, match="kerja"):
        play.done("kerja")
    assert play.step.state == before
    assert (play.let_on().open, play.held) == (["kerja"], [])
    for _ in range(3):
        assert play.held == []
        play.done("kerja").done("putuskan", keputusan="kembali")
    assert play.held == ["kerja"]
    assert (
        play.let_on().done("kerja").done("putuskan", keputusan="setuju").step.outcome == "selesai"
    )


def test_a_case_that_is_not_held_is_not_let_go_on() -> None:
    with pytest.raises(TaskNotReady):
        Play(rework(3)).let_on()


def test_a_loop_of_the_machine_alone_stops_at_the_held_step_until_the_case_is_let_go_on() -> None:
    """A timer takes `kerja` away and brings it again; what a person does elsewhere makes that loop
    no better.
    """
    folder = (
        Folder().start().choice("cabang", tag="parallelGateway").user("kerja", maxVisits=2).end()
        .timer("lewat", '"PT1H"', on="kerja").user("lain").end("lain_selesai")
        .flow("mulai", "cabang", "kerja", "selesai").flow("lewat", "kerja").flow("cabang", "lain",
            "lain_selesai")
    )  # fmt: skip
    play = Play(folder).after(hours=1, seconds=1)
    assert play.held == []
    assert "kerja" in play.after(hours=1, seconds=1).held
    for _ in range(3):
        with pytest.raises(LoopLimitReached):
            play.after(hours=1, seconds=1)
    play.done("lain")
    with pytest.raises(LoopLimitReached):
        play.after(hours=1, seconds=1)
    assert play.let_on().held == []
    assert play.after(hours=1, seconds=1).step.outcome is None
