"""The audit of an installation: cases that beget cases."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.deploying import deploy
from tests.integration.services.installation import faults, planted
from tests.integration.services.installation import works as works
from tests.unit.engine.family import CALL, CALLER, call, report
from workflow_app.domain import Actor
from workflow_app.models import CaseKinship
from workflow_app.services.cases import related_cases
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.workflow import cases, tasks


@pytest.fixture
def family(works: Works, tmp_path: Path, budi: Actor) -> tuple[UUID, UUID]:
    """A case and the one it began."""
    deploy(works, tmp_path, report(), call())
    with works.begin(budi) as work:
        started = cases.start(work, CALL)
        assert started.task_id is not None
        tasks.complete(work, started.task_id, dict(CALLER), str(uuid4()))
        child = work.session.scalars(
            select(CaseKinship.child_id).where(CaseKinship.parent_id == started.case_id)
        ).one()
    return started.case_id, child


def test_a_case_and_the_one_it_began_agree(works: Works, family: tuple[UUID, UUID]) -> None:
    assert faults(works) == []


def test_a_bond_that_only_one_side_knows_is_found(works: Works, family: tuple[UUID, UUID]) -> None:
    parent, child = family

    lost = planted(works, "delete from case_kinship where child_id = :case", case=child)
    assert ("kinship", f"case {parent}") in lost
    for action in (related_cases.CHILD, related_cases.PARENT):
        silent = planted(works, f"delete from audit_event where action = '{action}'")
        assert ("kinship", f"case {child}") in silent, action


def test_a_bond_to_another_case_is_found(
    works: Works, family: tuple[UUID, UUID], budi: Actor
) -> None:
    with works.begin(budi) as work:
        other = cases.start(work, CALL).case_id

    moved = planted(works, "update case_kinship set parent_id = :case", case=other)

    assert moved == {("kinship", f"case {place}") for place in (family[0], family[1])}
