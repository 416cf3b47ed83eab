"""Running cases that are moved to another version of their process, and back (decision 0048)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class MoveOrder(Base):
    """Somebody's order to move cases to a version, or to take back such an order as far as that is still possible."""

    __tablename__ = "move_order"
    __table_args__ = (Index("ix_move_order_process", "process_key", "ordered_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    """Of the page it comes from: sent twice it is one order."""
    process_key: Mapped[str]
    unit: Mapped[str]
    """Of who ordered it: others do not see it."""
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definition.id"))
    """The version moved to; of an order that takes back, the version moved from again."""
    undoes_id: Mapped[UUID | None] = mapped_column(ForeignKey("move_order.id"))
    """The order that this one takes back."""
    data_key: Mapped[bytes]
    """Key of the reason, wrapped by a key outside the database."""
    sealed: Mapped[bytes]
    """The written reason."""
    ordered_at: Mapped[datetime]
    ordered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class CaseMove(Base):
    """One case of an order."""

    __tablename__ = "case_move"
    __table_args__ = (
        CheckConstraint("status in ('waiting', 'moved', 'refused', 'returned')", name="status"),
        CheckConstraint("(status = 'waiting') = (settled_at is null)", name="settled"),
        CheckConstraint("(status = 'refused') = (sentence <> '')", name="sentence"),
        Index("ix_case_move_case", "case_id"),
        Index("ix_case_move_waiting", "order_id", "case_id", postgresql_where=text("status = 'waiting'")),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("move_order.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    status: Mapped[str]
    """waiting, moved, refused (see `sentence`), returned (moved, and taken back later)."""
    sentence: Mapped[str] = mapped_column(default="")
    former_id: Mapped[UUID | None] = mapped_column(ForeignKey("definition.id"))
    """Version the case had before it was moved."""
    former_state: Mapped[bytes | None]
    """Engine state the case had before, as it was stored."""
    revision: Mapped[int | None]
    """Of the case when it was moved: as long as it has no other one, it has taken no step since."""
    settled_at: Mapped[datetime | None]
