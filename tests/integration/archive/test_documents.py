"""Documents on the real database and store: taking in, readings, renditions, fixity."""

import hashlib
import io
from datetime import datetime
from uuid import uuid4

import pytest
from minio import Minio
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm import Session

from archive import blobs as archive_blobs
from archive import documents
from archive.blobs import Blobs, FixityState
from archive.documents import Added
from archive.errors import DocumentMissing, StoreUnavailable
from archive.models import Blob, Document, DocumentStatus
from tests.integration.archive.conftest import connect


def add(
    session: Session, blobs: Blobs, now: datetime, data: bytes | None = None, **changes: object
) -> Added:
    given = {
        "media_type": "image/jpeg",
        "pages": 1,
        "origin": "unggah",
        "label": "Surat pengantar",
        **changes,
    }
    return documents.add(session, blobs, data or uuid4().bytes, at=now, **given)


def test_a_new_document_is_received_with_its_bytes_in_the_store(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now, b"surat " + uuid4().bytes)
    assert not added.is_duplicate
    document = documents.get(db_session, added.document_id)
    assert (document.status, document.status_reason, document.added_at) == (
        DocumentStatus.RECEIVED,
        "",
        now,
    )
    stored = db_session.get_one(Blob, document.blob_sha256)
    assert len(blobs.read(document.blob_sha256)) == stored.size
    assert blobs.stat(document.blob_sha256).version_id == stored.version_id


def test_the_same_bytes_are_the_same_document(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    data = uuid4().bytes
    first = add(db_session, blobs, now, data)
    again = add(db_session, blobs, now, data, label="Nama lain")
    assert again == Added(first.document_id, is_duplicate=True)
    assert documents.get(db_session, first.document_id).label == "Surat pengantar"


def test_nothing_is_written_when_the_store_is_away(
    stack: dict[str, str], db_session: Session, now: datetime
) -> None:
    away = connect({**stack, "S3_ENDPOINT": "127.0.0.1:9"}, "uji-arsip")
    before = db_session.scalar(select(func.count()).select_from(Document))
    with pytest.raises(StoreUnavailable):
        add(db_session, away, now)
    assert db_session.scalar(select(func.count()).select_from(Document)) == before


def test_an_unknown_document_has_its_own_error(db_session: Session) -> None:
    with pytest.raises(DocumentMissing):
        documents.get(db_session, uuid4())


def test_the_database_refuses_an_unknown_status(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now)
    documents.get(db_session, added.document_id).status = "hilang"
    with pytest.raises(IntegrityError, match="ck_document_status"):
        db_session.flush()


def test_relationships_must_be_asked_for(db_session: Session, blobs: Blobs, now: datetime) -> None:
    document = documents.get(db_session, add(db_session, blobs, now).document_id)
    with pytest.raises(InvalidRequestError, match="raise"):
        _ = document.blob


def test_fixity_finds_what_is_missing_and_what_was_changed(
    db_session: Session, blobs: Blobs, now: datetime, plain: Minio
) -> None:
    intact, damaged = (
        documents.get(db_session, add(db_session, blobs, now).document_id).blob_sha256
        for _ in range(2)
    )
    plain.put_object("uji-arsip", damaged, io.BytesIO(b"isi lain"), 8)
    never = hashlib.sha256(uuid4().bytes).hexdigest()
    db_session.add(
        Blob(sha256=never, size=1, media_type="image/png", version_id="x", stored_at=now)
    )
    db_session.flush()
    found = {result.sha256: result.state for result in archive_blobs.verify(db_session, blobs)}
    assert found[intact] == FixityState.INTACT
    assert found[damaged] == FixityState.DAMAGED
    assert found[never] == FixityState.MISSING


def test_fixity_goes_through_more_blobs_than_one_batch(
    db_session: Session, blobs: Blobs, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_blobs, "BATCH", 2)
    hashes = {
        documents.get(db_session, add(db_session, blobs, now).document_id).blob_sha256
        for _ in range(5)
    }
    checked = [result.sha256 for result in archive_blobs.verify(db_session, blobs)]
    assert hashes <= set(checked)
    assert len(checked) == len(set(checked))


def test_a_sample_checks_only_as_many_as_asked(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    for _ in range(4):
        add(db_session, blobs, now)
    assert len(list(archive_blobs.verify(db_session, blobs, sample=2))) == 2


def test_fixity_finds_nothing_out_when_the_store_is_away(
    stack: dict[str, str], db_session: Session, blobs: Blobs, now: datetime
) -> None:
    add(db_session, blobs, now)
    away = connect({**stack, "S3_ENDPOINT": "127.0.0.1:9"}, "uji-arsip")
    with pytest.raises(StoreUnavailable):
        list(archive_blobs.verify(db_session, away))
