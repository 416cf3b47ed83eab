"""Disposing of documents on the real database and store: what goes, what stays, and what two of
them share.
"""

import time
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from minio import Minio
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import blobs, disposal, documents
from archive.blobs import Blobs
from archive.errors import BlobLocked, BlobMissing, DocumentDisposed
from archive.models import (
    Blob,
    Document,
    DocumentStatus,
    FormerRendition,
    Page,
    Rendition,
    RenditionKind,
)
from archive.page_content import PageText
from tests.integration.archive.conftest import connect
from tests.integration.archive.reader import keep_reading

SECOND = 1 / 86400
THUMBNAIL = b"gambar kecil halaman kosong"


@pytest.fixture(scope="session")
def brief(stack: dict[str, str]) -> Blobs:
    """A bucket whose locks last two seconds."""
    made = connect(stack, "uji-musnah", retention_days=2 * SECOND)
    made.ensure_bucket()
    return made


def wait_for_locks() -> None:
    time.sleep(2.5)


def add(session: Session, blobs: Blobs, now: datetime, data: bytes | None = None) -> UUID:
    """A paper with a searchable copy and a small picture that others have too."""
    added = documents.add(
        session,
        blobs,
        data or uuid4().bytes,
        media_type="image/png",
        pages=1,
        origin="unggah",
        label="Surat",
        at=now,
    )
    read(session, blobs, added.document_id, now)
    return added.document_id


def read(session: Session, blobs: Blobs, document_id: UUID, now: datetime) -> None:
    words = [("zamrud", 90.0, 1, 1, 5, 5)]
    keep_reading(
        session,
        blobs,
        document_id,
        pages=[PageText(1, "zamrud biru", 90.0, words, 10, 10, "ocr")],
        pdf=b"%PDF-" + uuid4().bytes,
        pdf_kind=RenditionKind.SEARCHABLE_PDF,
        thumbnails=[THUMBNAIL],
        at=now,
    )


def count(session: Session, table: type, document_id: UUID) -> int:
    query = select(func.count()).select_from(table).where(table.document_id == document_id)
    return session.scalar(query) or 0


def versions_of(plain: Minio, sha256: str) -> int:
    return len(list(plain.list_objects("uji-musnah", sha256, recursive=True, include_version=True)))


def test_words_and_bytes_go_and_the_row_stays(
    db_session: Session, brief: Blobs, plain: Minio, now: datetime
) -> None:
    paper = add(db_session, brief, now)
    first_copy = db_session.scalars(
        select(Rendition.blob_sha256).where(Rendition.kind == RenditionKind.SEARCHABLE_PDF)
    ).all()
    read(db_session, brief, paper, now)
    other = add(db_session, brief, now)
    original = db_session.get_one(Document, paper).blob_sha256
    wait_for_locks()

    disposal.entomb(db_session, paper, at=now, under="B-2026-000001")
    erased = disposal.erase(db_session, brief, paper, at=now)

    assert erased == 3, "the original and both copies; the small picture is the other paper's too"
    assert disposal.erase(db_session, brief, paper, at=now) == 0
    assert (count(db_session, Page, paper), count(db_session, Rendition, paper)) == (0, 0)
    assert count(db_session, FormerRendition, paper) == 3
    for sha256 in (original, *first_copy):
        assert versions_of(plain, sha256) == 0
    left = db_session.get_one(Document, paper)
    assert (left.status, left.disposed_under, left.blob_sha256, left.label) == (
        DocumentStatus.DISPOSED,
        "B-2026-000001",
        original,
        "Surat",
    )
    assert (count(db_session, Page, other), count(db_session, Rendition, other)) == (1, 2)
    made = db_session.scalars(
        select(Rendition.blob_sha256).where(Rendition.document_id == other)
    ).all()
    assert all(brief.read(sha256) for sha256 in made)
    assert {found.state for found in blobs.verify(db_session, brief)} == {"intact"}
    with pytest.raises(DocumentDisposed):
        disposal.entomb(db_session, paper, at=now, under="lain")
    with pytest.raises(DocumentDisposed):
        read(db_session, brief, paper, now)


def test_a_recording_goes_like_a_paper(
    db_session: Session, brief: Blobs, plain: Minio, now: datetime
) -> None:
    voice = documents.add(
        db_session,
        brief,
        uuid4().bytes,
        media_type="audio/ogg",
        pages=0,
        seconds=3.0,
        is_recording=True,
        origin="unggah",
        label="Rekaman",
        at=now,
    ).document_id
    wait_for_locks()

    assert (
        disposal.entomb(db_session, voice, at=now, under="B-2026-000001").status
        == DocumentStatus.DISPOSED
    )

    assert disposal.erase(db_session, brief, voice, at=now) == 1
    assert versions_of(plain, db_session.get_one(Document, voice).blob_sha256) == 0


def test_a_lock_is_told_and_never_gone_round(
    db_session: Session, brief: Blobs, plain: Minio, now: datetime
) -> None:
    paper = add(db_session, brief, now)
    original = db_session.get_one(Document, paper).blob_sha256
    grip = disposal.grip(db_session, brief, paper)
    assert grip.locked_until is not None
    assert not grip.is_held
    disposal.entomb(db_session, paper, at=now, under="x")
    with pytest.raises(BlobLocked):
        disposal.erase(db_session, brief, paper, at=now)
    assert versions_of(plain, original) == 1
    wait_for_locks()
    brief.hold(original)
    with pytest.raises(BlobLocked):
        disposal.erase(db_session, brief, paper, at=now)
    brief.release(original)

    assert (
        disposal.erase(db_session, brief, paper, at=now) > 0
    )  # others may have gone before it, in the order of hashes
    assert disposal.erase(db_session, brief, paper, at=now) == 0
    with pytest.raises(BlobMissing):
        brief.stat(original)


@pytest.mark.parametrize(
    "is_erased", [True, False], ids=["after the bytes went", "before they went"]
)
def test_the_same_bytes_again_are_another_document(
    db_session: Session, brief: Blobs, now: datetime, is_erased: bool
) -> None:
    data = uuid4().bytes
    paper = add(db_session, brief, now, data)
    wait_for_locks()
    disposal.entomb(db_session, paper, at=now, under="x")
    if is_erased:
        disposal.erase(db_session, brief, paper, at=now)

    again = add(db_session, brief, now, data)

    assert again != paper
    assert disposal.erase(db_session, brief, paper, at=now) == (0 if is_erased else 1), (
        "not what came again"
    )
    sha256 = db_session.get_one(Document, again).blob_sha256
    assert brief.read(sha256) == data
    assert db_session.get_one(Blob, sha256).gone_at is None
    assert disposal.grip(db_session, brief, again).locked_until is not None, "a lock of its own"
