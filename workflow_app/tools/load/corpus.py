"""Invented Indonesian documents with their exact text, as input of `./spkt bench ocr`.

A sheet is drawn at 300 dpi with its text in reading order, degraded as by scanners, copiers, poor
light and phones, and written as a picture beside its text. One seed gives the same documents on
every machine with the same fonts and libraries. Every person, place and number is invented.
"""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from workflow_app.services.core.formatting import DAYS, MONTHS
from workflow_app.services.office_settings.numbers import ROMAN_MONTHS

_FIRST = ("Warga", "Pelapor", "Saksi", "Pemohon", "Petugas", "Pengadu", "Korban")
_STREETS = (
    "Melati",
    "Kenanga",
    "Anggrek",
    "Cempaka",
    "Merdeka",
    "Pelabuhan",
    "Pasar Lama",
    "Sungai Jernih",
)
_THINGS = (
    "satu lembar kartu tanda penduduk",
    "satu buah buku pemilik kendaraan bermotor",
    "satu lembar surat tanda nomor kendaraan",
    "satu buah kartu anjungan tunai mandiri",
    "satu lembar ijazah sekolah menengah atas",
    "satu buah buku tabungan",
    "satu lembar surat izin mengemudi",
)
_PLACES = (
    "di sekitar pasar induk",
    "di dalam angkutan umum",
    "di halaman rumah sakit",
    "di jalan menuju pelabuhan",
    "di depan kantor kecamatan",
    "di area parkir terminal",
)
_SENTENCES = (
    (
        "Pada hari {day} tanggal {date} sekira pukul {clock} WITA, yang bersangkutan datang ke "
        "ruang pelayanan."
    ),
    "Yang bersangkutan menerangkan telah kehilangan {thing} {place}.",
    (
        "Barang tersebut terakhir dilihat pada hari {day} pukul {clock} WITA dan sampai sekarang "
        "belum ditemukan."
    ),
    "Pencarian sudah dilakukan {place} namun tidak membuahkan hasil.",
    "Laporan ini dibuat dengan nomor {number} dan dicatat dalam register harian.",
    "Kerugian yang dialami diperkirakan sebesar Rp {money} menurut keterangan pelapor.",
    "Surat keterangan ini diberikan untuk mengurus penggantian dan tidak dipungut biaya.",
    "Apabila barang ditemukan kembali, pemilik wajib memberitahukan kepada petugas piket.",
    (
        "Saksi bernama {name} beralamat di Jalan {street} Nomor {house} membenarkan keterangan "
        "tersebut."
    ),
    "Petugas telah memeriksa kelengkapan persyaratan dan menyatakan berkas lengkap.",
    "Demikian keterangan ini dibuat dengan sebenarnya untuk dapat dipergunakan seperlunya.",
    "Tanggapan awal disampaikan paling lambat tiga hari kerja sejak pengaduan diterima.",
)


def name(random: Random) -> str:
    """Return the name of an evidently invented person."""
    return f"{random.choice(_FIRST)} Contoh {random.choice(_STREETS)}"


def date(random: Random) -> str:
    """Return a recent day, written out."""
    return f"{random.randint(1, 28)} {random.choice(MONTHS)} {random.randint(2019, 2026)}"


def number(random: Random) -> str:
    """Return a letter number."""
    number, month, year = (
        random.randint(1, 999),
        random.choice(ROMAN_MONTHS),
        random.randint(2019, 2026),
    )
    return f"LP/B/{number}/{month}/{year}/SPKT"


def nik(random: Random) -> str:
    """Return sixteen digits that no register holds, because there is no province 99."""
    return "99" + "".join(random.choice("0123456789") for _ in range(14))


def street(random: Random) -> str:
    """Return an address."""
    return f"Jalan {random.choice(_STREETS)} Nomor {random.randint(1, 99)}"


def money(random: Random) -> str:
    """Return an amount with Indonesian thousands separators."""
    return f"{random.randint(1, 99)}.{random.randint(0, 9)}50.000"


def thing(random: Random) -> str:
    """Return a lost object."""
    return random.choice(_THINGS)


