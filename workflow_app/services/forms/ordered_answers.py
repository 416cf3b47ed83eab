"""Earlier answers that those of a form are compared with (`order`): a loss is not later than the visit at which it is told."""

from collections.abc import Mapping

from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form
from workflow_app.models.case import Case
from workflow_app.models.submission import Submission
from workflow_app.services.case_file import answers, stages
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.types import Answers


def earlier(work: UnitOfWork, case: Case, definition: Definition, form: Form) -> Mapping[str, Answers]:
    """The newest answers of the steps that the form compares with, times of stages as they count now. The case is locked by
    the caller.

    A sealed one is opened to be compared, and only the sentence of the form is said.
    """
    rules = (rule for field in form.fields.values() for rule in field.order)
    compared = {(element, name) for rule in rules for element, name in rule.others if element}
    if not compared:
        return {}
    found = answers.newest(work, case.id, {element for element, _ in compared})
    asked = [definition.form(element).fields[name] for element, name in compared if element in found]
    if groups := {field.personal for field in asked if field.personal}:
        given = answers.unsealed(work, case, found.values(), groups)
    else:
        given = {element: submission.answers for element, submission in found.items()}
    corrected = _corrected(work, case, definition, found)
    return {element: {**given[element], **corrected.get(element, {})} for element in found}


def _corrected(
    work: UnitOfWork, case: Case, definition: Definition, found: Mapping[str, Submission]
) -> dict[str, Answers]:
    """Times of stages that were corrected afterwards, by step and question."""
    staged = {
        element: name for element in found if (name := definition.elements[element].properties.get("stage"))
    }
    made = stages.corrections(work, [case.id]) if staged else {}
    beside = {element: stages.since(made.get((case.id, element), ()), found[element]) for element in staged}
    return {element: {staged[element]: rows[-1].at.isoformat()} for element, rows in beside.items() if rows}
