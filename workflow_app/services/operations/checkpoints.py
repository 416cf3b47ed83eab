"""Signed checkpoints over the audit trail: what a person with the whole database in hand still
cannot rewrite unseen.

A copy of each lies locked in the object store under a continuous number. Verification starts from
there as well: rows that were deleted from the database, and checkpoints made again over a rewritten
trail, are found by the copies they left.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import func, select, text

from workflow_app.domain import SYSTEM
from workflow_app.models import AuditCheckpoint, AuditEvent
from workflow_app.services.core.jobs import COUNTER, Running, periodic
from workflow_app.services.core.unit_of_work import Finding, UnitOfWork

FORMAT = "sentra-audit-checkpoint/1"
CHAIN = "checkpoint"
NO_PREVIOUS = bytes(32)
MEDIA_TYPE = "text/plain"
PREFIX = "checkpoints/"
LOCK_WAIT = "5s"
"""Writers queue behind a waiting lock, so it gives up; the next run signs what this one did not."""


@dataclass(frozen=True)
class Checkpoint:
    """One signed root."""

    id: int
    events: int
    last_event_id: int
    root: bytes


@dataclass(frozen=True)
class Coverage:
    """How much of the trail lies under a signature."""

    events: int
    anchored: int
    checkpoints: int


def make_checkpoint(work: UnitOfWork, signing_key: bytes) -> Checkpoint | None:
    """Sign the events since the last checkpoint; None when there are none. A copy is locked in the
    object store.
    """
    work.session.execute(text(f"set local lock_timeout = '{LOCK_WAIT}'"))
    work.session.execute(text("lock table audit_checkpoint in share row exclusive mode"))
    last = _last(work)
    begin = last.last_event_id if last else 0
    end = _settled(work)
    if end <= begin:
        return None
    count, root = merkle_root(_digests(work, begin, end))
    row = AuditCheckpoint(
        last_event_id=end,
        events=count,
        root=root,
        previous=bytes.fromhex(last.blob) if last else NO_PREVIOUS,
        made_at=work.clock(),
    )
    key = Ed25519PrivateKey.from_private_bytes(signing_key)
    row.signature = key.sign(_statement(row))
    copy = _signed(row)
    row.blob = hashlib.sha256(copy).hexdigest()
    number = (work.session.scalar(select(func.count()).select_from(AuditCheckpoint)) or 0) + 1
    work.blobs.put_named(name_of(number), copy, MEDIA_TYPE)
    work.session.add(row)
    work.session.flush()
    return Checkpoint(row.id, row.events, row.last_event_id, row.root)


def verify_checkpoints(work: UnitOfWork, public_key: bytes) -> Iterator[Finding]:
    """Recompute every checkpoint from the events, its signature and its locked copy; yields what
    does not hold.
    """
    key = Ed25519PublicKey.from_public_bytes(public_key)
    copies = _copies(work)
    begin, previous = 0, NO_PREVIOUS
    rows = work.session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.id))
    for number, row in enumerate(rows, start=1):
        if row.previous != previous:
            yield Finding(CHAIN, row.id, "does not follow the checkpoint before it")
        if not _is_signed(key, row):
            yield Finding(CHAIN, row.id, "the signature is not by the installed key")
        count, root = merkle_root(_digests(work, begin, row.last_event_id))
        if count != row.events:
            yield Finding(CHAIN, row.id, f"{row.events} events were signed, {count} are there")
        elif root != row.root:
            yield Finding(CHAIN, row.id, "the events are not those that were signed")
        yield from _check_copy(row, copies.pop(number, []), work, key, begin)
        begin, previous = row.last_event_id, bytes.fromhex(row.blob)
    for number, left in sorted(copies.items()):
        if left:
            yield Finding(CHAIN, number, "is in the object store and missing in the database")


def coverage(work: UnitOfWork) -> Coverage:
    """How many events there are, and how many of them lie under a signed root."""
    events = work.session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    signed = work.session.execute(
        select(func.coalesce(func.sum(AuditCheckpoint.events), 0), func.count())
    ).one()
    return Coverage(events, int(signed[0]), signed[1])


def public_key_of(signing_key: bytes) -> bytes:
    """The key with which others verify."""
    return Ed25519PrivateKey.from_private_bytes(signing_key).public_key().public_bytes_raw()


def merkle_root(leaves: Iterable[bytes]) -> tuple[int, bytes]:
    """Number of leaves and root of their Merkle tree (RFC 6962, section 2.1). Streams: keeps one
    hash per level.
    """
    count = 0
    peaks: list[tuple[int, bytes]] = []
    for leaf in leaves:
        count += 1
        node = (1, hashlib.sha256(b"\x00" + leaf).digest())
        while peaks and peaks[-1][0] == node[0]:
            size, left = peaks.pop()
            node = (2 * size, _parent(left, node[1]))
        peaks.append(node)
    if not peaks:
        return 0, hashlib.sha256(b"").digest()
    root = peaks.pop()[1]
    while peaks:
        root = _parent(peaks.pop()[1], root)
    return count, root


def _settled(work: UnitOfWork) -> int:
    """Id up to which no event can appear any more.

    Ids are given before the commit, so a transaction still open may hold a smaller one than the
    newest we see; it would fall between two checkpoints. The lock waits for all of them, and is let
    go with its savepoint.
    """
    savepoint = work.session.begin_nested()
    work.session.execute(text("lock table audit_event in share mode"))
    newest = work.session.scalar(select(func.max(AuditEvent.id)))
    savepoint.rollback()
    return newest or 0


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _last(work: UnitOfWork) -> AuditCheckpoint | None:
    return work.session.scalars(
        select(AuditCheckpoint).order_by(AuditCheckpoint.id.desc()).limit(1)
    ).first()


def _digests(work: UnitOfWork, after: int, until: int) -> Iterator[bytes]:
    query = (
        select(AuditEvent.digest)
        .where(AuditEvent.id > after, AuditEvent.id <= until)
        .order_by(AuditEvent.id)
    )
    yield from work.session.scalars(query.execution_options(yield_per=5000))


def _statement(row: AuditCheckpoint) -> bytes:
    """What is signed: one fact a line, no fact can hold a line break."""
    made_at: datetime = row.made_at.astimezone(UTC)
    lines = (
        FORMAT,
        f"last_event_id {row.last_event_id}",
        f"events {row.events}",
        f"root {row.root.hex()}",
        f"previous {row.previous.hex()}",
        f"made_at {made_at.isoformat(timespec='microseconds')}",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _signed(row: AuditCheckpoint) -> bytes:
    return _statement(row) + f"ed25519 {row.signature.hex()}\n".encode()


def _is_signed(key: Ed25519PublicKey, row: AuditCheckpoint) -> bool:
    try:
        key.verify(row.signature, _statement(row))
    except InvalidSignature:
        return False
    return True


def name_of(number: int) -> str:
    """Where the copy of the first, second, ... checkpoint lies in the object store."""
    return f"{PREFIX}{number:010d}"


def _copies(work: UnitOfWork) -> dict[int, list[bytes]]:
    """All that was ever stored as checkpoint, by number; more than one version when a number was
    used again.
    """
    found: dict[int, list[bytes]] = {}
    for name, copy in work.blobs.named(PREFIX):
        number = name.removeprefix(PREFIX)
        found.setdefault(int(number) if number.isdigit() else 0, []).append(copy)
    return found


def _check_copy(
    row: AuditCheckpoint, copies: list[bytes], work: UnitOfWork, key: Ed25519PublicKey, begin: int
) -> Iterator[Finding]:
    """The row must be among the copies of its number; the others must be true of the events that
    are there now.

    Another copy is left when storing the row failed after its copy was stored; then the same events
    were signed twice.
    """
    if not copies:
        yield Finding(CHAIN, row.id, "the locked copy is missing from the object store")
        return
    if _signed(row) not in copies or hashlib.sha256(_signed(row)).hexdigest() != row.blob:
        yield Finding(CHAIN, row.id, "differs from its locked copy in the object store")
    for copy in copies:
        if copy != _signed(row) and _is_signed_copy(key, copy) and not _is_true(work, copy, begin):
            yield Finding(
                CHAIN,
                row.id,
                "was signed before over other events, as a copy in the object store says",
            )


def _is_signed_copy(key: Ed25519PublicKey, copy: bytes) -> bool:
    statement, _, signature = copy.rpartition(b"ed25519 ")
    try:
        key.verify(bytes.fromhex(signature.decode().strip()), statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def _is_true(work: UnitOfWork, copy: bytes, begin: int) -> bool:
    facts = dict(line.split(" ", 1) for line in copy.decode().splitlines()[1:])
    count, root = merkle_root(_digests(work, begin, int(facts["last_event_id"])))
    return (str(count), root.hex()) == (facts["events"], facts["root"])


@periodic("checkpoint", label="Menandatangani catatan audit", queue=COUNTER, cron="*/15 * * * *")
def checkpoint_job(running: Running) -> None:
    """Sign where the audit log stands."""
    with running.works.begin(SYSTEM) as work:
        make_checkpoint(work, running.settings.audit_signing_key_bytes)
