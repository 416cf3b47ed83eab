"""The feeder of a scanner: cover sheets as they come out of the printer, and papers of many
kinds.
"""

import io
from random import Random

from PIL import Image
from playwright.sync_api import Page

from tests.unit.ocr import fed
from workflow_app.tools.load import corpus


def cover_of(page: Page, task: str) -> Image.Image:
    """The cover sheet of the task at this address, printed."""
    page.goto(f"{task}/lembar-sampul")
    page.emulate_media(media="print")
    picture = page.locator(".cover").first.screenshot()
    page.emulate_media(media="screen")
    sheet = fed.blank()
    printed = Image.open(io.BytesIO(picture)).convert("L")
    sheet.paste(printed.resize((1100, round(printed.height * 1100 / printed.width))), (70, 100))
    return sheet


def mixed(count: int) -> list[Image.Image]:
    """Invented papers: every fifth a whole one of the corpus (letter, table, typed, columns, card,
    stamped, worn), else short ones.
    """
    kinds = iter([*corpus.KINDS] * count)
    return [
        _whole(next(kinds), no) if no % 5 == 0 else fed.sheet(f"Surat contoh lembar {no}")
        for no in range(count)
    ]


def _whole(kind: corpus.Kind, no: int) -> Image.Image:
    random = Random(f"boks {no}")
    worn = kind.wear(kind.draw(random).image, random).convert("L")
    worn.thumbnail(fed.SIZE)
    return worn


def half_black(page: Image.Image) -> Image.Image:
    """A page that lay half beside the glass, under the open lid."""
    width, height = page.size
    torn = page.copy()
    torn.paste(4, (width // 2, 0, width, height))
    return torn
