"""From settings to the parts every process needs: the database, the object store, the vault, the
clock.
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
"""How long a person waits for a case that another transaction holds before a sentence says so."""
GIVEN_UP_BY_SERVER = 0.8
"""Share of that time after which the server itself ends a statement: the line is fine then, and
nobody else has to wait.
"""
STORE_SECONDS = 6.0
"""How long a page waits for one answer of the object store; the client asks twice."""

RESTS_SINCE = "rests_since"
REST_SECONDS = 1.0
"""After which a connection is asked whether it lives before it is used."""

LINE = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""How fast a dead line to the database is noticed (libpq; means nothing on a socket of this
machine).
"""


class PunctualConnection(psycopg.Connection[Any]):
    """A connection on which no statement is waited for longer than `seconds`: also of a server that
    is there but silent.
    """

    seconds: float | None = None

    def wait(
        self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None
    ) -> Result:
        """As the driver does, but not for ever; what may still come is of no use, so the connection
        is closed.
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
    """Opens nothing yet: connections are made when they are first used.

    `statement_seconds` limits the wait for one statement; None waits for ever, as commands on large
    archives must.
    """
    engine = create_engine(
        settings.sqlalchemy_url,
        pool_size=pool_size,
        # the one used last knows its statements best, and need not be asked whether it lives
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
    """A connection that rested may be dead: it is asked first, and made anew when it does not
    answer.

    One that was used a moment ago is not asked: under load that would be every third message to the
    database. It is only looked at: something to read on it that nobody asked for is the server's
    goodbye.
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
    """Whether the server has sent something, or hung up; costs no message."""
    line = select.poll()
    line.register(connection.pgconn.socket, select.POLLIN)
    return bool(line.poll(0))


def blobs(settings: Settings, *, read_seconds: float = 20.0) -> Blobs:
    """The object store."""
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
    """The ways out of the house that are set up."""
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
    """The mailbox from which mails are taken in."""
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
    """The current instant in UTC."""
    return datetime.now(UTC)
