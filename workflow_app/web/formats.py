"""How times, durations and sizes are written for people: Indonesian words, WITA.

How warm a step is drawn: five lengths that mean the same on every page, in words, numbers and a
colour that all can tell apart.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from markupsafe import Markup, escape

from workflow_app.domain import WITA
from workflow_app.services.core.formatting import MONTHS, day, duration, long_day
from workflow_app.services.reporting.process_figures import Element, StepFigures

Urgency = Literal["none", "calm", "soon", "late"]
SOON = timedelta(minutes=3)
_POINT = re.compile(r"(?<![\d.])(-?\d{1,2}\.\d{4,6}), (-?\d{1,3}\.\d{4,6})(?![\d.]*\d)")
"""A point as forms keep it."""


def clock_time(at: datetime) -> str:
    """`14.20 WITA`"""
    return f"{at.astimezone(WITA):%H.%M} WITA"


def clock_seconds(at: datetime) -> str:
    """`14.20.05 WITA`"""
    return f"{at.astimezone(WITA):%H.%M.%S} WITA"


def day_and_seconds(at: datetime) -> str:
    """`23 Nov 2026 14.20.05 WITA`"""
    local = at.astimezone(WITA)
    return f"{local.day} {MONTHS[local.month - 1][:3]} {local.year} {clock_seconds(at)}"


def long_date(at: datetime | date) -> str:
    """`Senin, 23 November 2026`"""
    return long_day(_day(at))


def plain_date(at: datetime | date) -> str:
    """`23 November 2026`"""
    return day(_day(at))


def month(at: datetime | date) -> str:
    """`November 2026`."""
    local = _day(at)
    return f"{MONTHS[local.month - 1]} {local.year}"


def full_time(at: datetime) -> str:
    """`23 November 2026 pukul 14.20 WITA`"""
    return f"{plain_date(at)} pukul {clock_time(at)}"


def minutes(span: timedelta) -> str:
    """`7.05`: minutes and seconds; from a hundred minutes on whole minutes only."""
    whole = max(int(span.total_seconds()), 0)
    return f"{whole // 60}.{whole % 60:02}" if whole < 6000 else str(whole // 60)


def thousands(number: int) -> str:
    """`12.345`"""
    return f"{number:,}".replace(",", ".")


def day_of(text: str) -> date | None:
    """A day as people type it, `31-12-2026`, or as addresses carry it, `2026-12-31`."""
    parts = text.strip().split("-")
    typed = len(parts) == 3 and len(parts[2]) == 4
    try:
        found = date.fromisoformat("-".join(reversed(parts) if typed else parts))
    except ValueError:
        return None
    return found if found.year >= 2000 else None


def local_time(at: datetime) -> str:
    """`2026-11-23T14:20`, as the browser's field for a time takes it; WITA."""
    return f"{at.astimezone(WITA):%Y-%m-%dT%H:%M}"


def moment(at: datetime, now: datetime) -> str:
    """As short as it stays clear: `14.20 WITA`, `kemarin 14.20`, `21 Nov 14.20`, `21 Nov 2025`."""
    local, today = at.astimezone(WITA), now.astimezone(WITA).date()
    hours = f"{local:%H.%M}"
    if local.date() == today:
        return f"{hours} WITA"
    if local.date() == today - timedelta(days=1):
        return f"kemarin {hours}"
    month = MONTHS[local.month - 1][:3]
    if local.year == today.year:
        return f"{local.day} {month} {hours}"
    return f"{local.day} {month} {local.year}"


def day_time(at: datetime) -> str:
    """`3 Jan 08.00`: on a page that says which week it is about, also one of another year."""
    local = at.astimezone(WITA)
    return f"{local.day} {MONTHS[local.month - 1][:3]} {local:%H.%M}"


def relative(at: datetime, now: datetime) -> str:
    """`12 menit lagi`, `baru saja`, `5 menit lalu`."""
    gap = at - now
    if abs(gap) < timedelta(minutes=1):
        return "baru saja" if gap <= timedelta() else "kurang dari 1 menit lagi"
    return f"{duration(gap)} lagi" if gap > timedelta() else f"{duration(-gap)} lalu"


def countdown(due: datetime, now: datetime) -> str:
    """Time left to a limit: `12 menit lagi`, or `lewat 3 menit`."""
    gap = due - now
    if gap < timedelta():
        return f"lewat {duration(-gap)}"
    return relative(due, now)


def urgency(due: datetime | None, now: datetime) -> Urgency:
    """Which of the three colours a clock has; words always say the same."""
    if due is None:
        return "none"
    if due < now:
        return "late"
    return "soon" if due - now <= SOON else "calm"


def file_size(size: int) -> str:
    """`812 B`, `45 KB`, `1,2 MB`"""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{round(size / 1000)} KB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def breakable(text: str) -> Markup:
    """A letter number that may continue on the next line after a slash."""
    return Markup("/<wbr>").join(escape(part) for part in text.split("/"))


def mapped(text: str) -> Markup:
    """A sentence whose points on the map are opened by the phone that shows it; no map service
    hears of them.
    """
    pieces, end = [], 0
    for found in _POINT.finditer(text):
        address = f"geo:{found[1]},{found[2]}?q={found[1]},{found[2]}"
        pieces += [
            escape(text[end : found.start()]),
            Markup('<a href="{}">{}</a>').format(address, f"{found[0]} (buka di peta)"),
        ]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def _day(at: datetime | date) -> date:
    return at.astimezone(WITA).date() if isinstance(at, datetime) else at


LIMITS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(days=1))
"""The median reaches the next warmth beyond each."""
WORDS = ("sampai 5 menit", "sampai 30 menit", "sampai 2 jam", "sampai 1 hari", "lebih dari 1 hari")
NOTHING = StepFigures()


@dataclass(frozen=True)
class Heat:
    """A step with its figures, ready to be shown."""

    element: Element
    figures: StepFigures
    warmth: int | None
    """1 to 5 by the median; None when no stay ended."""

    @property
    def badge(self) -> str:
        """Median and p90, short enough to stand at a step of the drawing."""
        median, p90 = self.figures.median, self.figures.p90
        return "" if median is None or p90 is None else f"{short(median)} | {short(p90)}"


def heat_of(element: Element, figures: StepFigures | None) -> Heat:
    """A step and what is known of it."""
    found = figures or NOTHING
    median = found.median
    warmth = None if median is None else 1 + sum(median > limit for limit in LIMITS)
    return Heat(element, found, warmth)


def short(span: timedelta) -> str:
    """`45 dtk`, `12 mnt`, `1,3 jam`, `3 hari`: one number, for where there is no room for two."""
    seconds = span.total_seconds()
    if seconds < 60:
        return f"{seconds:.0f} dtk"
    if seconds < 3600:
        return f"{seconds / 60:.0f} mnt"
    if seconds < 86400:
        return f"{seconds / 3600:.1f} jam".replace(".", ",")
    return f"{seconds / 86400:.1f} hari".replace(".", ",")
