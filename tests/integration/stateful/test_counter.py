"""Random people press random buttons; the counter never breaks a rule.

The suite runs a few examples, the same every time. Longer and different ones:
`STATEFUL_EXAMPLES=300 STATEFUL_STEPS=60 .venv/bin/python -m pytest tests/integration/stateful -s`.
"""

import hashlib
import os
from collections import Counter as Tally
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.conftest import TestClock
from tests.integration.stateful.counter import Counter
from tests.integration.stateful.hall import Ground
from workflow_app.services import typesetting
from workflow_app.services.unit_of_work import Works
from workflow_app.types import Actor

IS_LONG = "STATEFUL_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("STATEFUL_EXAMPLES", "25"))
STEPS = int(os.environ.get("STATEFUL_STEPS", "25"))
OFTEN = {"start", "claim", "release", "reassign", "completing", "send_again", "upload", "reveal"}
"""Verbs that even the few examples of the suite do rightly and wrongly, whatever else chance brings."""
PEOPLE = {
    "petugas": ("petugas",),
    "petugas2": ("petugas",),
    "ka_spkt": ("ka_spkt",),
    "ka_spkt2": ("ka_spkt",),
    "pamapta": ("pamapta", "petugas"),
    "ganda": ("petugas", "ka_spkt"),
    "auditor": ("auditor",),
    "pimpinan": ("pimpinan",),
    "arsiparis": ("arsiparis",),
}


@pytest.fixture
def quick_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting a letter takes most of a second and is tested elsewhere."""

    def typeset(html: str, _about: object) -> tuple[bytes, int]:
        return b"%PDF-1.7 " + hashlib.sha256(html.encode()).hexdigest().encode(), 1

    monkeypatch.setattr(typesetting, "typeset", typeset)


@pytest.fixture
def ground(works: Works, sktlk: str, clock: TestClock, person: Callable[..., Actor]) -> Ground:
    """People of all roles, and one of another unit with every role."""
    people = {name: person(name, *roles) for name, roles in PEOPLE.items()}
    people["unit_lain"] = person("unit_lain", "petugas", "ka_spkt", "pamapta", "auditor", unit="lain")
    return Ground(works.session_factory.kw["bind"], works, clock, people)


def test_random_actions_of_random_people_break_no_rule(ground: Ground, quick_letters: None) -> None:
    class CounterOfThisTest(Counter):
        pass

    CounterOfThisTest.ground, CounterOfThisTest.tally = ground, Tally()
    run_state_machine_as_test(
        CounterOfThisTest,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not IS_LONG,
            phases=(Phase.generate, Phase.shrink) if IS_LONG else (Phase.generate,),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    done, refused = (
        {name for name, was_done in CounterOfThisTest.tally if was_done is kind} for kind in (True, False)
    )
    assert done >= OFTEN, "the examples no longer reach these verbs"
    assert refused >= OFTEN | {"outdated"}, "the examples no longer try what is forbidden"
