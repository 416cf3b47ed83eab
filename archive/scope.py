"""Among which pages is searched: the papers somebody may see, those with some facets, those of a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Mapped

from archive.models import Document


@dataclass(frozen=True, slots=True)
class Scope:
    """Among which pages is searched."""

    document_ids: Collection[UUID] | Select[UUID] | None = None
    """What the person may see: a list, or a query that selects ids."""
    facets: Sequence[str] = ()
    """Only documents with all of them."""
    since: datetime | None = None
    before: datetime | None = None
    """Only documents that were added from the one until the other."""
    within: Collection[UUID] | None = None
    """What the person may see is among these, where they are few: then they are looked through instead of the newest pages."""

    @property
    def is_empty(self) -> bool:
        """Is there nothing to search?"""
        some = self.within if self.within is not None else self.document_ids
        return isinstance(some, Collection) and not some

    def conditions(self, document_id: ColumnElement[UUID] | Mapped[UUID]) -> list[ColumnElement[bool]]:
        """What the index of words does not answer."""
        times = self.times(document_id)
        return times if self.document_ids is None else [document_id.in_(self.document_ids), *times]

    def times(self, document_id: ColumnElement[UUID] | Mapped[UUID]) -> list[ColumnElement[bool]]:
        """The time alone."""
        if not self.since and not self.before:
            return []
        in_time = select(Document.id)
        if self.since:
            in_time = in_time.where(Document.added_at >= self.since)
        if self.before:
            in_time = in_time.where(Document.added_at < self.before)
        return [document_id.in_(in_time)]
