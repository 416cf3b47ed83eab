"""Questions whose answer an earlier one ties (`tied_to`): a thumb print is put on paper and scanned, never drawn (R29)."""

from workflow_app.engine.forms import Form
from workflow_app.models.case import Case
from workflow_app.services.case_file import answers
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.types import Answers


def check(work: UnitOfWork, case: Case, form: Form, given: Answers) -> dict[str, str]:
    """Answers that the newest earlier ones do not allow, with a sentence. The case is locked by the caller.

    What the earlier answer was may be sealed; it is opened to be compared, and only the sentence of the form is said.
    """
    ties = {field.name: field.tied_to for field in form.fields.values() if field.tied_to}
    asked = {name: tie for name, tie in ties.items() if name in given and given[name] not in tie.only}
    if not asked:
        return {}
    submissions = answers.newest(work, case.id, {tie.element for tie in asked.values()})
    before = answers.unsealed(work, case, submissions.values())
    return {
        name: tie.sentence
        for name, tie in asked.items()
        if before.get(tie.element, {}).get(tie.field) == tie.equals
    }
