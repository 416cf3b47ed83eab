"""People who sign in, and the roles they hold.

Sessions of people who are signed in. The browser holds a random token; here lies only its hash.
Failed tries, counted so that guessing becomes slow. Shared by all web processes.
Changes of a member's roles and unit that are still to come, or were made on their day.
Absences of members, each with who stands in meanwhile.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, false, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.models.base import Base


class User(Base):
    """A member of the Polres with an account."""

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
    """Raised on change of password or roles and on disabling: every session of an older epoch is
    over.
    """
    is_password_temporary: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Given by somebody else: its owner chooses another before anything else."""
    created_at: Mapped[datetime]

    roles: Mapped[list["UserRole"]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class UserRole(Base):
    """One role of one user."""

    __tablename__ = "user_role"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class UserSession(Base):
    """One sign-in of one user, until it ends. No network address and no kind of browser is kept."""

    __tablename__ = "user_session"
    __table_args__ = (Index("ix_user_session_user_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    """SHA-256 of the token: who reads the table cannot sign in with it."""
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    epoch: Mapped[int]
    """Epoch of the account's credentials under which it began."""
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """Last request of the person, to the minute."""
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    data_key: Mapped[bytes]
    """Wrapped key that seals what the session remembers."""
    search: Mapped[bytes | None]
    """The words last searched for, sealed: people search for names."""


class Attempt(Base):
    """Failures of one account, address or device. The key is a keyed hash: names and addresses are
    not kept.
    """

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_last_at", "last_at"),)

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]


class RoleChange(Base):
    """From an instant on a member gains and loses roles, as whoever entered it saw them, or works
    in another unit.
    """

    __tablename__ = "role_change"
    __table_args__ = (
        CheckConstraint("status in ('to_come', 'made', 'withdrawn', 'refused')", name="status"),
        Index("ix_role_change_due", "valid_from", postgresql_where=text("status = 'to_come'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    valid_from: Mapped[datetime]
    before: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The roles that were held when it was entered: what others give or take until then is not
    undone.
    """
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unit: Mapped[str]
    status: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class Absence(Base):
    """A member is absent for a period, and another works for him. It begins and ends by its
    instants, no job moves it.
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
    """When it was ended early, or withdrawn before it began."""
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
