"""Papers of every process around the end of the year: numbered by the day at the counter (WITA),
from one again in January.

Derived from the folders: every kind of letter, in each of its models. How many working days follow
is asked of the calendars.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.conftest import TestClock
from tests.integration.processes.release import FOLDERS
from tests.integration.services import desk
from workflow_app.domain import WITA, Actor
from workflow_app.engine import process_folders
from workflow_app.engine.model import read_model
from workflow_app.models import Letter
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.letters import letters
from workflow_app.services.processes import definitions

BEFORE = datetime(2026, 12, 31, 23, 59, tzinfo=WITA).astimezone(UTC)
AFTER = datetime(2027, 1, 1, 0, 1, tzinfo=WITA).astimezone(UTC)
"""Both on 31 December in UTC."""
MODELS = ("a", "b")


def papers() -> list[object]:
    """Folder, letter and model of everything that is issued."""
    found = set()
    for folder in FOLDERS:
        for node in read_model((folder / process_folders.MODEL_FILE).read_bytes()).nodes.values():
            if node.operation == "issue_letter":
                letter = node.parameters["letter"].strip("\"'")
                found |= {
                    (folder, letter, model)
                    for model in (MODELS if "model" in node.parameters else ("",))
                }
    return [
        pytest.param(*one, id="-".join((one[0].name, *filter(None, one[1:]))))
        for one in sorted(found)
    ]


@pytest.mark.parametrize(("folder", "letter", "model"), papers())
def test_r35_r48_a_paper_at_23_59_belongs_to_the_old_year_and_one_at_00_01_to_the_new(
    work: UnitOfWork,
    clock: TestClock,
    budi: Actor,
    person: Callable[..., Actor],
    folder: Path,
    letter: str,
    model: str,
) -> None:
    role = min(definitions.read(folder).started_by, default="")
    clerk = person("juru", role) if role else budi
    clock.at = BEFORE
    definitions.deploy(work, folder)
    acting = replace(work, actor=clerk)

    def issue() -> str:
        case = desk.new_case(acting, folder.name)
        return work.session.get_one(Letter, letters.issue(acting, case, letter, model)).number

    old = [issue(), issue()]
    clock.at = AFTER
    new = issue()

    assert [number.split("/XII/2026/")[0].split("/")[-1] for number in old] == ["1", "2"]
    assert new.split("/I/2027/")[0].split("/")[-1] == "1"
