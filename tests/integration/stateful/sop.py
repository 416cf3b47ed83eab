"""Rules of the SOP that no process may break, found in the models by the requirement numbers of
their elements.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from uuid import UUID

from sqlalchemy import select, text

from workflow_app.domain import Answers
from workflow_app.engine import process_folders
from workflow_app.engine.definitions import Definition
from workflow_app.engine.linting.declarations import literal
from workflow_app.engine.model import Node, read_model
from workflow_app.models import Case, CaseWall, Submission, Task
from workflow_app.services.cases import answers
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes.definitions import definition_of

TELLS = frozenset({"R27"})
"""Of a task: the citizen is told."""
TAKES = frozenset({"R68"})
"""Of a task of the counter: the citizen is taken there, which tells him where no place is chosen
before.
"""
CHOOSES = "R67"
"""Of a task of the counter: where the citizen is handed on to."""
RECEIVES = "R68"
"""Of a task of a function: it takes what was handed on."""
OPEN = select(Task).where(Task.status == "open")
SETS_ASIDE = frozenset({"R32", "R8"})
"""Of a task: whether a complaint is set aside."""
CONTACTS = frozenset({"alamat"})
"""A complainant can be written to at his address, which is sealed with who he is."""

UNPAIRED = """select l.case_id, l.issued_at, l.status from letter l join letter_number n on n.id =
    l.number_id
    where n.series ~ '^(STT)?LP' group by l.case_id, l.issued_at, l.status
    having count(*) filter (where n.series ~ '^STTLP') <> count(*) filter (where n.series ~
        '^LP')"""


def report_and_receipt(work: UnitOfWork) -> list[object]:
    """R48: no police report without its receipt, no receipt without its report; they come and go
    together.
    """
    return list(work.session.execute(text(UNPAIRED)).all())


def told_where_to(work: UnitOfWork) -> list[object]:
    """R27, R31: nobody is handed on untold. Who chose another place meanwhile tells again before
    anybody may take it.
    """
    found: list[object] = []
    received = {task.case_id for task in work.session.scalars(OPEN) if _receives(work, task)}
    for case in work.session.scalars(select(Case)):
        if case.outcome != "dirujuk" and case.id not in received:
            continue
        elements = definition_of(work, case.definition_id).elements
        done = [elements[row.element] for row in _submissions(work, case.id)]
        choices = [place for place, element in enumerate(done) if CHOOSES in element.clauses]
        wanted = TELLS if choices else TELLS | TAKES
        last = choices[-1] if choices else -1
        if not any(
            wanted & {*element.clauses}
            for element in done[last + 1 :]
            if element.role != "penerima"
        ):
            found.append((case.number, case.outcome, [element.id for element in done]))
    return found


def set_aside_by_rule(work: UnitOfWork) -> list[object]:
    """R32, R33: set aside is only what names nobody and can be answered nowhere, by a named person
    with a written reason.
    """
    found: list[object] = []
    for case in work.session.scalars(select(Case)):
        definition = definition_of(work, case.definition_id)
        deciding = {
            name
            for name, e in definition.elements.items()
            if {*e.clauses} >= SETS_ASIDE and e.kind == "userTask"
        }
        asked = [task for task in _tasks(work, case.id) if task.element in deciding]
        is_ignored = case.outcome == "diabaikan"
        if not asked and not is_ignored:
            continue
        given = _answers(work, case)
        reasons = [
            text
            for name in deciding
            for text in _sealed(definition, name, given, {"catatan"}).values()
        ]
        if _is_reachable(definition, given) or (
            is_ignored and not any(len(str(why)) >= 10 for why in reasons)
        ):
            found.append((case.number, case.outcome))
    return found


def walls_stand(work: UnitOfWork) -> list[object]:
    """R79: whom an answer names is kept out, and what went to one function is confined to it."""
    found: list[object] = []
    walls: dict[UUID, set[str]] = {}
    for wall in work.session.scalars(select(CaseWall)):
        walls.setdefault(wall.case_id, set()).add(str(wall.user_id))
    for case in work.session.scalars(select(Case)):
        for node in _barriers(definition_of(work, case.definition_id)):
            if node.id not in case.passed:
                continue
            if node.operation == "confine":
                if case.confined_to != literal(node, "role"):
                    found.append((case.number, case.confined_to))
                continue
            source, field = literal(node, "from_element"), literal(node, "field")
            told = [row for row in _submissions(work, case.id) if row.element == source]
            named = {str(one) for row in told for one in _named(work, case, row, str(field))}
            if not named <= walls.get(case.id, set()):
                found.append((case.number, sorted(named)))
    return found


def _receives(work: UnitOfWork, task: Task) -> bool:
    case = work.session.get_one(Case, task.case_id)
    element = definition_of(work, case.definition_id).elements[task.element]
    return element.role == "penerima" and RECEIVES in element.clauses


def _is_reachable(definition: Definition, given: Mapping[str, Answers]) -> bool:
    for element in given:
        contacts = _sealed(definition, element, given, {"kontak"})
        who = _sealed(definition, element, given, {"identitas"})
        if contacts or who.keys() & ({"nama"} | CONTACTS):
            return True
    return False


def _sealed(
    definition: Definition, element: str, given: Mapping[str, Answers], groups: set[str]
) -> Answers:
    fields = definition.forms[element].fields
    return {
        name: value
        for name, value in given.get(element, {}).items()
        if fields[name].personal in groups and value
    }


def _answers(work: UnitOfWork, case: Case) -> dict[str, Answers]:
    return answers.unsealed(work, case, answers.newest(work, case.id).values())


def _named(work: UnitOfWork, case: Case, row: Submission, field: str) -> list[object]:
    named = answers.unsealed(work, case, [row])[row.element].get(field)
    return list(named) if isinstance(named, list) else []


def _submissions(work: UnitOfWork, case_id: UUID) -> list[Submission]:
    query = select(Submission).where(Submission.case_id == case_id).order_by(Submission.position)
    return list(work.session.scalars(query))


def _tasks(work: UnitOfWork, case_id: UUID) -> list[Task]:
    return list(
        work.session.scalars(
            select(Task).where(Task.case_id == case_id, Task.status != "cancelled")
        )
    )


def _barriers(definition: Definition) -> Iterator[Node]:
    """The steps that raise walls or confine a case."""
    return iter(_barriers_of(definition.files[process_folders.MODEL_FILE]))


@cache
def _barriers_of(model: bytes) -> tuple[Node, ...]:
    nodes = read_model(model).nodes.values()
    return tuple(node for node in nodes if node.operation in ("wall_off", "confine"))


RULES: tuple[Callable[[UnitOfWork], list[object]], ...] = (
    report_and_receipt,
    told_where_to,
    set_aside_by_rule,
    walls_stand,
)
