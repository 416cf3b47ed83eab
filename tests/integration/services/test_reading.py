"""From the paper to found words: the job, and search."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from archive import disposal
from ocr.errors import EngineMissing
from ocr.one_page import ReadPage
from tests.integration.services import desk, scans
from tests.small_disk import fill, small_disk
from tests.unit.ocr import papers
from workflow_app.domain import SYSTEM, Actor, Away, DiskFull, Unavailable
from workflow_app.models import AuditEvent
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import documents, reading
from workflow_app.services.documents import search as document_search
from workflow_app.services.retention import holdings


@pytest.fixture
def paper(works: Works, budi: Actor, sktlk: str) -> tuple[UUID, UUID]:
    """A case and its one uploaded paper, committed."""
    with works.begin(budi) as work:
        case = desk.new_case(work)
        view = documents.upload(
            work, case.id, element="uraian", label="Surat", data=scans.picture()
        )
        return case.id, view.id


def test_r39_a_read_paper_has_text_a_searchable_copy_and_a_thumbnail(
    works: Works, budi: Actor, paper: tuple[UUID, UUID]
) -> None:
    case_id, document_id = paper

    assert reading.read_document(works, document_id) == "readable"

    with works.begin(budi) as work:
        view = documents.get(work, document_id)
        assert (view.status_label, view.has_pdf, view.thumbnail_pages) == ("Terbaca", True, (1,))
        assert view.confidence is not None
        assert view.confidence > 80
        assert "PENGANTAR KEPALA DESA" in documents.text(work, document_id)[0].text
        assert documents.content(work, document_id, "pdf").data.startswith(b"%PDF")
        thumbnail = documents.content(work, document_id, "thumbnail", page=1)
        assert (thumbnail.media_type, thumbnail.data[8:12]) == ("image/webp", b"WEBP")
        event = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "document.read")
        ).one()
        assert (event.case_id, event.details["label"], event.details["pages"]) == (
            case_id,
            "Surat",
            1,
        )
        assert (event.details["pdf"], event.details["pdf_level"]) == ("searchable", "PDF/A-2b")
        assert (view.copy_level, view.copy_reason) == ("PDF/A-2b", "")


def test_r37_a_paper_says_how_far_its_pdf_came_and_why_not_further(
    works: Works, budi: Actor
) -> None:
    with works.begin(budi) as work:
        case = desk.new_case(work)
        printed, faceless = (
            documents.upload(work, case.id, element="uraian", label="Surat", data=data).id
            for data in (papers.printed_pdf(papers.LINES), papers.text_pdf(papers.LINES))
        )
    for document_id in (printed, faceless):
        assert reading.read_document(works, document_id) == "readable"
    with works.begin(budi) as work:
        view = documents.get(work, printed)
        assert (view.copy_level, view.copy_reason) == ("PDF/A-2b", "")
        assert (
            documents.content(work, printed, "pdf").data
            != documents.content(work, printed, "original").data
        )
        view = documents.get(work, faceless)
        assert (view.copy_level, view.has_pdf) == ("", True)
        assert "huruf" in view.copy_reason
        shown, received = (
            documents.content(work, faceless, kind).data for kind in ("pdf", "original")
        )
        assert shown == received


def test_the_job_run_twice_reads_once(works: Works, paper: tuple[UUID, UUID]) -> None:
    reading.read_document(works, paper[1])
    reading.read_document(works, paper[1])

    with works.begin(SYSTEM) as work:
        events = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "document.read")
        ).all()
    assert len(events) == 1


def test_an_engine_that_is_away_leaves_the_paper_kept_and_asks_for_another_try(
    works: Works, budi: Actor, paper: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/tempat/kosong")

    with pytest.raises(Unavailable) as failure:
        reading.read_document(works, paper[1])

    assert failure.value.detail == EngineMissing.__name__
    with works.begin(budi) as work:
        view = documents.get(work, paper[1])
        assert view.status == "unreadable"
        assert "Tesseract" in view.status_reason
        assert documents.content(work, paper[1], "original").data == scans.picture()
    monkeypatch.undo()
    assert reading.read_document(works, paper[1]) == "readable"


def test_a_full_disk_leaves_the_paper_kept_and_asks_for_as_many_tries_as_it_takes(
    works: Works,
    budi: Actor,
    paper: tuple[UUID, UUID],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with small_disk(tmp_path, 8):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        filling = fill(tmp_path)

        with pytest.raises(DiskFull) as failure:
            reading.read_document(works, paper[1])

        assert isinstance(failure.value, Away)
        with works.begin(budi) as work:
            view = documents.get(work, paper[1])
            assert view.status == "unreadable"
            assert "dibaca sendiri setelah ada ruang" in view.status_reason
        filling.unlink()
        assert reading.read_document(works, paper[1]) == "readable"


def test_a_paper_that_is_disposed_of_while_it_is_read_is_read_no_further(
    works: Works, paper: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = reading.read

    def read_and_lost(*given: Any, **named: Any) -> Any:
        found = real(*given, **named)
        with works.begin(SYSTEM) as work:
            disposal.entomb(work.session, paper[1], at=work.clock(), under="B-2026-000001")
        return found

    monkeypatch.setattr(reading, "read", read_and_lost)

    assert reading.read_document(works, paper[1]) == "disposed"
    assert reading.give_up(works, paper[1], reading.UNREAD) == "disposed"
    with works.begin(SYSTEM) as work:
        assert not work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "document.read")
        ).all()


def test_no_transaction_is_open_while_a_paper_is_read(
    works: Works, paper: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bool] = []

    def watched(works: Works) -> Works:
        factory = works.session_factory

        class Counting:
            def begin(self) -> object:
                opened.append(True)
                return factory.begin()

        return replace(works, session_factory=Counting())

    real = reading.read
    seen: list[int] = []
    monkeypatch.setattr(
        reading,
        "read",
        lambda *given, **named: (seen.append(len(opened)), real(*given, **named))[1],
    )

    reading.read_document(watched(works), paper[1])

    assert (seen, len(opened)) == ([1], 3), "before the reading, for its page, after it"


def test_words_on_a_paper_are_found_by_those_who_see_its_case(
    works: Works, budi: Actor, tono: Actor, person: Callable[..., Actor], paper: tuple[UUID, UUID]
) -> None:
    case_id, document_id = paper
    reading.read_document(works, document_id)

    def search(actor: Actor, words: str) -> document_search.SearchPage:
        with works.begin(actor) as work:
            return document_search.search(work, words)

    found = search(budi, "hilang penduduk")
    assert [(hit.document_id, hit.case_id, hit.label, hit.page) for hit in found.hits] == [
        (document_id, case_id, "Surat", 1)
    ]
    assert found.hits[0].case_number is not None
    assert {text.lower() for text, is_hit in found.hits[0].snippet_parts if is_hit} >= {
        "kehilangan",
        "penduduk",
    }
    assert search(person("sari", "ka_spkt"), "pengantar").total == 1
    assert search(person("rudi", "pimpinan"), "pengantar").hits == [], (
        "sees the case, but no identities"
    )
    for stranger in (tono, person("wati", "arsiparis"), person("joko", "piket_lantas")):
        assert search(stranger, "pengantar").hits == []
    for nothing in ("", "   ", "tidakadakata", "'; drop table x; --", "\x00"):
        assert search(budi, nothing).hits == []


def test_a_page_is_found_and_shown_while_others_are_still_read(
    works: Works, person: Callable[..., Actor]
) -> None:
    with works.begin(SYSTEM) as work:
        stored = holdings.deposit(
            work, scans.tiff("laporan tahun lama", "laporan tahun baru")
        ).document_id
    assert stored is not None
    wati = person("wati", "arsiparis")
    seen: list[tuple[str, tuple[int, ...], int]] = []
    save_page = reading._save_page

    def look(works: Works, document_id: UUID, page: ReadPage, seconds: float) -> None:
        save_page(works, document_id, page, seconds)
        with works.begin(wati) as work:
            view = documents.get(work, document_id)
            hits = document_search.search(work, "laporan").hits
            seen.append((view.status_label, view.thumbnail_pages, len(hits)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_save_page", look)
        assert reading.read_document(works, stored) == "readable"

    (first, shown, found), (last, *_) = seen
    assert (first, len(shown), found) == ("Sedang dibaca: 1 dari 2 halaman", 1, 1)
    assert last == "Sedang dibaca: 2 dari 2 halaman"


def test_papers_of_the_archive_are_found_by_its_readers_page_by_page(
    works: Works, person: Callable[..., Actor]
) -> None:
    with works.begin(SYSTEM) as work:
        stored = holdings.deposit(work, scans.tiff("laporan tahun lama", "laporan tahun baru"))
    assert stored.document_id is not None
    reading.read_document(works, stored.document_id)

    with works.begin(person("wati", "arsiparis")) as work:
        first = document_search.search(work, "laporan", limit=1)
        second = document_search.search(work, "laporan", limit=1, after=first.next)
        assert (first.next, second.next) == ("1", None)
        assert {hit.page for hit in first.hits + second.hits} == {1, 2}
        assert {hit.case_id for hit in first.hits} == {None}
    with works.begin(person("joko", "piket_lantas")) as work:
        assert document_search.search(work, "laporan").hits == []


def test_a_cursor_from_elsewhere_begins_at_the_start(work: UnitOfWork) -> None:
    for cursor in ("-1", "x", "9" * 40, "²"):
        assert document_search.search(work, "surat", after=cursor).hits == []
