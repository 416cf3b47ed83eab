"""Bytes on the real object store, and the store when it is away or refuses."""

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from minio import Minio

from archive import store
from archive.blobs import Blobs
from archive.errors import BlobDamaged, BlobMissing, StoreNotLocked, StoreRefused, StoreUnavailable
from tests.integration.archive.conftest import connect


@pytest.fixture
def content() -> bytes:
    """Bytes that no other test stored."""
    return b"isi " + uuid4().bytes


def test_bytes_are_kept_under_their_hash_with_a_version(blobs: Blobs, content: bytes) -> None:
    stored = blobs.put(content, "image/jpeg")
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.size == len(content)
    assert stored.version_id
    assert blobs.read(stored.sha256) == content


def test_the_store_tells_type_size_and_lock(blobs: Blobs, content: bytes) -> None:
    stored = blobs.put(content, "image/png")
    told = blobs.stat(stored.sha256)
    assert (told.size, told.media_type, told.version_id) == (
        len(content),
        "image/png",
        stored.version_id,
    )
    assert told.locked_until is not None
    assert told.locked_until - datetime.now(UTC) > timedelta(days=3600)


def test_the_length_of_the_lock_is_configurable(stack: dict[str, str], content: bytes) -> None:
    blobs = connect(stack, "uji-arsip", retention_days=30)
    blobs.ensure_bucket()
    until = blobs.stat(blobs.put(content, "image/png").sha256).locked_until
    assert until is not None
    assert timedelta(days=29) < until - datetime.now(UTC) < timedelta(days=31)


def test_the_same_bytes_are_uploaded_once(blobs: Blobs, content: bytes, plain: Minio) -> None:
    first = blobs.put(content, "image/jpeg")
    assert blobs.put(content, "image/jpeg") == first
    versions = list(plain.list_objects("uji-arsip", prefix=first.sha256, include_version=True))
    assert len(versions) == 1


def test_a_file_is_streamed_from_disk(blobs: Blobs, tmp_path: Path) -> None:
    path = tmp_path / "berkas"
    content = uuid4().bytes * 300_000
    path.write_bytes(content)
    stored = blobs.put(path, "application/pdf")
    with blobs.open(stored.sha256) as chunks:
        parts = list(chunks)
    assert b"".join(parts) == content
    assert len(parts) > 1


def test_a_missing_blob_has_its_own_error(blobs: Blobs) -> None:
    nowhere = hashlib.sha256(uuid4().bytes).hexdigest()
    with pytest.raises(BlobMissing) as caught:
        blobs.read(nowhere)
    assert caught.value.sha256 == nowhere
    with pytest.raises(BlobMissing):
        blobs.stat(nowhere)


def test_changed_bytes_are_noticed_on_reading(
    blobs: Blobs, content: bytes, plain: Minio, tmp_path: Path
) -> None:
    stored = blobs.put(content, "image/jpeg")
    other = tmp_path / "lain"
    other.write_bytes(b"isi lain")
    plain.fput_object("uji-arsip", stored.sha256, str(other))
    with pytest.raises(BlobDamaged):
        blobs.read(stored.sha256)
    assert blobs.read(stored.sha256, verify=False) == b"isi lain"


def test_a_bucket_is_made_once_and_recognised_afterwards(stack: dict[str, str]) -> None:
    blobs = connect(stack, f"uji-{uuid4().hex[:12]}")
    blobs.ensure_bucket()
    blobs.ensure_bucket()


def test_a_bucket_without_object_lock_is_refused(stack: dict[str, str], plain: Minio) -> None:
    bucket = f"uji-{uuid4().hex[:12]}"
    plain.make_bucket(bucket)
    with pytest.raises(StoreNotLocked, match="object lock"):
        connect(stack, bucket).ensure_bucket()


def test_an_upload_without_version_is_refused(
    stack: dict[str, str], plain: Minio, content: bytes
) -> None:
    bucket = f"uji-{uuid4().hex[:12]}"
    plain.make_bucket(bucket)
    with pytest.raises((StoreNotLocked, StoreRefused)):
        connect(stack, bucket).put(content, "image/jpeg")


def test_wrong_keys_are_refused_and_not_called_an_outage(
    stack: dict[str, str], content: bytes
) -> None:
    wrong = {**stack, "S3_SECRET_KEY": "bukan-kunci-yang-benar"}
    with pytest.raises(StoreRefused) as caught:
        connect(wrong, "uji-arsip").put(content, "image/jpeg")
    assert not caught.value.is_retryable


def test_the_store_proves_that_it_keeps_what_it_was_told_to_keep(blobs: Blobs) -> None:
    verdict = store.prove(blobs)
    assert verdict.overwrite_kept
    assert verdict.delete_refused
    assert verdict.shorten_refused
    assert verdict.holds


@pytest.fixture
def closed_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def silent_port() -> Iterator[str]:
    """A store that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    taken.append(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for connection in taken:
            connection.close()


def test_a_store_that_is_away_is_named_quickly(
    stack: dict[str, str], closed_port: str, content: bytes
) -> None:
    away = connect({**stack, "S3_ENDPOINT": closed_port}, "uji-arsip")
    began = time.monotonic()
    for call in (
        lambda: away.put(content, "image/jpeg"),
        lambda: away.read("0" * 64),
        lambda: away.stat("0" * 64),
        away.ensure_bucket,
        lambda: store.prove(away),
    ):
        with pytest.raises(StoreUnavailable, match="coba lagi") as caught:
            call()
        assert caught.value.is_retryable
    assert time.monotonic() - began < 10


def test_a_store_that_is_silent_is_given_up(
    stack: dict[str, str], silent_port: str, content: bytes
) -> None:
    silent = connect({**stack, "S3_ENDPOINT": silent_port}, "uji-arsip", read_seconds=0.5)
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        silent.put(content, "image/jpeg")
    assert time.monotonic() - began < 5