def sentence(random: Random) -> str:
    """Return one completed sentence."""
    return random.choice(_SENTENCES).format(
        day=random.choice(DAYS),
        date=date(random),
        clock=f"{random.randint(0, 23):02}.{random.randint(0, 59):02}",
        thing=thing(random),
        place=random.choice(_PLACES),
        number=number(random),
        money=money(random),
        name=name(random),
        street=random.choice(_STREETS),
        house=random.randint(1, 99),
    )


A4 = (2480, 3508)
CARD = (1011, 638)
"""Size of an ID-1 card, 85.6 by 54 mm, in pixels."""
MARGIN = 240
INK = (24, 24, 28)
FONTS = Path("/usr/share/fonts/truetype")
SERIF, SANS, TYPED = (
    FONTS / "liberation" / f"Liberation{face}-Regular.ttf" for face in ("Serif", "Sans", "Mono")
)


class Sheet(NamedTuple):
    """A picture and its text."""

    image: Image.Image
    text: str


Draw = Callable[[Random], Sheet]


@dataclass
class _Paper:
    """A white sheet that records the text drawn on it."""

    size: tuple[int, int]
    colour: tuple[int, int, int] = (252, 252, 250)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", self.size, self.colour)
        self.draw = ImageDraw.Draw(self.image)

    def write(self, at: tuple[int, int], line: str, face: Path, size: int) -> None:
        """Draw one line of the text."""
        self.draw.text(at, line, fill=INK, font=ImageFont.truetype(str(face), size))
        self.lines.append(line)

    def centre(self, y: int, line: str, face: Path, size: int) -> None:
        """Draw one line, centred."""
        font = ImageFont.truetype(str(face), size)
        self.write((round((self.size[0] - font.getlength(line)) / 2), y), line, face, size)

    def fill(self, box: tuple[int, int, int, int], random: Random, face: Path, size: int) -> None:
        """Fill a box with paragraphs."""
        left, top, right, bottom = box
        step = round(size * 1.45)
        columns = round(
            (right - left) / ImageFont.truetype(str(face), size).getlength("abcdefghij ") * 10.4
        )
        y = top
        while y < bottom - 6 * step:
            paragraph = " ".join(sentence(random) for _ in range(random.randint(2, 4)))
            for line in textwrap.wrap(paragraph, columns):
                if y > bottom - step:
                    break
                self.write((left, y), line, face, size)
                y += step
            y += step // 2

    def done(self) -> Sheet:
        """Return the sheet with its text."""
        return Sheet(self.image, "\n".join(self.lines))


def letter(random: Random, face: Path = SERIF) -> Sheet:
    """Return a letter that fills the page."""
    paper = _Paper(A4)
    paper.centre(260, "KEPOLISIAN RESOR CONTOH", face, 56)
    paper.centre(340, "SENTRA PELAYANAN KEPOLISIAN TERPADU", face, 56)
    paper.draw.line((MARGIN, 440, A4[0] - MARGIN, 440), fill=INK, width=5)
    paper.centre(500, f"Nomor: {number(random)}", face, 48)
    paper.fill((MARGIN, 640, A4[0] - MARGIN, 3000), random, face, 46)
    paper.write((1480, 3080), f"Contoh, {date(random)}", face, 46)
    paper.write((1480, 3150), "Petugas yang menerima", face, 46)
    return paper.done()


def typewritten(random: Random) -> Sheet:
    """Return a letter in a typewriter font."""
    return letter(random, TYPED)


def columns(random: Random) -> Sheet:
    """Return a page of two columns, the left one read first."""
    paper = _Paper(A4)
    paper.centre(260, "PETUNJUK PELAYANAN MASYARAKAT", SANS, 60)
    middle, gap = A4[0] // 2, 90
    paper.fill((MARGIN - 40, 420, middle - gap, 3300), random, SERIF, 42)
    paper.fill((middle + gap, 420, A4[0] - MARGIN + 40, 3300), random, SERIF, 42)
    return paper.done()


