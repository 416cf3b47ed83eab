"""Answers that are compared with those of earlier steps, open ones, sealed ones and taken over
ones, and with corrected times.
"""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration import deploying
from tests.integration.conftest import MONDAY, PROCESSES, TestClock
from tests.integration.open_tasks import task_of
from tests.unit.engine.family import CALL, CALLER, call, report
from tests.unit.engine.folder import Folder
from workflow_app.domain import SYSTEM, WITA, Actor, Answers, InvalidInput
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete
from workflow_app.models import AuditEvent, Task
from workflow_app.services.cases import stages
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, tasks

SENTENCE = "Periksa urutannya."


def send(works: Works, actor: Actor, task_id: UUID, answers: Answers) -> None:
    with works.begin(actor) as work:
        tasks.complete(work, task_id, answers, str(uuid4()))


def refused(works: Works, actor: Actor, task_id: UUID, answers: Answers) -> dict[str, str]:
    """What is said at which question."""
    with pytest.raises(InvalidInput) as error:
        send(works, actor, task_id, answers)
    return dict(error.value.fields)


def test_r57_what_was_lost_after_the_citizen_came_is_refused_by_the_time_of_arrival_that_counts(
    works: Works, clock: TestClock, stage: Stage, budi: Actor, sari: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        for name in ("lp", "sktlk"):
            definitions.deploy(work, PROCESSES / name)
    files = process_folders.read_folder(PROCESSES / "sktlk")
    scenario = process_folders.read_scenario("sktlk_ktp", files["scenarios/sktlk_ktp.yaml"])
    place = [
        isinstance(step, Complete) and step.element == "uraian" for step in scenario.steps
    ].index(True)
    case_id = seeding.play(stage, "sktlk", scenario, steps=place)
    task_id, step = task_of(works, case_id, "uraian").id, scenario.steps[place]
    assert isinstance(step, Complete)
    clock.at = MONDAY + timedelta(days=2)
    late = {
        **step.answers,
        "tanggal_hilang": (MONDAY + timedelta(days=1)).astimezone(WITA).date().isoformat(),
    }
    said = refused(works, budi, task_id, late)
    assert said.keys() == {"tanggal_hilang"}
    assert "sesudah warga datang" in said["tanggal_hilang"]
    with works.begin(sari) as work:
        noon = (MONDAY + timedelta(days=1)).isoformat()
        stages.correct(work, case_id, "terima_warga", noon, "Contoh: jam tamu dibaca keliru.")
    send(works, budi, task_id, late)
    assert task_of(works, case_id).element == "periksa_persyaratan"


def born_and_paid() -> Folder:
    """A sealed day is asked for first, then a day and a time that do not lie before it."""
    folder = (
        Folder("urut")
        .start()
        .user("lahir")
        .user("bayar")
        .end()
        .flow("mulai", "lahir", "bayar", "selesai")
    )
    folder.form(
        "lahir", {"hari": {"type": "string"}}, {"hari": {"widget": "date", "personal": "identitas"}}
    )
    rule = {"order": [{"at_least": "lahir.hari", "sentence": SENTENCE}]}
    asked = {"hari": {"type": "string"}, "jam": {"type": "string"}}
    return folder.form(
        "bayar", asked, {"hari": {"widget": "date", **rule}, "jam": {"widget": "datetime", **rule}}
    )


def test_a_sealed_answer_is_compared_and_only_the_sentence_of_the_form_is_told(
    works: Works, budi: Actor, tmp_path: Path
) -> None:
    deploying.deploy(works, tmp_path, born_and_paid())
    with works.begin(budi) as work:
        case_id = cases.start(work, "urut").case_id
    send(works, budi, task_of(works, case_id).id, {"hari": "2026-11-20"})
    task_id = task_of(works, case_id, "bayar").id
    before: Answers = {"hari": "2026-11-19", "jam": "2026-11-19T23:59:00+08:00"}
    assert refused(works, budi, task_id, before) == {"hari": SENTENCE, "jam": SENTENCE}
    send(works, budi, task_id, {"hari": "2026-11-20", "jam": "2026-11-20T00:00:00+08:00"})
    with works.begin(SYSTEM) as work:
        trail = [
            (event.action, str(event.details))
            for event in work.session.scalars(
                select(AuditEvent).where(AuditEvent.case_id == case_id)
            )
        ]
    assert [action for action, _ in trail if action.startswith("identity")] == []
    assert [said for _, said in trail if "2026-11-20" in said] == []


def with_upper_end() -> Folder:
    """A report that takes a number over, and asks for the highest that it may be."""
    child = report(jumlah={"ui": {"order": [{"at_most": "paling_banyak", "sentence": SENTENCE}]}})
    schema, ui = (json.loads(child.extra[f"forms/catat{end}"]) for end in (".json", ".ui.json"))
    schema["properties"]["paling_banyak"] = {"type": "integer"}
    ui["fields"]["paling_banyak"] = {"widget": "number"}
    ui["sections"][0]["fields"].append("paling_banyak")
    return child.json("forms/catat.json", schema).json("forms/catat.ui.json", ui)


def test_an_answer_that_was_taken_over_from_another_case_is_compared_too(
    works: Works, budi: Actor, tmp_path: Path
) -> None:
    deploying.deploy(works, tmp_path, with_upper_end(), call())
    with works.begin(budi) as work:
        started = cases.start(work, CALL)
    send(works, budi, task_of(works, started.case_id).id, dict(CALLER))
    with works.begin(SYSTEM) as work:
        query = select(Task.id).where(Task.element == "catat", Task.status == "open")
        task_id = work.session.scalars(query).one()
    with works.begin(budi) as work:
        taken = {**tasks.get(work, task_id).answers, "dibacakan": True}
    assert taken["jumlah"] == 3
    assert refused(works, budi, task_id, {**taken, "paling_banyak": 2}) == {"jumlah": SENTENCE}
    send(works, budi, task_id, {**taken, "paling_banyak": 3})
