"""A case begins: its number, its row and its first step. What that step asks for is settled by `steps`."""

from dataclasses import dataclass
from uuid import uuid4

from workflow_app.engine import runner
from workflow_app.engine.run import Run
from workflow_app.models.case import Case
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import numbers
from workflow_app.services.sop.processes import current, definition_of
from workflow_app.types import Variables


@dataclass(frozen=True)
class Opened:
    """A case that has begun and whose first step is not settled yet."""

    case: Case
    run: Run


def open_case(
    work: UnitOfWork,
    process_key: str,
    *,
    unit: str,
    token: str | None = None,
    begins_with: Variables | None = None,
) -> Opened:
    """Begin a case under the current version of a process. The caller has checked who may; raises `NotFound`."""
    row = current(work, process_key)
    definition = definition_of(work, row.id)
    now = work.clock()
    run = runner.begin(definition, begins_with or {}, now)
    case = Case(
        id=uuid4(),
        number=numbers.allocate(work, "BERKAS", now).text,
        start_token=token,
        process_key=process_key,
        definition_id=row.id,
        unit=unit,
        status="running",
        state=b"",  # until the step is settled
        standing={},
        opened_at=now,
        opened_by=work.actor.user_id,
        data_key=work.vault.new_key(),
    )
    work.session.add(case)
    work.session.flush()
    audit.record_case(
        work, case.id, "case.opened", number=case.number, process=process_key, version=row.version
    )
    return Opened(case, run)
