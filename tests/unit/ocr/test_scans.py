"""Pages of a PDF that are a scan and nothing else: their picture is taken as it is; every other
page is drawn.
"""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from ocr import pdf
from tests.unit.ocr import papers

SCAN = papers.page()
CODED = papers.coded(SCAN, quality=90)
DECODED = np.asarray(Image.open(io.BytesIO(CODED)))


def drawn(data: bytes, folder: Path, *, knows_thumbnail: bool = True) -> Image.Image:
    path = folder / f"berkas-{len(list(folder.iterdir()))}.pdf"
    path.write_bytes(data)
    small = pdf.draw_thumbnail(str(path), 1, 480) if knows_thumbnail else None
    image = pdf.draw(str(path), 1, small=small).image
    pdf._open.cache_clear()
    return image


def scan(
    coded: bytes = CODED, *, width: int = SCAN.width, height: int = SCAN.height, **facts: object
) -> pikepdf.Pdf:
    """A PDF of one picture that covers its page."""
    made = pikepdf.new()
    wide, high = (side * 72 / 300 for side in (width, height))
    made.add_blank_page(page_size=(wide, high))
    picture = pikepdf.Stream(made, coded)
    facts = {
        "ColorSpace": Name.DeviceGray,
        "BitsPerComponent": 8,
        "Filter": Name.DCTDecode,
        **facts,
    }
    for name, value in {
        "Type": Name.XObject,
        "Subtype": Name.Image,
        "Width": width,
        "Height": height,
        **facts,
    }.items():
        picture[f"/{name}"] = value
    made.pages[0].add_resource(picture, Name.XObject, Name.Im0)
    made.pages[0].obj.Contents = made.make_stream(
        b"q %.3f 0 0 %.3f 0 0 cm /Im0 Do Q" % (wide, high)
    )
    return made


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_page_that_is_a_scan_is_read_from_the_very_dots_of_the_scanner(
    mode: str, tmp_path: Path
) -> None:
    coded = papers.coded(SCAN.convert(mode), quality=90)
    facts = {"ColorSpace": Name.DeviceRGB} if mode == "RGB" else {}
    taken = drawn(papers.saved(scan(coded, **facts)), tmp_path)
    truth = np.asarray(Image.open(io.BytesIO(coded)).convert("L"), np.int16)
    assert np.abs(np.asarray(taken, np.int16) - truth).max() <= 1


def test_a_fax_of_black_and_white_is_taken_too(tmp_path: Path) -> None:
    data = SCAN.convert("1").tobytes()
    made = scan(data, BitsPerComponent=1)
    del made.pages[0].resources.XObject["/Im0"]["/Filter"]
    taken = drawn(papers.saved(made), tmp_path)
    assert np.array_equal(np.asarray(taken), np.asarray(SCAN.convert("1").convert("L")))


def test_a_scan_whose_shades_run_the_other_way_is_taken_as_it_is_shown(tmp_path: Path) -> None:
    taken = drawn(papers.saved(scan(Decode=Array([1, 0]))), tmp_path)
    assert np.abs(np.asarray(taken, np.int16) - (255 - DECODED.astype(np.int16))).max() <= 1


def turned(made: pikepdf.Pdf) -> None:
    made.pages[0].rotate(180, relative=False)


def mirrored(made: pikepdf.Pdf) -> None:
    wide, high = (float(side) for side in made.pages[0].mediabox[2:])
    made.pages[0].obj.Contents = made.make_stream(
        b"q %.3f 0 0 %.3f %.3f 0 cm /Im0 Do Q" % (-wide, high, wide)
    )


def written_upon(made: pikepdf.Pdf) -> None:
    made.pages[0].contents_add(b"q 0 0 0 rg 60 60 200 40 re f Q")


def stamped(made: pikepdf.Pdf) -> None:
    stamp = made.make_stream(b"0 g 0 0 90 40 re f")
    stamp.Type, stamp.Subtype, stamp.BBox = Name.XObject, Name.Form, Array([0, 0, 90, 40])
    note = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Stamp,
        Rect=Array([50, 50, 140, 90]),
        F=4,
        AP=Dictionary(N=stamp),
    )
    made.pages[0].obj.Annots = Array([made.make_indirect(note)])


def cut(made: pikepdf.Pdf) -> None:
    wide, high = (side * 72 / 300 for side in SCAN.size)
    made.pages[0].obj.Contents = made.make_stream(
        b"q 0 0 %.3f %.3f re W n %.3f 0 0 %.3f 0 0 cm /Im0 Do Q" % (wide, high / 3, wide, high)
    )


def masked(made: pikepdf.Pdf) -> None:
    mask = made.make_stream(bytes(100))
    mask.Type, mask.Subtype, mask.Width, mask.Height = Name.XObject, Name.Image, 10, 10
    mask.ColorSpace, mask.BitsPerComponent = Name.DeviceGray, 8
    made.pages[0].resources.XObject["/Im0"].SMask = mask


def moved(made: pikepdf.Pdf) -> None:
    wide, high = (float(side) for side in made.pages[0].mediabox[2:])
    made.pages[0].obj.Contents = made.make_stream(
        b"q %.3f 0 0 %.3f 40 30 cm /Im0 Do Q" % (wide, high)
    )


@pytest.mark.parametrize("change", [turned, mirrored, written_upon, stamped, cut, masked, moved])
def test_a_page_that_does_not_look_as_its_scan_is_read_as_it_looks(
    change: Callable[[pikepdf.Pdf], None], tmp_path: Path
) -> None:
    made = scan()
    change(made)
    data = papers.saved(made)
    found, truth = (
        np.asarray(drawn(data, tmp_path, knows_thumbnail=known), np.int16)
        for known in (True, False)
    )
    assert found.shape == truth.shape
    assert np.abs(found - truth).mean() < 1
    assert np.abs(truth[:, : SCAN.width] - DECODED).mean() > 1, "it does not look as its scan"


@pytest.mark.parametrize("change", [turned, mirrored, moved])
def test_so_is_a_faded_one_whose_letters_hardly_show_on_a_thumbnail(
    change: Callable[[pikepdf.Pdf], None], tmp_path: Path
) -> None:
    faded = Image.new("L", (2480, 3508), 248)
    faded.paste(papers.page(ink=160), (200, 300))
    made = scan(papers.coded(faded, quality=90), width=faded.width, height=faded.height)
    change(made)
    data = papers.saved(made)
    found, truth = (
        np.asarray(drawn(data, tmp_path, knows_thumbnail=known), np.int16)
        for known in (True, False)
    )
    assert np.array_equal(found, truth)


def test_a_scan_finer_than_pages_are_read_is_drawn(tmp_path: Path) -> None:
    large = SCAN.resize((SCAN.width * 2, SCAN.height * 2))
    made = scan(papers.coded(large), width=large.width, height=large.height)
    made.pages[0].obj.MediaBox = Array([0, 0, *(side * 72 / 300 for side in SCAN.size)])
    wide, high = (side * 72 / 300 for side in SCAN.size)
    made.pages[0].obj.Contents = made.make_stream(
        b"q %.3f 0 0 %.3f 0 0 cm /Im0 Do Q" % (wide, high)
    )
    taken = drawn(papers.saved(made), tmp_path)
    assert abs(taken.width - SCAN.width) <= 1
