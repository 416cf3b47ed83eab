"""Signed checkpoints: a trail rewritten with all its hashes is still found."""

import hashlib
import threading
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.integration.conftest import TestClock
from workflow_app import connections
from workflow_app.domain import SYSTEM
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.operations import checkpoints
from workflow_app.services.operations.checkpoints import Coverage
from workflow_app.settings import Settings

KEY = bytes(range(32))
PUBLIC_KEY = checkpoints.public_key_of(KEY)


def own_bucket(settings: Settings) -> Settings:
    """A site has its own bucket; that of the other tests holds checkpoints of other sites."""
    return settings.model_copy(update={"s3_bucket": f"checkpoints-{uuid4().hex}"})


@pytest.fixture
def fresh_settings(fresh_settings: Settings) -> Settings:
    return own_bucket(fresh_settings)


@pytest.fixture
def work(work: UnitOfWork, settings: Settings) -> UnitOfWork:
    own = connections.blobs(own_bucket(settings))
    own.ensure_bucket()
    return replace(work, blobs=own)


def happen(work: UnitOfWork, count: int = 3, chain: str = "test:a") -> None:
    for number in range(count):
        unit_of_work.record(work, chain, "test.happened", number=number)


def reasons(work: UnitOfWork, key: bytes = PUBLIC_KEY) -> list[str]:
    work.session.expire_all()
    return [finding.reason for finding in checkpoints.verify_checkpoints(work, key)]


def tamper(work: UnitOfWork, *statements: str) -> None:
    """What somebody with all rights on the database could do."""
    for table in ("audit_event", "audit_checkpoint"):
        work.session.execute(text(f"alter table {table} disable trigger user"))
    for statement in statements:
        work.session.execute(text(statement))
    work.session.expunge_all()
    work.session.info.clear()


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

    assert list(unit_of_work.verify_chains(work)) == []
    assert any("events were signed" in reason for reason in reasons(work))


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "update audit_event set digest = sha256('x') where position = 2 and chain = 'test:a'",
            "not those",
        ),
        ("delete from audit_event where position = 3 and chain = 'test:a'", "events were signed"),
        ("update audit_checkpoint set root = sha256('x') where events = 3", "signature"),
        ("update audit_checkpoint set events = 2 where events = 3", "signature"),
        ("update audit_checkpoint set made_at = now() where events = 3", "signature"),
        ("delete from audit_checkpoint where events = 3", "does not follow"),
        ("update audit_checkpoint set signature = sha512('x') where events = 3", "locked copy"),
        (
            "update audit_checkpoint set blob = encode(sha256('x'), 'hex') where events = 3",
            "differs from its locked copy",
        ),
    ],
)
def test_what_was_changed_behind_our_back_is_named(
    work: UnitOfWork, statement: str, reason: str
) -> None:
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

    ((name, copy),) = work.blobs.named("checkpoints/")

    assert name == "checkpoints/0000000001"
    assert hashlib.sha256(copy).hexdigest() == blob
    lines = copy.decode().splitlines()

    assert lines[0] == "sentra-audit-checkpoint/1"
    assert [line.split()[0] for line in lines[1:]] == [
        "last_event_id", "events", "root", "previous", "made_at", "ed25519",
    ]  # fmt: skip
    assert work.blobs.stat(name).locked_until is not None


@pytest.mark.parametrize("left", [0, 1, 2])
def test_deleted_newest_checkpoints_are_found_by_their_copies(work: UnitOfWork, left: int) -> None:
    for _ in range(3):
        happen(work, 2)
        checkpoints.make_checkpoint(work, KEY)

    tamper(
        work,
        "delete from audit_checkpoint where id not in "
        f"(select id from audit_checkpoint order by id limit {left})",
    )

    assert reasons(work) == ["is in the object store and missing in the database"] * (3 - left)


def test_a_trail_rewritten_and_signed_again_is_found_by_the_copy_of_what_was_signed_before(
    work: UnitOfWork,
) -> None:
    happen(work, 2)
    checkpoints.make_checkpoint(work, KEY)
    happen(work, 2)
    checkpoints.make_checkpoint(work, KEY)
    tamper(
        work,
        "delete from audit_checkpoint where id = (select max(id) from audit_checkpoint)",
        "delete from audit_event where chain = 'test:a'",
        "delete from audit_chain where name = 'test:a'",
        "delete from audit_checkpoint",
    )
    happen(work, 4)
    assert checkpoints.make_checkpoint(work, KEY) is not None

    assert list(unit_of_work.verify_chains(work)) == []
    assert "was signed before over other events, as a copy in the object store says" in reasons(
        work
    )


def test_a_checkpoint_whose_row_was_not_stored_is_no_finding_once_it_was_made_again(
    work: UnitOfWork, clock: TestClock
) -> None:
    happen(work, 2)
    undone = work.session.begin_nested()
    checkpoints.make_checkpoint(work, KEY)
    undone.rollback()
    clock.advance(minutes=15)
    happen(work, 1)
    checkpoints.make_checkpoint(work, KEY)

    assert len(list(work.blobs.named("checkpoints/"))) == 2
    assert reasons(work) == []


def test_an_event_that_commits_late_does_not_fall_between_two_checkpoints(
    fresh_works: Works,
) -> None:
    written, may_commit = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with fresh_works.begin(SYSTEM) as work:
            happen(work, 1, "test:slow")
            work.session.flush()
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
