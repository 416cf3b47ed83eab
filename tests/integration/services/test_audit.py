"""The trail: append-only, chained, verifiable."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from workflow_app.models.audit import AuditEvent
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork


def test_events_of_a_chain_verify(work: UnitOfWork) -> None:
    for number in range(3):
        audit.record(work, "test:a", "test.happened", number=number, name="Sa'diah")
    audit.record(work, "test:b", "test.happened")

    assert list(audit.verify_chains(work)) == []


def test_many_events_at_once_follow_one_another_in_chains_that_exist_and_in_those_that_begin(
    work: UnitOfWork,
) -> None:
    audit.record(work, "test:b", "test.happened")
    told = [
        audit.Happening(chain, "test.seen", details={"no": no})
        for no, chain in enumerate(["test:b", "test:a", "test:b", "test:c"])
    ]
    audit.record_all(work, told)
    audit.record_all(work, [])
    audit.record(work, "test:b", "test.happened")
    work.session.flush()
    work.session.expire_all()

    assert list(audit.verify_chains(work)) == []
    query = (
        select(AuditEvent)
        .where(AuditEvent.chain.startswith("test:"))
        .order_by(AuditEvent.chain, AuditEvent.position)
    )
    assert [(each.chain, each.position, each.details.get("no")) for each in work.session.scalars(query)] == [
        ("test:a", 1, 1),
        ("test:b", 1, None),
        ("test:b", 2, 0),
        ("test:b", 3, 2),
        ("test:b", 4, None),
        ("test:c", 1, 3),
    ]


def test_an_event_cannot_be_changed_or_deleted(work: UnitOfWork) -> None:
    audit.record(work, "test:a", "test.happened")

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
            "update audit_event set details = '{\"number\": 9}' where chain = 'test:a' and position = 2",
            "changed",
        ),
        ("update audit_event set actor_name = 'X' where chain = 'test:a' and position = 1", "changed"),
        ("delete from audit_event where chain = 'test:a' and position = 2", "missing"),
        ("delete from audit_event where chain = 'test:a' and position = 3", "end of the chain"),
        ("delete from audit_event where chain = 'test:a'", "all events"),
    ],
)
def test_tampering_behind_the_trigger_is_found(work: UnitOfWork, tampering: str, reason: str) -> None:
    for number in range(3):
        audit.record(work, "test:a", "test.happened", number=number)
    work.session.execute(text("alter table audit_event disable trigger user"))  # what a DBA could do
    work.session.execute(text(tampering))
    work.session.expire_all()

    findings = [finding for finding in audit.verify_chains(work) if finding.chain == "test:a"]

    assert any(reason in finding.reason for finding in findings)
