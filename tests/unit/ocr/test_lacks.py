"""The machine lacks room or processes: the error says so, and is never taken for a fault of the
paper.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ocr import errors, preloaded, sandbox, tesseract
from ocr.reading import read
from ocr.sandbox import Sandbox
from ocr.types import Limits, Options
from tests.small_disk import fill, small_disk
from tests.unit.ocr import engines, papers


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """All temporary files of this test lie here."""
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk", 4) as folder:
        monkeypatch.setattr("tempfile.tempdir", str(folder))
        yield folder


def test_a_paper_that_finds_no_room_is_not_read(disk: Path) -> None:
    filling = fill(disk)
    with pytest.raises(errors.NoRoom):
        read(papers.coded(papers.page()))

    filling.unlink()
    assert read(papers.coded(papers.page().resize((800, 1100)))).is_readable


def test_a_disk_that_becomes_full_in_the_sandbox_is_no_broken_page(disk: Path) -> None:
    large = papers.coded(papers.page().resize((3000, 4000)))
    assert len(large) < 2_000_000 < 3000 * 4000

    with pytest.raises(errors.NoRoom):
        read(large)

    assert list(disk.iterdir()) == [], "nothing of the paper is left behind"


def test_an_engine_that_is_cut_short_and_does_not_notice_is_no_answer(
    disk: Path, tmp_path: Path
) -> None:
    command = engines.engine(tmp_path, "is_cut_short")

    with pytest.raises(errors.NoRoom):
        read(papers.coded(papers.page().resize((800, 1100))), Options(tesseract_command=command))


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM])
def test_a_process_that_cannot_be_started_is_asked_for_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(preloaded.Preloaded, "start", refuse)
    before = open_files()

    with pytest.raises(errors.NoProcess) as failure:
        read(papers.coded(papers.page()))

    assert failure.value.is_retryable
    assert open_files() == before


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM])
def test_an_engine_that_cannot_be_started_is_not_missing_and_has_not_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("subprocess.Popen", refuse)
    image = str(tmp_path / "00001-0.pgm")

    with pytest.raises(errors.NoProcess):
        tesseract.probe("tesseract", "ind")
    with pytest.raises(errors.NoProcess):
        tesseract.recognise("tesseract", "ind", image, 300, layout=3, threshold=0)


def test_another_refusal_of_the_machine_keeps_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(sandbox.subprocess, "Popen", refuse)

    with pytest.raises(PermissionError), Sandbox(Limits(), tmp_path) as box:
        box.call("probe", command="tesseract", languages="ind")
