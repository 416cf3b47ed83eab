"""Working days: which days count, and when a number of them is over (R34). Pure; the values come
from the configuration.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from holidays import country_holidays

from workflow_app.services.core import formatting

WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
CATEGORY_WORDS = {"public": "Libur nasional", "government": "Cuti bersama"}
"""Categories of the package `holidays`, as the office calls them."""
CATEGORIES = tuple(CATEGORY_WORDS)
ESTIMATED = "(perkiraan)"
"""How the package marks a date that the government has not announced yet."""


@dataclass(frozen=True)
class Calendar:
    """Which days count. What the office has entered itself wins over the weekday and over the
    package.
    """

    weekdays: frozenset[int]
    categories: tuple[str, ...]
    zone: ZoneInfo
    free: frozenset[date]
    counted: frozenset[date]
    verified: frozenset[int]
    """Years whose holidays somebody has compared with the government's decree."""

    def counts(self, day: date) -> bool:
        """Is this a working day?"""
        if day in self.counted:
            return True
        if day in self.free or day.weekday() not in self.weekdays:
            return False
        return not any(day in holidays(day.year, category) for category in self.categories)

    def after(self, start: datetime, days: int) -> datetime:
        """The last instant of the `days`-th working day (at least one); the day of `start` is day
        zero.
        """
        day = start.astimezone(self.zone).date()
        left = days
        while left > 0:
            day += timedelta(days=1)
            left -= self.counts(day)
        return datetime.combine(day, time.max, self.zone).astimezone(UTC)

    def before(self, event: datetime, days: int) -> datetime:
        """The last instant of the `days`-th working day before the day of an event (at least one),
        which is day zero itself.
        """
        day = event.astimezone(self.zone).date()
        left = days
        while left > 0:
            day -= timedelta(days=1)
            left -= self.counts(day)
        return datetime.combine(day, time.max, self.zone).astimezone(UTC)

    def years(self, start: datetime, end: datetime) -> range:
        """The years from one instant to another."""
        return range(start.astimezone(self.zone).year, end.astimezone(self.zone).year + 1)

    def is_sure(self, year: int) -> bool:
        """Are the holidays of this year known, or does the calendar not depend on them?"""
        return not self.categories or year in self.verified

    def doubts(self, year: int) -> list[str]:
        """What the package itself says is not known yet of a year, in words."""
        missing = [category for category in self.categories if not holidays(year, category)]
        estimated = sorted(
            (day, name.removesuffix(ESTIMATED).strip())
            for category in self.categories
            for day, name in holidays(year, category).items()
            if name.endswith(ESTIMATED)
        )
        return [
            *(f"{CATEGORY_WORDS[category]} belum diketahui" for category in missing),
            *(f"{formatting.day(day)} {name} masih perkiraan" for day, name in estimated),
        ]


def calendar(value: Mapping[str, Any]) -> Calendar:
    """A calendar as it is configured; its shape has been checked when it was set."""
    return Calendar(
        frozenset(WEEKDAYS.index(name) for name in value["hari"]),
        tuple(value["kategori_libur"]),
        ZoneInfo(value["zona"]),
        frozenset(map(date.fromisoformat, value["libur"])),
        frozenset(map(date.fromisoformat, value["masuk"])),
        frozenset(value["tahun_terverifikasi"]),
    )


@lru_cache(maxsize=64)
def holidays(year: int, category: str) -> Mapping[date, str]:
    """Indonesia's free days of one year and category, as the package knows them; empty when it does
    not.
    """
    return dict(country_holidays("ID", years=year, categories=(category,), language="id"))
