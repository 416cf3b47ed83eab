"""Files made to do harm: an answer in bounded time and memory, and nothing in this process ever
decodes them.
"""

import io
import resource
import subprocess
import sys
import time
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from ocr import errors
from ocr.inspect import inspect
from ocr.reading import read
from ocr.types import Limits, Options, PageSource, PdfKind
from tests.unit.ocr import engines, hostile, papers

TIGHT = Limits(
    inspect_seconds=3, inspect_memory=400_000_000, decode_seconds=5, decode_memory=800_000_000
)


@pytest.mark.parametrize("made", [hostile.flate_bomb, hostile.forms_in_forms])
def test_a_pdf_that_grows_without_end_is_refused_with_what_to_do(made) -> None:
    data = made()
    assert len(data) < 100_000
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    with pytest.raises(errors.TooComplex, match="Cetak ke PDF biasa"):
        inspect(data, TIGHT)
    assert time.monotonic() - began < TIGHT.inspect_seconds + 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own < 50_000, "kB in this process"


@pytest.mark.parametrize("made", [hostile.page_tree_in_a_circle, hostile.deep_page_tree])
def test_a_pdf_whose_page_tree_leads_nowhere_is_refused(made) -> None:
    with pytest.raises(errors.Refused):
        inspect(made(), TIGHT)


@pytest.mark.parametrize("made", [hostile.lying_page_count, hostile.nested_arrays])
def test_a_pdf_that_lies_is_refused_or_read_in_bounded_time(made) -> None:
    began = time.monotonic()
    try:
        reading = read(made(), Options(TIGHT))
    except errors.Refused:
        reading = None
    assert time.monotonic() - began < 15
    assert reading is None or len(reading.pages) <= 300


def test_a_large_white_picture_of_few_bytes_is_read_within_the_memory_limit() -> None:
    data = hostile.png_of_white(7000, 7000)
    assert len(data) < 100_000
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read(data).pages[0].source is PageSource.BLANK
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own < 50_000, "kB in this process"


@pytest.mark.parametrize("rows", [5, 3000])
def test_a_png_with_more_or_fewer_rows_than_it_says_is_one_answered_page(rows: int) -> None:
    reading = read(hostile.png_of_white(300, 300, rows=rows), Options(TIGHT))
    assert [page.text for page in reading.pages] == [""]


def test_a_png_with_a_remark_of_a_gigabyte_is_answered_in_bounded_time() -> None:
    began = time.monotonic()
    reading = read(hostile.png_with_text_bomb(), Options(TIGHT))
    assert time.monotonic() - began < 10
    assert len(reading.pages) == 1


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_of_a_moving_picture_only_the_first_is_a_page(form: str) -> None:
    data = hostile.animation(form, 400)
    began = time.monotonic()
    assert inspect(data).pages == 1
    reading = read(data, Options(TIGHT))
    assert len(reading.pages) == len(reading.thumbnails) == 1
    assert time.monotonic() - began < 8


def test_a_fax_is_read() -> None:
    reading = read(hostile.fax(), Options(page_seconds=60))
    assert "kehilangan" in reading.pages[0].text


@pytest.mark.parametrize(
    "data",
    [
        hostile.fax(tags=((40000, 7, 4, 0), (292, 4, 1, 99), (266, 3, 1, 9))),
        hostile.fax(tags=((259, 3, 1, 31999),)),
        hostile.fax(tags=((258, 3, 1, 77), (277, 3, 1, 40))),
        hostile.fax(tags=((282, 5, 1, 8), (283, 5, 1, 8))),
        hostile.fax(tags=((278, 4, 1, 1), (34665, 4, 1, 8))),
        hostile.fax(strip=b"\x00" * 500),
        hostile.fax(strip=bytes(range(256)) * 40),
        hostile.fax(tags=((257, 4, 1, 60_000),)),
    ],
    ids=["unknown", "coding", "bits", "resolution", "rows", "no-lines", "noise", "too-high"],
)
def test_a_fax_with_odd_tags_or_noise_is_answered_and_never_breaks_anything(
    data: bytes, tmp_path: Path
) -> None:
    began = time.monotonic()
    try:
        reading = read(data, Options(TIGHT, tesseract_command=engines.engine(tmp_path, "fails")))
    except errors.Refused:
        return
    finally:
        assert time.monotonic() - began < 20
    assert len(reading.pages) == len(reading.thumbnails) == 1


def test_a_fax_that_claims_too_many_rows_is_refused_from_its_header() -> None:
    with pytest.raises(errors.TooManyPixels, match="300 dpi"):
        inspect(hostile.fax(tags=((256, 4, 1, 60_000), (257, 4, 1, 60_000))))


def test_scripts_and_attachments_stay_in_the_original_and_out_of_what_is_shown() -> None:
    reading = read(hostile.acting_pdf())
    assert "kehilangan" in reading.pages[0].text
    assert reading.pdf_kind is PdfKind.SEARCHABLE
    with pikepdf.open(io.BytesIO(reading.pdf or b"")) as copy:
        whole = b"".join(repr(each).encode() for each in (copy.trailer, *copy.objects))
        assert not copy.attachments
    for trace in (b"JavaScript", b"app.alert", b"Launch", b"isi lampiran", b"xfa"):
        assert trace not in whole, trace


def test_a_pdf_with_text_and_nothing_that_acts_is_shown_as_it_came() -> None:
    reading = read(papers.text_pdf(papers.LINES))
    assert (reading.pdf, reading.pdf_kind) == (None, PdfKind.ORIGINAL)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (
            papers.coded(Image.new("RGB", (40, 30))) + b"<html><script>alert(1)</script>",
            "image/jpeg",
        ),
        (
            papers.coded(Image.new("RGB", (40, 30)), "PNG") + papers.text_pdf(papers.LINES),
            "image/png",
        ),
        (b"/*<script>*/" + papers.text_pdf(papers.LINES), "application/pdf"),
    ],
    ids=["picture-and-page", "picture-and-pdf", "script-and-pdf"],
)
def test_a_file_that_is_two_things_is_taken_for_what_it_begins_as(
    data: bytes, media_type: str
) -> None:
    assert inspect(data).media_type == media_type


@pytest.mark.parametrize(
    "made", [hostile.flate_bomb, hostile.acting_pdf, lambda: hostile.png_of_white(900, 900)]
)
def test_looking_loads_no_decoder_into_the_process_that_asks(made, tmp_path: Path) -> None:
    path = tmp_path / "berkas"
    path.write_bytes(made())
    asked = (
        "import sys; from pathlib import Path; from ocr.inspect import inspect; from "
        "ocr.types import Limits\n"
        "from ocr.errors import Refused\n"
        "try: inspect(Path(sys.argv[1]).read_bytes(), Limits(inspect_seconds=2))\n"
        "except Refused: pass\n"
        "print(sorted({'PIL', 'pikepdf', 'pypdfium2', 'numpy', 'pytesseract', 'pillow_heif'} "
        "& set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_broken_heic_is_refused_or_is_one_failed_page() -> None:
    whole = papers.coded(papers.page().convert("RGB"), "HEIF")
    at = whole.index(b"mdat") + 4
    reading = read(whole[:at] + bytes(len(whole) - at), Options(TIGHT))
    assert [page.source for page in reading.pages] == [PageSource.FAILED]
    assert "Pindai ulang" in reading.pages[0].reason
    with pytest.raises(errors.Refused):
        inspect(whole[: at // 2])
