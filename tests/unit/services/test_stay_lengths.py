"""Percentiles from counts of buckets are within the promised share of the exact ones."""

import math
from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from workflow_app.services.reporting.stays import GROWTH, PRECISION, length_of, percentile

SECONDS = st.lists(st.floats(min_value=1, max_value=10**9), min_size=1, max_size=200)


def bucket(seconds: float) -> int:
    """As the database does it."""
    return math.ceil(math.log(max(seconds, 1.0)) / math.log(GROWTH))


@given(SECONDS, st.sampled_from([50, 90]))
def test_a_percentile_is_within_its_precision(seconds: list[float], share: int) -> None:
    exact = sorted(seconds)[-(-len(seconds) * share // 100) - 1]
    found = percentile(Counter(map(bucket, seconds)), share)

    assert found is not None
    assert abs(found.total_seconds() - exact) <= exact * PRECISION * 1.000001 + 1e-5


@given(SECONDS, SECONDS)
def test_what_is_taken_off_leaves_what_was_there(kept: list[float], taken: list[float]) -> None:
    counts = Counter(map(bucket, kept + taken))
    counts.subtract(Counter(map(bucket, taken)))

    assert percentile(counts, 50) == percentile(Counter(map(bucket, kept)), 50)


def test_nothing_has_no_percentile() -> None:
    assert percentile(Counter(), 50) is None
    assert percentile(Counter({3: 0}), 90) is None
    assert length_of(0) == timedelta(seconds=1)
