"""What can be answered at any task of any process: valid answers made from the form itself, and
answers that must be refused.
"""

import io
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from PIL import Image
from sqlalchemy import select

from tests.integration.stateful import ordered
from workflow_app.domain import WITA, Actor, Answer, Answers, SentraError
from workflow_app.engine import forms
from workflow_app.engine.definitions import Element
from workflow_app.engine.form_messages import MAX_LONG_TEXT, MAX_TEXT
from workflow_app.engine.form_rules import NOW, read_bound
from workflow_app.engine.forms import Field, Form
from workflow_app.models import Case, Task
from workflow_app.permissions import FIELD_ROLES
from workflow_app.services.cases import clocks
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import documents
from workflow_app.services.forms import requirements, validation
from workflow_app.services.processes.definitions import definition_of

PERSONAL = (
    "Zulfatma Contohsari",
    "6306119903120007",
    "0812-0000-7341",
    "pengadu.rahasia@contoh.id",
)
"""Words of the citizen that may stand in sealed bytes only."""
NAME, NIK, PHONE, MAIL = PERSONAL
SIGNATURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACAQAAAABazTCJAAAADE"
    "lEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
)
LONGEST_AGO = timedelta(minutes=20)
MOST_NAMED = 2
"""So many members are named at a time, else soon nobody would see anything."""


@dataclass(frozen=True)
class Scene:
    """What answers depend on beside their form."""

    now: datetime
    element: Element
    is_there: bool
    """Who answers holds the task's role or is out in the field, so that the button may be the time
    of a stage.
    """
    members: list[str]
    """Accounts that can be named."""
    paper: Callable[[], str]
    """Hands a paper in at the case; its id."""
    lines: list[requirements.RequirementLine]
    asked: list[str]
    """Lines of the checklist whose exception waits for a decision."""
    is_timed: bool
    """A clock of the case has started."""
    tied: Collection[str]
    """Questions whose answer an earlier one ties."""
    earlier: Mapping[str, Answers]
    """Answers of earlier steps that those of the form are compared with."""


def valid(form: Form, scene: Scene, chance: Random) -> Answers:
    """Answers that must be taken. A question is answered as soon as it is shown, others when chance
    will.
    """
    given: Answers = {}
    asked: set[str] = set()
    while True:
        shown = list(forms.visible(form, dict.fromkeys(form.fields, None) | given))
        new = [name for name in shown if name not in asked]
        if not new:
            given = {name: value for name, value in given.items() if name in shown}
            return given | ordered.put_in_order(form, given, scene.earlier)
        for name in new:
            asked.add(name)
            field = form.fields[name]
            if field.widget in forms.ANSWERLESS_WIDGETS:
                continue
            if field.required or "reason_for" in field.parameters or chance.random() < 0.5:
                given[name] = _answer(field, scene, chance)


def refused(form: Form, given: Answers, now: datetime, chance: Random) -> Answers | None:
    """The same answers with something wrong in them; None where nothing can be wrong."""
    faulty = [
        wrong
        for name in given
        for wrong in _spoiled(form.fields[name], given, name, now)
        if wrong != given
    ]
    faulty += ordered.out_of_order(form, given)
    return chance.choice(faulty) if faulty else None


def _spoiled(field: Field, given: Answers, name: str, now: datetime) -> list[Answers]:
    """Ways to answer one question so that nobody may accept it."""
    found: list[Answers] = []
    if field.required:
        found.append({key: value for key, value in given.items() if key != name})
    match field.widget:
        case "radio" | "select":
            found.append({**given, name: "entah"})
        case "checkboxes":
            found.append({**given, name: ["entah"]})
        case "checkbox" if field.schema.get("const") is True:
            found.append({**given, name: False})
        case "text" | "textarea":
            limit = field.schema.get("maxLength") or (
                MAX_LONG_TEXT if field.widget == "textarea" else MAX_TEXT
            )
            found += [{**given, name: "a" * (limit + 1)}, {**given, name: 7}]
        case "datetime" if field.not_after == "now":
            found.append({**given, name: (now + timedelta(hours=1)).isoformat()})
        case "date":
            found.append({**given, name: "31 November"})
        case "number":
            found.append({**given, name: field.schema["maximum"] + 1})
        case "nik" | "tel" | "email" | "signature":
            found.append({**given, name: "bukan"})
        case "documents" | "members":
            found.append({**given, name: ["00000000-0000-4000-8000-000000000000"]})
    return found


def _answer(field: Field, scene: Scene, chance: Random) -> Answer:
    """A valid answer to one question."""
    return MAKERS.get(field.widget, _text)(field, scene, chance)


def _choice(field: Field, scene: Scene, chance: Random) -> Answer:
    options = field.schema["enum"]
    if "stage" in scene.element.properties and field.name == "sumber" and not scene.is_there:
        options = [option for option in options if option != "tombol"]
    if field.tied_to and field.name in scene.tied:
        options = field.tied_to.only
    return str(chance.choice(options))


def _choices(field: Field, _: Scene, chance: Random) -> Answer:
    options = field.schema["items"]["enum"]
    return list(
        chance.sample(options, chance.randint(field.schema.get("minItems", 0), len(options)))
    )


def _count(field: Field, _: Scene, chance: Random) -> Answer:
    lowest = int(field.schema.get("minimum", 0))
    return chance.randint(lowest, min(lowest + 9, int(field.schema.get("maximum", lowest + 9))))


