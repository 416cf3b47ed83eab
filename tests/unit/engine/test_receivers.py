"""Tasks whose role a control variable names: a hand-off waits with exactly the function that
receives it.
"""

import pytest

from tests.unit.engine.folder import Folder
from tests.unit.engine.play import Play, handing_on, routing
from workflow_app.domain import ProcessFault

FUNCTIONS = ("piket_lantas", "piket_reskrim")


@pytest.mark.parametrize("receiver", FUNCTIONS)
def test_r71_the_task_belongs_to_the_function_that_was_chosen(receiver: str) -> None:
    play = Play(handing_on(FUNCTIONS)).done("pilih", tujuan=receiver)
    assert [(task.element, task.lane) for task in play.step.open_tasks] == [("terima", receiver)]
    assert play.after(hours=1).step.open_tasks[0].lane == receiver
    assert play.done("terima").step.outcome == "selesai"


def test_a_table_can_name_the_function() -> None:
    play = Play(routing('"piket_lantas"')).done("pilih", jenis="sim")
    assert play.step.open_tasks[0].lane == "piket_lantas"


def test_who_receives_stays_as_it_was_when_the_task_was_reached() -> None:
    folder = (
        Folder().start().choice("cabang", tag="parallelGateway")
        .user("pilih", control={"tujuan": list(FUNCTIONS)}).user("terima", "penerima",
            roleFrom="tujuan")
        .choice("temu", tag="parallelGateway").end()
        .flow("mulai", "cabang", "pilih", "temu", "selesai").flow("cabang", "terima", "temu")
    )  # fmt: skip
    play = Play(folder, tujuan="piket_lantas").done("pilih", tujuan="piket_reskrim")
    assert [(task.element, task.lane) for task in play.step.open_tasks] == [
        ("terima", "piket_lantas")
    ]


def test_a_hand_off_that_comes_back_can_go_to_another_function() -> None:
    folder = (
        Folder().start().user("pilih", control={"tujuan": list(FUNCTIONS)}, maxVisits=5)
        .user("terima", "penerima", roleFrom="tujuan", control={"jawaban": ["ya",
            "tidak"]}).choice("diterima", "pilih").end()
        .flow("mulai", "pilih", "terima", "diterima", "pilih").when("diterima", 'jawaban == "ya"',
            "selesai")
    )  # fmt: skip
    play = Play(folder).done("pilih", tujuan="piket_lantas").done("terima", jawaban="tidak")
    play.done("pilih", tujuan="piket_reskrim")
    assert [(task.element, task.lane) for task in play.step.open_tasks] == [
        ("terima", "piket_reskrim")
    ]


@pytest.mark.parametrize("value", [None, "", 7, ["piket_lantas"]])
def test_without_a_function_the_step_is_a_fault_and_nothing_is_handed_on(value: object) -> None:
    play = Play(handing_on())
    before = play.step.state
    with pytest.raises(ProcessFault, match="names no role") as fault:
        play.done("pilih", tujuan=value)  # type: ignore[arg-type]  # what a broken model would give
    assert fault.value.element == "terima"
    assert play.step.state == before
