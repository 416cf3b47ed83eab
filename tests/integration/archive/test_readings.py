"""A document while it is read, page by page, on the real database and store."""

import json
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from archive import documents, readings, versions
from archive.blobs import Blobs
from archive.models import Document, DocumentStatus, Page, Rendition, RenditionKind
from archive.page_content import PageText
from archive.versions import Change
from tests.integration.archive.reader import keep_reading
from tests.integration.archive.test_documents import add


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
    assert [row.text for row in documents.pages_of(db_session, added.document_id)] == [
        "bacaan kedua"
    ]
    rows = db_session.scalars(
        select(Rendition).where(Rendition.document_id == added.document_id)
    ).all()
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
    assert [(each.page.no, each.layout, each.layer) for each in before] == [
        (2, {"turn": 90}, b"lapis dua")
    ]
    for no in (3, 1):
        readings.save_page(
            db_session,
            blobs,
            added.document_id,
            page(no),
            thumbnail=b"",
            layout={},
            layer=b"",
            at=now,
        )
    document = readings.finish(
        db_session, blobs, added.document_id, pdf=None, pdf_kind=None, at=now
    )
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
        db_session,
        blobs,
        added.document_id,
        pages=[failed],
        pdf=None,
        pdf_kind=None,
        thumbnails=[],
        at=now,
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


@pytest.mark.parametrize("page_failed", [False, True], ids=["read", "failed"])
def test_a_document_that_people_arranged_is_read_again_around_what_they_did(
    db_session: Session, blobs: Blobs, now: datetime, page_failed: bool
) -> None:
    added = add(db_session, blobs, now, pages=3).document_id
    keep_reading(
        db_session, blobs, added, pages=[page(no, f"lama {no}") for no in (1, 2, 3)], at=now
    )
    versions.move(db_session, added, Change(1, None, now), 3, 1)
    versions.correct(db_session, added, Change(2, None, now), 2, {0: "Betul"})
    right = versions.page_of(db_session, db_session.get_one(Document, added), 2).text
    failed = page(2, "", confidence=None, words=[], source="failed", reason="Pindai ulang.")

    again = [page(1, "baru 1"), failed if page_failed else page(2, "baru 2"), page(3, "baru 3")]
    document = keep_reading(db_session, blobs, added, pages=again, at=now)

    assert document.status == DocumentStatus.READABLE
    texts = [found.text for found in documents.pages_of(db_session, added)]
    assert texts == ["baru 3", right, "lama 2" if page_failed else "baru 2"]
    assert versions.page_of(db_session, document, 1, 1).text == "baru 1"


def test_who_gives_up_leaves_what_was_read_meanwhile(
    db_session: Session, blobs: Blobs, now: datetime
) -> None:
    added = add(db_session, blobs, now).document_id
    keep_reading(db_session, blobs, added, pages=[page()], at=now)

    document = documents.mark_unreadable(db_session, added, "Pindai ulang.")

    assert (document.status, document.status_reason) == (DocumentStatus.READABLE, "")


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
