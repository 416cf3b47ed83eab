"""Whatever is planned, changed and taken back in whatever order: each instant says what those say
that are planned until then.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from workflow_app.services.office_settings import configuration_plans
from workflow_app.services.office_settings.configuration_plans import SEED, Entry

KEY = "label_peran"
NAMES = ("pamapta", "petugas", "siwas")
START = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
DAYS = st.integers(min_value=0, max_value=3)
TYPED = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(("A", "B")), min_size=1)
PLANS = st.lists(st.one_of(st.tuples(DAYS, TYPED), st.tuples(DAYS, st.none())), max_size=8)
"""A day and what a form of today says from it on, or that it is taken back."""
Line = dict[datetime, Entry]


def value(line: Line, at: datetime) -> Mapping[str, str]:
    known = [line[start] for start in sorted(line) if start <= at]
    told: Mapping[str, str] = known[-1].value if known else SEED[KEY]
    return told


def kept(line: Line, new: list[Entry], gone: datetime | None = None) -> Line:
    """As `configuration` writes it: what it says already it does not write again."""
    found = configuration_plans.retold(KEY, [line[start] for start in sorted(line)], new, gone)
    written = (one for one in found if one.is_said or one.entry != line.get(one.entry.valid_from))
    told = {**line, **{one.entry.valid_from: one.entry for one in written}}
    return {start: entry for start, entry in told.items() if start != gone}


@given(PLANS)
@example([(0, {"pamapta": "A"}), (2, {"petugas": "A"}), (2, {"pamapta": "A"}), (0, None)])
def test_each_plan_says_its_own_and_takes_nothing_of_others_with_it(
    plans: list[tuple[int, dict[str, str] | None]],
) -> None:
    line: Line = {}
    own: dict[datetime, dict[str, str]] = {}
    for day, typed in plans:
        at = START + timedelta(days=day)
        if typed is None and at in line:
            line = kept(line, [], at)
            del own[at]
        elif typed is not None:
            form = {**SEED[KEY], **typed}
            said = configuration_plans.said(KEY, SEED[KEY], form, value(line, at))
            line = kept(line, [Entry(KEY, said.value, at, over=said.over)])
            own[at] = {**own.get(at, {}), **typed}
        expected = dict(SEED[KEY])
        for start in sorted(own):
            expected |= own[start]
            assert value(line, start) == expected
