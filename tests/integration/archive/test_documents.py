"""Documents on the real database and store: taking in, readings, renditions, fixity."""

import hashlib
import io
import json
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from minio import Minio
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm import Session

from archive import documents, fixity, readings
from archive.blobs import Blobs
from archive.documents import Added, PageText
from archive.errors import DocumentMissing, StoreUnavailable
from archive.fixity import FixityState
from archive.models import Blob, Document, DocumentStatus, Page, Rendition, RenditionKind
from tests.integration.archive.conftest import connect
from tests.integration.archive.reader import keep_reading


def add(session: Session, blobs: Blobs, now: datetime, data: bytes | None = None, **changes: object) -> Added:
    given = {
        "media_type": "image/jpeg",
        "pages": 1,
        "origin": "unggah",
        "label": "Surat pengantar",
        **changes,
    }
    return documents.add(session, blobs, data or uuid4().bytes, at=now, **given)


def page(no: int = 1, text: str = "Surat kehilangan", **changes: object) -> PageText:
    given = {
        "confidence": 91.5,
        "words": [("Surat", 96.0, 10, 20, 50, 12), ("kehilangan", 88.5, 70, 20, 90, 12)],
        "width": 1240,
        "height": 1754,
        "source": "ocr",
        **changes,
    }
    return PageText(no, text, **given)


def renditions(session: Session, document_id: UUID) -> list[Rendition]:
    """The versions made from a document, thumbnails in page order."""
    of_document = select(Rendition).where(Rendition.document_id == document_id)
    return list(session.scalars(of_document.order_by(Rendition.kind, Rendition.page)))


def test_a_new_document_is_received_with_its_bytes_in_the_store(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now, b"surat " + uuid4().bytes)
    assert not added.is_duplicate
    document = documents.get(db_session, added.document_id)
    assert (document.status, document.status_reason, document.added_at) == (DocumentStatus.RECEIVED, "", now)
    stored = db_session.get_one(Blob, document.blob_sha256)
    assert len(blobs.read(document.blob_sha256)) == stored.size
    assert blobs.stat(document.blob_sha256).version_id == stored.version_id


def test_the_same_bytes_are_the_same_document(db_session: Session, blobs: Blobs, now: datetime) -> None:
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


def test_the_database_refuses_an_unknown_status(db_session: Session, blobs: Blobs, now: datetime) -> None:
    added = add(db_session, blobs, now)
    documents.get(db_session, added.document_id).status = "hilang"
    with pytest.raises(IntegrityError, match="ck_document_status"):
        db_session.flush()


def test_relationships_must_be_asked_for(db_session: Session, blobs: Blobs, now: datetime) -> None:
    document = documents.get(db_session, add(db_session, blobs, now).document_id)
    with pytest.raises(InvalidRequestError, match="raise"):
        _ = document.blob


def test_a_reading_is_kept_with_words_copy_and_thumbnails(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now, pages=2)
    pdf = b"%PDF-" + uuid4().bytes
    document = keep_reading(
        db_session,
        blobs,
        added.document_id,
        pages=[page(1), page(2, "", confidence=None, words=[], source="blank")],
        pdf=pdf,
        pdf_kind=RenditionKind.SEARCHABLE_PDF,
        thumbnails=[b"webp " + uuid4().bytes, b""],
        at=now,
    )
    assert (document.status, document.status_reason) == (DocumentStatus.READABLE, "")
    first, second = documents.pages_of(db_session, added.document_id)
    assert "words" in inspect(first).unloaded, "not fetched before somebody asks"
    assert (first.text, first.confidence, first.source) == ("Surat kehilangan", 91.5, "ocr")
    assert first.words[1] == ["kehilangan", 88.5, 70, 20, 90, 12]
    assert (second.text, second.confidence, second.words) == ("", None, [])
    kinds = [(made.kind, made.page) for made in renditions(db_session, added.document_id)]
    assert kinds == [("searchable_pdf", 0), ("thumbnail", 1)]
    assert blobs.read(renditions(db_session, added.document_id)[0].blob_sha256) == pdf


def test_reading_again_replaces_the_reading_and_keeps_the_earlier_bytes(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now)
    hashes = []
    for text in ("bacaan pertama", "bacaan kedua"):
        keep_reading(
            db_session,
            blobs,
            added.document_id,
            pages=[page(text=text)],
            pdf=b"%PDF-" + text.encode() + uuid4().bytes,
            pdf_kind=RenditionKind.SEARCHABLE_PDF,
            thumbnails=[],
            at=now,
        )
        hashes.append(renditions(db_session, added.document_id)[0].blob_sha256)
    assert [row.text for row in documents.pages_of(db_session, added.document_id)] == ["bacaan kedua"]
    rows = db_session.scalars(select(Rendition).where(Rendition.document_id == added.document_id)).all()
    assert [row.blob_sha256 for row in rows] == hashes[1:]
    assert blobs.stat(hashes[0]).size


