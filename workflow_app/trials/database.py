"""What a trial asks the embedded database of its site, beside what the product asks: statements it ran, bytes it holds."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from workflow_app.local_stack import keys
from workflow_app.local_stack.postgres import SUPERUSER
from workflow_app.trials.site import TrialSite

LINE = re.compile(r"^%\|(?P<program>[^|]*)\|LOG:  (?:statement|execute [^:]*): (?P<text>.*)$")
SETTLE_SECONDS = 0.5
"""For every process of the server to take over a setting, and to write what it has to say."""


@contextmanager
def statements_of(site: TrialSite, program: str) -> Iterator[list[str]]:
    """Every statement that a program (its `application_name`) runs inside the block; complete after the block."""
    log, found = site.log_dir / "postgres.log", list[str]()
    with _superuser(site) as connection:
        _configure(connection, log_statement="all", log_line_prefix="%%|%a|")
        offset = log.stat().st_size
        try:
            yield found
        finally:
            _configure(connection, log_statement=None, log_line_prefix=None)
    found.extend(_statements(log, offset, program))


def bytes_of_rows(site: TrialSite) -> int:
    """Bytes of all live rows of the product, compressed as they are stored; without indexes and free space."""
    with psycopg.connect(site.settings().database_dsn) as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        sums = (_bytes_of(connection, *table) for table in tables)
        return sum(sums)


def _bytes_of(connection: psycopg.Connection, schema: str, table: str) -> int:
    query = sql.SQL("select coalesce(sum(pg_column_size(t.*)), 0) from {} t").format(
        sql.Identifier(schema, table)
    )
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _superuser(site: TrialSite) -> psycopg.Connection:
    password = keys.read(site.data_dir / keys.FILE_NAME)["POSTGRES_PASSWORD"]
    dsn = conninfo.make_conninfo(
        site.settings().database_dsn, user=SUPERUSER, dbname=SUPERUSER, password=password
    )
    return psycopg.connect(dsn, autocommit=True)


def _configure(connection: psycopg.Connection, **values: str | None) -> None:
    """Change settings of the running server; None goes back to the default."""
    for name, value in values.items():
        wanted = sql.SQL("default") if value is None else sql.Literal(value)
        connection.execute(sql.SQL("alter system set {} = {}").format(sql.Identifier(name), wanted))
    connection.execute("select pg_reload_conf()")
    time.sleep(SETTLE_SECONDS)


def _statements(log: Path, offset: int, program: str) -> Iterator[str]:
    with log.open("rb") as lines:
        lines.seek(offset)
        for line in lines:
            match = LINE.match(line.decode(errors="replace").rstrip("\n"))
            if match and match["program"] == program:
                yield match["text"]
