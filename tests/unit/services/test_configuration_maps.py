"""What a map that names all says over time, when some of it is changed or taken back."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workflow_app.services.office.configuration_maps import changed, retold

SEED = {"a": 0, "b": 0, "c": 0}
FIRST = datetime(2026, 12, 1, tzinfo=UTC)


def at(days: int) -> datetime:
    return FIRST + timedelta(days=days)


def test_an_earlier_change_goes_on_in_a_later_one_of_another_name() -> None:
    found = retold(SEED, {at(5): {**SEED, "b": 2}}, {at(1): {"a": 1}})
    assert [(one.valid_from, one.was, one.will) for one in found] == [
        (at(1), SEED, {**SEED, "a": 1}),
        (at(5), {**SEED, "b": 2}, {"a": 1, "b": 2, "c": 0}),
    ]


def test_a_later_change_of_the_same_name_stays_and_is_not_written_again() -> None:
    found = retold(SEED, {at(5): {**SEED, "a": 2}}, {at(1): {"a": 1}})
    assert [one.valid_from for one in found] == [at(1)]


def test_what_is_taken_back_goes_out_of_the_later_ones_that_only_carried_it() -> None:
    known = {at(1): {**SEED, "a": 1}, at(5): {**SEED, "a": 1, "b": 2}}
    found = retold(SEED, known, {}, gone=at(1))
    assert [(one.valid_from, one.will) for one in found] == [(at(5), {**SEED, "b": 2})]


CHANGES = st.lists(
    st.tuples(st.integers(0, 6), st.dictionaries(st.sampled_from("abc"), st.integers(1, 3), min_size=1)),
    max_size=6,
)


@given(CHANGES)
def test_in_whatever_order_changes_come_each_name_says_what_was_said_last_for_a_time_before(
    changes: list[tuple[int, dict[str, int]]],
) -> None:
    """The model: a change of a name to another value holds until the next instant at which that name was changed."""
    kept: dict[datetime, dict[str, int]] = {}
    model: dict[datetime, dict[str, int]] = {}
    for days, told in changes:
        for one in retold(SEED, kept, {at(days): told}):
            kept[one.valid_from] = dict(one.will)
        own = {**model.get(at(days), {}), **told}
        model[at(days)] = own
        folded, expected = dict(SEED), {}
        for instant in sorted(model):
            # What says nothing new where it stands is no change of its own.
            model[instant] = changed(folded, {**folded, **model[instant]})
            folded = {**folded, **model[instant]}
            expected[instant] = folded
        assert kept == expected
