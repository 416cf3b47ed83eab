"""Pages as an engine might have read them, from lines of text: no engine is asked."""

from ocr.types import Box, PageReading, PageSource, Word

LETTER, HEIGHT, STEP = 20, 30, 60
CARD = (
    "NIK : 6306054103050002",
    "Nama : WARGA CONTOH MELATI",
    "Tempat/Tgl Lahir : CONTOH, 01-03-2005",
    "Jenis kelamin : PEREMPUAN",
    "Alamat : JALAN CONTOH 7",
)
"""The lines of an invented KTP."""


def page(*lines: str, no: int = 1, slope: float = 0.0, unsure: str = "") -> PageReading:
    """A page of these lines; two spaces and more are a gap. It runs down to the right by `slope`
    pixels a pixel, and what `unsure` names was read with doubt.
    """
    words = []
    for row, line in enumerate(lines):
        left = 100
        for piece in line.split(" "):
            if piece:
                top = round(100 + row * STEP + left * slope)
                box = Box(left, top, len(piece) * LETTER, HEIGHT)
                words.append(Word(piece, 41.0 if piece == unsure else 95.0, box))
            left += (len(piece) + 1) * LETTER
    return PageReading(no, "\n".join(lines), 95.0, tuple(words), 2480, 3508, PageSource.OCR)
