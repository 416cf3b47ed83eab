"""Drawing clean sheets at 300 dpi, with their text in the order in which a person reads it."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from workflow_app.trials.corpus import phrases

A4 = (2480, 3508)
CARD = (1011, 638)
"""A card of ID-1 size, 85.6 by 54 mm."""
MARGIN = 240
INK = (24, 24, 28)
FONTS = Path("/usr/share/fonts/truetype")
SERIF, SANS, TYPED = (
    FONTS / "liberation" / f"Liberation{face}-Regular.ttf" for face in ("Serif", "Sans", "Mono")
)


class Sheet(NamedTuple):
    """A picture and what is written on it."""

    image: Image.Image
    text: str


Draw = Callable[[Random], Sheet]


@dataclass
class _Paper:
    """A white sheet that remembers what was written on it."""

    size: tuple[int, int]
    colour: tuple[int, int, int] = (252, 252, 250)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", self.size, self.colour)
        self.draw = ImageDraw.Draw(self.image)

    def write(self, at: tuple[int, int], line: str, face: Path, size: int) -> None:
        """Write one line of the text."""
        self.draw.text(at, line, fill=INK, font=ImageFont.truetype(str(face), size))
        self.lines.append(line)

    def centre(self, y: int, line: str, face: Path, size: int) -> None:
        """Write one line in the middle."""
        font = ImageFont.truetype(str(face), size)
        self.write((round((self.size[0] - font.getlength(line)) / 2), y), line, face, size)

    def fill(self, box: tuple[int, int, int, int], random: Random, face: Path, size: int) -> None:
        """Fill a box with paragraphs."""
        left, top, right, bottom = box
        step = round(size * 1.45)
        columns = round((right - left) / ImageFont.truetype(str(face), size).getlength("abcdefghij ") * 10.4)
        y = top
        while y < bottom - 6 * step:
            paragraph = " ".join(phrases.sentence(random) for _ in range(random.randint(2, 4)))
            for line in textwrap.wrap(paragraph, columns):
                if y > bottom - step:
                    break
                self.write((left, y), line, face, size)
                y += step
            y += step // 2

    def done(self) -> Sheet:
        """The sheet with its text."""
        return Sheet(self.image, "\n".join(self.lines))


def letter(random: Random, face: Path = SERIF) -> Sheet:
    """A letter over the whole page."""
    paper = _Paper(A4)
    paper.centre(260, "KEPOLISIAN RESOR CONTOH", face, 56)
    paper.centre(340, "SENTRA PELAYANAN KEPOLISIAN TERPADU", face, 56)
    paper.draw.line((MARGIN, 440, A4[0] - MARGIN, 440), fill=INK, width=5)
    paper.centre(500, f"Nomor: {phrases.number(random)}", face, 48)
    paper.fill((MARGIN, 640, A4[0] - MARGIN, 3000), random, face, 46)
    paper.write((1480, 3080), f"Contoh, {phrases.date(random)}", face, 46)
    paper.write((1480, 3150), "Petugas yang menerima", face, 46)
    return paper.done()


def typewritten(random: Random) -> Sheet:
    """A letter in a typewriter's face."""
    return letter(random, TYPED)


def columns(random: Random) -> Sheet:
    """Two columns, the left one read first."""
    paper = _Paper(A4)
    paper.centre(260, "PETUNJUK PELAYANAN MASYARAKAT", SANS, 60)
    middle, gap = A4[0] // 2, 90
    paper.fill((MARGIN - 40, 420, middle - gap, 3300), random, SERIF, 42)
    paper.fill((middle + gap, 420, A4[0] - MARGIN + 40, 3300), random, SERIF, 42)
    return paper.done()


def table(random: Random) -> Sheet:
    """A register: ruled rows with number, date, name and thing."""
    paper = _Paper(A4)
    paper.centre(260, "REGISTER LAPORAN KEHILANGAN", SANS, 60)
    edges = (180, 320, 800, 1560, 2300)
    rows = [("No", "Tanggal", "Nama", "Nomor laporan")]
    rows += [
        (str(no), phrases.date(random), phrases.name(random), phrases.number(random)) for no in range(1, 23)
    ]
    font = ImageFont.truetype(str(SANS), 38)
    top, height = 420, 120
    for row, cells in enumerate(rows):
        y = top + row * height
        for left, cell in zip(edges, cells, strict=False):
            paper.draw.text((left + 24, y + 36), cell, fill=INK, font=font)
        paper.draw.line((edges[0], y, edges[-1], y), fill=INK, width=3)
        paper.lines.append(" ".join(cells))
    bottom = top + len(rows) * height
    paper.draw.line((edges[0], bottom, edges[-1], bottom), fill=INK, width=3)
    for left in edges:
        paper.draw.line((left, top, left, bottom), fill=INK, width=3)
    return paper.done()


def stamped(random: Random) -> Sheet:
    """A letter with a round stamp and a signature across its foot, neither of them text."""
    sheet = letter(random)
    over = Image.new("RGBA", sheet.image.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(over)
    x, y, blue = random.randint(900, 1150), random.randint(3020, 3060), (70, 60, 170, 150)
    for radius in (190, 178, 120):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=blue, width=7)
    points = [(x - 160 + step * 22, y + random.randint(-90, 90)) for step in range(18)]
    draw.line(points, fill=(20, 20, 90, 190), width=6, joint="curve")
    return Sheet(Image.alpha_composite(sheet.image.convert("RGBA"), over).convert("RGB"), sheet.text)


def card(random: Random) -> Sheet:
    """An identity card, as a scanner that crops gives it."""
    paper = _Paper(CARD, colour=(206, 224, 238))
    for x in range(0, CARD[0], 14):
        paper.draw.line((x, 0, x + 120, CARD[1]), fill=(198, 219, 236), width=3)
    paper.centre(24, "PROVINSI CONTOH", SANS, 34)
    paper.centre(64, "KABUPATEN CONTOH", SANS, 34)
    rows = (
        ("NIK", phrases.nik(random)),
        ("Nama", phrases.name(random).upper()),
        (
            "Tempat/Tgl Lahir",
            f"CONTOH, {random.randint(10, 28)}-{random.randint(10, 12)}-{random.randint(1950, 2005)}",
        ),
        ("Jenis kelamin", random.choice(("LAKI-LAKI", "PEREMPUAN"))),
        ("Alamat", phrases.street(random).upper()),
        ("Agama", "ISLAM"),
        ("Pekerjaan", random.choice(("PETANI", "NELAYAN", "GURU", "PEDAGANG"))),
        ("Kewarganegaraan", "WNI"),
        ("Berlaku Hingga", "SEUMUR HIDUP"),
    )
    for row, (label, value) in enumerate(rows):
        y, size = 130 + row * 54, 34 if row == 0 else 27
        paper.draw.text((36, y), label, fill=INK, font=ImageFont.truetype(str(SANS), size))
        paper.draw.text((290, y), f": {value}", fill=INK, font=ImageFont.truetype(str(SANS), size))
        paper.lines.append(f"{label} : {value}")
    return paper.done()
