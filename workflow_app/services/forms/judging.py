"""What keeps answers from being accepted: every check of a completed form, in one place."""

from workflow_app.engine import forms
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form
from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.services.accounts import members
from workflow_app.services.case_file import moved_starts, stages
from workflow_app.services.forms import (
    evidence,
    named_officers,
    ordered_answers,
    printable,
    requirements,
    tied_answers,
)
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import offers
from workflow_app.types import Answers


def faults(
    work: UnitOfWork, case: Case, task: Task, definition: Definition, form: Form, given: Answers
) -> dict[str, str]:
    """A sentence per field that is wrong; first what the form itself can tell, then what needs the case."""
    earlier = ordered_answers.earlier(work, case, definition, form)
    return forms.validate(form, given, work.clock(), earlier) or {
        **requirements.check(work, case, form, given),
        **evidence.check(work, case, form, given),
        **offers.check(work, form, given),
        **printable.check(definition, form, given),
        **members.check(work, form, given),
        **named_officers.check(work, case, form, given),
        **tied_answers.check(work, case, form, given),
        **moved_starts.check(work, task, form, given),
        **stages.check(work, case, task, given),
    }
