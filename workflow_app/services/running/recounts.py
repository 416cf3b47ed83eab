"""Once the holidays of a year are confirmed, clocks that run into it are counted anew, case by case as a job, with what hangs on their
end: the tasks, and the timers that warn of it (decision 0063).
"""

import logging
from collections.abc import Iterable
from uuid import UUID

from workflow_app import logs
from workflow_app.engine import runner
from workflow_app.engine.definitions import Definition
from workflow_app.errors import Busy, Unavailable
from workflow_app.services.case_file import access, clocks, incidents
from workflow_app.services.days import calendars, unsure_years
from workflow_app.services.days.unsure_years import Recount
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.running import steps
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import SYSTEM

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
    definition = definition_of(work, case.definition_id)
    with incidents.blaming("wake", case.id, None):
        run = runner.open_case(definition, case.state, work.clock())
        known = runner.variables(definition, case.state, work.clock())
        run.set_variables(
            {name: becomes for told in found for name, becomes in _renewed(definition, told, known.items())}
        )
        steps.carry(work, case, run.close())


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
