"""Papers that came to a step without its form: they stand in the form when it is opened (R39)."""

from sqlalchemy import select

from workflow_app.engine.forms import Form
from workflow_app.models.case import Case
from workflow_app.models.stack import StackPart
from workflow_app.models.task import Task
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.types import Answers


def joined(work: UnitOfWork, case: Case, task: Task, form: Form, given: Answers) -> Answers:
    """The answers with the papers that cover sheets brought to questions of this task.

    A page that was open while they came saves a draft without them, so they join whatever was saved; one that does not
    belong there is taken off right before the form is sent.
    """
    asked = {field.title: field.name for field in form.fields.values() if field.widget == "documents"}
    if not asked:
        return given
    query = select(StackPart.document_id, StackPart.label).where(
        StackPart.case_id == case.id,
        StackPart.element == task.element,
        StackPart.settled_at >= task.created_at,
    )
    found = dict(given)
    for document_id, label in work.session.execute(query.order_by(StackPart.settled_at, StackPart.no)):
        name = asked.get(label)
        known = found.get(name) if name else None
        if name and str(document_id) not in (listed := known if isinstance(known, list) else []):
            found[name] = [*listed, str(document_id)]
    return found
