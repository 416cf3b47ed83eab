"""R39: one paper becomes two, several become one, with all that holds for them; nothing is lost on
the way.
"""

from typing import Any

import pytest
from sqlalchemy import select, update

from archive.documents import sources_of
from archive.models import Document
from ocr.arranging import put_together
from tests.integration.services import desk, scans
from tests.integration.services.worn_papers import Paper, events, put_right, words_of
from workflow_app.domain import AccessLevel, Actor, Conflict, InvalidInput
from workflow_app.models import CaseDocument
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import (
    classification,
    document_views,
    documents,
    ingest,
    quality_check,
    reading,
    search,
    splitting,
    versions,
)
from workflow_app.services.retention import holdings


def test_r39_pages_cut_off_are_a_paper_beside_with_all_that_holds_for_them(
    works: Works, budi: Actor, sari: Actor, paper: Paper
) -> None:
    put_right(works, budi, paper)
    with works.begin(budi) as work:
        versions.move(work, paper.id, 2, 1, 3)
    with works.begin(sari) as work:
        classification.classify(work, paper.id, "terbatas", classification.REASONS[0])
    with works.begin(budi) as work:
        made = splitting.cut_off(work, paper.id, 3, 3)

    with works.begin(budi) as work:
        first, second = documents.get(work, paper.id), documents.get(work, made)
        assert (first.pages, second.pages, second.label, second.status) == (
            2,
            1,
            "Surat",
            "readable",
        )
        assert (second.level, second.element, second.thumbnail_pages) == (
            AccessLevel.RESTRICTED,
            "uraian",
            (1,),
        )
        assert work.session.get(CaseDocument, (paper.case_id, made)) is not None
        assert [hit.document_id for hit in search.search(work, "zamrudkuning").hits] == [made]
        assert [one.document_id for one in document_views.of(work, paper.id).made_from] == [made]
        assert [(one.document_id, one.pages) for one in document_views.of(work, made).made_of] == [
            (paper.id, [3])
        ]
        assert "Zamrudkuning" in words_of(documents.content(work, made, "pdf").data)[0]
        assert quality_check.sheet(work, made, 1).corrected[0].text == "Zamrudkuning"
    assert versions.make(works, made, 1) == "nothing to do"
    with pytest.raises(InvalidInput, match="halaman kedua"), works.begin(budi) as work:
        splitting.cut_off(work, paper.id, 4, 1)


def test_r39_papers_of_a_case_become_one_as_restricted_as_the_most_restricted(
    works: Works, budi: Actor, sari: Actor, paper: Paper
) -> None:
    with works.begin(budi) as work:
        other = documents.upload(
            work,
            paper.case_id,
            element="uraian",
            label="Foto",
            data=scans.picture("Lampiran merdu"),
        ).id
        elsewhere = desk.new_case(work)
        documents.upload(
            work, elsewhere.id, element="uraian", label="Foto", data=scans.picture("Lampiran merdu")
        )
    reading.read_document(works, other)
    with works.begin(sari) as work:
        classification.classify(work, other, "terbatas", classification.REASONS[0])
    with works.begin(budi) as work:
        assert [found[0] for found in splitting.candidates(work, paper.id, paper.case_id)] == [
            other
        ]
        made = splitting.merge(work, paper.id, 1, [other, paper.id])

    with works.begin(budi) as work:
        view = documents.get(work, made)
        assert (view.pages, view.level, view.label) == (4, AccessLevel.RESTRICTED, "Surat")
        cases = work.session.scalars(
            select(CaseDocument.case_id).where(CaseDocument.document_id == made)
        ).all()
        assert cases == [paper.case_id]
        assert "merdu" in documents.text(work, made)[3].text
        assert {one.document_id for one in document_views.of(work, made).made_of} == {
            paper.id,
            other,
        }
        assert documents.get(work, paper.id).pages == 3
    with pytest.raises(InvalidInput, match="dokumen lain"), works.begin(budi) as work:
        splitting.merge(work, paper.id, 1, [])


def test_papers_of_different_cases_are_not_merged(works: Works, budi: Actor, paper: Paper) -> None:
    with works.begin(budi) as work:
        case = desk.new_case(work)
        other = documents.upload(
            work, case.id, element="uraian", label="Foto", data=scans.picture("x")
        ).id
        work.session.execute(update(Document).where(Document.id == other).values(status="readable"))
    with pytest.raises(Conflict, match="berkas yang sama"), works.begin(budi) as work:
        splitting.merge(work, paper.id, 1, [other])


def test_r37_a_paper_of_the_archive_that_was_cut_off_is_found_when_narrowed(
    works: Works, archivist: Actor, scanned: bytes
) -> None:
    with works.begin(archivist) as work:
        paper = holdings.deposit(work, scanned).document_id
        assert paper is not None
    reading.read_document(works, paper)
    with works.begin(archivist) as work:
        word = max(documents.text(work, paper)[1].text.split(), key=len)
        made = splitting.cut_off(work, paper, 1, 2)
        label = {"jenis": ingest.code_of(holdings.LABEL)}
        assert made in {hit.document_id for hit in search.search(work, word, choice=label).hits}


def test_r39_what_is_done_twice_leads_to_the_same_paper(
    works: Works, budi: Actor, paper: Paper
) -> None:
    with works.begin(budi) as work:
        other = documents.upload(
            work,
            paper.case_id,
            element="uraian",
            label="Foto",
            data=scans.picture("Lampiran merdu"),
        ).id
    reading.read_document(works, other)
    merged = []
    for _ in range(2):
        with works.begin(budi) as work:
            merged.append(splitting.merge(work, paper.id, 1, [other]))
    assert merged[0] == merged[1]
    assert len(events(works, "document.merged")) == 2, "of each paper once"

    cut = []
    for version in (1, 3):
        with works.begin(budi) as work:
            cut.append(splitting.cut_off(work, paper.id, version, 3))
        with works.begin(budi) as work:
            versions.restore(work, paper.id, version + 1, 1)
    assert cut[0] == cut[1]
    with works.begin(budi) as work:
        assert [one.source_version for one in sources_of(work.session, cut[0])] == [3]
        assert merged[0] != splitting.merge(work, other, 1, [paper.id]), (
            "in another order it is another paper"
        )


def test_r39_papers_are_not_held_while_their_pages_are_put_together(
    works: Works, budi: Actor, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody puts a word right meanwhile; the pages are not those that were looked at any
    more.
    """

    def slowly(*asked: Any) -> bytes:
        put_right(works, budi, paper)
        return put_together(*asked)

    monkeypatch.setattr(splitting, "put_together", slowly)
    with pytest.raises(Conflict), works.begin(budi) as work:
        splitting.cut_off(work, paper.id, 1, 3)
