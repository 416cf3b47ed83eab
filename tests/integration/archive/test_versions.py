"""Versions on the real database: every one can be read again, none changes, two people do not
overwrite each other.
"""

from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import documents, readings, search, versions
from archive.blobs import Blobs
from archive.errors import NoSuchPage, VersionOvertaken
from archive.models import Document, Page, RenditionKind
from archive.page_content import PageText
from archive.versions import Change
from tests.integration.archive.test_documents import add

WHO = uuid4()


def page(no: int, word: str, **changes: object) -> PageText:
    given = {
        "confidence": 60.0,
        "words": [(word, 41.0, 10, 20, 50, 12)],
        "width": 100,
        "height": 200,
    }
    return PageText(no, word, **{**given, "source": "ocr", **changes})


@pytest.fixture
def paper(db_session: Session, blobs: Blobs, now: datetime) -> UUID:
    """A document of three pages that were read: satu, dua, tiga."""
    found = add(db_session, blobs, now, pages=3, media_type="application/pdf").document_id
    documents.save_pages(db_session, found, [page(1, "satu"), page(2, "dua"), page(3, "tiga")])
    return found


@pytest.fixture
def change(now: datetime) -> Change:
    return Change(1, WHO, now)


def after(change: Change, version: int) -> Change:
    return Change(version, change.by, change.at)


def texts(session: Session, paper: UUID, no: int | None = None) -> list[str]:
    document = session.get_one(Document, paper)
    places = versions.places_of(session, document, no)
    return [found.text for found in versions.pages_of(session, document, enumerate(places, 1))]


def test_every_version_can_be_read_again(db_session: Session, paper: UUID, change: Change) -> None:
    versions.move(db_session, paper, change, 3, 1)
    versions.correct(db_session, paper, after(change, 2), 1, {0: "tigabelas"})
    versions.take_out(db_session, paper, after(change, 3), [2])
    versions.turn(db_session, paper, after(change, 4), 2, 90)
    versions.restore(db_session, paper, after(change, 5), 1)

    assert [texts(db_session, paper, no) for no in range(1, 7)] == [
        ["satu", "dua", "tiga"],
        ["tiga", "satu", "dua"],
        ["tigabelas", "satu", "dua"],
        ["tigabelas", "dua"],
        ["tigabelas", "dua"],
        ["satu", "dua", "tiga"],
    ]
    stored = db_session.scalars(
        select(Page.text).where(Page.document_id == paper).order_by(Page.no)
    ).all()
    assert stored == ["satu", "dua", "tiga"]
    assert [
        (made.no, made.act, made.page, made.made_by) for made in versions.of(db_session, paper)
    ] == [
        (6, "restored", 1, WHO),
        (5, "turned", 2, WHO),
        (4, "taken_out", 2, WHO),
        (3, "corrected", 1, WHO),
        (2, "moved", 3, WHO),
    ]


def test_a_corrected_word_is_found_at_once_and_the_wrong_one_is_not(
    db_session: Session, paper: UUID, change: Change
) -> None:
    word = f"k{uuid4().hex}"
    assert db_session.get_one(Document, paper).doubts == 3
    versions.correct(db_session, paper, change, 2, {0: word})

    (hit,) = search.search(db_session, word, document_ids=[paper])
    assert (hit.document_id, hit.page) == (paper, 2)
    assert search.search(db_session, "dua", document_ids=[paper]) == []
    assert db_session.get_one(Document, paper).doubts == 2
    assert versions.page_of(db_session, db_session.get_one(Document, paper), 2).corrected == [0]


def test_who_looked_at_an_older_version_changes_nothing(
    db_session: Session, paper: UUID, change: Change
) -> None:
    versions.move(db_session, paper, change, 1, 2)
    for act in (
        lambda: versions.correct(db_session, paper, change, 1, {0: "lain"}),
        lambda: versions.turn(db_session, paper, change, 1, 90),
        lambda: versions.move(db_session, paper, change, 1, 2),
        lambda: versions.take_out(db_session, paper, change, [1]),
        lambda: versions.restore(db_session, paper, change, 1),
    ):
        with pytest.raises(VersionOvertaken):
            act()
    assert texts(db_session, paper) == ["dua", "satu", "tiga"]


