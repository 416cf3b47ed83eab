"""Once the holidays of a year are confirmed, clocks that run into it are counted anew, case by case as a job, with what hangs on their
end: the tasks, and the timers that warn of it (decision 0063).
"""

import logging
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from workflow_app import logs
from workflow_app.engine import runner
from workflow_app.engine.definitions import Definition
from workflow_app.errors import Busy, InvalidDefinition, ProcessFault, Unavailable
from workflow_app.models.case import Case
from workflow_app.models.move import CaseMove
from workflow_app.services.case_file import access, clocks, incidents
from workflow_app.services.days import calendars, unsure_years
from workflow_app.services.days.unsure_years import Recount
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.running import steps
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import SYSTEM, Step

log = logging.getLogger(__name__)
DAYS = "working_days_after"
"""The operation that gives a process the end of one of the days of a clock; the others give it the end of the clock."""


def carry_out(works: Works) -> None:
    """Count anew what waits for it. Said twice it is done once; a case that is held by others is left for the next time."""
    with works.begin(SYSTEM) as work:
        waiting = sorted(
            {
                clock.case_id
                for name in calendars.names(work)
                for clock in unsure_years.running(work, name)
                if unsure_years.recount(work, clock)
            }
        )
    for case_id in waiting:
        try:
            with incidents.unit_of_work(works, SYSTEM) as work:
                recount(work, case_id)
        except Unavailable as error:
            if not isinstance(error, Busy):
                raise
            log.warning("clocks of case %s: %s", case_id, logs.words_of(error))
        except Exception as error:  # one case must not keep the others
            log.error("clocks of case %s: %s", case_id, logs.words_of(error))


def recount(work: UnitOfWork, case_id: UUID) -> None:
    """Count the clocks of a case anew that run into years confirmed since. It takes no step."""
    case = access.lock_case(work, case_id)
    in_use = calendars.names(work)
    every = clocks.named(work, case.id).values()
    running = [clock for clock in every if clock.stopped_at is None and clock.calendar in in_use]
    found = [told for clock in running if (told := unsure_years.recount(work, clock))]
    if case.closed_at is not None or not found:
        return
    for told in found:
        clocks.count_anew(work, told)
    with incidents.blaming("wake", case.id, None):
        steps.carry(work, case, _counted_anew(work, case.definition_id, case.state, found))
    _renew_ways_back(work, case, found)


def _renew_ways_back(work: UnitOfWork, case: Case, found: Sequence[Recount]) -> None:
    """The case may be moved back to how it stood in another version as long as it takes no step (decision 0048)."""
    query = select(CaseMove).where(CaseMove.case_id == case.id, CaseMove.status == "moved")
    for move in work.session.scalars(query.where(CaseMove.revision == case.revision)):
        if move.former_id is None or move.former_state is None:
            continue
        try:
            move.former_state = _counted_anew(work, move.former_id, move.former_state, found).state
        except (InvalidDefinition, ProcessFault) as error:  # nor is it moved back to what cannot be read
            log.warning("way back of case %s: %s", case.id, logs.words_of(error))


def _counted_anew(work: UnitOfWork, definition_id: UUID, state: bytes, found: Sequence[Recount]) -> Step:
    definition = definition_of(work, definition_id)
    run = runner.open_case(definition, state, work.clock())
    known = runner.variables(definition, state)
    run.set_variables(
        {name: becomes for told in found for name, becomes in _renewed(definition, told, known.items())}
    )
    return run.close()


def _renewed(
    definition: Definition, told: Recount, known: Iterable[tuple[str, object]]
) -> Iterable[tuple[str, str]]:
    """The control variables that hold the end of this clock, or of one of its days, with what they hold from now on: of a clock that
    somebody wants earlier these are two things, also where they are the same instant.
    """
    by_operation = {
        operation: told.ends if operation == DAYS else [(told.was, told.due_at)]
        for operation in clocks.OPERATIONS
    }
    becomes = {
        (element.result, before.isoformat()): after.isoformat()
        for element in definition.elements.values()
        if told.clock.name in element.written.get("clock", ())
        for before, after in by_operation.get(element.operation, ())
    }
    return [
        (name, becomes[name, value])
        for name, value in known
        if isinstance(value, str) and (name, value) in becomes
    ]
