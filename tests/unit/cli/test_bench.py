"""The benches print what was asked for."""

import json

import pytest
from click.testing import CliRunner

from workflow_app.cli.bench import bench
from workflow_app.tools.load import ocr, pages, rework, tasks
from workflow_app.tools.load.pages import Latency
from workflow_app.tools.load.tasks import Cost

RESULT = tasks.Result(8, 5, 0, 2.0, [0.01] * 5, [0.02], Cost(15.0, 1.0, 20_000), {"web": 20.0})


def test_tasks_prints_the_nine_figures_as_json_and_more_as_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "measure_task_bench", lambda **_: RESULT)

    data = json.loads(CliRunner().invoke(bench, ["tasks", "--json"]).output)
    lines = CliRunner().invoke(bench, ["tasks"]).output

    assert data == {
        "completions_per_s": 2.5,
        "p50_ms": 10.0,
        "p95_ms": 10.0,
        "p99_ms": 10.0,
        "n": 5,
        "errors": 0,
        "sql_per_completion": 15.0,
        "commits_per_completion": 1.0,
        "bytes_per_case": 20_000,
    }
    names = [line.split()[0] for line in lines.splitlines()]
    assert names[:9] == list(data)
    assert "processor_ms_per_completion" in names[9:]


def test_inbox_tells_how_all_lists_grew_and_which_grew_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = Latency(1000, 10_000, 60, 5.0, 10.0, 11.0, "petugas saya", 5.0, {"petugas saya": 10.0})
    many = Latency(9000, 90_000, 60, 5.0, 12.0, 13.0, "petugas saya", 5.0, {"petugas saya": 20.0})
    monkeypatch.setattr(pages, "measure", lambda *_, **__: (few, many))

    data = json.loads(CliRunner().invoke(bench, ["inbox", "--json"]).output)
    told = CliRunner().invoke(bench, ["inbox"]).output

    assert (data["p95_ratio"], data["worst_list"], data["worst_list_p50_ratio"]) == (
        1.2,
        "petugas saya",
        2.0,
    )
    assert data["with_1000"]["p95_ms"] == 10.0
    assert "p95 at 9000 is 1.2 times that at 1000 (wanted: at most 1.5)" in told
    assert "petugas saya, 2.0 times" in told


def test_ingest_tells_speed_over_all_and_medians_of_the_papers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    papers = [ocr.Ingest(0.2, 2.0, 10.0), ocr.Ingest(0.4, 4.0, 20.0)]
    monkeypatch.setattr(
        ocr, "measure_ingest_bench", lambda pages, **_: ocr.IngestBenchFigures(pages, papers)
    )

    data = json.loads(CliRunner().invoke(bench, ["ingest", "--json"]).output)

    assert data == {
        "pages": 10,
        "papers": 2,
        "pages_per_minute": 40.0,
        "s_per_page": 1.5,
        "taken_s": 0.3,
        "first_page_s": 3.0,
        "found_s": 15.0,
    }


def test_rework_tells_how_much_dearer_late_rounds_are(monkeypatch: pytest.MonkeyPatch) -> None:
    first, last = (rework.Cost(ms, 53, 74, 32_000, 3_000) for ms in (20.0, 25.0))
    monkeypatch.setattr(rework, "measure", lambda loops, **_: rework.Result(loops, first, last))

    data = json.loads(CliRunner().invoke(bench, ["rework", "--json"]).output)
    told = CliRunner().invoke(bench, ["rework"]).output

    assert (data["loops"], data["ratio"], data["first"]["rows"]) == (1000, 1.25, 74)
    assert "first completions: 20.0 ms" in told
    assert "after 1000 loops: 1.25 times as long (wanted: at most 1.5)" in told


def test_board_tells_the_whole_page_and_the_answer_that_nothing_is_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = pages.Waits(3.0, 4.0)
    found = pages.Figures(
        5000, 20_000, 90, 60.0, 80.0, waits, pages.Waits(9.0, 12.0), {"lewat": waits}
    )
    monkeypatch.setattr(pages, "measure_board_bench", lambda open_cases, **_: found)

    data = json.loads(CliRunner().invoke(bench, ["board", "--json"]).output)
    told = CliRunner().invoke(bench, ["board"]).output

    assert data == {
        "open": 5000,
        "finished": 20_000,
        "n": 90,
        "p50_ms": 60.0,
        "p95_ms": 80.0,
        "nothing_new_p50_ms": 3.0,
        "nothing_new_p95_ms": 4.0,
    }
    assert "screen_p95_ms            12.0" in told and "lewat_p95_ms             4.0" in told