def test_there_is_no_version_without_a_page(
    db_session: Session, paper: UUID, change: Change
) -> None:
    for act in (
        lambda: versions.take_out(db_session, paper, change, [1, 2, 3]),
        lambda: versions.take_out(db_session, paper, change, [4]),
        lambda: versions.correct(db_session, paper, change, 1, {7: "lain"}),
        lambda: versions.turn(db_session, paper, change, 1, 45),
        lambda: versions.restore(db_session, paper, change, 9),
        lambda: versions.page_of(db_session, db_session.get_one(Document, paper), 0),
    ):
        with pytest.raises(NoSuchPage):
            act()


def test_a_turned_page_waits_for_its_reading_and_turned_back_is_as_it_was(
    db_session: Session, paper: UUID, change: Change
) -> None:
    document = db_session.get_one(Document, paper)
    versions.turn(db_session, paper, change, 1, 180)
    lying = versions.page_of(db_session, document, 1)
    assert (lying.source, lying.words) == ("turned", [("satu", 41.0, 40, 168, 50, 12)])

    documents.keep_reading(db_session, document, {1: page(1, "terbaca"), 2: page(2, "tidak")})
    assert texts(db_session, paper) == ["terbaca", "dua", "tiga"]
    versions.turn(db_session, paper, after(change, 2), 1, 180)
    assert texts(db_session, paper) == ["satu", "dua", "tiga"]
    versions.turn(db_session, paper, after(change, 3), 1, 180)
    assert texts(db_session, paper) == ["terbaca", "dua", "tiga"]


@pytest.mark.parametrize("word", ["betul", ""], ids=["put right", "taken away"])
def test_words_put_right_on_a_turned_page_are_not_read_over(
    db_session: Session, paper: UUID, change: Change, word: str
) -> None:
    versions.turn(db_session, paper, change, 1, 180)
    versions.correct(db_session, paper, after(change, 2), 1, {0: word})

    document = db_session.get_one(Document, paper)
    documents.keep_reading(db_session, document, {1: page(1, "terbaca")})

    assert texts(db_session, paper) == [word, "dua", "tiga"]
    assert versions.page_of(db_session, document, 1).source == "ocr"


def test_words_put_right_stay_when_the_document_is_read_again(
    db_session: Session, paper: UUID, change: Change
) -> None:
    versions.correct(db_session, paper, change, 1, {0: "betul"})
    versions.take_out(db_session, paper, after(change, 2), [3])

    again = [page(1, "satubaru"), page(2, "duabaru"), page(3, "tigabaru")]
    documents.save_pages(db_session, paper, again)

    assert texts(db_session, paper) == ["betul", "duabaru"]
    assert texts(db_session, paper, 1) == ["satubaru", "duabaru", "tigabaru"]


def test_a_copy_serves_as_long_as_only_words_differ(
    db_session: Session, blobs: Blobs, paper: UUID, change: Change, now: datetime
) -> None:
    document = db_session.get_one(Document, paper)
    made = documents.add_rendition(
        db_session, blobs, paper, uuid4().bytes, kind=RenditionKind.SEARCHABLE_PDF,
        media_type="application/pdf", at=now,
    )  # fmt: skip

    def copy() -> str | None:
        found = readings.pdf_of(db_session, document)
        return found.sha256 if found else None

    assert (copy(), readings.waits(db_session, document)) == (made, None)
    versions.correct(db_session, paper, change, 1, {0: "betul"})
    assert copy() == made
    assert readings.waits(db_session, document) is not None
    versions.move(db_session, paper, after(change, 2), 1, 2)
    assert copy() is None
    versions.restore(db_session, paper, after(change, 3), 2)
    assert copy() == made
