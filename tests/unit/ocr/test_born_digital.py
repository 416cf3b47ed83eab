"""PDFs that programs wrote: a copy as PDF/A where nothing forbids it, looking and reading as they
came, else the reason.
"""

import io

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, pdfa

from ocr.reading import read
from ocr.types import PageSource, PdfKind, PdfLevel, Reading
from tests.unit.ocr import papers


def opened(data: bytes | None) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data or b""))


def looks(data: bytes | None) -> list[tuple[bytes, str]]:
    """Every page as it is drawn and as it reads."""
    document = pypdfium2.PdfDocument(data or b"")
    return [
        (page.render(scale=1).to_pil().tobytes(), page.get_textpage().get_text_range())
        for page in document
    ]


def passes(data: bytes | None) -> bool:
    return pdfa.validate_written(io.BytesIO(data or b""), "2b").passed


def signed(data: bytes) -> bytes:
    with opened(data) as document:
        value = document.make_indirect(
            Dictionary(
                Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=pikepdf.String(b"\x30\x00")
            )
        )
        field = document.make_indirect(Dictionary(FT=Name.Sig, T=pikepdf.String("Ttd"), V=value))
        document.Root.AcroForm = Dictionary(Fields=[field], SigFlags=3)
        return papers.saved(document)


def made(data: bytes) -> tuple[PdfKind, PdfLevel]:
    reading = read(data)
    return reading.pdf_kind, reading.pdf_level


def with_root(data: bytes, key: str, value: object) -> bytes:
    with opened(data) as document:
        document.Root[key] = value
        return papers.saved(document)


def test_r37_a_printed_pdf_becomes_pdf_a_and_looks_and_reads_as_it_came() -> None:
    data = papers.printed_pdf(papers.LINES, papers.LINES[:3])
    reading = read(data)
    assert [page.source for page in reading.pages] == [PageSource.TEXT, PageSource.TEXT]
    assert (reading.pdf_kind, reading.pdf_level, reading.reason) == (
        PdfKind.SEARCHABLE,
        PdfLevel.A_2B,
        "",
    )
    assert not passes(data), "it was none before"
    assert passes(reading.pdf)
    assert looks(reading.pdf) == looks(data)
    assert read(data).pdf == reading.pdf, "the same paper is the same copy"


def test_r37_what_viewers_and_writers_left_in_a_pdf_keeps_it_from_nothing() -> None:
    data = papers.printed_pdf(papers.LINES[:2])
    with opened(data) as document:
        document.Root.ViewerPreferences = Dictionary(
            Type=Name.ViewerPreferences, DisplayDocTitle=True
        )
        document.Root.MarkInfo = Dictionary(Type=Name.MarkInfo, Marked=True)
        document.Root.AcroForm = Dictionary(Fields=Array())
        document.trailer.DocChecksum = Name("/0123")
        document.pages[0].resources.Pattern = Dictionary()
        data = papers.saved(document)
    reading = read(data)
    assert reading.pdf_level is PdfLevel.A_2B
    assert passes(reading.pdf) and looks(reading.pdf) == looks(data)


def test_r37_a_pdf_that_is_pdf_a_already_is_kept_as_it_is() -> None:
    archival = read(papers.printed_pdf(papers.LINES)).pdf or b""
    reading = read(archival)
    assert (reading.pdf, reading.pdf_kind, reading.pdf_level) == (
        None,
        PdfKind.ORIGINAL,
        PdfLevel.A_2B,
    )


def test_a_pdf_that_only_says_that_it_is_pdf_a_is_not_believed() -> None:
    with opened(papers.text_pdf(papers.LINES)) as document:
        with document.open_metadata() as said:
            said["pdfaid:part"], said["pdfaid:conformance"] = "2", "B"
        data = papers.saved(document)
    reading = read(data)
    assert (reading.pdf, reading.pdf_kind, reading.pdf_level) == (
        None,
        PdfKind.ORIGINAL,
        PdfLevel.NONE,
    )
    assert "huruf" in reading.reason


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("fonts", "hurufnya tidak tertanam"),
        ("form", "kotak isian"),
        ("layers", "lapisan"),
        ("colours", "CMYK"),
        ("other", "tidak dapat dipastikan"),
    ],
)
def test_r37_what_cannot_be_pdf_a_stays_as_it_came_and_says_why(part: str, told: str) -> None:
    data = papers.printed_pdf(papers.LINES[:2])
    match part:
        case "fonts":
            data = papers.text_pdf(papers.LINES)
        case "form":
            field = Dictionary(FT=Name.Tx, T=pikepdf.String("Nama"), V=pikepdf.String("Contoh"))
            data = with_root(data, "/AcroForm", Dictionary(Fields=[field]))
        case "layers":
            data = with_root(
                data, "/OCProperties", Dictionary(OCGs=Array(), D=Dictionary(Order=Array()))
            )
        case "colours":
            with opened(data) as document:
                document.pages[0].contents_add(b"q 0.1 0.9 0.2 0.3 k 10 10 30 30 re f Q")
                data = papers.saved(document)
        case _:
            data = with_root(data, "/Contoh", Dictionary(A=1))
    reading = read(data)
    assert (reading.pdf, reading.pdf_kind, reading.pdf_level) == (
        None,
        PdfKind.ORIGINAL,
        PdfLevel.NONE,
    )
    assert told in reading.reason


def test_r37_a_signed_pdf_is_never_copied_so_that_no_copy_pretends_its_signature() -> None:
    reading = read(signed(papers.printed_pdf(papers.LINES)))
    assert reading.pages[0].source is PageSource.TEXT
    assert (reading.pdf, reading.pdf_kind, reading.pdf_level) == (
        None,
        PdfKind.ORIGINAL,
        PdfLevel.NONE,
    )
    assert "tanda tangan" in reading.reason


def test_r37_a_form_of_xfa_is_never_called_pdf_a() -> None:
    form = pikepdf.String("<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><template/></xdp:xdp>")
    data = with_root(
        papers.printed_pdf(papers.LINES), "/AcroForm", Dictionary(Fields=Array(), XFA=form)
    )
    reading = read(data)
    assert reading.pdf_level is PdfLevel.PLAIN
    assert "XFA" in reading.reason
    assert not passes(reading.pdf)


def test_r37_the_copy_of_a_restricted_pdf_says_that_it_has_no_restrictions() -> None:
    with opened(papers.printed_pdf(papers.LINES)) as document:
        locked = pikepdf.Encryption(
            owner="contoh", user="", allow=pikepdf.Permissions(extract=False)
        )
        data = papers.saved(document, encryption=locked)
    reading: Reading = read(data)
    assert reading.pdf_level is PdfLevel.A_2B
    assert "dibatasi" in reading.reason
    with opened(reading.pdf) as copy:
        assert not copy.is_encrypted
    assert passes(reading.pdf)


def test_a_printed_pdf_with_a_script_loses_the_script_and_becomes_pdf_a() -> None:
    action = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    assert made(with_root(papers.printed_pdf(papers.LINES), "/OpenAction", action)) == (
        PdfKind.SEARCHABLE,
        PdfLevel.A_2B,
    )
