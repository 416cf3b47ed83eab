"""One `UnitOfWork` per request, job or command is the transaction. The edge opens it; leaving it commits or rolls back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from archive.blobs import Blobs
from archive.errors import ArchiveError, StoreUnavailable
from workflow_app.errors import Busy, SentraError, Unavailable
from workflow_app.services.vault import Vault
from workflow_app.types import Actor, Clock

LOCK_NOT_AVAILABLE = "55P03"


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

    @contextmanager
    def begin(self, actor: Actor) -> Iterator[UnitOfWork]:
        """Commit on leaving, roll back on any exception. Failures of the servers become sentences."""
        with translated(), self.session_factory.begin() as session:
            yield UnitOfWork(session, actor, self.blobs, self.vault, self.clock)


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the database driver and the object store into ours."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise Busy(detail="lock timeout") from error
        raise Unavailable(detail=f"database: {type(error.orig).__name__}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(detail="database connection lost") from error
        raise
    except StoreUnavailable as error:
        raise Unavailable(detail=f"object store: {error}") from error
    except ArchiveError as error:
        raise SentraError(error.sentence, detail=type(error).__name__) from error
