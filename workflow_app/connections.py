"""From settings to the parts every process needs: the database, the object store, the vault, the clock."""

from datetime import UTC, datetime

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from archive.blobs import Blobs
from workflow_app.services.unit_of_work import Works
from workflow_app.services.vault import Vault
from workflow_app.settings import Settings


def connect(settings: Settings, *, pool_size: int = 5) -> Works:
    """Opens nothing yet: connections are made when they are first used."""
    engine = create_engine(
        settings.sqlalchemy_url,
        pool_size=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": 5},
    )
    return Works(sessionmaker(engine), blobs(settings), Vault(settings.identity_key_bytes), now)


def blobs(settings: Settings) -> Blobs:
    """The object store."""
    return Blobs(
        settings.s3_endpoint,
        settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
        settings.s3_bucket,
        settings.s3_secure,
        settings.s3_region,
    )


def now() -> datetime:
    """The current instant in UTC."""
    return datetime.now(UTC)
