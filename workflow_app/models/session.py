"""Sessions of people who are signed in. The browser holds a random token; here lies only its hash."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


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
