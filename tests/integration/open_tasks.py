"""The tasks of a case, as the tests look at them."""

from uuid import UUID

from sqlalchemy import select

from workflow_app.domain import SYSTEM
from workflow_app.models import Task
from workflow_app.services.core.unit_of_work import Works


def task_of(works: Works, case_id: UUID, element: str | None = None) -> Task:
    """The open task of a case, the newest of several; or the newest of an element, whatever became
    of it. Of those of one instant the open one.
    """
    query = select(Task).where(Task.case_id == case_id)
    query = query.where(Task.element == element) if element else query.where(Task.status == "open")
    with works.begin(SYSTEM) as work:
        newest = query.order_by(Task.created_at.desc(), (Task.status == "open").desc())
        found = work.session.scalars(newest).first()
        assert found is not None, "no such task"
        work.session.expunge(found)
        return found
