"""Invented pages are found as they are asked for, by whom the rules let find them. How fast it is,
is not judged here.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from archive.models import Document, Page
from workflow_app.domain import SYSTEM, Actor
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import ingest, search
from workflow_app.tools.load import search as load_search
from workflow_app.tools.load.filling import Library, write

PAGES = 420


def facets(work: UnitOfWork) -> list[tuple[UUID, list[str], list[str]]]:
    query = select(Document.id, Document.facets, Page.facets).join(
        Page, Page.document_id == Document.id
    )
    return [(each, of_paper, of_page) for each, of_paper, of_page in work.session.execute(query)]


def test_every_kind_of_question_finds_pages_for_who_may_read_them(
    works: Works, play: Callable[..., UUID], sari: Actor
) -> None:
    play("sktlk_ktp")
    library = Library(PAGES)
    with works.begin(SYSTEM) as work:
        connection = work.session.connection().connection.driver_connection
        assert connection is not None
        write(connection, library)

    figures = load_search.ask(works, [sari], library, rounds=1)

    kinds = [*library.questions(), *library.narrowed(), *library.papers()]
    assert figures.n == len(kinds)
    assert 0 < figures.p50_ms <= figures.p95_ms <= figures.p99_ms
    asked = {
        "letter numbers": library.letter(210),
        "plates": library.plate(210),
        "NIK": library.nik(210),
    }
    with works.begin(sari) as work:
        assert {
            kind for kind, question in asked.items() if not search.search(work, question).hits
        } == set()
        assert search.search(work, "surat").next == "20"
        assert {bool(hit.case_number) for hit in search.search(work, "surat").hits} == {True, False}
        before = facets(work)
        ingest.renew(work, [document_id for document_id, _, _ in before])
        assert facets(work) == before, "the bench writes what the product would"
        assert {entry for _, entries, _ in before for entry in entries} >= {
            "=k:sktlk",
            "=k:lp",
            "=l:1",
        }
        assert all(of_paper == of_page for _, of_paper, of_page in before)
        assert all(search.of_similar_paper(work, paper) for paper in library.papers())
        for _, word, choice, order in library.narrowed():
            search.search(work, word, choice=choice, order=order)
    with works.begin(replace(sari, roles=frozenset({"piket_reskrim"}))) as work:
        assert search.search(work, "surat").hits == []
