"""The tasks of a case, loaded once per unit of work: who may see it, what is open and what comes next are read from them."""

from uuid import UUID

from sqlalchemy import exists, select

from workflow_app.models.incident import Incident
from workflow_app.models.task import Task
from workflow_app.services import memory
from workflow_app.services.unit_of_work import UnitOfWork


def of_case(work: UnitOfWork, case_id: UUID) -> list[Task]:
    """Every task that the case has or had, oldest first. The same question tells whether an incident is open."""
    known = memory.of_case(work, case_id)
    if "tasks" not in known:
        incident = exists().where(Incident.case_id == case_id, Incident.resolved_at.is_(None))
        query = select(Task).where(Task.case_id == case_id).order_by(Task.created_at, Task.id)
        rows = work.session.execute(
            query.add_columns(incident), execution_options={"populate_existing": True}
        ).all()
        known["tasks"] = [task for task, _ in rows]
        known["has_incidents"] = any(is_open for _, is_open in rows)
    tasks: list[Task] = known["tasks"]
    return tasks


def open_of_case(work: UnitOfWork, case_id: UUID) -> list[Task]:
    """The tasks that wait for a person."""
    return [task for task in of_case(work, case_id) if task.status == "open"]


def roles_of_case(work: UnitOfWork, case_id: UUID) -> set[str]:
    """The roles that have, had or may take a task of the case."""
    return {task.role for task in of_case(work, case_id)}


def find(work: UnitOfWork, task_id: UUID) -> Task | None:
    """The task, if the actor was found to see its case and its tasks are loaded."""
    known = (memory.of_case(work, case_id).get("tasks", ()) for case_id in memory.for_actor(work))
    return next((task for tasks in known for task in tasks if task.id == task_id), None)


def add(work: UnitOfWork, task: Task) -> None:
    """A new task of a case whose tasks are loaded."""
    of_case(work, task.case_id).append(task)
    work.session.add(task)
