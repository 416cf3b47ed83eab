"""An installation to audit: cases at several stages in a bucket of their own, and hands that change
rows behind its back.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from workflow_app import connections
from workflow_app.domain import SYSTEM, Actor
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.operations import checkpoints, consistency
from workflow_app.services.operations.consistency_cases import Fault
from workflow_app.services.workflow import tasks
from workflow_app.settings import Settings

KEY = bytes(range(32))
PUBLIC_KEY = checkpoints.public_key_of(KEY)
Play = Callable[..., UUID]


@pytest.fixture
def works(works: Works, settings: Settings) -> Works:
    """With a bucket of its own: that of the other tests holds checkpoints of other sites."""
    own = connections.blobs(settings.model_copy(update={"s3_bucket": f"consistency-{uuid4().hex}"}))
    own.ensure_bucket()
    return replace(works, blobs=own)


@pytest.fixture
def ended(play: Play) -> UUID:
    """A case whose letter was handed over."""
    return play("sktlk_ktp")


@pytest.fixture
def corrected(play: Play) -> UUID:
    """A case whose first letter was wrong and is void."""
    return play("warga_menemukan_kesalahan")


@pytest.fixture
def waiting(play: Play) -> UUID:
    """A case that waits for approval."""
    return play("sktlk_ktp", 6)


@pytest.fixture
def printing(works: Works, waiting: UUID, sari: Actor) -> UUID:
    """A case whose letter is about to be printed."""
    with works.begin(sari) as work:
        tasks.complete(work, open_task(work, waiting), {"keputusan": "setuju"}, str(uuid4()))
    return waiting


def open_task(work: UnitOfWork, case_id: UUID) -> UUID:
    found = text("select id from task where case_id = :case and status = 'open'")
    return UUID(str(work.session.execute(found, {"case": case_id}).scalar_one()))


def faults(works: Works) -> list[Fault]:
    with works.begin(SYSTEM) as work:
        return consistency.check_consistency(work, PUBLIC_KEY)


class Undo(Exception):
    """Takes back what was planted."""


def planted(works: Works, *statements: str, case: UUID | None = None) -> set[tuple[str, str]]:
    """What is found after somebody changed rows by hand, kind and place; the rows are put back
    afterwards.
    """
    found: list[Fault] = []
    with suppress(Undo), works.begin(SYSTEM) as work:
        for table in ("audit_event", "submission", "audit_checkpoint", "case_kinship"):
            work.session.execute(text(f"alter table {table} disable trigger user"))
        for statement in statements:
            known = {"case": case} if ":case" in statement else {}
            changed = work.session.execute(text(statement), known)
            assert changed.rowcount > 0, statement  # type: ignore[attr-defined]  # a statement that changes rows has it
        found = consistency.check_consistency(work, PUBLIC_KEY)
        raise Undo
    return {(fault.kind, fault.where) for fault in found}
