"""A paper as it comes out of an old box: worn words, a page that lies upside down, an empty back.
Nothing on it is real.
"""

import io

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tests.unit.ocr import fed

SENTENCE = "Daftar barang titipan gudang"


def first(*worn: str, size: tuple[int, int] = (120, 19), place: int = 800) -> Image.Image:
    """A written page below which these words stand, each hardly to be read."""
    page = fed.sheet(SENTENCE)
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    for line, word in enumerate(worn):
        patch = Image.new("L", (500, 80), 250)
        ImageDraw.Draw(patch).text((10, 10), word, fill=20, font=font)
        small = patch.resize(size, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(0.6))
        page.paste(small.resize(patch.size, Image.Resampling.BILINEAR), (120, place + 120 * line))
    return page


def lying(words: str = "Foto gudang") -> Image.Image:
    """A page with a picture and too few letters to tell which way up it stands; it is upside
    down.
    """
    page = fed.blank()
    pen = ImageDraw.Draw(page)
    pen.text((120, 200), words, fill=20, font=ImageFont.truetype("DejaVuSans.ttf", 44))
    pen.rectangle((120, 400, 900, 1000), outline=60, width=6)
    pen.polygon([(120, 1000), (500, 500), (900, 1000)], fill=130)
    return fed.upside_down(page)


def paper() -> bytes:
    """Three pages: two worn words on the first, the second lies upside down, the third is blank."""
    target = io.BytesIO()
    pages = [first("Galam", "Rumbia"), lying(), fed.blank()]
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return target.getvalue()