def test_a_reading_that_was_broken_off_says_what_it_has_and_goes_on_behind_it(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now, pages=3)
    failed = page(3, "", confidence=None, words=[], source="failed", reason="Pindai ulang.")
    readings.begin(db_session, added.document_id)
    for one, layer in ((page(2), b"lapis dua"), (failed, b"")):
        readings.save_page(
            db_session,
            blobs,
            added.document_id,
            one,
            thumbnail=b"webp " + uuid4().bytes,
            layout={"turn": 90},
            layer=layer,
            at=now,
        )

    document, before = readings.begin(db_session, added.document_id)

    assert document.status == DocumentStatus.READING
    assert [(each.page.no, each.layout, each.layer) for each in before] == [(2, {"turn": 90}, b"lapis dua")]
    for no in (3, 1):
        readings.save_page(
            db_session, blobs, added.document_id, page(no), thumbnail=b"", layout={}, layer=b"", at=now
        )
    document = readings.finish(db_session, blobs, added.document_id, pdf=None, pdf_kind=None, at=now)
    assert (document.status, document.status_reason) == (DocumentStatus.READABLE, "")
    assert [each.no for each in documents.pages_of(db_session, added.document_id)] == [1, 2, 3]
    assert readings.begin(db_session, added.document_id)[1] == [], "a new reading reads all of it"


def test_failed_pages_are_named_and_do_not_make_the_document_unreadable(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now, pages=3)
    failed = {
        "text": "",
        "confidence": None,
        "words": [],
        "source": "failed",
        "reason": "Pindai ulang halaman ini.",
    }
    document = keep_reading(
        db_session,
        blobs,
        added.document_id,
        pages=[page(1), page(2, **failed), page(3, **failed)],
        pdf=None,
        pdf_kind=None,
        thumbnails=[],
        at=now,
    )
    assert document.status == DocumentStatus.READABLE
    assert document.status_reason == "Halaman 2, 3 tidak terbaca. Pindai ulang halaman ini."


def test_a_document_without_a_readable_page_is_unreadable_and_still_kept(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now)
    failed = page(text="", confidence=None, words=[], source="failed", reason="Coba baca ulang.")
    document = keep_reading(
        db_session, blobs, added.document_id, pages=[failed], pdf=None, pdf_kind=None, thumbnails=[], at=now
    )
    assert document.status == DocumentStatus.UNREADABLE
    assert blobs.read(document.blob_sha256)


def test_a_document_that_could_not_be_opened_is_marked_with_the_sentence(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now)
    documents.mark_unreadable(db_session, added.document_id, "Pindai ulang.")
    document = documents.get(db_session, added.document_id)
    assert (document.status, document.status_reason) == (DocumentStatus.UNREADABLE, "Pindai ulang.")


def test_characters_that_the_database_refuses_do_not_stop_a_reading(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now)
    keep_reading(
        db_session,
        blobs,
        added.document_id,
        pages=[page(text="a\x00b\ud800c", words=[("a\x00\udfff", 50.0, 1, 1, 1, 1)])],
        pdf=None,
        pdf_kind=None,
        thumbnails=[],
        at=now,
    )
    (kept,) = documents.pages_of(db_session, added.document_id)
    assert kept.text == "ab?c"
    assert json.dumps(kept.words)


def test_a_page_of_a_megabyte_of_text_is_kept_and_found(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now)
    long = " ".join(f"kata{number}" for number in range(150_000))
    keep_reading(
        db_session,
        blobs,
        added.document_id,
        pages=[page(text=long)],
        pdf=None,
        pdf_kind=None,
        thumbnails=[],
        at=now,
    )
    assert db_session.scalar(
        select(func.length(Page.text)).where(Page.document_id == added.document_id)
    ) == len(long)


def test_fixity_finds_what_is_missing_and_what_was_changed(
    db_session: Session, blobs: Blobs, now: datetime, plain: Minio
) -> None:
    intact, damaged = (
        documents.get(db_session, add(db_session, blobs, now).document_id).blob_sha256 for _ in range(2)
    )
    plain.put_object("uji-arsip", damaged, io.BytesIO(b"isi lain"), 8)
    never = hashlib.sha256(uuid4().bytes).hexdigest()
    db_session.add(Blob(sha256=never, size=1, media_type="image/png", version_id="x", stored_at=now))
    db_session.flush()
    found = {result.sha256: result.state for result in fixity.verify(db_session, blobs)}
    assert found[intact] == FixityState.INTACT
    assert found[damaged] == FixityState.DAMAGED
    assert found[never] == FixityState.MISSING


def test_fixity_goes_through_more_blobs_than_one_batch(
    db_session: Session, blobs: Blobs, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixity, "BATCH", 2)
    hashes = {
        documents.get(db_session, add(db_session, blobs, now).document_id).blob_sha256 for _ in range(5)
    }
    checked = [result.sha256 for result in fixity.verify(db_session, blobs)]
    assert hashes <= set(checked)
    assert len(checked) == len(set(checked))


def test_a_sample_checks_only_as_many_as_asked(db_session: Session, blobs: Blobs, now: datetime) -> None:
    for _ in range(4):
        add(db_session, blobs, now)
    assert len(list(fixity.verify(db_session, blobs, sample=2))) == 2


def test_fixity_finds_nothing_out_when_the_store_is_away(
    stack: dict[str, str], db_session: Session, blobs: Blobs, now: datetime
) -> None:
    add(db_session, blobs, now)
    away = connect({**stack, "S3_ENDPOINT": "127.0.0.1:9"}, "uji-arsip")
    with pytest.raises(StoreUnavailable):
        list(fixity.verify(db_session, away))
