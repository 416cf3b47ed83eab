"""One `UnitOfWork` per request, job or command is the transaction. The edge opens it; leaving it
commits or rolls back.

What one unit of work has read of a case already, so that it is read once however many services ask.

It is dropped when the case is locked: what was read before may have changed, what is read after
cannot. Rows that are added and never changed: they are written behind the next flush, those of a
table together, without the bookkeeping of objects, which takes longer than the database does. The
trail: one event per change, in the same transaction, hash-chained per case; and its verification.
"""

import hashlib
import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from functools import cache
from typing import Any, TypeVarTuple
from uuid import UUID

import psycopg
from procrastinate.exceptions import ConnectorException
from sqlalchemy import ColumnElement, CursorResult, Insert, Select, Table, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.event import listens_for
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, sessionmaker

from archive.blobs import Blobs
from archive.errors import ArchiveError, StoreUnavailable
from ocr.errors import Lack, NoRoom
from workflow_app.domain import (
    Actor,
    Busy,
    Clock,
    DatabaseAway,
    DiskFull,
    SentraError,
    StorageAway,
    Unavailable,
)
from workflow_app.models import AuditChain, AuditEvent, Base
from workflow_app.services.core.vault import Vault

PASSING = {"55P03", "40P01", "40001"}
"""Somebody else holds the row (lock timeout, deadlock, serialisation): the same again goes through.
"""
FULL = {"53100"}
OVERLOADED = {"53200", "57014"}
"""Out of memory, statement cancelled: the server is there."""
READ_ONLY = {"25006"}
"""A standby that was not made the main server yet."""


class Pause:
    """A database that did not answer in time is left alone for a moment: else every thread would
    wait for it in turn, and nobody would be left to say so.
    """

    SECONDS = 3.0

    def __init__(self) -> None:
        self._until = 0.0

    @contextmanager
    def after_silence(self) -> Iterator[None]:
        """Refuse at once during a pause; begin one when the block ends in silence."""
        if time.monotonic() < self._until:
            raise DatabaseAway(detail="database: did not answer a moment ago")
        try:
            yield
        except DBAPIError as error:
            if isinstance(error.orig, psycopg.errors.ConnectionTimeout):
                self._until = time.monotonic() + self.SECONDS
            raise


@dataclass(frozen=True)
class UnitOfWork:
    """What a service needs: the open transaction, who acts, where bytes lie, what seals, what time
    it is.
    """

    session: Session
    actor: Actor
    blobs: Blobs
    vault: Vault
    clock: Clock


