"""One `UnitOfWork` per request, job or command is the transaction. The edge opens it; leaving it commits or rolls back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from archive.blobs import Blobs
from archive.errors import ArchiveError, StoreUnavailable
from ocr.errors import Lack, NoRoom
from workflow_app.errors import Busy, DatabaseAway, DiskFull, SentraError, StorageAway, Unavailable
from workflow_app.services.ground.vault import Vault
from workflow_app.types import Actor, Clock

PASSING = {"55P03", "40P01", "40001"}
"""Somebody else holds the row (lock timeout, deadlock, serialisation): the same again goes through."""
FULL = {"53100"}
OVERLOADED = {"53200", "57014"}
"""Out of memory, statement cancelled: the server is there."""
READ_ONLY = {"25006"}
"""A standby that was not made the main server yet."""


class Pause:
    """A database that did not answer in time is left alone for a moment: else every thread would wait for it in turn,
    and nobody would be left to say so."""

    SECONDS = 3.0

    def __init__(self) -> None:
        self._until = 0.0

    @contextmanager
    def after_silence(self) -> Iterator[None]:
        """Refuse at once during a pause; begin one when the block ends in silence."""
        if time.monotonic() < self._until:
            raise DatabaseAway(detail="database: did not answer a moment ago")
        try:
            yield
        except DBAPIError as error:
            if isinstance(error.orig, psycopg.errors.ConnectionTimeout):
                self._until = time.monotonic() + self.SECONDS
            raise


@dataclass(frozen=True)
class UnitOfWork:
    """What a service needs: the open transaction, who acts, where bytes lie, what seals, what time it is."""

    session: Session
    actor: Actor
    blobs: Blobs
    vault: Vault
    clock: Clock


@dataclass(frozen=True)
class Works:
    """Opens units of work. Made once per process by `app`, `worker` and the commands."""

    session_factory: sessionmaker[Session]
    blobs: Blobs
    vault: Vault
    clock: Clock
    pause: Pause = field(default_factory=Pause)
    glances: sessionmaker[Session] | None = None
    """Sessions that commit each statement by itself; None where there are none, then transactions serve."""
    instants: sessionmaker[Session] | None = None
    """Sessions that read one instant; None as above."""

    @contextmanager
    def begin(self, actor: Actor) -> Iterator[UnitOfWork]:
        """Commit on leaving, roll back on any exception. Failures of the servers become sentences."""
        with translated(), self.pause.after_silence(), self.session_factory.begin() as session:
            yield UnitOfWork(session, actor, self.blobs, self.vault, self.clock)

    @contextmanager
    def glance(self, actor: Actor) -> Iterator[UnitOfWork]:
        """A unit of work for one look: no transaction around it, so three answers less to wait for."""
        if self.glances is None:
            with self.begin(actor) as work:
                yield work
            return
        with translated(), self.pause.after_silence(), self.glances() as session:
            yield UnitOfWork(session, actor, self.blobs, self.vault, self.clock)

    @contextmanager
    def instant(self, actor: Actor) -> Iterator[UnitOfWork]:
        """A unit of work that reads all as it was at one instant, whatever others commit meanwhile, and changes nothing: for who sets
        several answers side by side.
        """
        factory = self.instants or self.session_factory
        with translated(), self.pause.after_silence(), factory.begin() as session:
            yield UnitOfWork(session, actor, self.blobs, self.vault, self.clock)


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the database driver, of the object store, and of a machine at its limits into ours."""
    try:
        yield
    except DBAPIError as error:
        ours = _ours(error.orig, lost=error.connection_invalidated)
        if ours is None:
            raise
        raise ours from error
    except ConnectorException as error:
        ours = _ours(error.__cause__, lost=False)
        if ours is None:
            raise
        raise ours from error
    except StoreUnavailable as error:
        raise StorageAway(detail=f"object store: {error.__cause__.__class__.__name__}") from error
    except NoRoom as error:
        raise DiskFull(detail=type(error).__name__) from error
    except Lack as error:
        raise Unavailable(detail=type(error).__name__) from error
    except ArchiveError as error:
        raise SentraError(error.sentence, detail=type(error).__name__) from error


def _ours(error: BaseException | None, *, lost: bool) -> SentraError | None:
    """What an error of the driver means; None for those that are faults of ours."""
    state = getattr(error, "sqlstate", None) or ""
    detail = f"database: {type(error).__name__} {state}".strip()
    if state in PASSING:
        return Busy(detail=detail)
    if state in FULL:
        return DiskFull(detail=detail)
    if state in OVERLOADED:
        return Unavailable(detail=detail)
    if lost or state in READ_ONLY or isinstance(error, psycopg.OperationalError):
        return DatabaseAway(detail=detail)
    return None
