"""People who sign in, and the roles they hold."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, false
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
    """Raised on change of password or roles and on disabling: every session of an older epoch is over."""
    is_password_temporary: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Given by somebody else: its owner chooses another before anything else."""
    created_at: Mapped[datetime]

    roles: Mapped[list["UserRole"]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class UserRole(Base):
    """One role of one user."""

    __tablename__ = "user_role"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
