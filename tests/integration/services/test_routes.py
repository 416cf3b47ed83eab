"""Who receives a need by decision of the office: from its instant on, and a running case keeps what
it was told (R70 to R73).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.integration.conftest import PROCESSES, TestClock
from workflow_app.domain import SYSTEM
from workflow_app.engine import process_folders, runner
from workflow_app.engine.process_folders import Complete
from workflow_app.models import Case
from workflow_app.services.cases import access
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of

KEY = "rute_rujukan.jasa_pengamanan"
MIDNIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
"""24 November 2026, 00.00 WITA."""
Asked = Callable[[datetime], UUID]


@pytest.fixture
def asked(stage: Stage, works: Works, clock: TestClock) -> Asked:
    """A citizen has told an hour before an instant what he needs, and the officer notes it at that
    instant.
    """
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "referral")
        configuration.set_value(work, KEY, "piket_samapta", MIDNIGHT)
    files = process_folders.read_folder(PROCESSES / "referral")
    told = process_folders.read_scenario("x", files["scenarios/antar_jasa_pengamanan.yaml"])

    def at(instant: datetime) -> UUID:
        clock.at = instant
        arrived = {"arrived_at": (instant - timedelta(hours=1)).isoformat()}
        first, *others = told.steps
        assert isinstance(first, Complete)
        begun = replace(first, answers={**first.answers, **arrived})
        return seeding.play(stage, "referral", replace(told, steps=(begun, *others)), steps=3)

    return at


def told(works: Works, case_id: UUID) -> tuple[Any, list[str]]:
    """The function the case was told, and the steps that wait."""
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        waiting = [task.element for task in access.open_of_case(work, case_id)]
        known = runner.variables(definition_of(work, case.definition_id), case.state)
        return known["rujukan_fungsi"], waiting


def test_r72_a_route_holds_from_midnight_on_and_moves_no_running_case(
    works: Works, clock: TestClock, asked: Asked
) -> None:
    before = asked(MIDNIGHT - timedelta(seconds=1))
    after = asked(MIDNIGHT)

    assert told(works, before) == ("piket_binmas", ["rujukan_cara"])
    assert told(works, after) == ("piket_samapta", ["rujukan_cara"])
