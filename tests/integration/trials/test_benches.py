"""The benches run and print what they promise. How fast it is, is not judged here."""

from workflow_app.tools.load import ocr, pages, search, tasks


def test_officers_complete_tasks_without_an_error() -> None:
    said: list[str] = []
    figures = tasks.measure_task_bench(
        officers=2, cases=1, finished=25, notice=said.append
    ).as_dict()

    assert [sentence for sentence in said if "error" in sentence] == []
    assert "25 finished cases are there" in said
    assert (figures["n"], figures["errors"]) == (10, 0)
    assert 0 < float(str(figures["p50_ms"])) <= float(str(figures["p99_ms"]))
    assert 5 < float(str(figures["sql_per_completion"])) < 25
    assert 1 <= float(str(figures["commits_per_completion"])) < 2
    assert 5_000 < int(str(figures["bytes_per_case"])) < 60_000


def test_lists_are_read_with_as_many_tasks_as_asked_for() -> None:
    small, large = pages.measure(1200, rounds=1)

    assert (small.open, small.finished, large.open, large.finished) == (1000, 10_000, 1200, 12_000)
    assert small.n >= 15
    assert 0 < large.p50_ms <= large.p99_ms
    assert small.p50_ms_of.keys() <= large.p50_ms_of.keys()
    assert pages.growth(small, large).which in large.p50_ms_of


def test_papers_are_uploaded_read_and_found() -> None:
    figures = ocr.measure_ingest_bench(pages=2, papers=1)

    (paper,) = figures.papers
    assert 0 < paper.taken_s < paper.first_page_s < paper.found_s
    assert figures.as_dict()["pages_per_minute"] == round(120 / paper.found_s, 1)


def test_the_page_of_a_process_is_read_with_as_many_events_as_asked_for() -> None:
    figures = search.measure_heatmap_bench(3_000, rounds=1)

    assert figures.events >= 3_000
    assert figures.n == len(search.HEATMAP_BENCH_READERS) * len(search.PAGES)
    assert 0 < figures.p50_ms <= figures.p95_ms
    assert figures.worst_page in figures.by_page


def test_the_board_is_read_with_as_many_cases_as_asked_for() -> None:
    figures = pages.measure_board_bench(60, finished=40, rounds=1)

    assert (figures.open, figures.finished, figures.n) == (60, 40, 3)
    assert 0 < figures.p50_ms <= figures.p95_ms
    assert figures.nothing_new.p50_ms > 0
    assert set(figures.lists) == set(pages.BOARD_BENCH_LISTS)
