"""Reading whole documents: the words on the page, the searchable copy, and documents with pages
that fail.
"""

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, TiffImagePlugin

from ocr.one_page import ReadPage
from ocr.reading import read
from ocr.sandbox import Sandbox
from ocr.types import Limits, Options, PageSource, PdfKind, PdfLevel, Reading, Word
from tests.unit.ocr import papers

EXPECTED = ("SURAT", "KETERANGAN", "kehilangan", "mengemudi", "WITA.", "dipungut")


def found(reading: Reading, text: str, page: int = 0) -> Word:
    return next(word for word in reading.pages[page].words if word.text == text)


def in_copy(reading: Reading, folder: Path, text: str, page: int = 0) -> tuple[float, float]:
    """Where the invisible word stands on the page of the copy: its centre, in parts of width and
    height.
    """
    path = folder / "salinan.pdf"
    path.write_bytes(reading.pdf or b"")
    with Sandbox(Limits(), folder) as sandbox:
        answer = sandbox.call(
            "page",
            path=str(path),
            media_type="application/pdf",
            no=page + 1,
            turn=0,
            whole=False,
            thumbnail_pixels=50,
            thumbnail=str(folder / "kecil.webp"),
            image=str(folder / "halaman.pgm"),
            halves=[],
        )
    assert answer["kind"] == "text"
    _, _, left, top, width, height = next(word for word in answer["words"] if word[0] == text)
    return (left + width / 2) / answer["width"], (top + height / 2) / answer["height"]


def on_page(reading: Reading, text: str, page: int = 0) -> tuple[float, float]:
    """Where the word was read: its centre, in parts of width and height."""
    box, shown = found(reading, text, page).box, reading.pages[page]
    return (box.left + box.width / 2) / shown.width, (box.top + box.height / 2) / shown.height


@pytest.mark.parametrize("form", ["JPEG", "PNG", "HEIF"])
def test_a_printed_page_is_read_word_for_word(form: str) -> None:
    reading = read(papers.coded(papers.page().convert("RGB"), form))
    (page,) = reading.pages
    assert page.source is PageSource.OCR
    assert all(word in page.text for word in EXPECTED)
    assert page.confidence is not None
    assert page.confidence > 85
    assert (page.width, page.height) == papers.SIZE
    box = found(reading, "SURAT").box
    assert 80 < box.left < 110
    assert 115 < box.top < 150
    assert reading.is_readable
    assert reading.pdf_kind is PdfKind.SEARCHABLE


def test_all_pages_of_a_tiff_are_read_in_order_and_told_as_they_are_done() -> None:
    told: list[ReadPage] = []
    images = [
        papers.page(lines=(f"Halaman nomor {word} dari berkas",))
        for word in ("satu", "dua", "tiga")
    ]
    reading = read(
        papers.tiff([image.convert("1") for image in images], compression="group4"),
        on_page=told.append,
    )
    assert [page.no for page in reading.pages] == [1, 2, 3]
    for page, word in zip(reading.pages, ("satu", "dua", "tiga"), strict=True):
        assert word in page.text
    assert sorted(page.reading.no for page in told) == [1, 2, 3]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_lies_or_stands_on_its_head_is_turned_upright(
    turn: int, tmp_path: Path
) -> None:
    reading = read(papers.coded(papers.page().rotate(turn, expand=True)))
    (page,) = reading.pages
    assert page.rotation == turn
    assert (page.width, page.height) == papers.SIZE
    assert found(reading, "SURAT").box.left == pytest.approx(92, abs=12)
    assert in_copy(reading, tmp_path, "SURAT") == pytest.approx(on_page(reading, "SURAT"), abs=0.01)
    thumbnail = Image.open(io.BytesIO(reading.thumbnails[0]))
    assert thumbnail.height < thumbnail.width


