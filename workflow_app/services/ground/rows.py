"""Rows that are added and never changed: they are written behind the next flush, those of a table together, without the
bookkeeping of objects, which takes longer than the database does.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVarTuple

from sqlalchemy import CursorResult, Insert, Select, Table, event
from sqlalchemy.orm import Session

from workflow_app.models.base import Base
from workflow_app.services.ground.unit_of_work import UnitOfWork

Ts = TypeVarTuple("Ts")
Waiting = dict[type[Base], list[Mapping[str, Any]]]
WAITING = "rows"


def append(work: UnitOfWork, kind: type[Base], row: Mapping[str, Any]) -> None:
    """One more row, with every column that the database does not fill by itself. What it refers to may still be to be written.

    The caller changes an object with it (the head of the chain, the case), so that a savepoint finds something to write.
    """
    waiting: Waiting = work.session.info.setdefault(WAITING, {})
    waiting.setdefault(kind, []).append(row)


def one_or_many(values: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]] | Mapping[str, Any]:
    """The rows of a statement, as they cost least: a batch of one costs the driver more than the row."""
    return values if len(values) > 1 else values[0]


def read(work: UnitOfWork, query: Select[*Ts], values: Mapping[str, Any] | None = None) -> CursorResult[*Ts]:
    """What the database has, as columns: no objects are made or looked for. What is still to be written is written first, as ever."""
    if work.session.autoflush:
        work.session.flush()
    return work.session.connection().execute(query, values)


def table_of(kind: type[Base]) -> Table:
    """The table of a model: what is read from it are rows and no objects."""
    return Base.metadata.tables[kind.__tablename__]


@cache
def _insertion(kind: type[Base]) -> Insert:
    return table_of(kind).insert().inline()


@event.listens_for(Session, "after_flush")
def _write(session: Session, _context: object) -> None:
    waiting: Waiting = session.info.pop(WAITING, {})
    for kind, rows in waiting.items():
        session.connection().execute(_insertion(kind), one_or_many(rows))


@event.listens_for(Session, "before_commit")
def _write_rest(session: Session) -> None:
    """A flush with nothing else to write says nothing."""
    session.flush()
    _write(session, None)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _transaction: object) -> None:
    session.info.pop(WAITING, None)
