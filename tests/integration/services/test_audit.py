"""The trail: append-only, chained, verifiable."""

from contextlib import suppress
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from workflow_app.domain import SYSTEM, Conflict
from workflow_app.models import AuditEvent
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works


def test_events_of_a_chain_verify(work: UnitOfWork) -> None:
    for number in range(3):
        unit_of_work.record(work, "test:a", "test.happened", number=number, name="Sa'diah")
    unit_of_work.record(work, "test:b", "test.happened")

    assert list(unit_of_work.verify_chains(work)) == []


def test_many_events_at_once_follow_one_another_in_chains_that_exist_and_in_those_that_begin(
    work: UnitOfWork,
) -> None:
    unit_of_work.record(work, "test:b", "test.happened")
    told = [
        unit_of_work.Happening(chain, "test.seen", details={"no": no})
        for no, chain in enumerate(["test:b", "test:a", "test:b", "test:c"])
    ]
    unit_of_work.record_all(work, told)
    unit_of_work.record_all(work, [])
    unit_of_work.record(work, "test:b", "test.happened")
    work.session.flush()
    work.session.expire_all()

    assert list(unit_of_work.verify_chains(work)) == []
    query = (
        select(AuditEvent)
        .where(AuditEvent.chain.startswith("test:"))
        .order_by(AuditEvent.chain, AuditEvent.position)
    )
    assert [
        (each.chain, each.position, each.details.get("no")) for each in work.session.scalars(query)
    ] == [
        ("test:a", 1, 1),
        ("test:b", 1, None),
        ("test:b", 2, 0),
        ("test:b", 3, 2),
        ("test:b", 4, None),
        ("test:c", 1, 3),
    ]


def test_a_chain_goes_on_after_a_part_of_the_work_was_taken_back(works: Works) -> None:
    """Of the chain that began there nothing is left, and the lock on the other one's head is asked
    for again.
    """
    known, begun = f"test:{uuid4()}", f"test:{uuid4()}"
    with works.begin(SYSTEM) as work:
        unit_of_work.record(work, known, "test.happened")
        with suppress(Conflict), work.session.begin_nested():
            for chain in (known, begun):
                unit_of_work.record(work, chain, "test.taken_back")
            raise Conflict()
        unit_of_work.record_all(
            work, [unit_of_work.Happening(chain, "test.happened") for chain in (known, begun)]
        )

    with works.begin(SYSTEM) as work:
        query = select(AuditEvent.action, AuditEvent.position).where(
            AuditEvent.chain.in_([known, begun])
        )
        assert sorted(work.session.execute(query).all()) == [
            ("test.happened", 1),
            ("test.happened", 1),
            ("test.happened", 2),
        ]
        assert list(unit_of_work.verify_chains(work)) == []


def test_an_event_cannot_be_changed_or_deleted(work: UnitOfWork) -> None:
    unit_of_work.record(work, "test:a", "test.happened")

    for statement in (
        "update audit_event set action = 'x'",
        "delete from audit_event",
        "truncate audit_event",
    ):
        with pytest.raises(DBAPIError, match="append-only"), work.session.begin_nested():
            work.session.execute(text(statement))


@pytest.mark.parametrize(
    ("tampering", "reason"),
    [
        (
            (
                "update audit_event set details = '{\"number\": 9}' where chain = 'test:a' and "
                "position = 2"
            ),
            "changed",
        ),
        (
            "update audit_event set actor_name = 'X' where chain = 'test:a' and position = 1",
            "changed",
        ),
        ("delete from audit_event where chain = 'test:a' and position = 2", "missing"),
        ("delete from audit_event where chain = 'test:a' and position = 3", "end of the chain"),
        ("delete from audit_event where chain = 'test:a'", "all events"),
    ],
)
def test_tampering_behind_the_trigger_is_found(
    work: UnitOfWork, tampering: str, reason: str
) -> None:
    for number in range(3):
        unit_of_work.record(work, "test:a", "test.happened", number=number)
    work.session.execute(
        text("alter table audit_event disable trigger user")
    )  # what a DBA could do
    work.session.execute(text(tampering))
    work.session.expire_all()

    findings = [
        finding for finding in unit_of_work.verify_chains(work) if finding.chain == "test:a"
    ]

    assert any(reason in finding.reason for finding in findings)
