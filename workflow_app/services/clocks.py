"""The clocks of a case: measured spans with a target from the configuration (R52, R57)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from workflow_app.models.case import Case, CaseClock
from workflow_app.services import audit, configuration, memory, readable
from workflow_app.services.processes import definition_of
from workflow_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class ClockView:
    """One clock of a case."""

    name: str
    label: str
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    target_minutes: int | None


def named(work: UnitOfWork, case_id: UUID) -> dict[str, CaseClock]:
    """The clocks of a case by name."""
    known = memory.of_case(work, case_id)
    if "clocks" not in known:
        rows = work.session.scalars(select(CaseClock).where(CaseClock.case_id == case_id))
        known["clocks"] = {clock.name: clock for clock in rows}
    clocks: dict[str, CaseClock] = known["clocks"]
    return clocks


def start(work: UnitOfWork, case_id: UUID, name: str, at: datetime | None) -> datetime | None:
    """Start a clock once; a running clock keeps running through rework. Returns when its target is over."""
    clock = named(work, case_id).get(name)
    if clock is None:
        started = min(at or work.clock(), work.clock())
        minutes = configuration.value(work, f"target.{name}", started)
        clock = CaseClock(
            case_id=case_id,
            name=name,
            started_at=started,
            target_minutes=minutes,
            due_at=None if minutes is None else started + timedelta(minutes=minutes),
        )
        work.session.add(clock)
        named(work, case_id)[name] = clock
        audit.record_case(work, case_id, "clock.started", clock=name, at=started.isoformat(), target=minutes)
    return clock.due_at


def stop(work: UnitOfWork, case_id: UUID, name: str) -> None:
    """Stop a running clock; a stopped one stays as it is."""
    clock = named(work, case_id).get(name)
    if clock is None or clock.stopped_at is not None:
        return
    clock.stopped_at = work.clock()
    seconds = int((clock.stopped_at - clock.started_at).total_seconds())
    audit.record_case(
        work, case_id, "clock.stopped", clock=name, seconds=seconds, target=clock.target_minutes
    )


def stop_all(work: UnitOfWork, case_id: UUID) -> None:
    """Stop every clock of a case that ends."""
    for name in named(work, case_id):
        stop(work, case_id, name)


def of_case(work: UnitOfWork, case: Case) -> list[ClockView]:
    """The clocks of a case in the order they started."""
    rows = sorted(named(work, case.id).values(), key=lambda clock: (clock.started_at, clock.name))
    definition = definition_of(work, case.definition_id)
    return [
        ClockView(
            row.name,
            readable.clock(definition, row.name),
            row.started_at,
            row.stopped_at,
            row.due_at,
            row.target_minutes,
        )
        for row in rows
    ]
