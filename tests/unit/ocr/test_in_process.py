"""The engine inside of the process: used where it is installed and takes the models, and it reads
what the program reads.
"""

import io
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from ocr import tesseract
from ocr.errors import EngineFailed
from tests.unit.ocr import engines, papers


@pytest.fixture(autouse=True)
def _load_anew() -> None:
    tesseract.load.cache_clear()


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "00001-0.pgm"
    papers.page(lines=papers.LINES[:2]).save(path, "PPM")
    return str(path)


def read(picture: str, command: str = "tesseract") -> dict[str, Any]:
    return tesseract.recognise_recognition(
        command, "ind", picture, 300, one_block=False, local=False
    )


def test_without_it_the_program_reads(monkeypatch: pytest.MonkeyPatch, picture: str) -> None:
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    assert tesseract.load("tesseract", "ind") is None
    assert "KEHILANGAN" in read(picture)["text"]


def test_who_names_another_program_gets_that_one(
    monkeypatch: pytest.MonkeyPatch, picture: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(tesseract, "load", lambda *_: pytest.fail("not asked for"))
    with pytest.raises(EngineFailed):
        read(picture, engines.engine(tmp_path, "fails"))


def test_it_reads_what_the_program_reads_and_leaves_the_same_beside(
    monkeypatch: pytest.MonkeyPatch, picture: str
) -> None:
    pytest.importorskip("tesserocr", reason="the engine inside of the process is optional")
    inside, layer = read(picture), Path(picture).with_suffix(".pdf")
    with pikepdf.open(io.BytesIO(layer.read_bytes())) as pdf:
        assert len(pdf.pages) == 1
    assert sorted(path.suffix for path in layer.parent.iterdir()) == [".pdf", ".pgm"]
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    tesseract.load.cache_clear()
    outside = read(picture)
    assert inside["text"] == outside["text"]
    assert [word[0] for word in inside["words"]] == [word[0] for word in outside["words"]]
    assert [len(word) for word in inside["words"]] == [6] * len(inside["words"])


def test_what_it_cannot_read_has_failed_and_it_reads_the_next(picture: str, tmp_path: Path) -> None:
    pytest.importorskip("tesserocr", reason="the engine inside of the process is optional")
    (broken := tmp_path / "00002-0.pgm").write_bytes(b"P5 9 9 255\n")
    with pytest.raises(EngineFailed):
        read(str(broken))
    assert "KEHILANGAN" in read(picture)["text"]


def test_models_that_it_does_not_take_leave_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tesserocr", reason="the engine inside of the process is optional")
    monkeypatch.setattr("ocr.tesseract.models_of", lambda _: "/tempat/kosong")
    assert tesseract.load("tesseract", "ind") is None
