"""A new version of a process while cases start, and while somebody else deploys it too."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.integration.deploying import copy_of
from tests.integration.races.meeting import outcome, second_comes_while_first_holds, together
from tests.integration.races.office import Office
from workflow_app.domain import SYSTEM
from workflow_app.models import Definition
from workflow_app.services.core import unit_of_work
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, tasks


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """The same process with one changed word."""
    folder = copy_of("sktlk", tmp_path)
    form = folder / "forms" / "peristiwa.ui.json"
    form.write_text(form.read_text().replace('"title": "', f'"title": "Uji {uuid4().hex[:6]} ', 1))
    return folder


def test_a_case_that_starts_during_a_deployment_runs_under_one_version_to_its_end(
    office: Office, next_version: Path
) -> None:
    budi = office.people["budi"]

    made, started = second_comes_while_first_holds(
        office.works,
        (SYSTEM, lambda work: definitions.deploy(work, next_version)),
        (budi, lambda work: cases.start(work, "sktlk")),
    )
    after = outcome(office.works, budi, lambda work: cases.start(work, "sktlk"))

    with office.works.begin(budi) as work:
        assert cases.get(work, started.case_id).process_version == made.version - 1
        assert cases.get(work, after.case_id).process_version == made.version
        assert tasks.get(work, started.task_id).form.title


def test_two_deployments_of_one_folder_make_one_version(office: Office, next_version: Path) -> None:
    deploy = lambda: outcome(  # noqa: E731 - a verb, as the others
        office.works, SYSTEM, lambda work: definitions.deploy(work, next_version)
    )

    made = together(deploy, deploy, deploy)

    assert sorted(found.is_new for found in made) == [False, False, True]
    with office.works.begin(SYSTEM) as work:
        current = select(func.count()).where(
            Definition.process_key == "sktlk", Definition.is_current
        )
        assert work.session.scalar(current) == 1
        assert list(unit_of_work.verify_chains(work)) == []
