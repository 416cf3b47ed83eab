"""What the worker does for a service task: the work itself, then the case goes on, in one transaction."""

from collections.abc import Callable
from uuid import UUID

from workflow_app.errors import Away, Busy, ProcessFault, Unavailable
from workflow_app.models.effect import PendingEffect
from workflow_app.services import bundles, incidents, printing, wakes
from workflow_app.services.unit_of_work import UnitOfWork, Works
from workflow_app.types import SYSTEM

Operation = Callable[[UnitOfWork, PendingEffect, str], object]

OPERATIONS: dict[str, Operation] = {
    "render_letter": lambda work, effect, public_url: printing.render(
        work, UUID(str(effect.parameters["letter_id"])), public_url=public_url
    ),
    "archive_case": lambda work, effect, _: bundles.archive_case(work, effect.case_id),
}


def perform(works: Works, task_id: UUID, *, public_url: str, is_last_try: bool = True) -> None:
    """Perform the effect of an engine task; an effect that came back already is left alone.

    What fails for good becomes an incident, and so does what is still unavailable at the last try. While a dependency
    as a whole is away nothing does: the job goes on by itself.
    """
    try:
        with incidents.unit_of_work(works, SYSTEM) as work:
            effect = wakes.pending(work, task_id)
            if effect is None:
                return
            OPERATIONS[effect.operation](work, effect, public_url)
            wakes.resolve_effect(work, task_id, None)
    except Exception as error:
        is_recorded = isinstance(error, ProcessFault) and error.case_id is not None
        is_over = is_last_try and not isinstance(error, Away)
        if not is_recorded and (is_over or not isinstance(error, Unavailable | Busy)):
            give_up(works, task_id, error)
        raise


def give_up(works: Works, task_id: UUID, error: Exception) -> None:
    """Stop trying: the effect becomes an incident that a lead can retry."""
    with works.begin(SYSTEM) as work:
        effect = wakes.pending(work, task_id)
        if effect is not None:
            incidents.record(work, effect.case_id, "effect", task_id, effect.element, error)
