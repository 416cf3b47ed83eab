"""What lies sealed is read where a step needs it, with one press and on record: a report that is
read back to its reporter (R23, R29).
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import process_folders
from workflow_app.models import Task
from workflow_app.services.cases import answers
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.processes import definitions

PRESS = "Baca keterangan lengkap"
REASON = "membacakan laporan kembali kepada pelapor"


@pytest.fixture
def report(works: Works, stage: Stage) -> Callable[[str], UUID]:
    """Plays a police report up to the first time that the named step is open."""
    folder = PROCESSES / "lp"
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, folder)
    file = process_folders.read_folder(folder)["scenarios/diterima_model_b.yaml"]
    scenario = process_folders.read_scenario("diterima_model_b", file)
    steps = [step for step in scenario.steps if isinstance(step, process_folders.Complete)]

    def play(until: str) -> UUID:
        before = next(number for number, step in enumerate(steps) if step.element == until)
        return seeding.play(stage, "lp", replace(scenario, steps=tuple(steps)), steps=before)

    return play


def open_task(works: Works, case_id: UUID) -> str:
    with works.begin(SYSTEM) as work:
        query = select(Task.id).where(Task.case_id == case_id, Task.status == "open")
        return f"/tugas/{work.session.scalars(query).one()}"


def test_r29_the_report_is_there_to_be_read_back_and_the_trail_says_what_for(
    report: Callable[[str], UUID], works: Works, visit: Callable[[str], Visitor], budi: Actor
) -> None:
    case_id = report("baca_ulang")
    page = visit("budi").open(open_task(works, case_id))
    assert f"Tercatat untuk: {REASON}." in page.words
    assert "Contoh Warga Satu" not in page.text

    page.submit(PRESS)
    for told in (
        "Contoh Warga Satu",
        "Barang milik pelapor diambil orang",
        "Pelapor meletakkan barangnya",
    ):
        assert told in page.words
    with works.begin(budi) as work:
        newest = answers.accesses(work, case_id)[0]
    assert (newest.who, newest.purpose) == (budi.name, REASON)


def test_r23_who_has_the_task_not_in_hand_is_offered_nothing(
    report: Callable[[str], UUID], works: Works, visit: Callable[[str], Visitor]
) -> None:
    case_id = report("putuskan_laporan")
    page = visit("budi").open(open_task(works, case_id))
    assert PRESS not in page.words


def test_r23_a_step_that_needs_nothing_sealed_offers_nothing(
    report: Callable[[str], UUID], works: Works, visit: Callable[[str], Visitor]
) -> None:
    case_id = report("riwayat")
    page = visit("budi").open(open_task(works, case_id))
    assert "Pernah dilaporkan" in page.words
    assert PRESS not in page.words
