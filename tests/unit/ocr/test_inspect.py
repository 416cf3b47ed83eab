"""Looking before decoding: what is accepted, and the sentence for everything that is not."""

import io
import struct
import zipfile

import pikepdf
import pytest
from PIL import Image

from ocr import errors
from ocr.inspect import inspect
from ocr.types import Limits
from tests.unit.ocr import papers

SMALL = Image.new("RGB", (40, 30), "white")


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("TIFF", "image/tiff"),
        ("GIF", "image/gif"),
        ("BMP", "image/bmp"),
        ("WEBP", "image/webp"),
        ("HEIF", "image/heic"),
    ],
)
def test_every_picture_format_is_known_by_its_content(form: str, media_type: str) -> None:
    image = Image.new("RGB", (64, 96), "white") if form == "HEIF" else SMALL
    found = inspect(papers.coded(image, form))
    assert (found.media_type, found.pages, found.width, found.height) == (
        media_type,
        1,
        *image.size,
    )


@pytest.mark.parametrize(
    "options", [{"lossless": True}, {"exif": Image.Exif().tobytes(), "quality": 50}]
)
def test_all_kinds_of_webp_are_measured(options: dict[str, object]) -> None:
    found = inspect(papers.coded(SMALL, "WEBP", **options))
    assert (found.width, found.height) == SMALL.size


def test_a_progressive_jpeg_with_a_preview_inside_is_measured_by_its_own_frame() -> None:
    preview = b"Exif\0\0" + papers.coded(Image.new("L", (8, 8)))
    found = inspect(papers.coded(SMALL, "JPEG", progressive=True, exif=preview))
    assert (found.width, found.height) == SMALL.size


def test_a_jpeg_with_bytes_after_its_end_is_accepted_because_phones_make_them() -> None:
    assert inspect(papers.coded(SMALL) + b"MotionPhoto_Data" * 9).pages == 1


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate"])
def test_the_pages_of_a_tiff_are_counted(compression: str) -> None:
    found = inspect(
        papers.tiff([SMALL, Image.new("RGB", (90, 80)), SMALL], compression=compression)
    )
    assert (found.pages, found.width, found.height) == (3, 90, 80)


def test_a_bigtiff_is_counted_too() -> None:
    assert inspect(papers.tiff([SMALL, SMALL], big_tiff=True)).pages == 2


def test_a_scanned_pdf_has_pages_and_no_text() -> None:
    found = inspect(papers.picture_pdf(papers.page(), papers.page()))
    assert (found.media_type, found.pages, found.has_text, found.encrypted) == (
        "application/pdf",
        2,
        False,
        False,
    )


def test_a_born_digital_pdf_has_text() -> None:
    assert inspect(papers.text_pdf(papers.LINES)).has_text


def test_a_pdf_with_something_before_its_header_is_still_a_pdf() -> None:
    assert (
        inspect(b"\n\n% dari pemindai\n" + papers.text_pdf(papers.LINES)).media_type
        == "application/pdf"
    )


def test_a_pdf_that_only_restricts_printing_is_accepted_with_a_remark() -> None:
    with pikepdf.open(io.BytesIO(papers.text_pdf(papers.LINES))) as pdf:
        limited = papers.saved(pdf, encryption=pikepdf.Encryption(owner="pemilik", user=""))
    found = inspect(limited)
    assert found.encrypted
    assert "dapat dibaca" in found.reason


def test_a_signed_pdf_is_accepted_with_a_remark() -> None:
    with pikepdf.open(io.BytesIO(papers.text_pdf(papers.LINES))) as pdf:
        value = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Sig,
                Filter=pikepdf.Name("/Adobe.PPKLite"),
                Contents=pikepdf.String(b"\x30\x00"),
            )
        )
        field = pdf.make_indirect(
            pikepdf.Dictionary(FT=pikepdf.Name.Sig, T=pikepdf.String("Ttd"), V=value)
        )
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
        signed = papers.saved(pdf)
    found = inspect(signed)
    assert found.signed
    assert "tanda tangan" in found.reason


def test_a_form_of_xfa_is_accepted_with_what_to_do_when_nothing_shows() -> None:
    with pikepdf.open(io.BytesIO(papers.text_pdf(papers.LINES))) as pdf:
        form = pdf.make_stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'></xdp:xdp>")
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=form)
        found = inspect(papers.saved(pdf))
    assert (found.pages, found.has_text) == (1, True)
    assert "cetak formulir itu ke PDF biasa" in found.reason


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(errors.EmptyFile, match="kosong"):
        inspect(b"")


def test_a_file_over_the_limit_is_refused_with_its_size() -> None:
    with pytest.raises(errors.FileTooLarge, match=r"1,5 MB, paling besar 1 MB"):
        inspect(b"x" * 1_500_000, Limits(max_bytes=1_000_000))


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"<!DOCTYPE html><html><img src=x></html>", "HTML"),
        (b"  \n<html><body>halo</body></html>", "HTML"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><svg/>', "SVG"),
        (b'<?xml version="1.0"?><catatan/>', "XML"),
        (_zip(), "ZIP"),
        (b"\xd0\xcf\x11\xe0" + bytes(60), "Office lama"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"\x1f\x8b\x08" + bytes(20), "gzip"),
        (b"MZ" + bytes(60), "program"),
        (b"%!PS-Adobe-3.0", "PostScript"),
        (b"\x00\x00\x00\x1cftypisom" + bytes(16), "video"),
        (b"\x00\x00\x00\x1cftypavif" + bytes(16), "AVIF"),
        (b"BMW DA 1234 XYZ bukan gambar", "bukan gambar"),
        (b"catatan biasa tanpa bentuk", "bukan gambar"),
        (b"\x00" * 100, "bukan gambar"),
    ],
)
def test_anything_else_is_refused_by_content_whatever_its_name(content: bytes, named: str) -> None:
    with pytest.raises(errors.UnknownType, match=named):
        inspect(content)


