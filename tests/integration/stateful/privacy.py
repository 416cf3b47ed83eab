"""Words of the citizen stand in sealed bytes only: in no other column of any table, in no engine
state, in no line that is logged.
"""

import logging
import zlib

from sqlalchemy import CompoundSelect, String, bindparam, func, literal, select, text, union_all
from sqlalchemy.types import JSON

from tests.integration.stateful.repertoire import PERSONAL
from workflow_app.models import Base, Case
from workflow_app.services.core.unit_of_work import UnitOfWork

UNCHANGED = frozenset(
    {"definition", "definition_file", "configuration", "user_account", "user_role"}
)
"""Tables that no walk writes to but by the names of accounts."""


class Ear(logging.Handler):
    """Hears every line that anything logs, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """One more line."""
        self.heard.append(self.format(record))


def told_in_tables(work: UnitOfWork) -> list[str]:
    """Tables with a personal word in a column that is not sealed."""
    return list(work.session.scalars(EVERY_TABLE, {"words": "|".join(PERSONAL)}))


def told_in_states(work: UnitOfWork) -> list[str]:
    """Cases whose engine state holds a personal word."""
    states = work.session.execute(select(Case.number, Case.state)).all()
    opened = ((number, zlib.decompress(state).decode()) for number, state in states)
    return [number for number, state in opened if any(word in state for word in PERSONAL)]


def told_in_jobs(work: UnitOfWork) -> list[str]:
    """Jobs with a personal word."""
    query = text(
        "select cast(id as text) from procrastinate_jobs where cast(args as text) ~ :words"
    )
    return list(work.session.scalars(query, {"words": "|".join(PERSONAL)}))


def _is_spoken(kind: object) -> bool:
    return isinstance(kind, String | JSON)


def _every_table() -> CompoundSelect[tuple[str]]:
    """One question to all tables: those with personal words in columns of text."""
    asked = []
    for table in Base.metadata.tables.values():
        spoken = [column for column in table.columns if _is_spoken(column.type)]
        if spoken and table.name not in UNCHANGED and table.schema != "archive":
            words = func.concat_ws(" ", *spoken)
            found = select(table).where(words.op("~")(bindparam("words"))).exists()
            asked.append(select(literal(table.name)).where(found))
    return union_all(*asked)


EVERY_TABLE = _every_table()
