"""Small scans for the tests, made here: nothing in them is real."""

import io

from PIL import Image, ImageDraw, ImageFont

WORDS = (
    "SURAT PENGANTAR KEPALA DESA CONTOH\nMenerangkan kehilangan kartu penduduk\nNomor 474 tahun "
    "2026"
)


def picture(text: str = WORDS) -> bytes:
    """A printed page as a PNG, large enough to be read well."""
    page = Image.new("L", (1400, 420), 255)
    font = ImageFont.truetype("DejaVuSans.ttf", 44)
    ImageDraw.Draw(page).multiline_text((60, 60), text, fill=0, font=font, spacing=40)
    target = io.BytesIO()
    page.save(target, "PNG", dpi=(300, 300))
    return target.getvalue()


def tiff(*texts: str) -> bytes:
    """A TIFF with one page for each text."""
    pages = [Image.open(io.BytesIO(picture(text))) for text in texts]
    target = io.BytesIO()
    pages[0].save(
        target, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate"
    )
    return target.getvalue()
