"""The copy as PDF/A: judged from its bytes, the level told as it is, and a judge that breaks costs
the level only.
"""

import io
from typing import Any

import pikepdf
import pytest
from pikepdf import pdfa

from ocr.errors import DecodeCrashed
from ocr.reading import read
from ocr.sandbox import Sandbox
from ocr.types import PdfKind, PdfLevel, Reading
from tests.unit.ocr import papers


def passes(reading: Reading) -> bool:
    return pdfa.validate_written(io.BytesIO(reading.pdf or b""), "2b").passed


@pytest.mark.parametrize("form", ["photo", "fax", "scanned PDF", "PDF with a script"])
def test_a_copy_that_is_called_pdf_a_is_one(form: str) -> None:
    page = papers.page(lines=papers.LINES[:2])
    match form:
        case "photo":
            data = papers.coded(page.convert("RGB"))
        case "fax":
            data = papers.tiff([page.convert("1")] * 2, compression="group4")
        case "scanned PDF":
            data = papers.picture_pdf(page, turn=90)
        case _:
            with pikepdf.open(io.BytesIO(papers.picture_pdf(page))) as document:
                document.Root.OpenAction = pikepdf.Dictionary(
                    S=pikepdf.Name.JavaScript, JS="app.alert(1)"
                )
                data = papers.saved(document)
    reading = read(data)
    assert (reading.pdf_kind, reading.pdf_level) == (PdfKind.SEARCHABLE, PdfLevel.A_2B)
    assert passes(reading)
    with pikepdf.open(io.BytesIO(reading.pdf or b"")) as copy:
        assert copy.open_metadata().pdfa_status == "2B"


def test_a_copy_that_is_not_pdf_a_does_not_say_so() -> None:
    reading = read(papers.coded(papers.page(lines=papers.LINES[:2]).convert("CMYK")))
    assert (reading.pdf_kind, reading.pdf_level) == (PdfKind.SEARCHABLE, PdfLevel.PLAIN)
    assert not passes(reading)
    with pikepdf.open(io.BytesIO(reading.pdf or b"")) as copy:
        assert copy.open_metadata().pdfa_status == ""


def test_a_judge_that_breaks_leaves_the_plain_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = Sandbox.call

    def call(sandbox: Sandbox, job: str, **arguments: Any) -> dict[str, Any]:
        if job == "conform":
            raise DecodeCrashed
        return genuine(sandbox, job, **arguments)

    monkeypatch.setattr(Sandbox, "call", call)
    reading = read(papers.coded(papers.page(lines=papers.LINES[:2])))
    assert (reading.pdf_kind, reading.pdf_level) == (PdfKind.SEARCHABLE, PdfLevel.PLAIN)
    assert reading.pdf
