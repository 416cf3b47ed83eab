"""Rows that are only added: when they are written, and that nothing is left over of what was rolled
back.
"""

from contextlib import suppress
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from workflow_app.domain import SYSTEM, Actor, Conflict
from workflow_app.models import AuditEvent, CaseStep
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.workflow import cases


def _event(work: UnitOfWork, chain: str) -> dict[str, Any]:
    facts = dict.fromkeys(("actor_id", "case_id", "element"))
    told = {
        "chain": chain,
        "position": 1,
        "actor_name": "Sistem",
        "action": "test.happened",
        "details": {},
    }
    return {**facts, **told, "at": work.clock(), "previous": b"", "digest": b""}


def _events(work: UnitOfWork, chain: str) -> int:
    return work.session.scalar(select(func.count()).where(AuditEvent.chain == chain)) or 0


def test_what_alone_was_to_be_written_is_there_after_the_commit(works: Works) -> None:
    chain = f"test:{uuid4()}"
    with works.begin(SYSTEM) as work:
        unit_of_work.append(work, AuditEvent, _event(work, chain))

    with works.begin(SYSTEM) as work:
        assert _events(work, chain) == 1


def test_an_event_is_found_by_who_asks_in_the_same_unit_of_work(work: UnitOfWork) -> None:
    unit_of_work.record(work, "test:rows", "test.happened", number=1)
    unit_of_work.record(work, "test:rows", "test.happened", number=2)

    assert _events(work, "test:rows") == 2
    assert list(unit_of_work.verify_chains(work)) == []


def test_a_row_is_written_behind_the_row_it_refers_to(
    works: Works, budi: Actor, sktlk: str
) -> None:
    with works.begin(budi) as work:
        started = cases.start(work, sktlk)

    with works.begin(SYSTEM) as work:
        steps = work.session.scalars(
            select(CaseStep.no).where(CaseStep.case_id == started.case_id)
        ).all()
        told = select(func.count()).where(AuditEvent.case_id == started.case_id)
        assert steps == [1]
        assert work.session.scalar(told)


def test_nothing_is_left_over_of_what_was_rolled_back(works: Works) -> None:
    chain = f"test:{uuid4()}"
    with works.begin(SYSTEM) as work:
        with suppress(Conflict), work.session.begin_nested():
            unit_of_work.append(work, AuditEvent, _event(work, chain))
            raise Conflict()
        unit_of_work.append(work, AuditEvent, _event(work, f"{chain}:after"))

    with works.begin(SYSTEM) as work:
        assert _events(work, chain) == 0
        assert _events(work, f"{chain}:after") == 1
