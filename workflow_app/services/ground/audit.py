"""The trail: one event per change, in the same transaction, hash-chained per case; and its verification."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, Session

from workflow_app.models.audit import AuditChain, AuditEvent
from workflow_app.services.ground import rows
from workflow_app.services.ground.unit_of_work import UnitOfWork

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
    """Append one event to `chain` (for a case: `case_chain(case_id)`). Locks the chain's head until commit."""
    _append(work, _locked_head(work, chain), Happening(chain, action, case_id, element, details))


def record_all(work: UnitOfWork, happenings: Sequence[Happening]) -> None:
    """Append many events in this order, as `record` does with one: their heads are locked and everything is written together,
    however many they are.
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
    rows.append(work, AuditEvent, {**event, "digest": digest})


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
    """The head of a chain, ours until commit. Further events of this transaction find it here; they are written together."""
    held = _heads(work)
    if chain not in held:
        head = work.session.get(AuditChain, chain, with_for_update=True, populate_existing=True)
        held[chain] = head if head is not None else _first_head(work, chain)
    return held[chain]


def _locked_heads(work: UnitOfWork, chains: Collection[str]) -> Mapping[str, AuditChain]:
    """The same of many, one after the other by their names, whether they exist or begin: two who ask for the same never wait
    for each other in a ring.
    """
    held = _heads(work)
    asked = sorted(set(chains) - held.keys())
    if len(asked) == 1:
        _locked_head(work, asked[0])
    elif asked:
        held.update({head.name: head for head in _first_heads(work, asked)})
    return held


def take_head(work: UnitOfWork, head: AuditChain) -> None:
    """The head of a chain that another query has just locked and read anew, so that it is not asked for again."""
    _heads(work)[head.name] = head


def _heads(work: UnitOfWork) -> dict[str, AuditChain]:
    """The heads that are ours until commit, by the names of their chains."""
    held: dict[str, AuditChain] = work.session.info.setdefault(HEADS, {})
    return held


@listens_for(Session, "after_soft_rollback")
def _let_go(session: Session, _transaction: object) -> None:
    """A savepoint that is taken back lets go of the locks that were taken in it, and of the chains that began there."""
    session.info.pop(HEADS, None)


def _first_head(work: UnitOfWork, chain: str) -> AuditChain:
    """A chain begins."""
    return _first_heads(work, [chain])[0]


def _first_heads(work: UnitOfWork, chains: Sequence[str]) -> Sequence[AuditChain]:
    """Chains begin, in this order. The no-op update makes a row ours that was there, or that another transaction has just made."""
    fresh = insert(AuditChain).values([{"name": chain, "length": 0, "head": GENESIS} for chain in chains])
    made = fresh.on_conflict_do_update(
        index_elements=[AuditChain.name], set_={"name": fresh.excluded.name}
    ).returning(AuditChain)
    return work.session.scalars(made, execution_options={"populate_existing": True}).all()


def digest_of(event: Mapping[str, Any]) -> bytes:
    """SHA-256 over every field of a row, each preceded by its length, so that no two events serialise alike."""
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
    """Recompute every chain; yields what does not hold. Streams: memory does not grow with the number of events."""
    heads = {row.name: row for row in work.session.scalars(select(AuditChain))}
    chain, position, previous = "", 0, GENESIS

    def cut_off() -> Iterator[Finding]:
        head = heads.pop(chain, None)
        if chain and (head is None or head.length != position or head.head != previous):
            yield Finding(chain, position, "the end of the chain is missing or was added to")

    work.session.flush()
    events = rows.table_of(AuditEvent)
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
