"""Bad input on the real services, at every task of every process: a sentence, nothing stored half,
and the case goes on.

What a single question says to a single answer is judged in
`tests/unit/processes/test_bad_input.py`. Here whole forms are spoilt, once at each task while it is
really open, on the fewest scenarios that pass all of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from tests.integration.processes.release import FOLDERS, begun_by, configure
from tests.unit.processes.hostile import EMOJI, TEXTS, WRONG_TYPES, names_of
from workflow_app.domain import SYSTEM, Actor, Answers, InvalidInput
from workflow_app.engine import definitions, forms, process_folders
from workflow_app.engine.forms import Form
from workflow_app.engine.process_folders import Complete, Scenario
from workflow_app.models import AuditEvent, Case, Draft, SealedAnswers, Submission, Task
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.processes import definitions as process_definitions
from workflow_app.services.workflow import drafts, tasks

STORED = (AuditEvent, SealedAnswers, Submission, Draft)


class Undo(Exception):
    """Takes back what was accepted."""


def fewest(folder: Path) -> Iterator[tuple[Scenario, set[str]]]:
    """As few scenarios as pass every task of the process itself, each with the tasks that are
    spoilt on it.
    """
    files = process_folders.read_folder(folder)
    definition = definitions.load(files)
    left = {
        element
        for element in definition.forms
        if definition.elements[element].process == definition.key
    }
    while left:
        best = max(
            process_folders.read_scenarios(files),
            key=lambda one: (len(left & passed(one)), -len(one.steps)),
        )
        assert left & passed(best), f"no scenario passes {sorted(left)}"
        yield best, left & passed(best)
        left = left - passed(best)


def passed(scenario: Scenario) -> set[str]:
    return {step.element for step in scenario.steps if isinstance(step, Complete)}


@pytest.mark.parametrize(
    ("folder", "scenario", "spoilt"),
    [
        pytest.param(folder, scenario, spoilt, id=f"{folder.name}-{Path(scenario.file).stem}")
        for folder in FOLDERS
        for scenario, spoilt in fewest(folder)
    ],
)
def test_spoilt_forms_change_nothing_at_any_task(
    stage: Stage,
    works: Works,
    person: Callable[..., Actor],
    folder: Path,
    scenario: Scenario,
    spoilt: set[str],
) -> None:
    configure(works, scenario)
    others = {
        step.role for step in scenario.steps if isinstance(step, Complete)
    } - stage.cast.keys()
    stage = replace(
        stage, cast={**stage.cast, **{role: person(role, role) for role in sorted(others)}}
    )
    person("tamu", "arsiparis")
    with works.begin(SYSTEM) as work:
        for needed in (folder, *begun_by(folder)):
            process_definitions.deploy(work, needed)
    case_id = seeding.play(stage, folder.name, scenario, steps=0)

    left = set(spoilt)
    for number, step in enumerate(scenario.steps):
        if isinstance(step, Complete) and step.element in left:
            left.remove(step.element)
            seeding.settle(stage, case_id)
            spoil(works, stage.actor(step), case_id, step)
        seeding.go_on(stage, case_id, scenario, number, number + 1)
        if not left:
            return


def spoil(works: Works, actor: Actor, case_id: UUID, step: Complete) -> None:
    """Send everything bad to the open task of a step; all is as before."""
    with works.begin(SYSTEM) as work:
        query = select(Task.id).where(
            Task.case_id == case_id, Task.element == step.element, Task.status == "open"
        )
        task_id = work.session.scalars(query).one()
        before = stands(work, case_id)
    with works.begin(actor) as work:
        form = tasks.form_of(work, task_id)
    for bad in bad_answers(form, step.answers):
        refuse(works, actor, lambda work, bad=bad: tasks.complete(work, task_id, bad, str(uuid4())))
    for bad in (hostile(form, TEXTS["a NUL"]), dict.fromkeys(form.fields, WRONG_TYPES[-1])):
        refuse(works, actor, lambda work, bad=bad: keep(work, task_id, bad))
    with works.begin(SYSTEM) as work:
        assert stands(work, case_id) == before


def refuse(works: Works, actor: Actor, verb: Callable[[UnitOfWork], object]) -> None:
    """What is refused is told at its fields; what is accepted is taken back."""
    with pytest.raises((Undo, InvalidInput)) as told, works.begin(actor) as work:
        verb(work)
        raise Undo
    if isinstance(told.value, InvalidInput):
        assert told.value.fields
        assert all(sentence.endswith(".") for sentence in told.value.fields.values()), (
            told.value.fields
        )


def keep(work: UnitOfWork, task_id: UUID, answers: Answers) -> None:
    """A draft may be anything; its task can still be looked at."""
    drafts.save(work, task_id, answers)
    work.session.flush()
    tasks.get(work, task_id)


def bad_answers(form: Form, given: Answers) -> Iterator[Answers]:
    """One kind of bad text in every question, or only in the free ones; every question of a wrong
    type; nothing at all.
    """
    for kind in ("a NUL", "no choice, number, day or paper"):
        yield hostile(form, TEXTS[kind])
    yield {
        **given,
        **{
            name: EMOJI
            for name, field in form.fields.items()
            if field.widget in ("text", "textarea")
        },
    }
    yield dict.fromkeys(form.fields, WRONG_TYPES[-1])
    for field in form.fields.values():
        if field.widget in (*forms.COMPUTED_WIDGETS, "documents", "members"):
            yield from ({**given, field.name: wrong} for wrong in WRONG_TYPES)
            yield {**given, **forms.read(form, {name: ["typename"] for name in names_of(field)})}
    yield {"pertanyaan_versi_lain": "x"}


def hostile(form: Form, text: str) -> Answers:
    """The form as a browser sends it with this text in every question."""
    return forms.read(
        form, {name: [text] for field in form.fields.values() for name in names_of(field)}
    )


def stands(work: UnitOfWork, case_id: UUID) -> tuple[object, ...]:
    """The case as it is, and how much is stored of anything."""
    case = work.session.get_one(Case, case_id)
    counts = [work.session.scalar(select(func.count()).select_from(table)) for table in STORED]
    return (case.revision, case.state, case.status, *counts)
