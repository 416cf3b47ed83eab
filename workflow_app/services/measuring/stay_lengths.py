"""Lengths of stays on a logarithmic scale: counts of buckets add up over days, elements and versions, and can be subtracted.

A bucket reaches from one power of `GROWTH` to the next, so that a percentile read from counts is within 2 % of the exact
one (nearest rank), however long the stays are. A second or less is one bucket.
"""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, SmallInteger, cast, func
from sqlalchemy.types import Double

GROWTH = 1.04
PRECISION = (GROWTH - 1) / (GROWTH + 1)
"""By what share a length may differ from the exact one."""


def bucket_of(length: ColumnElement[Any]) -> ColumnElement[int]:
    """The bucket of an interval, in SQL. Only here, so that what is tallied and what is counted live are one scale."""
    seconds = cast(func.extract("epoch", length), Double)
    return cast(func.ceil(func.ln(func.greatest(seconds, 1.0)) / math.log(GROWTH)), SmallInteger)


def length_of(bucket: int) -> timedelta:
    """The length a bucket stands for."""
    if bucket <= 0:
        return timedelta(seconds=1)
    return timedelta(seconds=2 * GROWTH**bucket / (GROWTH + 1))


def percentile(counts: Mapping[int, int], share: int) -> timedelta | None:
    """The length at or below which this share (in percent) of the stays lies; None when there are none."""
    rank, seen = -(-sum(counts.values()) * share // 100), 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if counts[bucket] > 0 and seen >= rank:
            return length_of(bucket)
    return None
