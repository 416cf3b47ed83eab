"""Connections that every process needs, built from the settings: database, object store, vault,
clock, transports and mailbox.
"""

import select
import time
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from archive.blobs import Blobs
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.core.vault import Vault
from workflow_app.services.intake.mailboxes import Mailbox
from workflow_app.services.messages.transports import Gateway, Mail, Transport, Transports
from workflow_app.settings import Settings

Result = TypeVar("Result")

WEB_SECONDS = 10.0
"""How long a page waits for one statement."""
JOB_SECONDS = 120.0
LOCK_SECONDS = 3
"""How long a user waits for a case locked by another transaction before a message says so."""
GIVEN_UP_BY_SERVER = 0.8
"""Share of that time after which the server cancels a statement; the connection then stays usable
and other transactions need not wait.
"""
STORE_SECONDS = 6.0
"""How long a page waits for one answer of the object store; the client tries twice."""

RESTS_SINCE = "rests_since"
REST_SECONDS = 1.0
"""Idle seconds after which a connection is tested before its use."""

LINE = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""Libpq options by which a dead connection to the database is noticed quickly; without effect on a
local socket.
"""


class PunctualConnection(psycopg.Connection[Any]):
    """A connection on which no statement is awaited longer than `seconds`, even if the server is
    reachable but silent.
    """

    seconds: float | None = None

    def wait(
        self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None
    ) -> Result:
        """Wait like the driver, but with a limit. After it the connection is closed, because a late
        answer is of no use.
        """
        try:
            return super().wait(gen, interval, timeout or self.seconds)
        except psycopg.errors._WaitTimeout as error:
            self.close()
            raise psycopg.errors.ConnectionTimeout("no answer in time") from error


def connect(
    settings: Settings,
    *,
    pool_size: int = 5,
    statement_seconds: float | None = None,
    store_seconds: float = 20.0,
) -> Works:
    """Return the connections; each is opened on first use.

    `statement_seconds` limits the wait for one statement; None waits without limit, as commands on
    large archives must.
    """
    engine = create_engine(
        settings.sqlalchemy_url,
        pool_size=pool_size,
        # the connection used last has prepared statements and needs no test
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args=LINE,
    )

    def punctual(
        _dialect: object, _record: object, arguments: Any, options: Any
    ) -> PunctualConnection:
        made: PunctualConnection = PunctualConnection.connect(*arguments, **options)
        made.seconds = statement_seconds
        made.execute(f"set lock_timeout = '{LOCK_SECONDS}s'")
        if statement_seconds is not None:
            made.execute(
                f"set statement_timeout = {int(statement_seconds * GIVEN_UP_BY_SERVER * 1000)}"
            )
        made.commit()
        return made

    event.listen(engine, "do_connect", punctual)
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", _ask_after_rest)
    store = blobs(settings, read_seconds=store_seconds)
    glances = sessionmaker(engine.execution_options(isolation_level="AUTOCOMMIT"))
    still = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Works(
        sessionmaker(engine),
        store,
        Vault(settings.identity_key_bytes),
        now,
        glances=glances,
        instants=sessionmaker(still),
    )


def _note_rest(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[RESTS_SINCE] = time.monotonic()


def _ask_after_rest(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Test an idle connection and replace it when it does not answer.

    A recently used connection is not tested, because under load that would be every third message
    to the database. It is only polled: unrequested data on it means that the server has closed it.
    """
    has_rested = time.monotonic() - record.info.get(RESTS_SINCE, 0.0) >= REST_SECONDS
    try:
        if not has_rested and not _has_news(connection):
            return
        connection.execute("")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


def _has_news(connection: Any) -> bool:
    """Return whether the server has sent data or closed the connection, without
    sending a message.
    """
    line = select.poll()
    line.register(connection.pgconn.socket, select.POLLIN)
    return bool(line.poll(0))


def blobs(settings: Settings, *, read_seconds: float = 20.0) -> Blobs:
    """Return the object store."""
    return Blobs(
        settings.s3_endpoint,
        settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
        settings.s3_bucket,
        settings.s3_secure,
        settings.s3_region,
        read_seconds=read_seconds,
    )


def transports(settings: Settings) -> Transports:
    """Return the configured transports for messages."""
    found: dict[str, Transport] = {}
    if settings.smtp_host:
        found["surel"] = Mail(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_from,
            settings.smtp_tls,
            settings.smtp_user,
            settings.smtp_password.get_secret_value(),
            settings.message_timeout_seconds,
        )
    if settings.gateway_url:
        secret = settings.gateway_secret.get_secret_value().encode()
        found["telepon"] = Gateway(settings.gateway_url, secret, settings.message_timeout_seconds)
    return found


def mailbox(settings: Settings) -> Mailbox:
    """Return the mailbox from which mails are taken in."""
    return Mailbox(
        settings.imap_host,
        settings.imap_port,
        settings.imap_tls,
        settings.imap_user,
        settings.imap_password.get_secret_value(),
        settings.imap_folder,
        settings.imap_done_folder,
        settings.message_timeout_seconds,
    )


def now() -> datetime:
    """Return the current instant in UTC."""
    return datetime.now(UTC)
