"""A short chaos trial: every kind of process dies once under load, and nothing is lost, doubled or
missing.
"""

import pytest

from workflow_app.tools.chaos import trial
from workflow_app.tools.chaos.trial import TARGETS

CHILDREN = tuple(target for target in TARGETS if target != "supervisor")
"""A new supervisor has tests of its own, with the command `run`."""


@pytest.mark.timeout(400)
def test_nothing_that_was_acknowledged_is_lost_when_processes_die(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = trial.run(len(CHILDREN), 2026, print, targets=CHILDREN, longest_gap=2.0)

    assert (report.faults, report.complaints) == ([], []), capsys.readouterr().out
    assert report.by_target == dict.fromkeys(CHILDREN, 1)
    assert report.is_clean, "the officers got something done, else the trial proves nothing"
    assert report.acknowledged > 10
    assert report.letters > 2