def table(random: Random) -> Sheet:
    """Return a register: ruled rows with number, date, name and object."""
    paper = _Paper(A4)
    paper.centre(260, "REGISTER LAPORAN KEHILANGAN", SANS, 60)
    edges = (180, 320, 800, 1560, 2300)
    rows = [("No", "Tanggal", "Nama", "Nomor laporan")]
    rows += [(str(no), date(random), name(random), number(random)) for no in range(1, 23)]
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
    """Return a letter with a round stamp and a signature over its foot, which are not text."""
    sheet = letter(random)
    over = Image.new("RGBA", sheet.image.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(over)
    x, y, blue = random.randint(900, 1150), random.randint(3020, 3060), (70, 60, 170, 150)
    for radius in (190, 178, 120):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=blue, width=7)
    points = [(x - 160 + step * 22, y + random.randint(-90, 90)) for step in range(18)]
    draw.line(points, fill=(20, 20, 90, 190), width=6, joint="curve")
    return Sheet(
        Image.alpha_composite(sheet.image.convert("RGBA"), over).convert("RGB"), sheet.text
    )


def card(random: Random) -> Sheet:
    """Return an identity card as from a scanner that crops."""
    paper = _Paper(CARD, colour=(206, 224, 238))
    for x in range(0, CARD[0], 14):
        paper.draw.line((x, 0, x + 120, CARD[1]), fill=(198, 219, 236), width=3)
    paper.centre(24, "PROVINSI CONTOH", SANS, 34)
    paper.centre(64, "KABUPATEN CONTOH", SANS, 34)
    rows = (
        ("NIK", nik(random)),
        ("Nama", name(random).upper()),
        (
            "Tempat/Tgl Lahir",
            (
                "CONTOH, "
                f"{random.randint(10, 28)}-{random.randint(10, 12)}-{random.randint(1950, 2005)}"
            ),
        ),
        ("Jenis kelamin", random.choice(("LAKI-LAKI", "PEREMPUAN"))),
        ("Alamat", street(random).upper()),
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


Wear = Callable[[Image.Image, Random], Image.Image]
PHONE = (3000, 4000)
"""Size of a phone picture: twelve megapixels."""


def none(image: Image.Image, _random: Random) -> Image.Image:
    """Return the sheet as drawn."""
    return image


def skew(image: Image.Image, random: Random) -> Image.Image:
    """Return the sheet rotated by half a degree to three degrees."""
    angle = random.choice((-1, 1)) * random.uniform(0.5, 3)
    return image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(252, 252, 250))


def turn(image: Image.Image, random: Random) -> Image.Image:
    """Return the sheet upside down or on its side."""
    return image.rotate(random.choice((90, 180, 270)), expand=True)


def noise(image: Image.Image, random: Random) -> Image.Image:
    """Return the sheet with sensor noise and specks."""
    source = np.random.default_rng(random.getrandbits(32))
    grain = source.standard_normal(image.size[::-1], np.float32)
    pixels = np.asarray(image, np.float32) + 18 * grain[..., None]
    pixels[source.random(image.size[::-1], np.float32) < 0.0006] = 40
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def blur(image: Image.Image, _random: Random) -> Image.Image:
    """Return the sheet out of focus."""
    return image.filter(ImageFilter.GaussianBlur(2.2))


def fade(image: Image.Image, random: Random) -> Image.Image:
    """Return the sheet like thermal paper or faint toner: grey on off-white."""
    strength = random.uniform(0.2, 0.3)
    return image.point([max(0, round(243 - (255 - level) * strength)) for level in range(256)] * 3)


def shadow(image: Image.Image, random: Random) -> Image.Image:
    """Return the sheet with light from one side and the shadow of a hand."""
    return _lit(image, random)


