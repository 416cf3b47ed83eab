"""From which event the clocks of a case count and at which they stop, as the office has chosen when the case was opened."""

from collections.abc import Mapping

from workflow_app.engine import clock_edges
from workflow_app.models.case import Case
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration
from workflow_app.services.office.processes import definition_of


def acts(work: UnitOfWork, case: Case, element: str, clock: str) -> bool:
    """Does this service task start or stop the clock in this case?"""
    elements = definition_of(work, case.definition_id).elements
    return clock_edges.acts(elements, element, clock, _told(work, case, clock))


def chosen(work: UnitOfWork, case: Case, clock: str, operation: str = clock_edges.START) -> str:
    """The edge that counts in this case; empty where the diagram offers no choice."""
    elements = definition_of(work, case.definition_id).elements
    return clock_edges.chosen(elements, clock, operation, _told(work, case, clock))


def _told(work: UnitOfWork, case: Case, clock: str) -> Mapping[str, str] | None:
    """A case keeps what held when it was opened: its clock may start long after."""
    told: Mapping[str, str] | None = configuration.value(work, f"tepi_jam.{clock}", case.opened_at)
    return told
