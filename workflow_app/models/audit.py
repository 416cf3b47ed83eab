"""The audit log: append-only, hash-chained events, and signed checkpoints over all chains."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class AuditChain(Base):
    """Head of one chain, locked while an event is appended. Every case has its own chain."""

    __tablename__ = "audit_chain"

    name: Mapped[str] = mapped_column(primary_key=True)
    length: Mapped[int]
    head: Mapped[bytes]


class AuditEvent(Base):
    """One event of the audit log. A trigger refuses UPDATE and DELETE."""

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("chain", "position"),
        Index("ix_audit_event_case", "case_id", "position"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    chain: Mapped[str]
    position: Mapped[int]
    """1 for the first event of the chain."""
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[str]
    action: Mapped[str]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_case.id"))
    element: Mapped[str | None]
    details: Mapped[dict[str, Any]]
    """Facts of the event; never personal data of the public."""
    previous: Mapped[bytes]
    digest: Mapped[bytes]


class AuditCheckpoint(Base):
    """A signed Merkle root over the events up to `last_event_id`; a copy is in the object store
    under lock.
    """

    __tablename__ = "audit_checkpoint"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    last_event_id: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int]
    """Number of events under this root; it reveals a truncated log."""
    root: Mapped[bytes]
    previous: Mapped[bytes]
    signature: Mapped[bytes]
    blob: Mapped[str]
    """SHA-256 of the copy in the object store, in hex."""
    made_at: Mapped[datetime]