def small(image: Image.Image, _random: Random) -> Image.Image:
    """Return the sheet scanned at 200 dpi."""
    return image.resize((image.width * 2 // 3, image.height * 2 // 3), Image.Resampling.BOX)


def photo(image: Image.Image, random: Random) -> Image.Image:
    """Return a phone photo: perspective, a desk around the sheet, uneven light, slight blur."""
    width, height = PHONE
    desk = _desk(random)

    def near(x: float, y: float) -> tuple[float, float]:
        return width * x + random.uniform(-0.035, 0.035) * width, height * y + random.uniform(
            -0.025, 0.025
        ) * height

    ratio = image.width / image.height
    tall = 0.86 if ratio < 1 else 0.86 * width / height / ratio
    wide = 0.86 * tall / 0.86 * height / width * ratio if ratio < 1 else 0.86
    left, top = (1 - wide) / 2, (1 - tall) / 2
    corners = [near(left, top), near(1 - left, top), near(1 - left, 1 - top), near(left, 1 - top)]
    source = [(0, 0), (image.width, 0), (image.width, image.height), (0, image.height)]
    warp = projection(corners, source)
    paper = image.transform(PHONE, Image.Transform.PERSPECTIVE, warp, Image.Resampling.BICUBIC)
    mask = Image.new("L", image.size, 255).transform(
        PHONE, Image.Transform.PERSPECTIVE, warp, Image.Resampling.BILINEAR
    )
    desk.paste(paper, (0, 0), mask)
    return _lit(desk, random).filter(ImageFilter.GaussianBlur(0.8))


def _lit(image: Image.Image, random: Random) -> Image.Image:
    """Return the picture in light that falls off to one side, with a dark round patch. The light is
    computed on a small picture, because it changes slowly.
    """
    x, y = np.linspace(0, 1, 150)[None, :], np.linspace(0, 1, 200)[:, None]
    slope = 0.75 + 0.25 * (x if random.random() < 0.5 else 1 - x)
    middle = random.uniform(0.2, 0.8), random.uniform(0.2, 0.8)
    patch = np.exp(-(((x - middle[0]) / 0.3) ** 2 + ((y - middle[1]) / 0.25) ** 2))
    light = Image.fromarray((255 * slope * (1 - 0.45 * patch)).astype(np.uint8))
    full = light.resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(image, Image.merge("RGB", (full, full, full)))


def _desk(random: Random) -> Image.Image:
    """Return dark wood with long soft grain."""
    source = np.random.default_rng(random.getrandbits(32))
    grain = Image.fromarray(source.integers(0, 60, (PHONE[1] // 160, PHONE[0] // 8), np.uint8))
    soft = grain.resize(PHONE, Image.Resampling.BICUBIC)
    return ImageChops.add(
        Image.new("RGB", PHONE, (92, 64, 44)), Image.merge("RGB", (soft, soft, soft))
    )


def projection(
    corners: Sequence[tuple[float, float]], source: Sequence[tuple[int, int]]
) -> tuple[float, ...]:
    """Return the eight coefficients of Pillow's mapping from a point of the result to
    its source.
    """
    rows: list[list[float]] = []
    wanted: list[float] = []
    for (x, y), (u, v) in zip(corners, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return tuple(float(value) for value in np.linalg.solve(np.array(rows), np.array(wanted)))


SEED = 6306


@dataclass(frozen=True)
class Kind:
    """A kind of document: how it is drawn and degraded."""

    name: str
    draw: Draw
    wear: Wear = none
    dpi: int | None = 300
    """Resolution stated in the file; phones state none."""


KINDS = (
    Kind("bersih", letter),
    Kind("miring", letter, skew),
    Kind("terputar", letter, turn),
    Kind("berbintik", letter, noise),
    Kind("kabur", letter, blur),
    Kind("pudar", letter, fade),
    Kind("berbayang", letter, shadow),
    Kind("200dpi", letter, small, 200),
    Kind("foto", letter, photo, None),
    Kind("bercap", stamped),
    Kind("tabel", table),
    Kind("ketikan", typewritten),
    Kind("dua-kolom", columns),
    Kind("kartu", card),
    Kind("foto-kartu", card, photo, None),
)


def write(
    folder: Path, *, per_kind: int = 5, seed: int = SEED, kinds: Sequence[Kind] = KINDS
) -> Iterator[Path]:
    """Write `per_kind` documents of each kind as JPEG, each with its text under the same name with
    `.txt`.

    Yields each picture after it was written. The folder is created; files of the same names are
    replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        for no in range(1, per_kind + 1):
            random = Random(f"{seed} {kind.name} {no}")  # noqa: S311 - papers of a bench, no secret
            sheet = kind.draw(random)
            path = folder / f"{kind.name}-{no:02}.jpg"
            worn = kind.wear(sheet.image, random)
            resolution = {"dpi": (kind.dpi, kind.dpi)} if kind.dpi else {}
            worn.save(path, "JPEG", quality=88, **resolution)
            path.with_suffix(".txt").write_text(sheet.text + "\n", "utf-8")
            yield path
