"""R40: what is published lets nobody work out a small number, nor whether a case is counted in the total only."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_app.services.small_numbers import Division, Figure, divide, total

THRESHOLD = 3
PARTS = "abcd"
EXACT, SMALL, WITHHELD = "exact", "small", "withheld"
Counts = dict[str, int]


def worlds(division: Division, whole: int) -> list[tuple[Counts, int]]:
    """Every way the counts and what belongs to none of them can be, for who reads the division and the total."""
    unmarked = all(figure.mark == WITHHELD for figure in division.figures.values())
    ranges = []
    for figure in division.figures.values():
        if figure.mark == EXACT:
            ranges.append([figure.count or 0])
        elif figure.mark == SMALL:
            ranges.append(list(range(1, THRESHOLD)))
        else:
            ranges.append(list(range(0 if unmarked else THRESHOLD, whole + 1)))
    found = [
        (dict(zip(division.figures, counts, strict=True)), whole - sum(counts)) for counts in product(*ranges)
    ]
    return [(counts, undivided) for counts, undivided in found if undivided >= 0]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 7), min_size=1, max_size=4),
    st.none() | st.integers(0, 5),
)
def test_r40_a_reader_who_tries_all_possibilities_learns_no_small_count(
    sizes: list[int], undivided: int | None
) -> None:
    counts = dict(zip(PARTS, sizes, strict=False))
    whole = sum(sizes) + (undivided or 0)
    division = divide(counts, undivided, THRESHOLD)
    if total(whole, THRESHOLD).mark == SMALL:
        assert all(figure.count is None for figure in division.figures.values())
        return
    possible = [
        (world, rest) for world, rest in worlds(division, whole) if undivided is not None or rest == 0
    ]
    assert (counts, undivided or 0) in possible
    for name, count in counts.items():
        if 0 < count < THRESHOLD:
            assert {world[name] for world, _ in possible} >= set(range(1, THRESHOLD))
    assert 0 in {rest for _, rest in possible}, "nobody can tell that a case is counted in the total only"
    told = sum(figure.count or 0 for figure in division.figures.values())
    assert told + (division.remainder if whole else 0) == whole, "the figures add up"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=12), st.integers(0, 9))
def test_r40_a_count_that_is_told_is_zero_or_at_least_the_threshold(sizes: list[int], undivided: int) -> None:
    division = divide({str(n): size for n, size in enumerate(sizes)}, undivided, 5)
    assert all(figure.count is None or not 0 < figure.count < 5 for figure in division.figures.values())


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, None), (4, None), (5, 5), (60, 60)])
def test_r40_a_total_under_the_threshold_is_not_told(count: int, told: int | None) -> None:
    assert total(count, 5).count == told


def test_r40_one_small_count_takes_the_next_smallest_along() -> None:
    division = divide({"langsung": 40, "surat": 3, "surel": 12}, 0, 5)
    assert division.figures == {
        "langsung": Figure("exact", 40),
        "surat": Figure("small", None),
        "surel": Figure("withheld", None),
    }
    assert division.remainder == 15


def test_r40_something_is_withheld_whether_or_not_a_case_is_counted_in_the_total_only() -> None:
    counts = {"langsung": 40, "surat": 30, "surel": 12}
    open_ones, with_one = divide(counts, 0, 5), divide(counts, 1, 5)
    assert open_ones.figures == with_one.figures
    assert (open_ones.remainder, with_one.remainder) == (12, 13)


def test_r40_where_every_case_belongs_somewhere_and_none_is_few_all_is_told() -> None:
    counts = {"proses": 12, "selesai": 30, "diabaikan": 0}
    assert {name: figure.count for name, figure in divide(counts, None, 5).figures.items()} == counts


def test_nothing_is_told_as_nothing() -> None:
    assert divide({"langsung": 0, "surat": 0}, 0, 5).figures["surat"] == Figure("exact", 0)
