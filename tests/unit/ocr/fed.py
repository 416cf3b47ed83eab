"""Pages as a feeder gives them: written ones, cover sheets, blank ones; nothing on them is real."""

import io
import random

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFilter, ImageFont

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


def worn_cover(seed: int, code: str) -> Image.Image:
    """A cover sheet with a code of 40 mm, crooked, pale, blurred, with dust, a fold and grain."""
    chance = random.Random(seed)
    picture = io.BytesIO()
    segno.make_qr(code, error="q").save(picture, kind="png", scale=9, border=4)
    page = sheet("Lembar sampul")
    small = Image.open(picture).convert("L").resize((240, 240))
    page.paste(small, (320 + chance.randint(0, 400), 900))
    pen = ImageDraw.Draw(page)
    for _ in range(60):
        left, top = chance.randint(0, SIZE[0]), chance.randint(0, SIZE[1])
        size = chance.randint(1, 5)
        pen.ellipse((left, top, left + size, top + size), fill=chance.choice((30, 245)))
    fold = chance.randint(0, SIZE[0])
    pen.line((fold, 0, fold + 40, SIZE[1]), fill=200, width=3)
    angle = chance.choice((0, 90, 180, 270)) + chance.uniform(-3, 3)
    turned = page.rotate(angle, fillcolor=250, expand=True, resample=Image.Resampling.BICUBIC)
    pale = turned.point(lambda level: 60 + level * 150 // 255).filter(ImageFilter.GaussianBlur(0.8))
    grain = np.random.default_rng(seed).normal(0, 12, (pale.height, pale.width))
    return Image.fromarray((np.asarray(pale) + grain).clip(0, 255).astype(np.uint8))


def blank() -> Image.Image:
    return Image.new("L", SIZE, 250)


def upside_down(page: Image.Image) -> Image.Image:
    return page.rotate(180)
