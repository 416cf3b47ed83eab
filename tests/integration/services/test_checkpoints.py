"""Signed checkpoints: a trail rewritten with all its hashes is still found."""

import threading

import pytest
from sqlalchemy import text

from workflow_app.services import audit, checkpoints
from workflow_app.services.checkpoints import Coverage
from workflow_app.services.unit_of_work import UnitOfWork, Works
from workflow_app.types import SYSTEM

KEY = bytes(range(32))
PUBLIC_KEY = checkpoints.public_key_of(KEY)


def happen(work: UnitOfWork, count: int = 3, chain: str = "test:a") -> None:
    for number in range(count):
        audit.record(work, chain, "test.happened", number=number)


def reasons(work: UnitOfWork, key: bytes = PUBLIC_KEY) -> list[str]:
    work.session.expire_all()
    return [finding.reason for finding in checkpoints.verify_checkpoints(work, key)]


def tamper(work: UnitOfWork, *statements: str) -> None:
    """What somebody with all rights on the database could do."""
    for table in ("audit_event", "audit_checkpoint"):
        work.session.execute(text(f"alter table {table} disable trigger user"))
    for statement in statements:
        work.session.execute(text(statement))


def test_each_checkpoint_signs_what_is_new_and_follows_the_one_before(work: UnitOfWork) -> None:
    happen(work, 3)
    first = checkpoints.make_checkpoint(work, KEY)
    happen(work, 4, "test:b")
    second = checkpoints.make_checkpoint(work, KEY)

    assert first is not None
    assert second is not None
    assert second.events == 4
    assert reasons(work) == []
    happen(work, 1)
    covered = checkpoints.coverage(work)
    assert covered == Coverage(events=first.events + 5, anchored=first.events + 4, checkpoints=2)


def test_without_new_events_no_checkpoint_is_made(work: UnitOfWork) -> None:
    happen(work)
    checkpoints.make_checkpoint(work, KEY)

    assert checkpoints.make_checkpoint(work, KEY) is None


def test_another_key_does_not_verify(work: UnitOfWork) -> None:
    happen(work)
    checkpoints.make_checkpoint(work, KEY)

    assert reasons(work, checkpoints.public_key_of(bytes(32))) == [
        "the signature is not by the installed key"
    ]


def test_a_trail_rewritten_with_correct_hashes_is_found(work: UnitOfWork) -> None:
    happen(work)
    checkpoints.make_checkpoint(work, KEY)
    tamper(
        work,
        "delete from audit_event where chain = 'test:a'",
        "delete from audit_chain where name = 'test:a'",
    )
    happen(work)

    assert list(audit.verify_chains(work)) == []
    assert any("events were signed" in reason for reason in reasons(work))


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("update audit_event set digest = sha256('x') where position = 2 and chain = 'test:a'", "not those"),
        ("delete from audit_event where position = 3 and chain = 'test:a'", "events were signed"),
        ("update audit_checkpoint set root = sha256('x') where events = 3", "signature"),
        ("update audit_checkpoint set events = 2 where events = 3", "signature"),
        ("update audit_checkpoint set made_at = now() where events = 3", "signature"),
        ("delete from audit_checkpoint where events = 3", "does not follow"),
        ("update audit_checkpoint set signature = sha512('x') where events = 3", "locked copy"),
        (
            "update audit_checkpoint set blob = encode(sha256('x'), 'hex') where events = 3",
            "missing from the object",
        ),
    ],
)
def test_what_was_changed_behind_our_back_is_named(work: UnitOfWork, statement: str, reason: str) -> None:
    happen(work, 1, "test:first")
    checkpoints.make_checkpoint(work, KEY)
    happen(work, 3)
    checkpoints.make_checkpoint(work, KEY)
    happen(work, 2)
    checkpoints.make_checkpoint(work, KEY)
    assert reasons(work) == []

    tamper(work, statement)

    assert any(reason in found for found in reasons(work))


def test_the_copy_in_the_object_store_can_be_verified_by_hand(work: UnitOfWork) -> None:
    happen(work)
    checkpoints.make_checkpoint(work, KEY)
    blob = work.session.scalar(text("select blob from audit_checkpoint order by id desc limit 1"))

    lines = work.blobs.read(blob).decode().splitlines()

    assert lines[0] == "sentra-audit-checkpoint/1"
    assert [line.split()[0] for line in lines[1:]] == [
        "last_event_id", "events", "root", "previous", "made_at", "ed25519",
    ]  # fmt: skip
    assert work.blobs.stat(blob).locked_until is not None


def test_an_event_that_commits_late_does_not_fall_between_two_checkpoints(fresh_works: Works) -> None:
    written, may_commit = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with fresh_works.begin(SYSTEM) as work:
            happen(work, 1, "test:slow")
            written.set()
            may_commit.wait(10)

    writer = threading.Thread(target=slow_writer)
    writer.start()
    written.wait(10)
    with fresh_works.begin(SYSTEM) as work:
        happen(work, 1, "test:quick")
    threading.Timer(0.5, may_commit.set).start()
    with fresh_works.begin(SYSTEM) as work:
        made = checkpoints.make_checkpoint(work, KEY)
    writer.join()

    with fresh_works.begin(SYSTEM) as work:
        covered = checkpoints.coverage(work)
        assert made is not None
        assert covered.anchored == covered.events
        assert reasons(work) == []


def test_writers_go_on_while_a_checkpoint_is_being_made(fresh_works: Works) -> None:
    with fresh_works.begin(SYSTEM) as work:
        happen(work)
    with fresh_works.begin(SYSTEM) as making:
        checkpoints.make_checkpoint(making, KEY)
        with fresh_works.begin(SYSTEM) as writing:
            writing.session.execute(text("set local lock_timeout = '1s'"))
            happen(writing, 1, "test:meanwhile")

    with fresh_works.begin(SYSTEM) as work:
        assert reasons(work) == []
        assert checkpoints.coverage(work) == Coverage(events=4, anchored=3, checkpoints=1)
