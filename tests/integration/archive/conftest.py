"""The archive's own bucket on the real object store."""

from datetime import UTC, datetime

import pytest
from minio import Minio

from archive.blobs import Blobs


def connect(stack: dict[str, str], bucket: str, **options: float) -> Blobs:
    """The store of the stack, with a bucket of one's choice."""
    return Blobs(
        stack["S3_ENDPOINT"],
        stack["S3_ACCESS_KEY"],
        stack["S3_SECRET_KEY"],
        bucket,
        stack.get("S3_SECURE", "false").lower() == "true",
        stack["S3_REGION"],
        **options,
    )


@pytest.fixture(scope="session")
def blobs(stack: dict[str, str]) -> Blobs:
    """A bucket with object lock, made once."""
    made = connect(stack, "uji-arsip")
    made.ensure_bucket()
    return made


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 4, 13, 1, 30, tzinfo=UTC)


@pytest.fixture
def plain(stack: dict[str, str]) -> Minio:
    """The store without our library, to see what is really there."""
    return Minio(
        stack["S3_ENDPOINT"],
        access_key=stack["S3_ACCESS_KEY"],
        secret_key=stack["S3_SECRET_KEY"],
        secure=stack.get("S3_SECURE", "false").lower() == "true",
        region=stack["S3_REGION"],
    )
