"""Percentiles by the nearest rank: each figure is a value that was really measured."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest value at or below which this share (in percent) of all lies; 0 when there are none."""
    ordered = sorted(values)
    rank = max(0, -(-len(ordered) * share // 100) - 1)
    return ordered[rank] if ordered else 0.0


def milliseconds(waits: Sequence[float], share: int) -> float:
    """The same of waits in seconds, told in milliseconds."""
    return round(percentile(waits, share) * 1000, 1)
