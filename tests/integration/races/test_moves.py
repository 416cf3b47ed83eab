"""Moving cases to another version while somebody works on them, and by two workers at once."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.deploying import copy_of
from tests.integration.races.meeting import second_comes_while_first_holds, together
from tests.integration.races.office import Office, approving
from workflow_app.domain import SYSTEM
from workflow_app.models import AuditEvent, Case, CaseMove
from workflow_app.services.core import unit_of_work
from workflow_app.services.operations import consistency_cases
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import version_migration

REASON = "Kata pada formulir diperbaiki, contoh."


@pytest.fixture
def order(office: Office, waiting_case: UUID, tmp_path: Path) -> UUID:
    """The waiting case is to be moved to a version with one changed word."""
    folder = copy_of("sktlk", tmp_path)
    form = folder / "forms" / "peristiwa.ui.json"
    form.write_text(form.read_text().replace('"title": "', f'"title": "Uji {uuid4().hex[:6]} ', 1))
    with office.works.begin(SYSTEM) as work:
        version = definitions.deploy(work, folder).version
    with office.works.begin(office.people["sari"]) as work:
        return version_migration.order(work, "sktlk", version, [waiting_case], REASON, str(uuid4()))


def fate(office: Office, order: UUID, case_id: UUID) -> str:
    with office.works.begin(SYSTEM) as work:
        return work.session.get_one(CaseMove, (order, case_id)).status


def check(office: Office, case_id: UUID) -> None:
    """The case says the same in its state, its rows and its trail."""
    with office.works.begin(SYSTEM) as work:
        assert [
            fault
            for fault in consistency_cases.check_consistency_case(work)
            if str(case_id) in fault.where
        ] == []
        assert list(unit_of_work.verify_chains(work)) == []


def test_two_workers_with_one_order_move_each_case_once(
    office: Office, order: UUID, waiting_case: UUID
) -> None:
    together(*[lambda: version_migration.carry_out(office.works, order)] * 3)

    assert fate(office, order, waiting_case) == "moved"
    with office.works.begin(SYSTEM) as work:
        told = select(AuditEvent).where(
            AuditEvent.action == "case.moved", AuditEvent.case_id == waiting_case
        )
        assert len(work.session.scalars(told).all()) == 1
    check(office, waiting_case)


def test_a_case_that_is_worked_on_is_waited_for_and_judged_where_it_stands_then(
    office: Office, order: UUID, waiting_case: UUID
) -> None:
    sari = office.people["sari"]
    task_id = office.task(waiting_case).id

    done, _ = second_comes_while_first_holds(
        office.works,
        (sari, approving(task_id)),
        lambda: version_migration.carry_out(office.works, order),
    )

    assert done.case_id == waiting_case
    assert fate(office, order, waiting_case) == "moved"
    check(office, waiting_case)


def test_who_completes_a_task_of_a_case_that_is_just_moved_completes_it_under_the_new_version(
    office: Office, order: UUID, waiting_case: UUID
) -> None:
    sari = office.people["sari"]
    task_id = office.task(waiting_case).id

    _, completed = second_comes_while_first_holds(
        office.works,
        (SYSTEM, lambda work: version_migration._carry_out(work, order, waiting_case)),
        (sari, approving(task_id)),
    )

    assert completed.case_id == waiting_case
    with office.works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, waiting_case)
        assert case.definition_id == definitions.current(work, "sktlk").id
    check(office, waiting_case)
