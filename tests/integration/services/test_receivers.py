"""A hand-off waits in the inbox of exactly the function that receives it (R71)."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.unit.engine.play import handing_on
from workflow_app.domain import SYSTEM, Actor, NotFound, ProcessFault
from workflow_app.services.cases import inbox
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, tasks

FUNCTIONS = ("piket_lantas", "piket_propam")


def deploy(works: Works, folder: Path) -> None:
    for name, content in handing_on(FUNCTIONS).files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, folder)


def hand_on(works: Works, actor: Actor, receiver: str) -> UUID:
    with works.begin(actor) as work:
        started = cases.start(work, "uji")
        assert started.task_id is not None
        tasks.complete(work, started.task_id, {"tujuan": receiver}, str(uuid4()))
    return started.case_id


def queue(works: Works, actor: Actor) -> list[UUID]:
    with works.begin(actor) as work:
        return [row.case_id for row in inbox.page(work, "queue").rows]


def test_r71_only_the_receiving_function_finds_the_hand_off_and_sees_its_case(
    works: Works, budi: Actor, person: Callable[..., Actor], tmp_path: Path
) -> None:
    deploy(works, tmp_path / "uji")
    lantas, propam = person("lia", "piket_lantas"), person("pram", "piket_propam")
    case_id = hand_on(works, budi, "piket_propam")

    assert queue(works, propam) == [case_id]
    assert queue(works, lantas) == []
    with works.begin(lantas) as work, pytest.raises(NotFound):
        cases.get(work, case_id)
    with works.begin(propam) as work:
        (task,) = cases.get(work, case_id).open_tasks
        assert (task.role_label, task.assignee_name) == ("Piket Propam", None)
        tasks.claim(work, task.id)
        tasks.complete(work, task.id, {}, str(uuid4()))
    with works.begin(budi) as work:
        assert cases.get(work, case_id).outcome == "selesai"


def test_a_receiver_that_is_no_role_is_a_fault_and_nothing_is_stored(
    works: Works, budi: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(works, tmp_path / "uji")
    monkeypatch.delitem(definitions.ROLES, "piket_lantas")
    with pytest.raises(ProcessFault) as fault:
        hand_on(works, budi, "piket_lantas")
    assert (fault.value.element, fault.value.detail) == ("terima", "piket_lantas is no role")
