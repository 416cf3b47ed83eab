"""What a first start invents, and where one that was cut off goes on."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.deploying import deploy
from tests.unit.engine.family import CALL, CALLER, call, report
from workflow_app.domain import SYSTEM
from workflow_app.models import Case, CaseKinship, Incident
from workflow_app.permissions import FIELD_ROLES
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.roster import duty, rosters
from workflow_app.services.workflow import cases, tasks


def test_a_first_start_that_was_cut_off_counts_only_the_cases_it_began_itself(
    works: Works, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[str] = []

    def note(_works: Works, folder: Path, _url: str, name: str, _steps: Any) -> None:
        played.append(f"{folder.name}/{name}")

    monkeypatch.setattr(seeding, "_play", note)
    seeding.demo(works, PROCESSES, "http://127.0.0.1:8000")
    names = [f"{process}/{name}" for process, name, _ in seeding.DEMO_CASES]
    assert played == names
    with works.begin(SYSTEM) as work:
        serving = {role: len(people) for role, people in duty.now(work, "spkt").items()}
        assert serving == {**dict.fromkeys(FIELD_ROLES, 1), "piket_propam": 2}, (
            "one examines, one decides"
        )
        assert rosters.doubts(work) == []

    deploy(works, tmp_path, report(), call())
    with works.begin(SYSTEM) as work:
        (actor,) = (
            users.actor_of(found) for found in users.list_all(work) if found.username == "petugas"
        )
    with works.begin(actor) as work:
        begun = cases.start(work, CALL)
        assert begun.task_id is not None
        tasks.complete(work, begun.task_id, dict(CALLER), str(uuid4()))
    played.clear()

    seeding.demo(works, PROCESSES, "http://127.0.0.1:8000")
    assert played == names[1:], "the case that the first one began is none of the demo's own"


@pytest.mark.parametrize(
    "begins",
    ["2026-12-31T23:59:59+08:00", "2027-01-01T00:00:30+08:00", "2026-11-29T03:10:00+08:00"],
    ids=["the last second of the year", "its first minute", "a night from Saturday to Sunday"],
)
def test_a_first_start_invents_the_same_at_every_hour(
    works: Works, clock: TestClock, begins: str
) -> None:
    clock.at = datetime.fromisoformat(begins).astimezone(UTC)
    with works.begin(SYSTEM) as work:
        seeding.deploy_all(work, PROCESSES)

    seeding.demo(works, PROCESSES, "http://127.0.0.1:8000")

    with works.begin(SYSTEM) as work:
        begun_by_others = select(CaseKinship.child_id)
        own = select(func.count()).select_from(Case).where(Case.id.not_in(begun_by_others))
        assert work.session.scalar(own) == len(seeding.DEMO_CASES)
        assert work.session.scalar(select(func.count()).select_from(Incident)) == 0
