"""Answers of the sandbox: the expected shape or a crash, so that one forged by a decoder goes no
further.
"""

import json
from pathlib import Path

import pytest

from ocr import inspect, reading, sandbox
from ocr.errors import DecodeCrashed
from ocr.sandbox import Sandbox
from ocr.types import Limits, Options, PageSource, PdfKind, Word
from tests.unit.ocr import engines, hostile, papers

SHAPE = {"text": str, "width": int, "skew": float, "is_blank": bool, "words": list}
GOOD = {"text": "kata", "width": 3, "skew": 1, "is_blank": False, "words": []}


def test_an_answer_of_the_expected_shape_is_taken_without_what_nobody_asked_for() -> None:
    assert sandbox.checked({**GOOD, "path": "/etc/passwd"}, SHAPE) == GOOD


@pytest.mark.parametrize(
    "forged",
    [
        {"text": None}, {"text": ["kata"]}, {"width": "3"}, {"width": 3.5}, {"width": True},
            {"width": 10**12},
        {"skew": "1"}, {"skew": json.loads("NaN")}, {"skew": json.loads("-Infinity")},
            {"is_blank": 0}, {"words": {}},
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_a_crash(forged: dict[str, object]) -> None:
    with pytest.raises(DecodeCrashed):
        sandbox.checked({**GOOD, **forged}, SHAPE)
    for name in GOOD:
        with pytest.raises(DecodeCrashed):
            sandbox.checked({key: value for key, value in GOOD.items() if key != name}, SHAPE)


def test_words_are_rows_of_a_text_a_confidence_and_a_box() -> None:
    row = ["kata", 90, 1, 2, 3, 4]
    assert [word.text for word in sandbox.words([row])] == ["kata"]
    for forged in (
        None,
        {},
        row[:5],
        [*row, 5],
        [1, *row[1:]],
        [*row[:5], None],
        ["kata", 101, *row[2:]],
    ):
        with pytest.raises(DecodeCrashed):
            sandbox.words([row, forged])
    with pytest.raises(DecodeCrashed):
        sandbox.words([row] * (sandbox.MOST_WORDS + 1))


PAGE = {
    "kind": "text",
    "text": "a b",
    "words": [["a", 100.0, 0, 0, 1, 1]],
    "width": 9,
    "height": 9,
    "likeness": [0] * 8,
}


@pytest.mark.parametrize(
    "forged",
    [{"kind": "picture"}, {"width": 10**20}, {"words": [["a", 1]]}, {"text": 5}, {"kind": []}],
)
def test_a_page_that_the_decoder_forged_fails_and_the_others_are_read(
    forged: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = Sandbox.call

    def call(self: Sandbox, job: str, **arguments: object) -> dict[str, object]:
        answer = genuine(self, job, **arguments)  # type: ignore[arg-type]  # passed on as it came
        return PAGE | forged if job == "page" and arguments["no"] == 1 else answer

    monkeypatch.setattr(Sandbox, "call", call)
    found = reading.read(papers.text_pdf(papers.LINES, papers.LINES), Options(workers=1))
    assert [page.source for page in found.pages] == [PageSource.FAILED, PageSource.TEXT]
    assert "Pindai ulang" in found.pages[0].reason


def test_a_page_of_more_words_than_paper_can_hold_brings_no_text_of_its_own(tmp_path: Path) -> None:
    data = hostile.pdf_of_words(300_000, pages=2)
    assert len(data) < 6000
    assert not inspect.inspect(data).has_text
    found = reading.read(data, Options(tesseract_command=engines.engine(tmp_path, "fails")))
    assert [page.source for page in found.pages] == [PageSource.FAILED] * 2, (
        "left to the engine, which fails here"
    )


def test_a_dense_page_keeps_its_own_words() -> None:
    (page,) = reading.read(hostile.pdf_of_words(5000, pages=1)).pages
    assert (page.source, len(page.words)) == (PageSource.TEXT, 5000)
    assert page.words[0] == Word("ab", 100.0, page.words[0].box)


def test_a_document_that_brings_too_much_text_keeps_what_came_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_TEXT", 150_000)
    found = reading.read(hostile.pdf_of_words(3000, pages=5), Options(workers=1))
    assert [page.source for page in found.pages] == [PageSource.TEXT] * 2 + [PageSource.FAILED] * 3
    assert {page.reason for page in found.failed} == {
        "Dokumen ini memuat terlalu banyak teks, jadi halaman ini tidak dibaca. "
        "Bagi menjadi beberapa file, lalu unggah lagi."
    }


def test_a_copy_larger_than_the_limit_of_a_file_is_not_made(tmp_path: Path) -> None:
    noisy, command = papers.coded(hostile.noise(800, 600), "PNG"), engines.engine(tmp_path, "fails")
    found = reading.read(noisy, Options(Limits(decode_file=10_000_000), tesseract_command=command))
    assert found.pdf_kind is PdfKind.PICTURE
    found = reading.read(noisy, Options(Limits(decode_file=1_000_000), tesseract_command=command))
    assert (found.pdf, found.pdf_kind) == (None, PdfKind.NONE)
    assert "File aslinya tersimpan utuh" in found.reason
