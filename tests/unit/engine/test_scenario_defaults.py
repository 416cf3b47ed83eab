"""The usual answers of a process: scenarios write what differs, and are read whole."""

import pytest

from tests.unit.engine.counter import service_counter
from workflow_app.domain import Answer
from workflow_app.engine.linting.linter import lint
from workflow_app.engine.process_folders import Complete, read_scenario, read_scenarios
from workflow_app.engine.scenario_defaults import FILE, merge

USUAL = """
terima:
  as: petugas
  answers: {nama: Contoh, syarat: {ktp: {given: true}}, catatan: baik}
putuskan:
  as: ka_spkt
"""
SCENARIO = "name: Contoh\nclauses: []\nsteps: [{steps}]\n"


def steps(written: str, usual: str = USUAL) -> list[Complete]:
    file = SCENARIO.format(steps=written).encode()
    files = merge({FILE: usual.encode(), "scenarios/a.yaml": file})
    found = read_scenario("a", files["scenarios/a.yaml"]).steps
    return [step for step in found if isinstance(step, Complete)]


def test_a_step_that_says_nothing_is_done_as_usual() -> None:
    (step,) = steps("{complete: terima}")
    answers: dict[str, Answer] = {
        "nama": "Contoh",
        "syarat": {"ktp": {"given": True}},
        "catatan": "baik",
    }
    assert step == Complete("terima", "petugas", answers)


def test_a_step_says_what_differs_and_null_for_what_is_not_answered() -> None:
    different = (
        "{complete: terima, as: pamapta, by: colleague, answers: {nama: null, syarat: {kk: {}}, "
        "usia: 4}}"
    )
    (step,) = steps(different)
    answers: dict[str, Answer] = {"syarat": {"kk": {}}, "catatan": "baik", "usia": 4}
    assert step == Complete("terima", "pamapta", answers, by_colleague=True)


def test_a_task_without_usual_answers_and_other_steps_stay_as_they_are() -> None:
    one, other = steps(
        "{complete: putuskan}, {advance: PT5M}, {complete: lain, as: x, answers: {a: null}}"
    )
    assert one == Complete("putuskan", "ka_spkt", {})
    assert other == Complete("lain", "x", {"a": None})


def test_the_usual_answers_do_not_come_along_once_they_stand_in_the_scenarios() -> None:
    file = SCENARIO.format(steps="{complete: terima}, {complete: putuskan}").encode()
    files = merge({FILE: USUAL.encode(), "scenarios/a.yaml": file, "README.md": b""})
    assert sorted(files) == ["README.md", "scenarios/a.yaml"]


@pytest.mark.parametrize(
    ("usual", "words"),
    [
        ("{hantu: {answers: {x: 1}}}", "hantu"),
        ("{terima: {as: petugas, answers: {catatan: lain}}}", "catatan"),
        ("[terima]", "daftar tugas"),
        ("{terima: {oleh: petugas}}", "daftar tugas"),
        ("{", "daftar tugas"),
    ],
)
def test_usual_answers_that_no_scenario_uses_or_nobody_can_read_are_found(
    usual: str, words: str
) -> None:
    file = SCENARIO.format(steps="{complete: terima, answers: {catatan: baik}}").encode()
    files = merge({FILE: usual.encode(), "scenarios/a.yaml": file})
    folder = service_counter()
    folder.extra |= {name: files[name] for name in files}
    (found,) = [
        f for f in lint(folder.files(), {"petugas", "ka_spkt"}) if f.rule == "scenario-default"
    ]
    assert (found.element, words in found.message) == (FILE, True)
    assert [one.file for one in read_scenarios({n: c for n, c in files.items() if n == FILE})] == []
