"""R40: what is published lets nobody work out a small number, nor whether a case is counted in the
total only.
"""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_app.services.public.publications import Division, Figure, divide, published_total

PARTS = "abcde"
SMALL, WITHHELD = "small", "withheld"
Worlds = list[tuple[dict[str, int], int]]


def ways(whole: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Every way to divide a whole into so many parts."""
    if parts == 1:
        yield (whole,)
        return
    for first in range(whole + 1):
        yield from ((first, *rest) for rest in ways(whole - first, parts - 1))


def readings(
    whole: int, names: int, has_undivided: bool, threshold: int
) -> list[tuple[Division, Worlds]]:
    """Everything that can be told of a total, each with all counts (and what belongs to none) of
    which just that is told.
    """
    found: dict[str, tuple[Division, Worlds]] = {}
    for sizes in ways(whole, names + has_undivided):
        counts = dict(zip(PARTS, sizes[:names], strict=False))
        undivided = sizes[names] if has_undivided else None
        division = divide(counts, undivided, threshold)
        found.setdefault(repr(division), (division, []))[1].append((counts, undivided or 0))
    return list(found.values())


@pytest.mark.parametrize("has_undivided", [False, True])
@pytest.mark.parametrize(
    ("names", "threshold", "most"),
    [
        (1, 3, 12),
        (2, 3, 14),
        (2, 5, 20),
        (3, 3, 14),
        (3, 5, 18),
        (4, 3, 13),
        (4, 5, 17),
        (5, 3, 11),
    ],
)
def test_r40_a_reader_who_knows_the_rules_and_tries_all_possibilities_learns_no_small_count(
    names: int, threshold: int, most: int, has_undivided: bool
) -> None:
    for whole in range(threshold, most + 1):
        for division, possible in readings(whole, names, has_undivided, threshold):
            for name, figure in division.figures.items():
                values = {counts[name] for counts, _ in possible}
                if figure.mark == SMALL:
                    assert values == set(range(1, threshold)), (whole, division)
                if figure.mark == WITHHELD:
                    assert not values <= set(range(1, threshold)), (whole, division)
            assert 0 in {undivided for _, undivided in possible}, (
                "nobody can tell that anything is undivided"
            )
            told = sum(figure.count or 0 for figure in division.figures.values())
            assert told + division.remainder == whole, "the figures add up"


def test_r40_which_count_is_withheld_says_nothing_about_the_small_one() -> None:
    division = divide({"proses": 7, "selesai": 7, "dirujuk": 1, "diabaikan": 0}, None, 5)
    assert {figure.mark for figure in division.figures.values()} == {"withheld"}, (
        "7 and 1 would not hide the 1"
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=12), st.integers(0, 9))
def test_r40_a_count_that_is_told_is_zero_or_at_least_the_threshold(
    sizes: list[int], undivided: int
) -> None:
    division = divide({str(n): size for n, size in enumerate(sizes)}, undivided, 5)
    assert all(
        figure.count is None or not 0 < figure.count < 5 for figure in division.figures.values()
    )


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, None), (4, None), (5, 5), (60, 60)])
def test_r40_a_total_under_the_threshold_is_not_told(count: int, told: int | None) -> None:
    assert published_total(count, 5).count == told


def test_r40_a_small_count_takes_the_first_by_name_along() -> None:
    division = divide({"langsung": 40, "surat": 3, "surel": 12}, 0, 5)
    assert division.figures == {
        "langsung": Figure("withheld", None),
        "surat": Figure("small", None),
        "surel": Figure("exact", 12),
    }
    assert division.remainder == 43


def test_r40_something_is_withheld_whether_or_not_a_case_is_counted_in_the_total_only() -> None:
    counts = {"langsung": 40, "surat": 30, "surel": 12}
    open_ones, with_one = divide(counts, 0, 5), divide(counts, 1, 5)
    assert open_ones.figures == with_one.figures
    assert (open_ones.remainder, with_one.remainder) == (40, 41)


def test_r40_where_every_case_belongs_somewhere_and_none_is_few_all_is_told() -> None:
    counts = {"proses": 12, "selesai": 30, "dirujuk": 5, "diabaikan": 0}
    assert {
        name: figure.count for name, figure in divide(counts, None, 5).figures.items()
    } == counts


def test_nothing_is_told_as_nothing() -> None:
    assert divide({"langsung": 0, "surat": 0}, 0, 5).figures["surat"] == Figure("exact", 0)
