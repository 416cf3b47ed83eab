"""Papers that came to a step without its form: they stand in the form when it is opened (R39)."""

from sqlalchemy import select

from workflow_app.engine.forms import Form
from workflow_app.models.capture import Capture, CapturePage
from workflow_app.models.case import Case
from workflow_app.models.stack import StackPart
from workflow_app.models.task import Task
from workflow_app.services.bringing import captures
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.types import Answer, Answers

PAPER_WIDGETS = ("documents", "requirements")


def asks_for_papers(form: Form) -> bool:
    """Has this form questions to which papers can come?"""
    return any(field.widget in PAPER_WIDGETS for field in form.fields.values())


def joined(work: UnitOfWork, case: Case, task: Task, form: Form, given: Answers) -> Answers:
    """The answers with the papers that cover sheets and phones brought to questions of this task.

    A page that was open while they came saves a draft without them, so they join whatever was saved; one that does not
    belong there is taken off right before the form is sent.
    """
    if not asks_for_papers(form):
        return given
    found = dict(given)
    from_phones = [(place, str(paper)) for place, paper in captures.arrived(work, task.id)]
    for place, paper in [*_from_stacks(work, case, task, form), *from_phones]:
        _put(found, place.split("."), paper)
    return found


def note(work: UnitOfWork, task: Task, form: Form, given: Answers) -> None:
    """A form was saved that has these papers. Those from phones came under its eyes, so what it leaves out next time stays out."""
    if not asks_for_papers(form):
        return
    named = set(_texts(list(given.values())))
    of_task = select(Capture.id).where(Capture.task_id == task.id)
    new = CapturePage.capture_id.in_(of_task) & CapturePage.joined_at.is_(None)
    pages = work.session.scalars(select(CapturePage).where(new, CapturePage.document_id.is_not(None)))
    for page in pages:
        if str(page.document_id) in named:
            page.joined_at = work.clock()


def _from_stacks(work: UnitOfWork, case: Case, task: Task, form: Form) -> list[tuple[str, str]]:
    asked = {field.title: field.name for field in form.fields.values() if field.widget == "documents"}
    if not asked:
        return []
    query = select(StackPart.document_id, StackPart.label).where(
        StackPart.case_id == case.id,
        StackPart.element == task.element,
        StackPart.settled_at >= task.created_at,
    )
    rows = work.session.execute(query.order_by(StackPart.settled_at, StackPart.no))
    return [(asked[label], str(document_id)) for document_id, label in rows if label in asked]


def _put(answers: Answers, path: list[str], paper: str) -> None:
    """Add a paper to the list at this place; what stands beside it stays, and what was read is not changed."""
    name, *rest = path
    known = answers.get(name)
    if rest:
        inner: Answers = dict(known) if isinstance(known, dict) else {}
        _put(inner, rest, paper)
        answers[name] = inner
    elif paper not in (listed := known if isinstance(known, list) else []):
        answers[name] = [*listed, paper]


def _texts(values: list[Answer]) -> list[str]:
    """Every text in the answers, however deep."""
    found: list[str] = []
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list | dict):
            found += _texts(list(value.values()) if isinstance(value, dict) else value)
    return found
