"""Rework: rounds end, rounds are forgotten, and branches inside a round do not mix with those of another."""

import random

import pytest

from tests.unit.engine.calls import complaint
from tests.unit.engine.counter import service_counter
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import DUE, Play
from workflow_app.engine import state
from workflow_app.engine.functions import Value
from workflow_app.errors import LoopLimitReached


def branches(kind: str) -> Folder:
    """Rework around a subprocess whose branches run together, or as the answers ask."""
    folder = (
        Folder().start().user("tanya", control={"arah": ["satu", "dua", "dua-duanya"]}, maxVisits=60)
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
        .timer("lewat", '"PT3M"', on="bersama", cancelActivity="false").user("sebab").end("sebab_tercatat", None)
        .user("putuskan", control={"keputusan": ["setuju", "kembali"]}).choice("cukup", "tanya").end()
        .flow("mulai", "tanya", "bersama", "putuskan", "cukup", "tanya").flow("lewat", "sebab", "sebab_tercatat")
        .when("cukup", 'keputusan == "setuju"', "selesai")
    )  # fmt: skip


def walk(folder: Folder, seed: int) -> list[object]:
    """What a case shows while random things happen to it."""
    choices, play, seen = random.Random(seed), Play(folder), list[object]()
    for _ in range(40):
        actions = [("done", task) for task in play.open] + [("resolve", name) for name in play.waiting]
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
            break
        seen.append((play.open, play.waiting, play.step.completed, play.step.outcome, play.step.next_wake_at))
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
def test_an_inclusive_gateway_waits_for_exactly_the_branches_it_opened_in_every_round(arah: str) -> None:
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