@dataclass(frozen=True)
class Works:
    """Opens units of work. Made once per process by `app`, `worker` and the commands."""

    session_factory: sessionmaker[Session]
    blobs: Blobs
    vault: Vault
    clock: Clock
    pause: Pause = field(default_factory=Pause)
    glances: sessionmaker[Session] | None = None
    """Sessions that commit each statement by itself; None where there are none, then transactions
    serve.
    """
    instants: sessionmaker[Session] | None = None
    """Sessions that read one instant; None as above."""

    @contextmanager
    def begin(self, actor: Actor) -> Iterator[UnitOfWork]:
        """Commit on leaving, roll back on any exception. Failures of the servers become
        sentences.
        """
        with translated(), self.pause.after_silence(), self.session_factory.begin() as session:
            yield UnitOfWork(session, actor, self.blobs, self.vault, self.clock)

    @contextmanager
    def glance(self, actor: Actor) -> Iterator[UnitOfWork]:
        """A unit of work for one look: no transaction around it, so three answers less to wait
        for.
        """
        if self.glances is None:
            with self.begin(actor) as work:
                yield work
            return
        with translated(), self.pause.after_silence(), self.glances() as session:
            yield UnitOfWork(session, actor, self.blobs, self.vault, self.clock)

    @contextmanager
    def instant(self, actor: Actor) -> Iterator[UnitOfWork]:
        """A unit of work that reads all as it was at one instant, whatever others commit meanwhile,
        and changes nothing: for who sets several answers side by side.
        """
        factory = self.instants or self.session_factory
        with translated(), self.pause.after_silence(), factory.begin() as session:
            yield UnitOfWork(session, actor, self.blobs, self.vault, self.clock)


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the database driver, of the object store, and of a machine at its limits into
    ours.
    """
    try:
        yield
    except DBAPIError as error:
        ours = _ours(error.orig, lost=error.connection_invalidated)
        if ours is None:
            raise
        raise ours from error
    except ConnectorException as error:
        ours = _ours(error.__cause__, lost=False)
        if ours is None:
            raise
        raise ours from error
    except StoreUnavailable as error:
        raise StorageAway(detail=f"object store: {error.__cause__.__class__.__name__}") from error
    except NoRoom as error:
        raise DiskFull(detail=type(error).__name__) from error
    except Lack as error:
        raise Unavailable(detail=type(error).__name__) from error
    except ArchiveError as error:
        raise SentraError(error.sentence, detail=type(error).__name__) from error


def _ours(error: BaseException | None, *, lost: bool) -> SentraError | None:
    """What an error of the driver means; None for those that are faults of ours."""
    state = getattr(error, "sqlstate", None) or ""
    detail = f"database: {type(error).__name__} {state}".strip()
    if state in PASSING:
        return Busy(detail=detail)
    if state in FULL:
        return DiskFull(detail=detail)
    if state in OVERLOADED:
        return Unavailable(detail=detail)
    if lost or state in READ_ONLY or isinstance(error, psycopg.OperationalError):
        return DatabaseAway(detail=detail)
    return None


def of_case(work: UnitOfWork, case_id: UUID) -> dict[str, Any]:
    """Rows by what they are (`tasks`, `answers`, `clocks`). Whoever adds a row keeps this right."""
    known: dict[str, Any] = work.session.info.setdefault(("case", case_id), {})
    return known


def forget(work: UnitOfWork, case_id: UUID) -> None:
    """The case has just been locked."""
    work.session.info.pop(("case", case_id), None)


def for_actor(work: UnitOfWork) -> dict[UUID, Any]:
    """The cases that the actor was found to see."""
    seen: dict[UUID, Any] = work.session.info.setdefault(("seen", work.actor), {})
    return seen


def lose_sight(work: UnitOfWork, case_id: UUID) -> None:
    """Who may see the case has just changed: everybody is judged again."""
    for about, seen in work.session.info.items():
        if isinstance(about, tuple) and about[0] == "seen":
            seen.pop(case_id, None)


def locked(work: UnitOfWork) -> set[UUID]:
    """The cases that this unit of work holds until it commits."""
    held: set[UUID] = work.session.info.setdefault("locked", set())
    return held


Ts = TypeVarTuple("Ts")
Waiting = dict[type[Base], list[Mapping[str, Any]]]
WAITING = "rows"


def append(work: UnitOfWork, kind: type[Base], row: Mapping[str, Any]) -> None:
    """One more row, with every column that the database does not fill by itself. What it refers to
    may still be to be written.

    The caller changes an object with it (the head of the chain, the case), so that a savepoint
    finds something to write.
    """
    waiting: Waiting = work.session.info.setdefault(WAITING, {})
    waiting.setdefault(kind, []).append(row)


def one_or_many(
    values: Sequence[Mapping[str, Any]],
) -> Sequence[Mapping[str, Any]] | Mapping[str, Any]:
    """The rows of a statement, as they cost least: a batch of one costs the driver more than the
    row.
    """
    return values if len(values) > 1 else values[0]


def read(
    work: UnitOfWork, query: Select[*Ts], values: Mapping[str, Any] | None = None
) -> CursorResult[*Ts]:
    """What the database has, as columns: no objects are made or looked for. What is still to be
    written is written first, as ever.
    """
    if work.session.autoflush:
        work.session.flush()
    return work.session.connection().execute(query, values)


def table_of(kind: type[Base]) -> Table:
    """The table of a model: what is read from it are rows and no objects."""
    return Base.metadata.tables[kind.__tablename__]


@cache
def _insertion(kind: type[Base]) -> Insert:
    return table_of(kind).insert().inline()


@listens_for(Session, "after_flush")
def _write(session: Session, _context: object) -> None:
    waiting: Waiting = session.info.pop(WAITING, {})
    for kind, rows in waiting.items():
        session.connection().execute(_insertion(kind), one_or_many(rows))


@listens_for(Session, "before_commit")
def _write_rest(session: Session) -> None:
    """A flush with nothing else to write says nothing."""
    session.flush()
    _write(session, None)


@listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _transaction: object) -> None:
    session.info.pop(WAITING, None)


GENESIS = bytes(32)
HEADS = "audit_heads"


@dataclass(frozen=True)
class Finding:
    """Something the verification found wrong."""

    chain: str
    position: int
    reason: str


@dataclass(frozen=True)
class Happening:
    """What an event tells, and in which chain."""

    chain: str
    action: str
    case_id: UUID | None = None
    element: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def record(
    work: UnitOfWork,
    chain: str,
    action: str,
    *,
    case_id: UUID | None = None,
    element: str | None = None,
    **details: Any,
) -> None:
    """Append one event to `chain` (for a case: `case_chain(case_id)`). Locks the chain's head until
    commit.
    """
    _append(work, _locked_head(work, chain), Happening(chain, action, case_id, element, details))


def record_all(work: UnitOfWork, happenings: Sequence[Happening]) -> None:
    """Append many events in this order, as `record` does with one: their heads are locked and
    everything is written together, however many they are.
    """
    heads = _locked_heads(work, {each.chain for each in happenings})
    for each in happenings:
        _append(work, heads[each.chain], each)


def _append(work: UnitOfWork, head: AuditChain, told: Happening) -> None:
    event = {
        "chain": told.chain,
        "position": head.length + 1,
        "at": work.clock(),
        "actor_id": work.actor.user_id,
        "actor_name": work.actor.name,
        "action": told.action,
        "case_id": told.case_id,
        "element": told.element,
        "details": told.details,
        "previous": head.head,
    }
    digest = digest_of(event)
    head.length, head.head = head.length + 1, digest
    append(work, AuditEvent, {**event, "digest": digest})


def record_case(
    work: UnitOfWork, case_id: UUID, action: str, element: str | None = None, **details: Any
) -> None:
    """Append one event to the chain of a case."""
    record(work, case_chain(case_id), action, case_id=case_id, element=element, **details)


def case_chain(case_id: UUID | str) -> str:
    """The chain of a case."""
    return f"case:{case_id}"


def chain_of(case_id: ColumnElement[UUID] | Mapped[UUID]) -> ColumnElement[str]:
    """The same inside of a query."""
    return func.concat(case_chain(""), case_id)


def _locked_head(work: UnitOfWork, chain: str) -> AuditChain:
    """The head of a chain, ours until commit. Further events of this transaction find it here; they
    are written together.
    """
    held = _heads(work)
    if chain not in held:
        head = work.session.get(AuditChain, chain, with_for_update=True, populate_existing=True)
        held[chain] = head if head is not None else _first_head(work, chain)
    return held[chain]


def _locked_heads(work: UnitOfWork, chains: Collection[str]) -> Mapping[str, AuditChain]:
    """The same of many, one after the other by their names, whether they exist or begin: two who
    ask for the same never wait for each other in a ring.
    """
    held = _heads(work)
    asked = sorted(set(chains) - held.keys())
    if len(asked) == 1:
        _locked_head(work, asked[0])
    elif asked:
        held.update({head.name: head for head in _first_heads(work, asked)})
    return held


def take_head(work: UnitOfWork, head: AuditChain) -> None:
    """The head of a chain that another query has just locked and read anew, so that it is not asked
    for again.
    """
    _heads(work)[head.name] = head


def _heads(work: UnitOfWork) -> dict[str, AuditChain]:
    """The heads that are ours until commit, by the names of their chains."""
    held: dict[str, AuditChain] = work.session.info.setdefault(HEADS, {})
    return held


@listens_for(Session, "after_soft_rollback")
def _let_go(session: Session, _transaction: object) -> None:
    """A savepoint that is taken back lets go of the locks that were taken in it, and of the chains
    that began there.
    """
    session.info.pop(HEADS, None)


def _first_head(work: UnitOfWork, chain: str) -> AuditChain:
    """A chain begins."""
    return _first_heads(work, [chain])[0]


def _first_heads(work: UnitOfWork, chains: Sequence[str]) -> Sequence[AuditChain]:
    """Chains begin, in this order. The no-op update makes a row ours that was there, or that
    another transaction has just made.
    """
    fresh = insert(AuditChain).values(
        [{"name": chain, "length": 0, "head": GENESIS} for chain in chains]
    )
    made = fresh.on_conflict_do_update(
        index_elements=[AuditChain.name], set_={"name": fresh.excluded.name}
    ).returning(AuditChain)
    return work.session.scalars(made, execution_options={"populate_existing": True}).all()


def digest_of(event: Mapping[str, Any]) -> bytes:
    """SHA-256 over every field of a row, each preceded by its length, so that no two events
    serialise alike.
    """
    parts = (
        event["chain"],
        str(event["position"]),
        event["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        str(event["actor_id"] or ""),
        event["actor_name"],
        event["action"],
        str(event["case_id"] or ""),
        event["element"] or "",
        json.dumps(event["details"], ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )
    sha = hashlib.sha256(event["previous"])
    for part in parts:
        data = part.encode()
        sha.update(len(data).to_bytes(8, "big") + data)
    return sha.digest()


def verify_chains(work: UnitOfWork) -> Iterator[Finding]:
    """Recompute every chain; yields what does not hold. Streams: memory does not grow with the
    number of events.
    """
    heads = {row.name: row for row in work.session.scalars(select(AuditChain))}
    chain, position, previous = "", 0, GENESIS

    def cut_off() -> Iterator[Finding]:
        head = heads.pop(chain, None)
        if chain and (head is None or head.length != position or head.head != previous):
            yield Finding(chain, position, "the end of the chain is missing or was added to")

    work.session.flush()
    events = table_of(AuditEvent)
    query = select(events).order_by(events.c.chain, events.c.position)
    for event in work.session.execute(query.execution_options(yield_per=1000)):
        if event.chain != chain:
            yield from cut_off()
            chain, position, previous = event.chain, 0, GENESIS
        position += 1
        if event.position != position:
            yield Finding(chain, event.position, f"event {position} is missing")
            position = event.position
        if event.previous != previous:
            yield Finding(chain, position, "does not follow the event before it")
        if digest_of(event._asdict()) != event.digest:
            yield Finding(chain, position, "was changed after it was written")
        previous = event.digest
    yield from cut_off()
    for name, head in heads.items():
        if head.length:
            yield Finding(name, head.length, "all events of the chain are missing")
