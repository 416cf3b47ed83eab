"""What a service task of a process does: at once in the same transaction, or as a job after commit."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from workflow_app.errors import ProcessFault
from workflow_app.models.case import Case
from workflow_app.models.effect import PendingEffect
from workflow_app.services import clocks, jobs, letters, messages
from workflow_app.services.messages import Wish
from workflow_app.services.unit_of_work import UnitOfWork
from workflow_app.types import Effect

Result = str | int | bool | None
Immediate = Callable[[UnitOfWork, Case, Effect], Result]


def is_immediate(effect: Effect) -> bool:
    """True if the operation only touches our database and runs inside the step's transaction."""
    if effect.operation in IMMEDIATE:
        return True
    if effect.operation in JOBS:
        return False
    raise ProcessFault(effect.element, f"unknown operation {effect.operation}")


def perform(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    """Do an immediate operation and return what the process gets back."""
    return IMMEDIATE[effect.operation](work, case, effect)


def defer(work: UnitOfWork, case: Case, effect: Effect) -> None:
    """Write the job of an operation, once."""
    if work.session.get(PendingEffect, effect.task_id) is not None:
        return
    work.session.add(
        PendingEffect(
            task_id=effect.task_id,
            case_id=case.id,
            element=effect.element,
            operation=effect.operation,
            parameters=dict(effect.parameters),
            deferred_at=work.clock(),
        )
    )
    work.session.flush()
    jobs.defer(work, "perform_effect", task_id=str(effect.task_id))


def _text(effect: Effect, name: str) -> str:
    value = effect.parameters.get(name)
    if not isinstance(value, str) or not value:
        raise ProcessFault(effect.element, f"parameter {name} is missing")
    return value


def _start_clock(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    at = effect.parameters.get("at")
    started = datetime.fromisoformat(at) if isinstance(at, str) and at else None
    due = clocks.start(work, case.id, _text(effect, "clock"), started)
    return None if due is None else due.isoformat()


def _stop_clock(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    for name in _text(effect, "clock").split(","):
        clocks.stop(work, case.id, name.strip())
    return None


def _issue_letter(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    return str(letters.issue(work, case, _text(effect, "letter")))


def _void_letter(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    reason = effect.parameters.get("reason")
    letters.void(
        work,
        UUID(_text(effect, "letter_id")),
        reason
        if isinstance(reason, str) and reason
        else "Warga menemukan kesalahan isi sebelum serah terima",
    )
    return None


def _record_cancellation(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    clocks.stop_all(work, case.id)
    return None


def _send_message(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    given = {name: str(value) for name, value in effect.parameters.items() if value}
    return messages.write(
        work,
        case,
        Wish(
            effect.element,
            _text(effect, "template"),
            recipient=given.get("to", messages.CITIZEN),
            contact=tuple(given.get("contact", messages.IDENTITY).split()),
            step=given.get("step", ""),
            clock=given.get("clock", ""),
            channel=given.get("channel", ""),
        ),
    )


IMMEDIATE: dict[str, Immediate] = {
    "start_clock": _start_clock,
    "stop_clock": _stop_clock,
    "issue_letter": _issue_letter,
    "void_letter": _void_letter,
    "record_cancellation": _record_cancellation,
    "send_message": _send_message,
}

JOBS = frozenset({"render_letter", "archive_case"})
"""Operations that the worker performs; see `performing`."""
