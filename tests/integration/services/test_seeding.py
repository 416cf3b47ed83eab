"""What a first start invents, and where one that was cut off goes on."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.conftest import PROCESSES
from tests.integration.deploying import deploy
from tests.unit.engine.family import CALL, CALLER, call, report
from workflow_app.roles import FIELD_ROLES
from workflow_app.services.accounts import users
from workflow_app.services.days import duties, rosters
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.running import cases, seeding, tasks
from workflow_app.types import SYSTEM


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
        serving = {role: len(people) for role, people in duties.now(work, "spkt").items()}
        assert serving == {**dict.fromkeys(FIELD_ROLES, 1), "piket_propam": 2}, "one examines, one decides"
        assert rosters.doubts(work) == []

    deploy(works, tmp_path, report(), call())
    with works.begin(SYSTEM) as work:
        (actor,) = (users.actor_of(found) for found in users.list_all(work) if found.username == "petugas")
    with works.begin(actor) as work:
        begun = cases.start(work, CALL)
        assert begun.task_id is not None
        tasks.complete(work, begun.task_id, dict(CALLER), str(uuid4()))
    played.clear()

    seeding.demo(works, PROCESSES, "http://127.0.0.1:8000")
    assert played == names[1:], "the case that the first one began is none of the demo's own"
