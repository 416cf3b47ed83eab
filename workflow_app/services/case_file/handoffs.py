"""Cases in the hands of a receiving function: from the hand-off until it is returned or withdrawn (R26, R49, R68, R71).

A task of the receiver's lane hands a case on to the role it opens for. That role reads the letters and papers of the
case as long as the hand-off holds and the office allows it. Decision 0022.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from workflow_app.engine.definitions import Definition
from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.permissions import PAPER_WORKERS, can_open_identities, can_read_papers, reads_every_paper
from workflow_app.services.case_file import access, case_tasks, sights
from workflow_app.services.case_file.sights import Sight
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.types import OpenTask

HELD, ENDED = "held", "ended"
ALWAYS = "always"
"""A hand-off for an answer only: it ends with that answer, whatever it is."""


def begun_by(opened: OpenTask, definition: Definition) -> str | None:
    """The state of the hand-off that a new task is; None for a task of a lane of its own."""
    return HELD if definition.elements[opened.element].is_hand_off else None


def answer(work: UnitOfWork, task: Task, definition: Definition, control: Mapping[str, Any]) -> None:
    """The receiver has completed its task: what it gave back is no longer in its hands."""
    back = definition.elements[task.element].properties.get("handBack", "")
    name, _, value = back.partition("=")
    if back == ALWAYS or (back and control.get(name) == value):
        end(work, task)


def end(work: UnitOfWork, task: Task) -> None:
    """The hand-off of this task is returned or withdrawn, with what the same function did in it before; other tasks are none.

    The rows are changed, not the tasks at hand: of earlier rounds only the last of each element is loaded.
    """
    if task.hand_off is None:
        return
    work.session.flush()
    work.session.execute(
        update(Task)
        .where(
            Task.case_id == task.case_id,
            Task.role == task.role,
            Task.hand_off == HELD,
            or_(Task.id == task.id, Task.status != "open"),
        )
        .values(hand_off=ENDED)
    )


def roles(work: UnitOfWork, case: Case) -> frozenset[str]:
    """The roles in which the actor works on a case: in lanes of their own, or as long as it is in their hands."""
    return _own(work, case) | _holding(work, case)


def reads_papers(work: UnitOfWork, case: Case) -> bool:
    """May the actor, who sees the case, read its letters and papers?"""
    holding = _holding(work, case) if sights.receivers_read(work) else frozenset()
    return can_read_papers(work.actor, own=_own(work, case), holding=holding)


def opens_identities(work: UnitOfWork, case: Case) -> bool:
    """May the actor, who sees the case, open its personal answers?"""
    return can_open_identities(work.actor, roles(work, case))


def readable_case(work: UnitOfWork) -> ColumnElement[bool]:
    """`access.sees_case` and `reads_papers` as one condition on `Case`, for lists and searches."""
    return readable_case_of(sights.of(work))


@lru_cache(maxsize=sights.MOST)
def readable_case_of(sight: Sight) -> ColumnElement[bool]:
    """The same of a sight."""
    actor, seen = sight.actor, access.sees_case_of(sight)
    if reads_every_paper(actor):
        return seen
    working = PAPER_WORKERS & actor.roles
    reading = Task.hand_off.is_(None) & Task.role.in_(working)
    if sight.reads_in_hand:
        reading |= (Task.hand_off == HELD) & Task.role.in_(actor.roles)
    grounds = select(Task.id).where(Task.case_id == Case.id, reading).exists()
    return seen & or_(grounds, Case.confined_to.in_(working))


def _own(work: UnitOfWork, case: Case) -> frozenset[str]:
    """The actor's roles with a lane of their own in the case."""
    lanes = {task.role for task in case_tasks.of_case(work, case.id) if task.hand_off is None}
    return work.actor.roles & (lanes | {case.confined_to or ""})


def _holding(work: UnitOfWork, case: Case) -> frozenset[str]:
    """The actor's roles in whose hands the case is."""
    held = {task.role for task in case_tasks.of_case(work, case.id) if task.hand_off == HELD}
    return work.actor.roles & held
