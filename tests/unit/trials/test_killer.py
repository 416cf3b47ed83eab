"""The killer of a trial waits for what is being started again, but not for ever."""

import random
from typing import cast

import pytest

from workflow_app.services.core.unit_of_work import Works
from workflow_app.tools.chaos import trial
from workflow_app.tools.chaos.trial import TARGETS, Killer, NotRecovered
from workflow_app.tools.load.site import TrialSite


class DyingSite:
    """Nothing runs, and a supervisor that is started ends at once."""

    starts = 0

    def is_supervised(self) -> bool:
        return False

    def start(self, *, wait: bool) -> None:
        self.starts += 1


def test_a_site_that_does_not_come_up_any_more_ends_the_trial_after_being_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trial, "RECOVERY_SECONDS", 0.25)
    monkeypatch.setattr(trial, "TARGETS", dict.fromkeys(TARGETS, lambda site: []))
    site = DyingSite()
    hunter = Killer(cast(TrialSite, site), cast(Works, None), random.Random(1), tuple(TARGETS))

    with pytest.raises(NotRecovered):
        hunter.kill(is_patient=True)

    assert site.starts >= 1
