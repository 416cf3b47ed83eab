"""Every scenario of every process, on the real database, object store and letters (no browser)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.integration.processes.release import FOLDERS, begun_by, configure
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete, Scenario
from workflow_app.models import Case, CaseClock, Letter, Message
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.processes import definitions

SCENARIOS = [
    pytest.param(folder, scenario, id=f"{folder.name}-{Path(scenario.file).stem}")
    for folder in FOLDERS
    for scenario in process_folders.read_scenarios(process_folders.read_folder(folder))
]


@pytest.mark.parametrize(("folder", "scenario"), SCENARIOS)
def test_a_scenario_ends_as_it_says(
    stage: Stage, works: Works, person: Callable[..., Actor], folder: Path, scenario: Scenario
) -> None:
    configure(works, scenario)
    others = {
        step.role for step in scenario.steps if isinstance(step, Complete)
    } - stage.cast.keys()
    stage = replace(
        stage, cast={**stage.cast, **{role: person(role, role) for role in sorted(others)}}
    )
    person("tamu", "arsiparis")  # somebody to be named in a complaint
    with works.begin(SYSTEM) as work:
        for needed in (folder, *begun_by(folder)):
            definitions.deploy(work, needed)

    case_id = seeding.play(stage, folder.name, scenario)

    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        valid = work.session.scalars(
            select(Letter.kind).where(Letter.case_id == case_id, Letter.status == "valid")
        ).all()
        assert case.outcome == scenario.outcome
        assert (case.closed_at is not None) == (scenario.outcome is not None)
        still = select(CaseClock.name).where(
            CaseClock.case_id == case_id, CaseClock.stopped_at.is_(None)
        )
        assert case.closed_at is None or work.session.scalars(still).all() == [], (
            "no clock outlives its case"
        )
        if scenario.letters is not None:
            assert sorted(valid) == sorted(scenario.letters)
        if scenario.messages is not None:
            written = work.session.scalars(
                select(Message.element).where(Message.case_id == case_id)
            ).all()
            assert sorted(written) == sorted(scenario.messages)
        assert list(unit_of_work.verify_chains(work)) == []


def test_every_process_of_the_release_has_scenarios() -> None:
    assert {folder.name for folder in FOLDERS} == {
        parameter.values[0].name for parameter in SCENARIOS
    }
