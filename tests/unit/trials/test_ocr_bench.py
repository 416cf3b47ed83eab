"""The bench of reading: what it counts, and what it says where there is nothing to compare."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from workflow_app.cli.bench import bench
from workflow_app.tools.load import corpus, ocr

CARDS = tuple(kind for kind in corpus.KINDS if kind.name == "kartu")


def test_the_error_rate_counts_letters_and_not_white_space() -> None:
    assert ocr.error_rate("Surat  lapor\n\nhilang", "Surat lapor hilang") == 0
    assert ocr.error_rate("Surat lap0r hilang", "Surat lapor hilang") == pytest.approx(100 / 18)
    assert ocr.error_rate("", "abcd") == 100


def test_cards_are_read_and_compared_with_their_text(tmp_path: Path) -> None:
    list(corpus.write(tmp_path, per_kind=2, kinds=CARDS))
    (tmp_path / "kartu-02.txt").unlink()
    (tmp_path / "rusak-01.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    heard: list[str] = []
    figures = ocr.measure(tmp_path, program="tidak-terpasang", notice=heard.append)
    found: dict[str, Any] = figures.as_dict()
    assert found["pages"] == 2
    assert found["ours_s_per_page"] > 0
    assert found["ours_cpu_s_per_page"] > 0.05, "the engine is a program of its own, and is counted"
    assert 0 <= found["ours_cer"] < 3
    assert (
        found["ocrmypdf_s_per_page"]
        is found["ratio"]
        is found["ocrmypdf_cer"]
        is found["cpu_ratio"]
        is None
    )
    assert list(figures.details()) == ["cer kartu"]
    assert any("rusak-01.png" in each for each in heard)


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    done = CliRunner().invoke(bench, ["ocr", str(tmp_path), "--json"])
    assert done.exit_code == 1
    assert "no picture" in done.output


def test_the_command_writes_papers_and_prints_the_promised_figures(tmp_path: Path) -> None:
    runner = CliRunner()
    list(corpus.write(tmp_path, per_kind=1, kinds=CARDS))
    done = runner.invoke(bench, ["ocr", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    names = ["pages", "ours_s_per_page", "ocrmypdf_s_per_page", "ratio", "ours_cer", "ocrmypdf_cer"]
    names += ["ours_cpu_s_per_page", "ocrmypdf_cpu_s_per_page", "cpu_ratio"]
    assert list(json.loads(done.stdout.splitlines()[-1])) == names


def test_a_program_that_is_named_and_does_not_start_is_told(tmp_path: Path) -> None:
    list(corpus.write(tmp_path, per_kind=1, kinds=CARDS))
    broken = tmp_path / "rusak"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    for where in (str(tmp_path / "tidak-ada"), str(broken)):
        for given, variables in ((["--ocrmypdf", where], {}), ([], {"OCRMYPDF": where})):
            done = CliRunner().invoke(bench, ["ocr", str(tmp_path), *given], env=variables)
            assert (done.exit_code, "does not start" in done.output) == (1, True), done.output


def test_the_program_that_is_named_is_measured_beside_ours(tmp_path: Path) -> None:
    """A stand-in that is asked as OCRmyPDF is: it reads nothing but the truth, and burns some
    time.
    """
    list(corpus.write(tmp_path, per_kind=1, kinds=CARDS))
    other = tmp_path / "lain"
    other.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && { echo 17.99; exit 0; }\n'
        'while [ "$1" != --sidecar ]; do shift; done\n'
        f'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done\ncat "{tmp_path}"/*.txt > "$2"\n'
    )
    other.chmod(0o755)
    figures = ocr.measure(tmp_path, program=str(other), must_compare=True)
    found: dict[str, Any] = figures.as_dict()
    assert figures.other == "17.99"
    assert found["ocrmypdf_cer"] == 0
    assert found["ocrmypdf_cpu_s_per_page"] > 0
    assert found["ratio"] == pytest.approx(
        found["ours_s_per_page"] / found["ocrmypdf_s_per_page"], rel=0.05
    )
