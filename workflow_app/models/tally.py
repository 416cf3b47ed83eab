"""Totals that no row of the business tells."""

from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Tally(Base):
    """A total that only grows: pages read, seconds spent reading them."""

    __tablename__ = "tally"

    name: Mapped[str] = mapped_column(primary_key=True)
    total: Mapped[float]
