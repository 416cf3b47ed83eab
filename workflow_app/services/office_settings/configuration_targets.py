"""The part of a form that is a target: minutes, working days by a calendar, or nothing but measured
(R34, R52, R57). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from workflow_app.services.core import formatting
from workflow_app.services.office_settings import configuration_shapes
from workflow_app.services.office_settings.configuration_parts import (
    Choice,
    Count,
    Faults,
    Part,
    Posted,
    Text,
    Told,
    Typed,
    text_of,
)

MEASURED, MINUTES, DAYS = "ukur", "menit", "hari"
WAYS = {MINUTES: "Dalam menit", DAYS: "Dalam hari kerja", MEASURED: "Hanya diukur, tanpa batas"}
MOST_MINUTES = 525_600
"""A year."""


@dataclass(frozen=True, kw_only=True)
class Target(Part):
    """How long something may take."""

    kind: ClassVar[str] = "target"
    calendars: Mapping[str, str]

    @property
    def ways(self) -> Mapping[str, str]:
        """What can be chosen first."""
        return WAYS

    @property
    def minutes(self) -> Count:
        """The number that goes with minutes."""
        return Count(label="Berapa menit", unit="menit", most=MOST_MINUTES)

    @property
    def days(self) -> Count:
        """The number that goes with working days."""
        return Count(label="Berapa hari", unit="hari", most=configuration_shapes.MOST_DAYS)

    @property
    def calendar(self) -> Choice:
        """By what days are counted."""
        return Choice(label="Menurut kalender", options=self.calendars)

    def typed(self, name: str, value: Any) -> Typed:
        if value is None:
            return {f"{name}.cara": [MEASURED]}
        if isinstance(value, dict):
            return {
                f"{name}.cara": [DAYS],
                f"{name}.hari": [str(value["hari_kerja"])],
                f"{name}.kalender": [value["kalender"]],
            }
        return {f"{name}.cara": [MINUTES], f"{name}.menit": [str(value)]}

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        way = text_of(posted, f"{name}.cara")
        if way == MINUTES:
            return self.minutes.read(f"{name}.menit", posted, faults)
        if way == DAYS:
            return {
                "hari_kerja": self.days.read(f"{name}.hari", posted, faults),
                "kalender": self.calendar.read(f"{name}.kalender", posted, faults),
            }
        if way != MEASURED:
            faults[f"{name}.cara"] = "Pilih salah satu."
        return None

    def told(self, value: Any) -> Told:
        return [("", formatting.target(value) or "hanya diukur, tanpa batas")]


@dataclass(frozen=True, kw_only=True)
class Period(Text):
    """A notice period as people write it: hours, or working days."""

    def typed(self, name: str, value: Any) -> Typed:
        return super().typed(name, _with_spaces(value))

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        text = super().read(name, posted, faults)
        return text and text.lower().replace("hari kerja", "hari_kerja")

    def told(self, value: Any) -> Told:
        return super().told(_with_spaces(value))


def _with_spaces(value: str | None) -> str | None:
    return value and value.replace("_", " ")
