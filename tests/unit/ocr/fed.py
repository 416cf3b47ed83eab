"""Pages as a feeder gives them: written ones, cover sheets, blank ones; nothing on them is real."""

import io

import segno
from PIL import Image, ImageDraw, ImageFont

SIZE = (1240, 1754)


def sheet(words: str = "Surat contoh dari instansi contoh") -> Image.Image:
    """A written page of 150 dpi."""
    page = Image.new("L", SIZE, 250)
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    for line in range(6):
        ImageDraw.Draw(page).text((120, 200 + 90 * line), words, fill=20, font=font)
    return page


def cover(code: str, words: str = "Lembar sampul") -> Image.Image:
    """A cover sheet with this code."""
    picture = io.BytesIO()
    segno.make_qr(code, error="q").save(picture, kind="png", scale=9, border=4)
    page = sheet(words)
    page.paste(Image.open(picture).convert("L"), (320, 900))
    return page


def blank() -> Image.Image:
    return Image.new("L", SIZE, 250)


def upside_down(page: Image.Image) -> Image.Image:
    return page.rotate(180)
