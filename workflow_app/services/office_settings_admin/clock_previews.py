"""What a change does to clocks: those that run keep theirs, and when one that starts then would
end.
"""

from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from workflow_app.domain import WITA
from workflow_app.engine.definitions import Definition
from workflow_app.models import Case, CaseClock
from workflow_app.services.calendars import calendars
from workflow_app.services.cases import clocks, stages
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings_admin import samples
from workflow_app.services.office_settings_admin.wording import Turn
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of

LOOK_AHEAD = 28
"""Days whose clocks a changed calendar is tried on."""
MORNING = time(9)


def of_target(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """When the clock of a target would end if it started now."""
    name = key.partition(".")[2]
    definition = _with_clock(work, name)
    if definition is None:
        return {}
    due = clocks.start(work, samples.case(work, definition).id, name, work.clock())
    return {f"Jam yang mulai {formatting.moment(work.clock())}": [_end(due)]}


def of_calendar(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """When clocks that start on the mornings of the next weeks would end, for each target that is
    counted by the calendar.
    """
    calendar = key.partition(".")[2]
    first = work.clock().astimezone(WITA).date()
    found: dict[str, list[str]] = {}
    for ahead in range(LOOK_AHEAD):
        start = datetime.combine(first + timedelta(days=ahead), MORNING, WITA)
        for name in _counted_by(work, calendar, start):
            days = configuration.value(work, f"target.{name}", start)["hari_kerja"]
            about = f"{days} hari kerja sejak {formatting.long_day(start.date())}"
            found[about] = [_end(calendars.after(work, start, days, calendar))]
    return found


def of_edges(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """From which event the clock of a case counts that is opened now."""
    name = key.partition(".")[2]
    definition = _with_clock(work, name)
    if definition is None:
        return {}
    edge = stages.chosen(work, samples.case(work, definition), name)
    return {"Jam berkas yang dibuka saat itu": [formatting.clock(definition, name, edge)]}


def kept_by_target(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Which open clocks and cases keep the target, and which take the new one."""
    name = key.partition(".")[2]
    running, waiting = _running(work, CaseClock.name == name), waiting_for(work, name)
    return [
        f"{running} jam ini sedang berjalan dan tetap memakai batasnya masing-masing.",
        (
            f"{waiting} berkas terbuka belum memulai jam ini. Jam yang mulai {turn.since} memakai "
            f"batas {turn.which}, juga pada berkas itu."
        ),
    ]


RECOUNTED = "Jam yang sampai ke tahun yang baru dipastikan dengan perubahan ini dihitung ulang."


def kept_by_calendar(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Which open clocks keep their end."""
    running = _running(work, CaseClock.calendar == key.partition(".")[2])
    return [
        (
            f"{running} jam yang sedang berjalan dihitung dengan kalender ini dan tetap memakai "
            "akhirnya masing-masing."
        ),
        f"Jam yang mulai {turn.since} dihitung dengan kalender {turn.which}.",
    ] + ([RECOUNTED] if turn.is_new else [])


def kept_by_edges(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Which open cases keep the edges."""
    kept = len(_open_cases_with(work, key.partition(".")[2]))
    return [
        f"{kept} berkas yang sudah dibuka tetap memakai yang lama.",
        f"Berkas yang dibuka {turn.since} memakai yang {turn.which}.",
    ]


def waiting_for(work: UnitOfWork, name: str) -> int:
    """Open cases whose clock of this name has not begun."""
    begun = set(work.session.scalars(select(CaseClock.case_id).where(CaseClock.name == name)))
    return len(_open_cases_with(work, name) - begun)


def _running(work: UnitOfWork, which: ColumnElement[bool]) -> int:
    query = (
        select(func.count())
        .select_from(CaseClock)
        .join(Case, Case.id == CaseClock.case_id)
        .where(CaseClock.stopped_at.is_(None), *samples.open_cases(work), which)
    )
    return work.session.scalar(query) or 0


def _open_cases_with(work: UnitOfWork, name: str) -> set[UUID]:
    query = select(Case.id, Case.definition_id).where(*samples.open_cases(work))
    return {
        case_id
        for case_id, definition_id in work.session.execute(query)
        if _has_clock(definition_of(work, definition_id), name)
    }


def _counted_by(work: UnitOfWork, calendar: str, at: datetime) -> list[str]:
    """The clocks whose target is counted by a calendar, one for each number of days."""
    targets = {
        name: configuration.value(work, f"target.{name}", at)
        for name in (
            key.partition(".")[2] for key in configuration.SEED if key.startswith("target.")
        )
    }
    days = {
        told["hari_kerja"]: name
        for name, told in targets.items()
        if isinstance(told, dict) and told["kalender"] == calendar
    }
    return list(days.values())


def _with_clock(work: UnitOfWork, name: str) -> Definition | None:
    return next(
        (one for one in definitions.current_definitions(work) if _has_clock(one, name)), None
    )


def _has_clock(definition: Definition, name: str) -> bool:
    return any(
        name in element.properties.get("clock", "").split()
        for element in definition.elements.values()
    )


def _end(due: datetime | None) -> str:
    return f"berakhir {formatting.moment(due)}" if due else "hanya diukur, tanpa batas"
