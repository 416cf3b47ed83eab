"""Stacks for the tests, as a feeder gives them: cover sheets, written pages, blank ones; nothing on them is real."""

import io

import segno
from PIL import Image, ImageDraw, ImageFont

SIZE = (1240, 1754)


def sheet(words: str) -> Image.Image:
    """A written page of 150 dpi."""
    page = Image.new("L", SIZE, 250)
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    for line in range(6):
        ImageDraw.Draw(page).text((120, 200 + 90 * line), words, fill=20, font=font)
    return page


def cover(code: str) -> Image.Image:
    """A cover sheet with this code."""
    picture = io.BytesIO()
    segno.make_qr(code, error="q").save(picture, kind="png", scale=9, border=4)
    page = sheet("Lembar sampul")
    page.paste(Image.open(picture).convert("L"), (320, 900))
    return page


def blank() -> Image.Image:
    return Image.new("L", SIZE, 250)


def upside_down(page: Image.Image) -> Image.Image:
    return page.rotate(180)


def pdf(*pages: Image.Image) -> bytes:
    """The pages as one file, coded without loss: the same page twice is the same picture."""
    target = io.BytesIO()
    ones = [page.point(lambda value: 255 * (value > 128)).convert("1") for page in pages]
    ones[0].save(target, "PDF", save_all=True, append_images=ones[1:], resolution=150)
    return target.getvalue()