def _day(field: Field, scene: Scene, chance: Random) -> Answer:
    """A day that has been, or where only a day to come is asked for, one of those."""
    if field.not_before == NOW:
        return (
            (scene.now.astimezone(WITA) + timedelta(days=chance.randint(1, 40))).date().isoformat()
        )
    return (scene.now.astimezone(WITA) - timedelta(days=chance.randint(0, 40))).date().isoformat()


def _instant(field: Field, scene: Scene, chance: Random) -> Answer:
    """A little before now, or where it has yet to come after it. A stage that is not the first
    cannot lie before the first, so it is now.
    """
    if field.not_before == NOW:
        return (scene.now + timedelta(days=chance.randint(1, 40))).isoformat()
    if scene.element.properties.get("stage") == field.name and scene.is_timed:
        return scene.now.isoformat()
    earliest = read_bound(field.not_before) if field.not_before else LONGEST_AGO
    minutes = int(min(earliest, LONGEST_AGO).total_seconds() // 60)
    return (scene.now - timedelta(minutes=chance.randint(0, minutes))).isoformat()


def _waiver(_: Field, scene: Scene, chance: Random) -> Answer:
    return {
        "line": scene.asked[0] if scene.asked else "none",
        "decision": chance.choice(["beri", "tolak"]),
        "reason": f"{NAME}: sudah dipastikan.",
    }


def _text(field: Field, _: Scene, __: Random) -> Answer:
    """Who may write names there does. What is not sealed holds none."""
    words = f"{NAME}: keterangan contoh" if field.personal else "Keterangan contoh"
    return words[: field.schema.get("maxLength", MAX_TEXT)]


def _checklist(_: Field, scene: Scene, chance: Random) -> Answer:
    """Mostly all papers; sometimes one is missing, or a soft one is asked to be waived."""
    given: dict[str, Any] = {
        line.id: {"given": True, "number": "CONTOH/01/2026", "date": "2026-11-20"}
        for line in scene.lines
    }
    soft = [line.id for line in scene.lines if line.soft]
    match chance.randint(0, 5):
        case 0 if given:
            given[chance.choice(list(given))] = {"given": False}
        case 1 if soft:
            given[chance.choice(soft)] = {
                "given": False,
                "waive": True,
                "reason": f"{NAME}: tidak pernah disalin.",
            }
    return given


MAKERS: Mapping[str, Callable[[Field, Scene, Random], Answer]] = {
    "radio": _choice,
    "select": _choice,
    "checkbox": lambda field, _, chance: field.schema.get("const") is True or chance.random() < 0.5,
    "checkboxes": _choices,
    "number": _count,
    "date": _day,
    "datetime": _instant,
    "nik": lambda *_: NIK,
    "tel": lambda *_: PHONE,
    "email": lambda *_: MAIL,
    "signature": lambda *_: SIGNATURE,
    "documents": lambda _, scene, __: [scene.paper()],
    "members": lambda _, scene, chance: list(
        chance.sample(scene.members, min(len(scene.members), chance.randint(0, MOST_NAMED)))
    ),
    "requirements": _checklist,
    "waiver": _waiver,
}
"""What answers a widget; all others are answered with words."""


def open_tasks(work: UnitOfWork) -> list[Task]:
    """Every open task there is, oldest first."""
    return [task for task in tasks(work) if task.status == "open"]


def tasks(work: UnitOfWork) -> list[Task]:
    """Every task, oldest first; of those that are as old as each other in an order that ids do not
    make.
    """
    query = (
        select(Task).join(Case).order_by(Task.created_at, Case.number, Task.element, Task.done_at)
    )
    return list(work.session.scalars(query))


def answers(work: UnitOfWork, task: Task, seed: int, *, members: Iterable[str] = ()) -> Answers:
    """Valid answers of the actor for an open task; papers that they name are handed in at once.
    `seed` chooses which.
    """
    case = work.session.get_one(Case, task.case_id)
    definition = definition_of(work, case.definition_id)
    form = definition.form(task.element)
    lines, asked = _checklist_of(work, case, task, form)
    scene = Scene(
        now=work.clock(),
        element=definition.elements[task.element],
        is_there=task.role in work.actor.roles or bool(work.actor.roles & FIELD_ROLES),
        members=list(members),
        paper=lambda: _hand_in(work, task, seed),
        lines=lines,
        asked=asked,
        is_timed=bool(clocks.every(work, case.id)),
        tied=validation.check_tied_answer(work, case, form, dict.fromkeys(form.fields, "")),
        earlier=validation.earlier_answers(work, case, definition, form),
    )
    return valid(form, scene, Random(seed))


def _checklist_of(
    work: UnitOfWork, case: Case, task: Task, form: Form
) -> tuple[list[requirements.RequirementLine], list[str]]:
    """The lines of a checklist that applies to a case, and those whose exception is asked for."""
    widgets = {field.widget for field in form.fields.values()}
    if not widgets & forms.COMPUTED_WIDGETS:
        return [], []
    if "waiver" not in widgets:
        return requirements.lines_of(work, case), []
    onlooker = replace(work, actor=Actor(None, "Pengamat", frozenset({"auditor"}), case.unit))
    return requirements.lines_of(work, case), [
        missing.line.id for missing in requirements.requests(onlooker, task.id)
    ]


def _hand_in(work: UnitOfWork, task: Task, seed: int) -> str:
    """A paper of the case; who may not hand one in names one that is not there."""
    picture = io.BytesIO()
    Image.new("L", (8, 8), seed % 4).save(picture, "PNG")
    try:
        paper = documents.upload(
            work,
            task.case_id,
            element="",
            label="Dokumen lain",
            data=picture.getvalue(),
            task_id=task.id,
        )
    except SentraError:
        return str(uuid4())
    return str(paper.id)
