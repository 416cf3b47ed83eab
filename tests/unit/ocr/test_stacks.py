"""Stacks from the feeder: codes are found whichever way up, blank pages are known, parts keep their pages."""

import io

import pikepdf
import pytest
import segno
from PIL import Image, ImageDraw, ImageFont

from ocr.stacks import Stack
from ocr.types import Limits

CODE = "SENTRA1/0123456789abcdef0123456789abcdef/hasil_pindai/ABCDEFGHIJKLMNOPQRST"


def written(words: str = "Surat contoh dari instansi contoh") -> Image.Image:
    page = Image.new("L", (1240, 1754), 250)
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    for line in range(8):
        ImageDraw.Draw(page).text((120, 200 + 90 * line), words, fill=20, font=font)
    return page


def covered(degrees: float) -> Image.Image:
    code = io.BytesIO()
    segno.make_qr(CODE, error="q").save(code, kind="png", scale=10, border=4)
    page = written("Lembar sampul")
    page.paste(Image.open(code).convert("L"), (300, 1000))
    return page.rotate(degrees, fillcolor=250, expand=True)


def stack_of(*pages: Image.Image, form: str = "PDF") -> bytes:
    target = io.BytesIO()
    pages[0].save(target, form, save_all=True, append_images=pages[1:], resolution=150)
    return target.getvalue()


@pytest.mark.parametrize("form", ["PDF", "TIFF"])
def test_codes_are_found_whichever_way_up_and_blank_pages_are_known(form: str) -> None:
    data = stack_of(
        covered(0), written(), Image.new("L", (1240, 1754), 250), covered(180), covered(2), form=form
    )
    with Stack(data, Limits()) as stack:
        pages = list(stack.look())
        part = stack.cut([2, 4])
    assert [page.codes for page in pages] == [(CODE,), (), (), (CODE,), (CODE,)]
    assert [page.is_blank for page in pages] == [False, False, True, False, False]
    with pikepdf.open(io.BytesIO(part)) as pdf:
        assert len(pdf.pages) == 2


def test_the_same_pages_cut_twice_are_the_same_bytes() -> None:
    with Stack(stack_of(written(), written("Lain")), Limits()) as stack:
        assert stack.cut([2]) == stack.cut([2])
