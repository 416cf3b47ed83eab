"""The bench of reading: what it counts, and what it says where there is nothing to compare."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from workflow_app.cli.bench import bench
from workflow_app.trials import ocr_bench
from workflow_app.trials.corpus import writing

CARDS = tuple(kind for kind in writing.KINDS if kind.name == "kartu")


def test_the_error_rate_counts_letters_and_not_white_space() -> None:
    assert ocr_bench.error_rate("Surat  lapor\n\nhilang", "Surat lapor hilang") == 0
    assert ocr_bench.error_rate("Surat lap0r hilang", "Surat lapor hilang") == pytest.approx(100 / 18)
    assert ocr_bench.error_rate("", "abcd") == 100


def test_cards_are_read_and_compared_with_their_text(tmp_path: Path) -> None:
    list(writing.write(tmp_path, per_kind=2, kinds=CARDS))
    (tmp_path / "kartu-02.txt").unlink()
    (tmp_path / "rusak-01.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    heard: list[str] = []
    figures = ocr_bench.measure(tmp_path, program="tidak-terpasang", notice=heard.append)
    found: dict[str, Any] = figures.as_dict()
    assert found["pages"] == 2
    assert found["ours_s_per_page"] > 0
    assert found["ours_cpu_s_per_page"] > 0.05, "the engine is a program of its own, and is counted"
    assert 0 <= found["ours_cer"] < 3
    assert (
        found["ocrmypdf_s_per_page"] is found["ratio"] is found["ocrmypdf_cer"] is found["cpu_ratio"] is None
    )
    assert list(figures.details()) == ["cer kartu"]
    assert any("rusak-01.png" in each for each in heard)


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    done = CliRunner().invoke(bench, ["ocr", str(tmp_path), "--json"])
    assert done.exit_code == 1
    assert "no picture" in done.output


def test_the_command_writes_papers_and_prints_the_promised_figures(tmp_path: Path) -> None:
    runner = CliRunner()
    list(writing.write(tmp_path, per_kind=1, kinds=CARDS))
    done = runner.invoke(bench, ["ocr", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    names = ["pages", "ours_s_per_page", "ocrmypdf_s_per_page", "ratio", "ours_cer", "ocrmypdf_cer"]
    names += ["ours_cpu_s_per_page", "ocrmypdf_cpu_s_per_page", "cpu_ratio"]
    assert list(json.loads(done.stdout.splitlines()[-1])) == names
