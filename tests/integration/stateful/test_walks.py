"""Random people press random buttons of every process; no rule is ever broken.

The suite runs a few examples, the same every time. Longer and different ones:
docs/how-to/walk-longer.md.
"""

import os
import sys
from collections import Counter as Tally

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.stateful.counter import Counter
from tests.integration.stateful.hall import Ground

IS_LONG = "STATEFUL_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("STATEFUL_EXAMPLES", "9"))
"""Of each process."""
STEPS = int(os.environ.get("STATEFUL_STEPS", "20"))
SHRINKS = "STATEFUL_SHRINK" in os.environ
"""A failing example is made small, which takes up to five minutes."""
WALKS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    derandomize=not IS_LONG,
    phases=(Phase.generate, Phase.shrink) if SHRINKS else (Phase.generate,),
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
OFTEN = {"claim", "reassign", "completing", "send_again", "go_away"}
"""Verbs that even the few examples of the suite do rightly and wrongly, whatever else chance
brings.
"""


@pytest.mark.timeout(1200)
def test_random_actions_of_random_people_break_no_rule(ground: Ground, quick_letters: None) -> None:
    class CounterOfThisTest(Counter):
        pass

    CounterOfThisTest.ground, CounterOfThisTest.tally, CounterOfThisTest.reached = (
        ground,
        Tally(),
        Tally(),
    )
    for key in ground.processes:
        CounterOfThisTest.begins_with = key
        run_state_machine_as_test(CounterOfThisTest, settings=WALKS)
    if IS_LONG:
        for counted in (CounterOfThisTest.tally, CounterOfThisTest.reached):
            sys.stdout.write(f"\n{sorted(counted.items())}\n")
    done, refused = (
        {name for name, was_done in CounterOfThisTest.tally if was_done is kind}
        for kind in (True, False)
    )
    assert {key for key, _ in CounterOfThisTest.reached} == {*ground.processes}
    assert done >= OFTEN | {"start"}, "the examples no longer reach these verbs"
    assert refused >= OFTEN | {"outdated"}, "the examples no longer try what is forbidden"
