"""A page as a flatbed scanner gives it: printed by us, nothing on it is real and no person is
named.
"""

import io

from PIL import Image, ImageDraw, ImageFont

SENTENCE = "Lembar pengantar rumpun kelapa gading dicap basah di beranda balai"
"""Words that stand in no other paper of the site."""
SIZE = (1654, 1100)
GREY_PAPER, INK = 246, 25


def page(sentence: str = SENTENCE) -> bytes:
    """A slightly turned grey page as a JPEG of 200 dpi with the sentence on it."""
    sheet = Image.new("L", SIZE, GREY_PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((420, 110), "SURAT PENGANTAR CONTOH", fill=INK, font=_font(48))
    half = len(sentence.split()) // 2
    words = sentence.split()
    lines = (
        "Kepala Desa Contoh Makmur menerangkan:",
        " ".join(words[:half]),
        " ".join(words[half:]) + ".",
        "Surat ini dibuat untuk mengurus kehilangan.",
    )
    for number, line in enumerate(lines):
        pen.text((140, 280 + number * 110), line, fill=INK, font=_font(40))
    target = io.BytesIO()
    sheet.rotate(0.6, fillcolor=GREY_PAPER, resample=Image.Resampling.BICUBIC).save(
        target, "JPEG", quality=85, dpi=(200, 200)
    )
    return target.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype("DejaVuSans.ttf", size)
