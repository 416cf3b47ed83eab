"""The clocks of a case: measured spans with a target from the configuration, in minutes or working
days (R34, R52, R57).

Times from which a clock counts are not moved in silence: who tells another one than the form
offered says why (R24, R34, R52, R57, R63).

The offer is the server's: when the form was first shown, or when its task came up. No page can
change it, opening the form again does not renew it, and somebody else who takes the task over is
offered the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from workflow_app.domain import Answers
from workflow_app.engine import forms
from workflow_app.engine.forms import Form, Told, minute_of
from workflow_app.models import Case, CaseClock, Task
from workflow_app.services.calendars import calendars
from workflow_app.services.calendars.calendars import Recount
from workflow_app.services.cases import answers, stages
from workflow_app.services.core import formatting, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes.definitions import definition_of

OPERATIONS = frozenset({"start_clock", "stop_clock", "working_days_after"})
"""Of service tasks, which give the process an end of the clocks they name."""
_CLOCKS = (
    select(CaseClock).where(CaseClock.case_id == bindparam("case_id")).order_by(CaseClock.round)
)


@dataclass(frozen=True)
class ClockView:
    """One clock of a case."""

    name: str
    label: str
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    target: str
    """In words; empty when the clock is only measured."""
    round: int | None = None
    """Which round it measures, when there is more than one."""
    corrected: timedelta | None = None
    """How long it took after times were corrected, beside what was measured."""
    unsure_year: int | None = None
    """A year on its way whose holidays nobody has confirmed, so that its end may move."""
    readings: list[stages.Reading] = field(default_factory=list)
    """How long it took by readings of the SOP that the office has not chosen."""

    @property
    def was_late(self) -> bool:
        """Did it stop after its target was over?"""
        return (
            self.due_at is not None
            and self.stopped_at is not None
            and self.stopped_at > self.due_at
        )


def every(work: UnitOfWork, case_id: UUID) -> list[CaseClock]:
    """The clocks of a case, round by round."""
    known = unit_of_work.of_case(work, case_id)
    if "clocks" not in known:
        known["clocks"] = list(work.session.scalars(_CLOCKS, {"case_id": case_id}))
    clocks: list[CaseClock] = known["clocks"]
    return clocks


def named(work: UnitOfWork, case_id: UUID) -> dict[str, CaseClock]:
    """The clocks of a case by name, each as it is in its newest round."""
    return {clock.name: clock for clock in every(work, case_id)}


def start(
    work: UnitOfWork,
    case_id: UUID,
    name: str,
    at: datetime | None,
    *,
    anew: bool = False,
    until: datetime | None = None,
) -> datetime | None:
    """Start a clock. Returns when its target is over.

    It starts once per case, and keeps running through rework. With `anew` it starts again in each
    round: the round before is over then at the latest, and rounds do not overlap, whatever time was
    told. It ends with its target, and at the latest when somebody wants it (`until`).
    """
    before = named(work, case_id).get(name)
    if before is not None and not anew:
        return before.due_at
    started = min(at or work.clock(), work.clock())
    if before is not None:
        stop(work, case_id, name)
        started = max(started, before.stopped_at or started)
    clock = CaseClock(
        case_id=case_id, name=name, round=before.round + 1 if before else 1, started_at=started
    )
    facts = _aim(work, clock, configuration.value(work, f"target.{name}", started))
    if until is not None and (clock.due_at is None or until < clock.due_at):
        clock.due_at = until
        facts["due"] = until.isoformat()
    work.session.add(clock)
    every(work, case_id).append(clock)
    details = {**facts, **({"round": clock.round} if before else {})}
    unit_of_work.record_case(
        work, case_id, "clock.started", clock=name, at=started.isoformat(), **details
    )
    return clock.due_at


def _aim(work: UnitOfWork, clock: CaseClock, target: Any) -> dict[str, Any]:
    """Give a clock its target and its end. Returns what the trail keeps: of working days also by
    what they were counted.
    """
    if not isinstance(target, dict):
        clock.target_minutes = target
        clock.due_at = None if target is None else clock.started_at + timedelta(minutes=target)
        return {"target": target}
    days, name = target["hari_kerja"], target["kalender"]
    version = calendars.version_of(work, name, clock.started_at)
    clock.target_working_days, clock.calendar = days, name
    clock.calendar_valid_from = version.valid_from
    clock.due_at = version.calendar.after(clock.started_at, days)
    return {
        "target": target,
        "calendar_valid_from": version.valid_from.isoformat(),
        "due": clock.due_at.isoformat(),
    }


def working_days_after(work: UnitOfWork, case_id: UUID, name: str, days: int) -> datetime | None:
    """When so many working days since a clock started are over, by the calendar the clock itself
    was counted by.

    None when that is not before its end, or when its target is not in working days: then there is
    nothing to warn of.
    """
    clock = named(work, case_id).get(name)
    if clock is None or clock.calendar is None or days >= (clock.target_working_days or 0):
        return None
    version = calendars.version_of(
        work, clock.calendar, clock.calendar_valid_from or clock.started_at
    )
    return version.calendar.after(clock.started_at, days)


def count_anew(work: UnitOfWork, told: Recount) -> None:
    """A clock takes the end that it has by a calendar which knows more."""
    clock = told.clock
    clock.calendar_valid_from, clock.due_at = told.version.valid_from, told.due_at
    unit_of_work.record_case(
        work,
        clock.case_id,
        "clock.counted_anew" if told.was != told.due_at else "clock.confirmed",
        clock=clock.name,
        years=", ".join(map(str, told.years)),
        calendar_valid_from=told.version.valid_from.isoformat(),
        was=told.was.isoformat(),
        becomes=told.due_at.isoformat(),
    )


def unsure_year(work: UnitOfWork, clock: CaseClock) -> int | None:
    """A year on the way of a running clock whose holidays nobody had confirmed when it was
    counted.
    """
    if clock.stopped_at is not None or clock.due_at is None:
        return None
    own = clock.calendar, clock.calendar_valid_from
    return calendars.unsure_year(work, *own, clock.started_at, clock.due_at)


def stop(work: UnitOfWork, case_id: UUID, name: str, at: datetime | None = None) -> None:
    """Stop a running clock, now or when somebody says it was; a stopped one stays as it is."""
    clock = named(work, case_id).get(name)
    if clock is None or clock.stopped_at is not None:
        return
    clock.stopped_at = max(clock.started_at, min(at or work.clock(), work.clock()))
    seconds = int((clock.stopped_at - clock.started_at).total_seconds())
    unit_of_work.record_case(
        work, case_id, "clock.stopped", clock=name, seconds=seconds, target=_target(clock)
    )


def stop_all(work: UnitOfWork, case_id: UUID) -> None:
    """Stop every clock of a case that ends."""
    for name in named(work, case_id):
        stop(work, case_id, name)


def of_case(work: UnitOfWork, case: Case) -> list[ClockView]:
    """The clocks of a case in the order they started."""
    rows = sorted(
        every(work, case.id), key=lambda clock: (clock.started_at, clock.name, clock.round)
    )
    newest = named(work, case.id)
    definition = definition_of(work, case.definition_id)
    corrected = stages.corrected_edges(work, case)
    passed = stages.of_cases(work, [case.id] if any(row.stopped_at for row in rows) else [])
    return [
        ClockView(
            row.name,
            formatting.clock(definition, row.name, stages.chosen(work, case, row.name)),
            row.started_at,
            row.stopped_at,
            row.due_at,
            formatting.target(_target(row)),
            row.round if newest[row.name].round > 1 else None,
            _corrected(row, *corrected[row.name])
            if row.name in corrected and row is newest[row.name]
            else None,
            unsure_year(work, row),
            stages.readings(work, case, row, passed.get((case.id, row.name), {}))
            if row is newest[row.name]
            else [],
        )
        for row in rows
    ]


def _corrected(
    clock: CaseClock, began: datetime | None, ended: datetime | None
) -> timedelta | None:
    """The span between corrected edges of a stopped clock; None where it is the measured one, as of
    a start that was told with a reason at once.
    """
    if clock.stopped_at is None:
        return None
    span = (ended or clock.stopped_at) - (began or clock.started_at)
    return None if span == clock.stopped_at - clock.started_at else span


def _target(clock: CaseClock) -> Any:
    """The target of a clock as the configuration writes it."""
    if clock.target_working_days is None:
        return clock.target_minutes
    return {"hari_kerja": clock.target_working_days, "kalender": clock.calendar}


MOVED = "time.moved"


def note_showing(work: UnitOfWork, task: Task, form: Form) -> None:
    """The form is shown to who does the task. Only the first time counts, whoever sees it later."""
    if task.shown_at is None and forms.offers_opening(form):
        task.shown_at = work.clock()
        work.session.flush()


def opened_at(task: Task) -> datetime:
    """The moment that the form of a task offers: when it was first shown, or until then when the
    task came up.
    """
    return task.shown_at or task.created_at


def check(work: UnitOfWork, task: Task, form: Form, given: Answers) -> dict[str, str]:
    """Starts of clocks that have not been yet, and missing reasons for those that were moved, with
    a sentence.
    """
    found: dict[str, str] = {}
    for told in forms.told(form, given):
        if told.at > work.clock():
            found[told.field] = _not_yet(work.clock())
    for told in _moved(work, task, form, given):
        if told.field not in found and len(told.reason) < answers.SHORTEST:
            found[told.reason_field] = _why(told, _begun(task, told))
    return found


def keep(work: UnitOfWork, case: Case, task: Task, form: Form, given: Answers) -> None:
    """Put on record what was moved, beside what the form had offered."""
    for told in _moved(work, task, form, given):
        offered = minute_of(_begun(task, told))
        stages.put_beside(
            work, case, task.element, task.name, MOVED, offered, told.at, told.reason, is_offer=True
        )


def _moved(work: UnitOfWork, task: Task, form: Form, given: Answers) -> Iterator[Told]:
    """The starts that the form never offered."""
    for told in forms.told(form, given):
        leeway = timedelta(minutes=configuration.value(work, "toleransi.waktu_mulai"))
        if told.is_moved(_begun(task, told), leeway):
            yield told


def _begun(task: Task, told: Told) -> datetime:
    return opened_at(task) if told.offers_opening else task.created_at


def _not_yet(now: datetime) -> str:
    return (
        f"Waktu ini belum terjadi. Sekarang {formatting.moment(now)}; isi waktu yang sudah lewat."
    )


def _why(told: Told, begun: datetime) -> str:
    """What is missing, and what can be done instead."""
    if told.reason:
        return f"Tulis alasannya lebih jelas, paling sedikit {answers.SHORTEST} huruf."
    if told.offers_opening:
        return (
            f"Formulir ini dibuka {formatting.moment(begun)}. Tulis mengapa waktunya lain, atau "
            "isi waktu itu."
        )
    return (
        f"Langkah ini baru dimulai {formatting.moment(begun)}. Tulis mengapa waktunya lebih awal, "
        "atau perbaiki waktunya."
    )
