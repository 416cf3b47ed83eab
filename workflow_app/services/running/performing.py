"""What the worker does for a case: the work itself and what follows from it in one transaction; what fails for good is told."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from workflow_app.errors import Away, Busy, ProcessFault, Stranded, Unavailable
from workflow_app.models.case import Case
from workflow_app.models.effect import PendingEffect
from workflow_app.models.letter import Letter
from workflow_app.services.case_file import access, incidents
from workflow_app.services.correspondence import printing
from workflow_app.services.ground import jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.keeping import bundles, disposing
from workflow_app.services.running import wakes
from workflow_app.services.watching import consistency_cases
from workflow_app.types import SYSTEM

Operation = Callable[[UnitOfWork, PendingEffect, str], object]

OPERATIONS: dict[str, Operation] = {
    "render_letter": lambda work, effect, public_url: printing.render(
        work, UUID(str(effect.parameters["letter_id"])), public_url=public_url
    ),
    "archive_case": lambda work, effect, _: bundles.archive_case(work, effect.case_id),
    "dispose_papers": lambda work, effect, _: disposing.conclude(work, effect.case_id),
}
BEFORE: dict[str, Callable[[Works, UUID], None]] = {"dispose_papers": disposing.dispose}
"""What an operation does for a case in transactions of its own, before the last one in which the case goes on: much, each part of
which holds by itself. Begun again it does the rest.
"""


def perform(works: Works, task_id: UUID, *, public_url: str, is_last_try: bool = True) -> None:
    """Perform the effect of an engine task; an effect that came back already is left alone.

    What fails for good becomes an incident, and so does what is still unavailable at the last try. While a dependency
    as a whole is away nothing does: the job goes on by itself.
    """
    try:
        with works.glance(SYSTEM) as work:
            effect = wakes.pending(work, task_id)
            first = BEFORE.get(effect.operation) if effect else None
            case_id = effect.case_id if effect else None
        if first is not None and case_id is not None:
            first(works, case_id)
        with incidents.unit_of_work(works, SYSTEM) as work:
            effect = wakes.pending(work, task_id)
            if effect is None:
                return
            OPERATIONS[effect.operation](work, effect, public_url)
            wakes.resolve_effect(work, task_id, None)
    except Exception as error:
        if _is_final(error, is_last_try):
            give_up(works, task_id, error)
        raise


def wake(works: Works, case_id: UUID) -> None:
    """Let the timers of a case fire that are due. What another try may mend needs no last one: they are looked for every minute."""
    try:
        with incidents.unit_of_work(works, SYSTEM) as work:
            wakes.wake(work, case_id)
    except Exception as error:
        if _is_final(error, is_last_try=False):
            give_up_waking(works, case_id, error)
        raise


def find_stranded(works: Works) -> None:
    """Look for open cases that nothing moves any more, and tell those who can see to it (pitfall 8)."""
    with works.begin(SYSTEM) as work:
        found = consistency_cases.stranded(work)
    for case_id in found:
        with suppress(Busy), works.begin(SYSTEM) as work:  # who holds it is moving it
            case = access.lock_case(work, case_id)
            has_timer = case.next_wake_at is not None
            if has_timer and jobs.is_waiting(work, "wake_case", "case_id", str(case_id)):
                continue  # the worker was away for long, and is about to wake it
            if consistency_cases.stranded(work, case_id):
                incidents.record(work, case_id, "stranded", None, "", Stranded())


def restore(works: Works, case_id: UUID) -> None:
    """Let a stranded case go on, where its engine state tells how."""
    with incidents.unit_of_work(works, SYSTEM) as work:
        wakes.restore(work, case_id)


def reprint(works: Works, letter_id: UUID, *, public_url: str, is_last_try: bool = True) -> None:
    """Print a withdrawn letter with its mark. Until that is done nobody can open it, so its failure is an incident too."""
    try:
        with works.begin(SYSTEM) as work:
            printing.reprint(work, letter_id, public_url=public_url)
            case_id = work.session.get_one(Letter, letter_id).case_id
            incidents.resolve(work, work.session.get_one(Case, case_id), letter_id)
    except Exception as error:
        if _is_final(error, is_last_try):
            give_up_printing(works, letter_id, error)
        raise


def _is_final(error: Exception, is_last_try: bool) -> bool:
    """Whether nobody will try again, and nothing tells of it yet."""
    if isinstance(error, ProcessFault) and error.case_id is not None:
        return False
    return (is_last_try and not isinstance(error, Away)) or not isinstance(error, Unavailable | Busy)


def give_up(works: Works, task_id: UUID, error: Exception) -> None:
    """Stop trying: the effect becomes an incident that a lead can retry."""
    with works.begin(SYSTEM) as work:
        effect = wakes.pending(work, task_id)
        if effect is not None:
            incidents.record(work, effect.case_id, "effect", task_id, effect.element, error)


def give_up_waking(works: Works, case_id: UUID, error: Exception) -> None:
    """Stop trying: the case waits for a lead."""
    with works.begin(SYSTEM) as work:
        if work.session.get(Case, case_id) is not None:
            incidents.record(work, case_id, "wake", None, "", error)


def give_up_printing(works: Works, letter_id: UUID, error: Exception) -> None:
    """Stop trying: the withdrawn letter stays unprinted until a lead tries again."""
    with works.begin(SYSTEM) as work:
        letter = work.session.get(Letter, letter_id)
        if letter is not None:
            incidents.record(work, letter.case_id, "reprint", letter_id, printing.ELEMENT, error)
