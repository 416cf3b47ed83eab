"""What a service task of a process does: at once in the same transaction, or as a job after
commit.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import UUID

from workflow_app.domain import Effect, ProcessFault
from workflow_app.engine import clocks as engine_clocks
from workflow_app.engine import form_rules, form_values
from workflow_app.engine.model import Value, is_value
from workflow_app.models import Case, PendingEffect
from workflow_app.services.calendars import calendars
from workflow_app.services.cases import clocks, related_cases, stages, task_rights, walls
from workflow_app.services.cases.related_cases import Opened
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import documents
from workflow_app.services.letters import letters
from workflow_app.services.messages import messages
from workflow_app.services.messages.messages import Wish
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes.definitions import definition_of

Result = Value
Immediate = Callable[[UnitOfWork, Case, Effect], Result | Opened]


def is_immediate(effect: Effect) -> bool:
    """True if the operation only touches our database and runs inside the step's transaction."""
    if effect.operation in IMMEDIATE:
        return True
    if effect.operation in JOBS:
        return False
    raise ProcessFault(effect.element, f"unknown operation {effect.operation}")


def perform(work: UnitOfWork, case: Case, effect: Effect) -> Result | Opened:
    """Do an immediate operation and return what the process gets back, or a case that the caller
    settles: it gets its id.
    """
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


def _instant(effect: Effect) -> datetime | None:
    """The time at which a clock's edge was, when somebody has told it."""
    at = effect.parameters.get("at")
    return datetime.fromisoformat(at) if isinstance(at, str) and at else None


def _until(effect: Effect) -> datetime | None:
    """The end of the day by which somebody wants it."""
    day = effect.parameters.get("until")
    return form_rules.end_of_day(date.fromisoformat(day)) if isinstance(day, str) and day else None


def _start_clock(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    element, names = (
        definition_of(work, case.definition_id).elements[effect.element],
        _clocks(effect),
    )
    dues = []
    for name, at in stages.passed(work, case, element, names, _instant(effect)).items():
        is_anew, until = element.is_timed_per_round, _until(effect)
        dues.append(clocks.start(work, case.id, name, at, anew=is_anew, until=until))
    return next((due.isoformat() for due in dues if due), None) if dues else _due(work, case, names)


def _stop_clock(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    element, names = (
        definition_of(work, case.definition_id).elements[effect.element],
        _clocks(effect),
    )
    for name, at in stages.passed(work, case, element, names, _instant(effect)).items():
        clocks.stop(work, case.id, name, at)
    return _due(work, case, names)


def _clocks(effect: Effect) -> list[str]:
    return [name.strip() for name in _text(effect, "clock").split(",")]


def _due(work: UnitOfWork, case: Case, names: Iterable[str]) -> Result:
    """When the first of these clocks that is running ends."""
    known = clocks.named(work, case.id)
    running = (known[name] for name in names if name in known and known[name].stopped_at is None)
    return next((clock.due_at.isoformat() for clock in running if clock.due_at), None)


def _check_area(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    area = configuration.value(work, f"wilayah.{_text(effect, 'area')}")
    return form_values.is_within(_text(effect, "code"), area or ())


def _read_setting(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    found = configuration.value(work, _text(effect, "setting"))
    if not is_value(found):
        raise ProcessFault(effect.element, "the setting can be no control variable")
    return found


def _read_route(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    """What the office has laid down of this need, such as who receives it; empty where the table of
    the process decides.
    """
    told: str | None = configuration.value(
        work, f"{_text(effect, 'table')}.{_text(effect, 'need')}"
    )
    return told or ""


def _working_days_after(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    days = effect.parameters.get("days")
    if not isinstance(days, int) or days < 1:
        raise ProcessFault(effect.element, f"{days} is no number of working days")
    at = clocks.working_days_after(work, case.id, _text(effect, "clock"), days)
    return None if at is None else at.isoformat()


def _notice_due(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    """Until when notice of an event is given in time, by the calendar in force now; None where no
    period is known.
    """

    def days_before(event: datetime, days: int) -> datetime:
        return calendars.version_of(work, engine_clocks.WORKING_DAYS, work.clock()).calendar.before(
            event, days
        )

    period = effect.parameters.get("period") or ""
    event = datetime.fromisoformat(_text(effect, "before"))
    try:
        limit = engine_clocks.due(str(period), event, days_before)
    except (ValueError, OverflowError) as error:
        raise ProcessFault(effect.element, f"{period} before {event} is no instant") from error
    return None if limit is None else limit.isoformat()


def _is_in_time(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    limit = effect.parameters.get("due")
    told = datetime.fromisoformat(_text(effect, "at"))
    return engine_clocks.judge(
        told, datetime.fromisoformat(limit) if isinstance(limit, str) and limit else None
    )


def _issue_letter(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    model = _text(effect, "model") if "model" in effect.parameters else ""
    to = _text(effect, "to") if "to" in effect.parameters else ""
    return str(letters.issue(work, case, _text(effect, "letter"), model, to))


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


def _start_case(work: UnitOfWork, case: Case, effect: Effect) -> Opened:
    told = definition_of(work, case.definition_id).elements[effect.element].properties
    flag = told.get("beginsWith")
    process, reason = _text(effect, "process"), _text(effect, "reason")
    opened = related_cases.open_child(
        work, case, effect.element, process, reason, {flag: True} if flag else {}
    )
    served = task_rights.recorders(work, case.id, told.get("keepsOut", ""))
    walls.keep_out_who_served(work, opened.case, served)
    return opened


def _record_cancellation(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    clocks.stop_all(work, case.id)
    return None


def _shelve_papers(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    documents.shelve(work, case, effect.element)
    return None


def _wall_off(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    walls.raise_walls(
        work, case, effect.element, _text(effect, "from_element"), _text(effect, "field")
    )
    return None


def _confine(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    walls.confine(work, case, effect.element, _text(effect, "role"))
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
            result=given.get("result", ""),
            letters=tuple(given.get("letter", "").split()),
            clock=tuple(given.get("clock", "").split()),
            channel=given.get("channel", ""),
        ),
    )


IMMEDIATE: dict[str, Immediate] = {
    "start_clock": _start_clock,
    "stop_clock": _stop_clock,
    "check_area": _check_area,
    "read_setting": _read_setting,
    "read_route": _read_route,
    "working_days_after": _working_days_after,
    "notice_due": _notice_due,
    "is_in_time": _is_in_time,
    "issue_letter": _issue_letter,
    "void_letter": _void_letter,
    "record_cancellation": _record_cancellation,
    "start_case": _start_case,
    "shelve_papers": _shelve_papers,
    "wall_off": _wall_off,
    "confine": _confine,
    "send_message": _send_message,
}

JOBS = frozenset({"render_letter", "archive_case", "dispose_papers"})
"""Operations that the worker performs; see `performing`."""
