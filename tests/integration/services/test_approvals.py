"""Decisions that wait, whatever version of the process their cases run under."""

import re
from pathlib import Path

import pytest

from tests.integration.conftest import TestClock
from tests.integration.deploying import copy_of
from tests.integration.services.standing_cases import APPROVAL, WORK, Office, Span
from workflow_app.domain import SYSTEM, Actor
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions
from workflow_app.services.reporting import boards


@pytest.fixture
def office(works: Works, clock: TestClock, sktlk: str) -> Office:
    return Office(works, clock, sktlk)


def test_a_decision_of_a_case_under_an_older_version_waits_as_that_version_says(
    works: Works, office: Office, sari: Actor, tmp_path: Path
) -> None:
    """The new version holds another step under four eyes; each case goes by the version it runs
    under.
    """
    of_old = office.case(Span(-20, -5), waits=[APPROVAL])
    office.case(Span(-20, -5), waits=[WORK])
    model = copy_of("sktlk", tmp_path) / "process.bpmn"
    held = re.compile(
        (
            r'(id="(?:persetujuan|identitas)"(?:(?!</bpmn:userTask>).)*?)<spiffworkflow:property '
            r'name="fourEyes"[^>]*/>'
        ),
        re.DOTALL,
    )
    text, removed = held.subn(r"\1", model.read_text())
    assert removed == 1
    own = '<bpmn:userTask id="identitas"(?:(?!</spiffworkflow:properties>).)*'
    added = '<spiffworkflow:property name="fourEyes" value="terima_warga" />'
    text, made = re.subn(own, lambda found: found[0] + added, text, flags=re.DOTALL)
    assert made == 1
    model.write_text(text)
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, model.parent)
    of_new = office.case(Span(-20, -5), waits=[WORK])
    office.case(Span(-20, -5), waits=[APPROVAL])

    with works.begin(sari) as work:
        board = boards.read(work)
        listed = boards.page(work, "waiting")
    assert {one.case_id for one in board.approvals} == {of_old, of_new}
    assert board.waiting == 2
    assert {row.case.case_id for row in listed.rows} == {of_old, of_new}
