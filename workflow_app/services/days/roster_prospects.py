"""What a change of the duty roster would do: who is told to serve then, in whose place, and where it leaves the roster doubtful."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from workflow_app.models.user import User
from workflow_app.services.days import roster_weeks, rosters
from workflow_app.services.days.roster_weeks import WEEK, Asked
from workflow_app.services.days.rosters import Doubt, Shift
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration


@dataclass(frozen=True)
class Planned:
    """A period as it would be entered."""

    label: str
    """Of its function."""
    starts_at: datetime
    ends_at: datetime
    names: tuple[str, ...]
    """None: its tasks reach everybody who holds the role."""
    before: tuple[str, ...] | None
    """Who is entered there until now; None where nobody was."""
    until: datetime | None
    """When that one ends, where it is another time than now."""
    runs: bool
    """It holds already when it is entered."""


@dataclass(frozen=True)
class Prospect:
    """What a change would do."""

    planned: list[Planned]
    doubts: list[Doubt]
    """What would be wrong with the roster in and around these periods."""
    left: int = 0
    """Periods of the week before that are not entered again."""


def of_period(work: UnitOfWork, function: str, asked: Asked) -> Prospect:
    """What entering a period would do. Nothing is written; raises as `roster_weeks.enter` does."""
    return _of(work, roster_weeks.periods(work, function, asked))


def of_copy(work: UnitOfWork, monday: date) -> Prospect:
    """What entering the week before again would do. Nothing is written; raises as `roster_weeks.copy_last_week` does."""
    new, left = roster_weeks.again(work, monday)
    return _of(work, new, left)


def _of(work: UnitOfWork, new: Sequence[Shift], left: int = 0) -> Prospect:
    names = dict(work.session.execute(select(User.username, User.full_name)).all())
    planned: list[Planned] = []
    doubts: list[Doubt] = []
    for function in dict.fromkeys(shift.function for shift in new):
        own = [shift for shift in new if shift.function == function]
        known = _around(work, own)
        replaced = {shift.starts_at: shift for shift in known}
        for shift in own:
            before = replaced.get(shift.starts_at)
            planned.append(
                Planned(
                    label=configuration.role_label(work, function),
                    starts_at=shift.starts_at,
                    ends_at=shift.ends_at,
                    names=tuple(names.get(name, name) for name in shift.people),
                    before=tuple(names.get(name, name) for name in before.people) if before else None,
                    until=before.ends_at if before and before.ends_at != shift.ends_at else None,
                    runs=shift.starts_at <= work.clock() < shift.ends_at,
                )
            )
        doubts += _doubts(function, own, known, work.clock())
    return Prospect(planned, doubts, left)


def _around(work: UnitOfWork, own: Sequence[Shift]) -> list[Shift]:
    """The periods of the same function that are entered in and around these."""
    start = min(shift.starts_at for shift in own) - WEEK
    end = max(shift.ends_at for shift in own) + WEEK
    found = [shift for _, shift in roster_weeks.between(work, start, end)]
    return [shift for shift in found if shift.function == own[0].function]


def _doubts(function: str, own: Sequence[Shift], known: Sequence[Shift], now: datetime) -> list[Doubt]:
    """What overlaps them, and what would be empty from the first of them until the next that is entered, or where one ended until now."""
    told = {shift.starts_at: shift for shift in [*known, *own]}
    will = [told[start] for start in sorted(told)]
    first, last = max(own[0].starts_at, now), max(shift.ends_at for shift in own)
    later = [shift.starts_at for shift in will if shift.starts_at > last]
    ended = [shift.ends_at for shift in known if shift.starts_at in {one.starts_at for one in own}]
    until = max([last, *later[:1], *ended])
    overlaps = [
        doubt
        for doubt in rosters.overlaps(function, will, now)
        if any(one.starts_at < doubt.ends_at and doubt.starts_at < one.ends_at for one in own)
    ]
    return [*overlaps, *rosters.gaps(function, will, first, until)]
