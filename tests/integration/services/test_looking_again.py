"""R37: papers read before it was kept how pages look are looked at once more, and a second scan of
them is noticed.
"""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

from PIL import Image, ImageDraw
from sqlalchemy import select, text

from archive import documents as archive_documents
from archive import similar, versions
from archive.blobs import Blobs
from archive.models import Document, Page
from archive.page_content import PageText
from archive.versions import Change
from ocr import pages
from tests.integration.archive.reader import keep_reading
from tests.integration.services import desk, scans
from workflow_app.domain import SYSTEM
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import documents, reading
from workflow_app.tools.embedded.server_processes import wait_until

WORDS = "surat pengantar kepala desa nomor contoh untuk warga kandangan kota"


def small() -> bytes:
    """The small picture of a page with a few dark places."""
    page = Image.new("RGB", (200, 280), "white")
    for corner in ((10, 10), (90, 60), (30, 150), (120, 220)):
        ImageDraw.Draw(page).rectangle((*corner, corner[0] + 40, corner[1] + 25), "black")
    kept = io.BytesIO()
    page.save(kept, "WEBP")
    return kept.getvalue()


def read_long_ago(work: UnitOfWork, blobs: Blobs, name: str, thumbnail: bytes) -> UUID:
    case = desk.new_case(work)
    paper = documents.upload(work, case.id, element="", label="Surat", data=scans.picture(name)).id
    keep_reading(
        work.session, blobs, paper, pages=[PageText(1, WORDS, 90.0, [], 200, 280, "ocr")],
        pdf=None, pdf_kind=None, thumbnails=[thumbnail], at=work.clock(),
    )  # fmt: skip
    return paper


def test_r37_old_papers_are_looked_at_once_more(
    officer: UnitOfWork, works: Works, blobs: Blobs
) -> None:
    papers = {read_long_ago(officer, blobs, name, small()) for name in ("satu", "dua")}
    broken = read_long_ago(officer, blobs, "rusak", b"no picture at all")

    assert dict(reading.look_again(works)) == {**dict.fromkeys(papers, 1), broken: 0}

    with works.begin(SYSTEM) as work:
        looks = dict(work.session.execute(select(Page.document_id, Page.likeness)).all())
        expected = similar.tokens(pages.of(Image.open(io.BytesIO(small()))))
        assert looks == {**dict.fromkeys(papers, expected), broken: None}
        one, other = papers
        assert [
            found.document_id
            for found in similar.of_likeness(work.session, one, select(Document.id))
        ] == [other]
    assert dict(reading.look_again(works)) == {broken: 0}


def test_two_papers_alike_are_looked_at_in_the_same_moment(
    fresh_works: Works, blobs: Blobs
) -> None:
    works = replace(fresh_works, blobs=blobs)
    look = similar.tokens([0b1010] * 8)
    with works.begin(SYSTEM) as work:
        one, other = (
            archive_documents.add(
                work.session, blobs, uuid4().bytes, media_type="image/png", pages=1,
                    origin="unggah", label="Surat",
                at=work.clock(),
            ).document_id
            for _ in range(2)
        )  # fmt: skip
        for paper in (one, other):
            page = PageText(1, WORDS, 90.0, [], 200, 280, "ocr", likeness=look)
            archive_documents.save_pages(work.session, paper, [page])

    def note_other() -> None:
        with works.begin(SYSTEM) as work:
            similar.note(work.session, other)

    def is_waiting() -> bool:
        with works.begin(SYSTEM) as work:
            return (
                work.session.scalar(text("select exists (select from pg_locks where not granted)"))
                is True
            )

    with ThreadPoolExecutor(1) as pool:
        with works.begin(SYSTEM) as work:
            similar.note(work.session, one)
            second = pool.submit(note_other)
            assert wait_until(is_waiting, 15)
        second.result(30)

    with works.begin(SYSTEM) as work:
        assert len(similar.of_likeness(work.session, other, select(Document.id))) == 1


def test_pages_that_people_have_moved_are_not_taken_for_others(
    officer: UnitOfWork, works: Works, blobs: Blobs
) -> None:
    case = desk.new_case(officer)
    paper = documents.upload(
        officer, case.id, element="", label="Surat", data=scans.tiff("satu", "dua")
    ).id
    keep_reading(
        officer.session, blobs, paper,
        pages=[PageText(no, WORDS, 90.0, [], 200, 280, "ocr") for no in (1, 2)],
        thumbnails=[small(), b"no picture at all"], at=officer.clock(),
    )  # fmt: skip
    versions.move(officer.session, paper, Change(1, None, officer.clock()), 2, 1)

    assert dict(reading.look_again(works)) == {}
