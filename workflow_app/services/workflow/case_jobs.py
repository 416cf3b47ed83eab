"""Jobs of a case: effects, timers, prints, and the look for cases that nothing moves any more.

The work and what follows from it are one transaction. What fails for good becomes an incident.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from uuid import UUID

from workflow_app.domain import SYSTEM, Busy, ProcessFault, Stranded
from workflow_app.models import Case, Letter, PendingEffect
from workflow_app.services.cases import access, incidents
from workflow_app.services.core import jobs
from workflow_app.services.core.jobs import COUNTER, PASSING, SOON, Running, job, periodic
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.letters import printing
from workflow_app.services.operations import consistency_cases, health
from workflow_app.services.retention import bundles, disposal
from workflow_app.services.workflow import steps

Operation = Callable[[UnitOfWork, PendingEffect, str], object]

OPERATIONS: dict[str, Operation] = {
    "render_letter": lambda work, effect, public_url: printing.render(
        work, UUID(str(effect.parameters["letter_id"])), public_url=public_url
    ),
    "archive_case": lambda work, effect, _: bundles.archive_case(work, effect.case_id),
    "dispose_papers": lambda work, effect, _: disposal.conclude(work, effect.case_id),
}
BEFORE: dict[str, Callable[[Works, UUID], None]] = {"dispose_papers": disposal.dispose}
"""What an operation does for a case in transactions of its own, before the last one in which the
case goes on: much, each part of which holds by itself. Begun again it does the rest.
"""


def perform(works: Works, task_id: UUID, *, public_url: str) -> None:
    """Perform the effect of an engine task; an effect that came back already is left alone."""
    try:
        with works.glance(SYSTEM) as work:
            effect = steps.pending(work, task_id)
            first = BEFORE.get(effect.operation) if effect else None
            case_id = effect.case_id if effect else None
        if first is not None and case_id is not None:
            first(works, case_id)
        with incidents.unit_of_work(works, SYSTEM) as work:
            effect = steps.pending(work, task_id)
            if effect is None:
                return
            OPERATIONS[effect.operation](work, effect, public_url)
            steps.resolve_effect(work, task_id, None)
    except Exception as error:
        if _is_untold(error):
            give_up_effect(works, error, task_id)
        raise


def give_up_effect(works: Works, error: Exception, task_id: UUID) -> None:
    """Give an effect up: it becomes an incident that a lead can retry."""
    with works.begin(SYSTEM) as work:
        effect = steps.pending(work, task_id)
        if effect is not None:
            incidents.record(work, effect.case_id, "effect", task_id, effect.element, error)


@job(
    "perform_effect",
    label="Mengerjakan langkah sistem",
    queue=COUNTER,
    retry=SOON,
    on_give_up=give_up_effect,
    incident="effect",
)
def perform_effect_job(running: Running, task_id: UUID) -> None:
    """Perform one effect."""
    perform(running.works, task_id, public_url=running.settings.public_url)


def wake(works: Works, case_id: UUID) -> None:
    """Let the timers of a case fire that are due."""
    try:
        with incidents.unit_of_work(works, SYSTEM) as work:
            steps.wake(work, case_id)
    except Exception as error:
        if _is_untold(error):
            give_up_timer(works, error, case_id)
        raise


def give_up_timer(works: Works, error: Exception, case_id: UUID) -> None:
    """Give a timer up: the case waits for a lead.

    What another try may mend needs no last one: timers that are due are looked for every minute.
    """
    if isinstance(error, PASSING):
        return
    with works.begin(SYSTEM) as work:
        if work.session.get(Case, case_id) is not None:
            incidents.record(work, case_id, "wake", None, "", error)


@job(
    "wake_case",
    label="Menjalankan batas waktu berkas",
    queue=COUNTER,
    retry=SOON,
    on_give_up=give_up_timer,
    is_scheduled=True,
    incident="wake",
)
def wake_case_job(running: Running, case_id: UUID) -> None:
    """Let the timers of one case fire."""
    wake(running.works, case_id)


@periodic("wake_overdue", label="Mencari batas waktu yang lewat", queue=COUNTER, cron="* * * * *")
def wake_overdue_job(running: Running) -> None:
    """Let timers fire whose own job is lost, and pull in tries that a wrong clock put off."""
    works = running.works
    with works.begin(SYSTEM) as work:
        health.beat(work, "scheduler")
        jobs.pull_in(work)
        overdue = steps.overdue(work)
    jobs.do_each("timer of case", {case_id: partial(wake, works, case_id) for case_id in overdue})


def find_stranded(works: Works) -> None:
    """Record the open cases that nothing moves any more as incidents (pitfall 8)."""
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


@periodic("find_stranded", label="Mencari berkas yang terhenti", queue=COUNTER, cron="*/5 * * * *")
def find_stranded_job(running: Running) -> None:
    """Look for stranded cases."""
    find_stranded(running.works)


def restore(works: Works, case_id: UUID) -> None:
    """Let a stranded case go on, where its engine state tells how."""
    with incidents.unit_of_work(works, SYSTEM) as work:
        steps.restore(work, case_id)


def leave_stranded(works: Works, error: Exception, case_id: UUID) -> None:
    """Give the restoring of a case up: it stays an incident."""
    with works.begin(SYSTEM) as work:
        if work.session.get(Case, case_id) is not None:
            incidents.record(work, case_id, "stranded", None, "", Stranded())


@job(
    "restore_case",
    label="Menjalankan lagi berkas yang terhenti",
    queue=COUNTER,
    retry=SOON,
    on_give_up=leave_stranded,
    incident="stranded",
)
def restore_case_job(running: Running, case_id: UUID) -> None:
    """Let one stranded case go on."""
    restore(running.works, case_id)


def reprint(works: Works, letter_id: UUID, *, public_url: str) -> None:
    """Print a withdrawn letter with its mark. Until that is done nobody can open it."""
    try:
        with works.begin(SYSTEM) as work:
            printing.reprint(work, letter_id, public_url=public_url)
            case_id = work.session.get_one(Letter, letter_id).case_id
            incidents.resolve(work, work.session.get_one(Case, case_id), letter_id)
    except Exception as error:
        if _is_untold(error):
            give_up_print(works, error, letter_id)
        raise


def give_up_print(works: Works, error: Exception, letter_id: UUID) -> None:
    """Give a print up: the withdrawn letter stays unprinted until a lead tries again."""
    with works.begin(SYSTEM) as work:
        letter = work.session.get(Letter, letter_id)
        if letter is not None:
            incidents.record(work, letter.case_id, "reprint", letter_id, printing.ELEMENT, error)


@job(
    "reprint_letter",
    label="Mencetak ulang surat yang dicabut",
    queue=COUNTER,
    retry=SOON,
    on_give_up=give_up_print,
    incident="reprint",
)
def reprint_letter_job(running: Running, letter_id: UUID) -> None:
    """Print one withdrawn letter with its mark."""
    reprint(running.works, letter_id, public_url=running.settings.public_url)


def _is_untold(error: Exception) -> bool:
    """True for what no further try mends and no incident tells of yet."""
    if isinstance(error, ProcessFault) and error.case_id is not None:
        return False
    return not isinstance(error, PASSING)