def test_a_pdf_hidden_in_a_web_page_is_a_web_page() -> None:
    with pytest.raises(errors.UnknownType, match="HTML"):
        inspect(b"<html>" + papers.text_pdf(papers.LINES))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.98])
def test_a_cut_off_picture_is_refused(form: str, share: float) -> None:
    whole = papers.coded(papers.page().convert("RGB").resize((310, 440)), form)
    with pytest.raises((errors.TruncatedFile, errors.DamagedFile)):
        inspect(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF"])
def test_a_picture_without_only_its_last_bytes_is_refused(form: str) -> None:
    with pytest.raises(errors.TruncatedFile, match="terpotong"):
        inspect(papers.coded(SMALL, form)[:-5])


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_cut_off_pdf_is_refused_instead_of_losing_pages(share: float) -> None:
    whole = papers.picture_pdf(papers.page(), papers.page())
    with pytest.raises(errors.TruncatedFile):
        inspect(whole[: int(len(whole) * share)])


def test_a_pdf_whose_appended_part_was_cut_off_is_refused() -> None:
    with pytest.raises(errors.TruncatedFile):
        inspect(papers.text_pdf(papers.LINES) + b"\n12 0 obj\n<< /Type /Page")


def test_a_pdf_that_needs_a_password_is_refused() -> None:
    with pikepdf.open(io.BytesIO(papers.text_pdf(papers.LINES))) as pdf:
        locked = papers.saved(pdf, encryption=pikepdf.Encryption(owner="pemilik", user="rahasia"))
    with pytest.raises(errors.EncryptedPdf, match="kata sandi"):
        inspect(locked)


def test_a_pdf_that_is_only_a_header_is_refused() -> None:
    with pytest.raises(errors.DamagedFile):
        inspect(b"%PDF-1.7\n%%EOF\n")


def test_a_pdf_without_pages_is_refused() -> None:
    with pytest.raises(errors.NoPages):
        inspect(papers.saved(pikepdf.new()))


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    pdf = pikepdf.new()
    for _ in range(2000):
        pdf.add_blank_page(page_size=(100, 100))
    with pytest.raises(errors.TooManyPages, match=r"2000 halaman, paling banyak 300"):
        inspect(papers.saved(pdf))


def test_a_tiff_of_301_pages_is_refused() -> None:
    dot = Image.new("1", (8, 8))
    assert inspect(papers.tiff([dot] * 300)).pages == 300
    with pytest.raises(errors.TooManyPages, match=r"301 halaman"):
        inspect(papers.tiff([dot] * 301))


def test_a_tiff_whose_pages_run_in_a_circle_is_refused() -> None:
    # One directory of one tag (a width), whose "next directory" is itself.
    directory = struct.pack("<HHHIII", 1, 256, 4, 1, 9, 8)
    with pytest.raises(errors.DamagedFile):
        inspect(b"II*\x00" + struct.pack("<I", 8) + directory)


def test_a_pdf_that_takes_too_long_to_look_into_is_refused() -> None:
    with pytest.raises(errors.TooComplex):
        inspect(papers.text_pdf(papers.LINES), Limits(inspect_seconds=0.001))


def test_a_program_is_called_one() -> None:
    with pytest.raises(
        errors.UnknownType, match=r"^File ini adalah program, bukan gambar atau PDF\."
    ):
        inspect(b"MZ" + bytes(60))


def test_the_pixel_limit_can_be_set() -> None:
    data = papers.png_claiming(2000, 2000)
    assert inspect(data).width == 2000
    with pytest.raises(errors.TooManyPixels):
        inspect(data, Limits(max_megapixels=3))


def test_every_refusal_says_what_to_do() -> None:
    verbs = ("Pindai", "Unggah", "unggah", "Simpan", "Salin", "Bagi", "bagi", "Buat", "Coba")
    refusals = (
        errors.EmptyFile(),
        errors.FileTooLarge(2, 1),
        errors.UnknownType(),
        errors.TooManyPixels(1, 1, 1),
        errors.TooManyPages(2, 1),
        errors.NoPages(),
        errors.EncryptedPdf(),
        errors.TruncatedFile(),
        errors.DamagedFile(),
        errors.TooComplex(),
        errors.DocumentTimeout(),
        errors.TooMuchText(),
        errors.InspectionBusy(),
        errors.DecodeTimeout(),
        errors.DecodeOutOfMemory(),
        errors.DecodeCrashed(),
        errors.PageUnreadable(),
        errors.EngineTimeout(),
        errors.EngineFailed(),
    )
    for refusal in refusals:
        assert any(verb in refusal.sentence for verb in verbs), refusal
        assert refusal.sentence.endswith("."), refusal
        assert "berkas" not in refusal.sentence.lower(), "to an officer that is a case"
