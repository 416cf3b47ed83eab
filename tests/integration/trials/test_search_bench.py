"""Invented pages are found as they are asked for, by whom the rules let find them. How fast it is, is not judged here."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.papers import paper_search
from workflow_app.trials import search_bench
from workflow_app.types import SYSTEM, Actor

PAGES = 420


def test_every_kind_of_question_finds_pages_for_who_may_read_them(
    works: Works, play: Callable[..., UUID], sari: Actor
) -> None:
    play("sktlk_ktp")
    library = search_bench.Library(PAGES)
    with works.begin(SYSTEM) as work:
        connection = work.session.connection().connection.driver_connection
        assert connection is not None
        search_bench.write(connection, library)

    figures = search_bench.ask(works, [sari], library, rounds=1)

    assert figures.n == len(list(library.questions()))
    assert 0 < figures.p50_ms <= figures.p95_ms <= figures.p99_ms
    asked = {"letter numbers": library.letter(210), "plates": library.plate(210), "NIK": library.nik(210)}
    with works.begin(sari) as work:
        assert {
            kind for kind, question in asked.items() if not paper_search.search(work, question).hits
        } == set()
        assert paper_search.search(work, "surat").next == "20"
        assert {bool(hit.case_number) for hit in paper_search.search(work, "surat").hits} == {True, False}
    with works.begin(replace(sari, roles=frozenset({"piket_reskrim"}))) as work:
        assert paper_search.search(work, "surat").hits == []
