"""The event log of a case: each step of the engine is remembered as it is stored, in numbers and instants.

It tells elements, never people: who did what is on the trail.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import IntFlag
from typing import Any

from workflow_app.models.case import Case
from workflow_app.models.event_log import CaseStep
from workflow_app.services.case_file import case_tasks, unlogged
from workflow_app.services.ground import rows
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop import model_parts
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import Step


class StayEnd(IntFlag):
    """How a stay ended."""

    PLAIN = 0
    TIMED = 1
    """It had a limit."""
    LATE = 2
    """And went beyond it."""
    CUT = 4
    """The element was not completed: something else took the case away from it."""


def append(work: UnitOfWork, case: Case, step: Step) -> None:
    """Remember this step, and where the case stands after it. The case row is locked and has its new revision."""
    if case.standing is None:
        unlogged.fill(work, [case.id])
    now, parts = work.clock(), _parts(work, case)
    before: dict[str, Any] = case.standing or {}
    here = {str(task_id): element for task_id, element in step.standing}
    gone = {task_id: place for task_id, place in before.items() if task_id not in here}
    ends = _ends(work, case, gone, _completed(work, gone, step, parts), now)
    flows = (model_parts.flow_key(*flow) for flow in step.flows)
    row = {
        "case_id": case.id,
        "no": case.revision,
        "at": now,
        "path": [parts[key] for key in (*step.completed, *flows) if key in parts],
        "stay_parts": [part for part, _ in gone.values()],
        "stay_since": [datetime.fromisoformat(since) for _, since in gone.values()],
        "stay_ends": ends,
    }
    rows.append(work, CaseStep, row)
    since = now.isoformat()
    case.standing = {
        task_id: before.get(task_id, [parts[element], since]) for task_id, element in here.items()
    }


def _parts(work: UnitOfWork, case: Case) -> Mapping[str, int]:
    return model_parts.numbers(work, case.definition_id, definition_of(work, case.definition_id))


def _completed(work: UnitOfWork, gone: dict[str, Any], step: Step, parts: Mapping[str, int]) -> set[int]:
    """The numbers of what was completed; where a stay began before the case was moved, also those of the version it had then."""
    found = {parts[element] for element in step.completed}
    former = {part for part, _ in gone.values()} - found
    if former <= {*parts.values()}:
        return found
    return found | {part for part, key in model_parts.keys(work, former).items() if key in step.completed}


def _ends(
    work: UnitOfWork, case: Case, gone: dict[str, Any], completed: set[int], now: datetime
) -> list[int]:
    """How each of these stays ended, in their order."""
    if not gone:
        return []
    due = {str(task.id): task.due_at for task in case_tasks.of_case(work, case.id)}
    return [
        int(_limit(due.get(task_id), now) | (StayEnd.PLAIN if part in completed else StayEnd.CUT))
        for task_id, (part, _) in gone.items()
    ]


def _limit(due: datetime | None, now: datetime) -> StayEnd:
    if due is None:
        return StayEnd.PLAIN
    return StayEnd.TIMED | StayEnd.LATE if now > due else StayEnd.TIMED
