"""Accounts of members with their roles, sessions and absences, planned role changes, and failed
attempts.

A browser holds a random session token; the table holds only its hash. Failed attempts are counted
for all web processes together, so that guessing is slowed down.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, false, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.models.base import Base


class User(Base):
    """An account of a member of the Polres."""

    __tablename__ = "user_account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    rank: Mapped[str]
    nrp: Mapped[str]
    unit: Mapped[str]
    password_hash: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=1)
    """Increased on a change of password or roles and on disabling, which ends every session of an
    older epoch.
    """
    is_password_temporary: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The password was set by somebody else; the owner must choose another one first."""
    created_at: Mapped[datetime]

    roles: Mapped[list["UserRole"]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class UserRole(Base):
    """One role of one user."""

    __tablename__ = "user_role"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class UserSession(Base):
    """One sign-in of one user. Neither the network address nor the browser type is stored."""

    __tablename__ = "user_session"
    __table_args__ = (Index("ix_user_session_user_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    """SHA-256 of the token, so that reading the table does not allow signing in."""
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    epoch: Mapped[int]
    """`session_epoch` of the account when the session began."""
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """Time of the last request, to the minute."""
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    data_key: Mapped[bytes]
    """Wrapped key that seals the data of the session."""
    search: Mapped[bytes | None]
    """Words of the last search, sealed, because people search for names."""


class Attempt(Base):
    """Failures of one account, address or device. The key is a keyed hash, so names and addresses
    are not stored.
    """

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_last_at", "last_at"),)

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]


class RoleChange(Base):
    """A planned change of the roles or the unit of a member, taking effect at an instant."""

    __tablename__ = "role_change"
    __table_args__ = (
        CheckConstraint("status in ('to_come', 'made', 'withdrawn', 'refused')", name="status"),
        Index("ix_role_change_due", "valid_from", postgresql_where=text("status = 'to_come'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    valid_from: Mapped[datetime]
    before: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Roles held when the change was entered; changes made by others until then are preserved."""
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unit: Mapped[str]
    status: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class Absence(Base):
    """A period of absence of a member, with a substitute. Its instants alone begin and end it,
    without a job.
    """

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("user_id <> substitute_id", name="another"),
        Index("ix_absence_user", "user_id", "ends_at"),
        Index("ix_absence_substitute", "substitute_id", "ends_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    substitute_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    """When it was ended early, or withdrawn before its begin."""
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
