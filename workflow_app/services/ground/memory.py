"""What one unit of work has read of a case already, so that it is read once however many services ask.

It is dropped when the case is locked: what was read before may have changed, what is read after cannot.
"""

from typing import Any
from uuid import UUID

from workflow_app.services.ground.unit_of_work import UnitOfWork


def of_case(work: UnitOfWork, case_id: UUID) -> dict[str, Any]:
    """Rows by what they are (`tasks`, `answers`, `clocks`). Whoever adds a row keeps this right."""
    known: dict[str, Any] = work.session.info.setdefault(("case", case_id), {})
    return known


def forget(work: UnitOfWork, case_id: UUID) -> None:
    """The case has just been locked."""
    work.session.info.pop(("case", case_id), None)


def for_actor(work: UnitOfWork) -> dict[UUID, Any]:
    """The cases that the actor was found to see."""
    seen: dict[UUID, Any] = work.session.info.setdefault(("seen", work.actor), {})
    return seen


def lose_sight(work: UnitOfWork, case_id: UUID) -> None:
    """Who may see the case has just changed: everybody is judged again."""
    for about, seen in work.session.info.items():
        if isinstance(about, tuple) and about[0] == "seen":
            seen.pop(case_id, None)


def locked(work: UnitOfWork) -> set[UUID]:
    """The cases that this unit of work holds until it commits."""
    held: set[UUID] = work.session.info.setdefault("locked", set())
    return held
