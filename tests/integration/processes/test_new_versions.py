"""A deployment in the middle of a case: it goes on to its end as it began, new cases follow the new
version.

Model, forms, letters and the processes that are called are all replaced, half-way through the
longest scenario of every process, and nothing is left in memory of the version that the case runs
under: as when a release is installed.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.models import Document
from tests.integration.conftest import MONDAY, TestClock
from tests.integration.processes import next_version
from tests.integration.processes.release import FOLDERS, begun_by, configure
from tests.integration.services.papers import words_of
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import definitions as engine_definitions
from workflow_app.engine import process_folders
from workflow_app.engine.definitions import Definition
from workflow_app.engine.process_folders import Complete, Scenario
from workflow_app.models import Case, CaseDocument, Submission, Task
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.letters import printing
from workflow_app.services.operations import consistency_cases
from workflow_app.services.processes import definitions


def longest(folder: Path) -> Scenario:
    """The longest scenario among those that leave the most papers; of a process that calls others,
    through the called one.
    """
    files = process_folders.read_folder(folder)
    return max(
        process_folders.read_scenarios(files),
        key=lambda one: (
            bool(called_steps(one, engine_definitions.load(files))),
            len(one.letters or ()),
            len(one.steps),
        ),
    )


def called_steps(scenario: Scenario, definition: Definition) -> set[str]:
    """The steps of called processes that a scenario takes."""
    steps = {step.element for step in scenario.steps if isinstance(step, Complete)}
    return {element for element in steps if definition.elements[element].process != definition.key}


@pytest.fixture(scope="module")
def next_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("next") / "processes"
    next_version.make(place)
    return place


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_case_ends_under_the_version_it_began_under_and_a_new_case_follows_the_new_one(
    stage: Stage,
    works: Works,
    clock: TestClock,
    person: Callable[..., Actor],
    monkeypatch: pytest.MonkeyPatch,
    next_release: Path,
    folder: Path,
) -> None:
    old = longest(folder)
    new = next_version.answering(old)
    configure(works, old)
    others = {step.role for step in old.steps if isinstance(step, Complete)} - stage.cast.keys()
    stage = replace(
        stage, cast={**stage.cast, **{role: person(role, role) for role in sorted(others)}}
    )
    person("tamu", "arsiparis")
    deploy(works, folder)
    half = len(old.steps) // 2

    running = seeding.play(stage, folder.name, old, steps=half)
    deploy(works, next_release / folder.name)
    monkeypatch.setattr(definitions, "_loaded", {})
    monkeypatch.setattr(engine_definitions, "_loaded", {})
    seeding.go_on(stage, running, old, half)
    clock.at = MONDAY  # the answers of a scenario tell times of that day
    begun = seeding.play(stage, folder.name, new)

    assert versions(works, running, old) == (1, {False})
    assert versions(works, begun, new) == (2, {True})
    with works.begin(SYSTEM) as work:
        assert list(consistency_cases.check_consistency_case(work)) == []


def deploy(works: Works, folder: Path) -> None:
    with works.begin(SYSTEM) as work:
        for needed in (folder, *(folder.parent / other.name for other in begun_by(folder))):
            definitions.deploy(work, needed)


def versions(works: Works, case_id: UUID, scenario: Scenario) -> tuple[int, set[bool]]:
    """The version of a case that ended as its scenario says, and whether what it left behind is of
    the next version: the names of its steps, the questions it was asked, every printing of its
    papers.
    """
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        assert case.outcome == scenario.outcome
        definition = definitions.definition_of(work, case.definition_id)
        names = work.session.scalars(select(Task.name).where(Task.case_id == case_id))
        found = {name.endswith(next_version.NAMED_ANEW) for name in names}
        submissions = work.session.scalars(
            select(Submission).where(Submission.case_id == case_id)
        ).all()
        found |= {next_version.QUESTION in submission.answers for submission in submissions}
        assert called_steps(scenario, definition) <= {
            submission.element for submission in submissions
        }
        printed = (
            select(Document.blob_sha256)
            .join(CaseDocument, CaseDocument.document_id == Document.id)
            .where(CaseDocument.case_id == case_id, CaseDocument.element == printing.ELEMENT)
        )
        papers = [words_of(work.blobs.read(sha256)) for sha256 in work.session.scalars(printed)]
        assert len(papers) >= len(scenario.letters or ())
        found |= {next_version.WORDS in words for words in papers}
        return definitions.version_of(work, case.definition_id), found