@pytest.mark.parametrize("orientation", [3, 5, 6, 8])
def test_a_photo_is_read_as_its_camera_was_held(orientation: int, tmp_path: Path) -> None:
    stored = {
        3: Image.Transpose.ROTATE_180,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    reading = read(papers.coded(papers.page(lines=papers.LINES[:3]).transpose(stored), exif=exif))
    assert reading.pages[0].rotation == 0
    assert found(reading, "SURAT").box.left == pytest.approx(92, abs=12)
    assert in_copy(reading, tmp_path, "SURAT") == pytest.approx(on_page(reading, "SURAT"), abs=0.01)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_a_tiff_is_read_as_its_tag_says(compression: str, tmp_path: Path) -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[0x0112] = 6
    lying = papers.page(lines=papers.LINES[:3]).convert("L").transpose(Image.Transpose.ROTATE_90)
    reading = read(papers.coded(lying, "TIFF", tiffinfo=tags, compression=compression))
    assert (reading.pages[0].width, reading.pages[0].height) == lying.size[::-1]
    assert reading.pages[0].rotation == 0
    assert found(reading, "SURAT").box.left == pytest.approx(92, abs=12)
    assert in_copy(reading, tmp_path, "SURAT") == pytest.approx(on_page(reading, "SURAT"), abs=0.01)


@pytest.mark.parametrize("skew", [-3.0, 2.0])
def test_words_of_a_crooked_page_stand_where_they_are_on_the_page(
    skew: float, tmp_path: Path
) -> None:
    crooked = papers.page().rotate(-skew, Image.Resampling.BICUBIC, fillcolor=248)
    reading = read(papers.coded(crooked))
    (page,) = reading.pages
    assert (page.width, page.height) == crooked.size
    for text in ("SURAT", "KEHILANGAN", "Nomor"):
        assert in_copy(reading, tmp_path, text) == pytest.approx(on_page(reading, text), abs=0.01)
    # The heading begins at (90, 120) of the straight page; around the middle it moved by the skew.
    box = found(reading, "SURAT").box
    assert box.top < 140 + (26 if skew < 0 else -10)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_scanned_pdf_keeps_its_pages_and_gets_words_over_them(turn: int, tmp_path: Path) -> None:
    image = papers.page().rotate(turn, expand=True)
    data = papers.picture_pdf(image, turn=turn)
    reading = read(data)
    assert reading.pages[0].source is PageSource.OCR
    assert reading.pages[0].rotation == 0
    assert in_copy(reading, tmp_path, "SURAT") == pytest.approx(on_page(reading, "SURAT"), abs=0.01)
    with (
        pikepdf.open(io.BytesIO(data)) as before,
        pikepdf.open(io.BytesIO(reading.pdf or b"")) as after,
    ):
        assert (
            after.pages[0].resources.XObject["/Im0"].read_raw_bytes()
            == before.pages[0].resources.XObject["/Im0"].read_raw_bytes()
        )


def test_a_page_scanned_on_its_head_into_a_pdf_is_turned(tmp_path: Path) -> None:
    reading = read(papers.picture_pdf(papers.page().rotate(180)))
    assert reading.pages[0].rotation == 180
    with pikepdf.open(io.BytesIO(reading.pdf or b"")) as copy:
        assert copy.pages[0].rotation == 180
    assert in_copy(reading, tmp_path, "SURAT") == pytest.approx(on_page(reading, "SURAT"), abs=0.01)


def test_text_that_a_pdf_brings_is_taken_without_any_engine(tmp_path: Path) -> None:
    options = Options(tesseract_command=str(tmp_path / "tidak-ada"))
    reading = read(papers.text_pdf(papers.LINES, papers.LINES[:3]), options)
    assert [page.source for page in reading.pages] == [PageSource.TEXT, PageSource.TEXT]
    assert "kehilangan satu lembar" in reading.pages[0].text
    assert (reading.pdf, reading.pdf_kind) == (None, PdfKind.ORIGINAL)
    box = found(reading, "SURAT").box
    assert (box.left, box.top) == pytest.approx((150, 131), abs=4)


def test_in_a_mixed_pdf_only_the_scanned_page_is_recognised() -> None:
    with pikepdf.open(io.BytesIO(papers.text_pdf(papers.LINES))) as mixed:
        with pikepdf.open(io.BytesIO(papers.picture_pdf(papers.page()))) as scanned:
            mixed.pages.extend(scanned.pages)
        data = papers.saved(mixed)
    reading = read(data)
    assert [page.source for page in reading.pages] == [PageSource.TEXT, PageSource.OCR]
    assert reading.pdf_kind is PdfKind.SEARCHABLE
    assert reading.pdf_level is PdfLevel.PLAIN, "its face is not embedded"


def test_a_scanner_advertisement_does_not_stand_for_the_text_of_a_scan() -> None:
    with pikepdf.open(io.BytesIO(papers.picture_pdf(papers.page()))) as scanned:
        page = scanned.pages[0]
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.add_resource(font, pikepdf.Name.Font, pikepdf.Name.F0)
        page.contents_add(b"BT /F0 8 Tf 10 10 Td (Dipindai dengan aplikasi pemindai gratis) Tj ET")
        data = papers.saved(scanned)
    reading = read(data)
    assert reading.pages[0].source is PageSource.OCR
    assert "kehilangan" in reading.pages[0].text


def test_a_signed_pdf_is_read_but_no_changed_copy_is_made() -> None:
    with pikepdf.open(io.BytesIO(papers.picture_pdf(papers.page()))) as document:
        value = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Sig,
                Filter=pikepdf.Name("/Adobe.PPKLite"),
                Contents=pikepdf.String(b"\x30\x00"),
            )
        )
        field = document.make_indirect(
            pikepdf.Dictionary(FT=pikepdf.Name.Sig, T=pikepdf.String("Ttd"), V=value)
        )
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
        data = papers.saved(document)
    reading = read(data)
    assert "kehilangan" in reading.pages[0].text
    assert (reading.pdf, reading.pdf_kind) == (None, PdfKind.ORIGINAL)
    assert "tanda tangan" in reading.reason


