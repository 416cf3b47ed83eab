"""How warm a step is drawn: five lengths that mean the same on every page, in words, numbers and a colour that all can tell apart."""

from dataclasses import dataclass
from datetime import timedelta

from workflow_app.services.measuring.process_heat import Element, StepFigures

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
