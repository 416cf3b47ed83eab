"""Who puts a thumb print signs on paper: a drawing on the screen is refused wherever a citizen
signs (R29).
"""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from tests.integration.services.desk import PIXEL
from workflow_app.domain import SYSTEM, InvalidInput
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete
from workflow_app.models import Task
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import tasks

SIGNED = [
    ("complaint", "langsung_dibantu", "baca_tanda_tangan"),
    ("lp", "dibantu_cap_jempol", "tanda_tangan"),
    ("sktlk", "dibantu_mengisi", "periksa_surat"),
]
DRAWN = {"cara_tanda_tangan": "gambar", "tanda_tangan": PIXEL, "tanda_tangan_petugas": PIXEL}


@pytest.mark.parametrize(("process", "name", "element"), SIGNED)
def test_r29_a_thumb_print_is_put_on_paper_and_scanned_never_drawn(
    stage: Stage, works: Works, process: str, name: str, element: str
) -> None:
    told = process_folders.read_scenario(
        name, process_folders.read_folder(PROCESSES / process)[f"scenarios/{name}.yaml"]
    )
    before = [isinstance(step, Complete) and step.element == element for step in told.steps].index(
        True
    )
    signs = told.steps[before]
    assert isinstance(signs, Complete)
    with works.begin(SYSTEM) as work:
        for folder in {"lp", process}:
            definitions.deploy(work, PROCESSES / folder)
    case_id = seeding.play(stage, process, told, steps=before)
    with works.begin(SYSTEM) as work:
        waiting = select(Task.id).where(Task.case_id == case_id, Task.status == "open")
        task_id = work.session.scalars(waiting).one()

    with works.begin(stage.cast[signs.role]) as work, pytest.raises(InvalidInput) as refused:
        tasks.complete(work, task_id, {**signs.answers, **DRAWN}, str(uuid4()))
    assert refused.value.fields.keys() == {"cara_tanda_tangan"}
    assert "cap jempol" in refused.value.fields["cara_tanda_tangan"]

    seeding.go_on(stage, case_id, replace(told, steps=(signs,)), 0)
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Task, task_id).status == "done", "on paper it is taken"