def test_nothing_in_the_copy_acts_by_itself_or_tells_who_made_the_file() -> None:
    with pikepdf.open(io.BytesIO(papers.picture_pdf(papers.page()))) as document:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        document.Root.OpenAction = action
        document.Root.Names = pikepdf.Dictionary(
            JavaScript=pikepdf.Dictionary(Names=[pikepdf.String("x"), action])
        )
        document.attachments["rahasia.txt"] = b"isi lampiran"
        document.docinfo["/Author"] = "Warga Contoh"
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action
        )
        document.pages[0].obj.Annots = pikepdf.Array([note])
        data = papers.saved(document)
    reading = read(data)
    with pikepdf.open(io.BytesIO(reading.pdf or b"")) as copy:
        whole = b"".join(repr(each).encode() for each in copy.objects)
        assert not copy.attachments
    assert b"JavaScript" not in whole
    assert b"Warga Contoh" not in whole


def test_thumbnails_are_small_and_carry_nothing_but_pixels() -> None:
    exif = Image.Exif()
    exif[0x010E] = "difoto oleh Warga Contoh"
    reading = read(papers.coded(papers.page(), exif=exif, comment=b"Warga Contoh"))
    with Image.open(io.BytesIO(reading.thumbnails[0])) as thumbnail:
        assert thumbnail.format == "WEBP"
        assert max(thumbnail.size) == 480
        assert not thumbnail.getexif()
    assert b"Warga Contoh" not in reading.thumbnails[0]
    assert b"Warga Contoh" not in (reading.pdf or b"")


@pytest.mark.parametrize(
    ("mode", "form", "fill"),
    [
        ("1", "TIFF", 1),
        ("P", "GIF", 255),
        ("P", "PNG", 255),
        ("I;16", "PNG", 65535),
        ("RGBA", "PNG", (0, 0, 0, 0)),
        ("LA", "PNG", (0, 0)),
        ("CMYK", "JPEG", (0, 0, 0, 0)),
        ("CMYK", "TIFF", (0, 0, 0, 0)),
        ("RGB", "BMP", "white"),
        ("RGB", "WEBP", "white"),
    ],
)
def test_pictures_of_every_colour_mode_are_read(mode: str, form: str, fill: object) -> None:
    ink = papers.page(lines=papers.LINES[:2]).point(lambda level: 255 if level < 128 else 0)
    if mode == "I;16":
        image = (
            papers.page(lines=papers.LINES[:2])
            .convert("I")
            .point(lambda level: level * 257)
            .convert("I;16")
        )
    elif mode == "P":
        image = papers.page(lines=papers.LINES[:2]).quantize(8)
    else:
        image = Image.new(mode, ink.size, fill)
        black = {
            "RGBA": (0, 0, 0, 255),
            "LA": (0, 255),
            "CMYK": (0, 0, 0, 255),
            "RGB": "black",
        }.get(mode, 0)
        image.paste(black, (0, 0), ink)
    reading = read(papers.coded(image, form))
    assert "KEHILANGAN" in reading.pages[0].text
    with pikepdf.open(io.BytesIO(reading.pdf or b"")) as copy:
        shown = (
            pikepdf.PdfImage(copy.pages[0].resources.XObject["/Halaman"])
            .as_pil_image()
            .convert("L")
        )
    assert shown.getpixel((5, 5)) > 200
    assert shown.size == image.size
    # Nobody ships the profile that inks of a press would need.
    assert reading.pdf_level is (
        PdfLevel.PLAIN if mode == "CMYK" and form == "JPEG" else PdfLevel.A_2B
    )


def test_a_jpeg_goes_into_the_copy_without_being_coded_again() -> None:
    data = papers.coded(papers.page(), quality=60)
    reading = read(data)
    with pikepdf.open(io.BytesIO(reading.pdf or b"")) as copy:
        kept = copy.pages[0].resources.XObject["/Halaman"].read_raw_bytes()
    scan = data[data.index(b"\xff\xda") :]
    assert kept.endswith(scan)
    assert reading.pdf_level is PdfLevel.A_2B
