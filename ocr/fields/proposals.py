"""Proposals for a document: first its type is recognised, then the fields of that type.

The fields of a letter (number, day, issuer and subject) are found here.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from ocr.fields import identity
from ocr.fields.lines import (
    ALIKE,
    Field,
    PaperType,
    Proposal,
    Proposals,
    Value,
    find_day,
    find_in_words,
    fold,
    labelled,
    likeness,
    lines_of,
    part,
)
from ocr.types import PageReading

LABELS = {
    "Nomor": "number",
    "Nomor Surat": "number",
    "No": "number",
    "Perihal": "subject",
    "Hal": "subject",
    "Tanggal": "day",
    "Tanggal Surat": "day",
}
MOST_OF_HEAD = 4
"""Lines of a letterhead."""
_TITLES = {
    "SURAT KETERANGAN TANDA LAPOR KEHILANGAN": "sktlk",
    "LAPORAN POLISI": "laporan_polisi",
    "SURAT TANDA TERIMA LAPORAN POLISI": "laporan_polisi",
    "TANDA BUKTI LAPOR": "laporan_polisi",
    "PENGADUAN MASYARAKAT": "pengaduan",
    "LAPORAN PENGADUAN": "pengaduan",
}
"""Kind of a letter by its title; other letters have no kind."""
_TITLE_LIKE = 0.9
_PARTS = re.compile(r"\w[^\s/]*")
_CODE = re.compile(r"(?<=/)[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b", re.ASCII | re.IGNORECASE)
"""The code at the end of the address that our own letters print beside their QR code."""
MOST_BESIDE = 10
"""Words of the line with the number, including strokes: its label, its parts, and a day at the same
height.
"""
MOST_OF_SHORT = 5
"""Words of a line with a label whose colon was not recognised."""
_COLON = re.compile(r"^\S+(?:\s+\S+)?\s*[:;]")
_CAPITALS = 0.8
"""Share of capitals in a line of a letterhead."""
_PLACE_AND_DAY = re.compile(r"^[A-Z][\w.' ]{2,40},\s*(?:tanggal\s+)?\d", re.IGNORECASE)
_NUMBER = re.compile(r"[A-Za-z0-9][\w.-]*(?:\s?/\s?[\w.-]+){2,}|[A-Za-z]+[.-]?\d[\w./-]+")


def number_line(lines: Sequence[Value]) -> Value | None:
    """Return the value after a "Nomor" that begins its line and looks like a letter number; the
    body of a letter may name other numbers.
    """
    for line in lines:
        value = labelled([line], LABELS).get("number") if line.text.startswith("N") else None
        if value and len(_PARTS.findall(line.text)) <= MOST_BESIDE and _NUMBER.search(value.text):
            return value
    return None


def code_line(lines: Sequence[Value]) -> Value | None:
    """Return the words with the verification address of one of our own letters."""
    return find_in_words(lines, _CODE)


def of_letter(lines: Sequence[Value]) -> Iterator[Proposal]:
    """Yield the fields of a letter."""
    if (value := number_line(lines)) and (match := _NUMBER.search(value.text)):
        number = re.sub(r"\s*/\s*", "/", match[0])
        yield part(value, match.start(), match.end()).proposed(Field.LETTER_NUMBER, number)
    yield from _day(lines, _behind_label(lines, "day"))
    yield from _head(lines)
    yield from _kind(lines)
    if value := _behind_label(lines, "subject"):
        yield value.proposed(Field.SUBJECT, value.text)
    if (value := code_line(lines)) and (match := _CODE.search(value.text)):
        # Small print without words: the engine has no context for the next character.
        yield value.proposed(Field.VERIFICATION_CODE, match[0].upper(), is_doubtful=True)


def _behind_label(lines: Sequence[Value], name: str) -> Value | None:
    """Return the value of the first line that begins with this label and is not a sentence of the
    body.
    """
    for line in lines:
        value = labelled([line], LABELS).get(name)
        begins = (
            value is not None and value.words[0] not in line.words[:1] and _is_label(line, name)
        )
        if begins and (_COLON.search(line.text) or len(line.words) <= MOST_OF_SHORT):
            return value
    return None


def _is_label(line: Value, name: str) -> bool:
    read = fold(line.words[0].text)
    return any(
        likeness(read, fold(printed.split()[0])) >= ALIKE
        for printed, called in LABELS.items()
        if called == name
    )


def _day(lines: Sequence[Value], labelled_day: Value | None) -> Iterator[Proposal]:
    """Yield the day after its label, or after the place name above the signature; the last such
    line counts.
    """
    signed = [line for line in lines if _PLACE_AND_DAY.match(line.text)]
    for line in (*([labelled_day] if labelled_day else []), *reversed(signed)):
        if found := find_day(line.text):
            day, start, end = found
            yield part(line, start, end).proposed(Field.LETTER_DATE, day.isoformat())
            return


def _head(lines: Sequence[Value]) -> Iterator[Proposal]:
    """Yield the issuer from the first lines in capitals, up to the first other line or the title of
    the letter.
    """
    head: list[Value] = []
    for line in lines:
        if not _is_capital(line.text) or (head and _title(line)):
            if head:
                break
            continue
        head.append(line)
        if len(head) == MOST_OF_HEAD:
            break
    if head:
        whole = Value(head[0].page, tuple(word for line in head for word in line.words))
        yield whole.proposed(Field.ISSUER, ", ".join(line.text for line in head))


def _kind(lines: Sequence[Value]) -> Iterator[Proposal]:
    """Yield the kind of the letter by a title that fills its line."""
    for line in lines:
        if kind := _title(line):
            yield line.proposed(Field.LETTER_KIND, kind)
            return


def _title(line: Value) -> str:
    """Return the kind of letter whose title this line is; empty for any other line."""
    if not _is_capital(line.text):
        return ""
    scores = {title: likeness(fold(line.text), fold(title)) for title in _TITLES}
    title = max(scores, key=lambda each: scores[each])
    return _TITLES[title] if scores[title] >= _TITLE_LIKE else ""


def _is_capital(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) >= 6 and sum(letter.isupper() for letter in letters) >= _CAPITALS * len(
        letters
    )


LOOKED_AT = 2
"""Pages examined of a document: cards have two sides, letters begin on their first page."""
HEADING_LIKE = 0.85
LABELS_LEAST = 4
"""Labels that identify an identity card."""
_HEADINGS = {
    PaperType.KK: ("KARTU KELUARGA",),
    PaperType.SIM: ("SURAT IZIN MENGEMUDI", "DRIVING LICENSE"),
    PaperType.STNK: ("SURAT TANDA NOMOR KENDARAAN BERMOTOR",),
    PaperType.BPKB: (
        "BUKU PEMILIK KENDARAAN BERMOTOR",
        "BUKTI PEMILIK KENDARAAN BERMOTOR",
        "BUKU KEPEMILIKAN KENDARAAN BERMOTOR",
    ),
}
_FIELDS: dict[PaperType, Callable[[Sequence[Value]], Iterator[Proposal]]] = {
    PaperType.KTP: identity.of_card,
    PaperType.KK: identity.of_family_card,
    PaperType.SIM: identity.of_licence,
    PaperType.STNK: identity.of_registration,
    PaperType.BPKB: identity.of_ownership,
    PaperType.LETTER: of_letter,
}


def propose(pages: Sequence[PageReading]) -> Proposals:
    """Return the proposals for a document; none for a document of unknown type."""
    lines = [line for page in pages[:LOOKED_AT] for line in lines_of(page)]
    paper = paper_of(lines)
    return Proposals(paper, tuple(_FIELDS[paper](lines)) if paper else ())


def paper_of(lines: Sequence[Value]) -> PaperType:
    """Return the type of a document: by its heading in a separate line, by the labels of an
    identity card, or as a letter by its number or our verification code.
    """
    for line in lines:
        read = fold(line.text)
        for paper, headings in _HEADINGS.items():
            if line.text.upper() == line.text and any(
                _is_alike(read, heading) for heading in headings
            ):
                return paper
    labels = labelled(lines, identity.CARD_LABELS)
    if len(labels) >= LABELS_LEAST and "nik" in labels:
        return PaperType.KTP
    is_letter = number_line(lines) or code_line(lines)
    return PaperType.LETTER if is_letter else PaperType.UNKNOWN


def _is_alike(read: str, heading: str) -> bool:
    return likeness(read, fold(heading)) >= HEADING_LIKE
