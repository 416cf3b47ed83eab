"""The nouns of proposing: which paper it seems to be, and what seems to stand on it.

Words of a page as lines, and the values that stand behind labels, however the engine has spelled
these. Digits, days and names as they were printed, from what an engine has made of them.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

from ocr.types import Box, PageReading, Word


class PaperType(StrEnum):
    """What a paper seems to be."""

    KTP = "ktp"
    KK = "kk"
    SIM = "sim"
    STNK = "stnk"
    BPKB = "bpkb"
    LETTER = "surat"
    UNKNOWN = ""


class Field(StrEnum):
    """What can be proposed."""

    NIK = "nik"
    NAME = "nama"
    BIRTH_PLACE = "tempat_lahir"
    BIRTH_DATE = "tanggal_lahir"
    """As ISO 8601, like every day here."""
    SEX = "jenis_kelamin"
    """`laki_laki` or `perempuan`."""
    ADDRESS = "alamat"
    NEIGHBOURHOOD = "rt_rw"
    VILLAGE = "kelurahan"
    DISTRICT = "kecamatan"
    OCCUPATION = "pekerjaan"
    FAMILY_CARD_NUMBER = "nomor_kk"
    LICENCE_NUMBER = "nomor_sim"
    PLATE = "nomor_polisi"
    CHASSIS_NUMBER = "nomor_rangka"
    ENGINE_NUMBER = "nomor_mesin"
    REGISTRATION_NUMBER = "nomor_stnk"
    OWNERSHIP_NUMBER = "nomor_bpkb"
    LETTER_NUMBER = "nomor_surat"
    LETTER_DATE = "tanggal_surat"
    ISSUER = "penerbit"
    SUBJECT = "perihal"
    LETTER_KIND = "jenis_surat"
    """`sktlk`, `laporan_polisi` or `pengaduan`."""
    VERIFICATION_CODE = "kode_pemeriksaan"
    """Of a letter that the product has issued; whether it was is for whoever asks the register."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One value that seems to stand on the paper."""

    field: Field
    value: str
    confidence: float
    """0 to 100: of its weakest word, and less where letters had to be taken for digits."""
    page: int
    box: Box
    """Around all its words, in pixels of the upright page."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """All that is proposed of one paper. Nothing of it is known: a person confirms each."""

    paper: PaperType = PaperType.UNKNOWN
    fields: tuple[Proposal, ...] = ()

    def first(self, field: Field) -> Proposal | None:
        """The first proposal of a field."""
        return next((each for each in self.fields if each.field is field), None)


MOST_WORDS = 2_000
"""Of a page that are looked at. More is no card and no letter."""
SAME_LINE = 0.6
"""Of the height of the higher word, by which the middles of neighbours may differ."""
ALIKE = 0.8
"""How alike what was read and a label must be; labels of up to three letters must be the same."""
MOST_BEFORE = 2
"""Words in front of the first label of a line: the number of a row, the edge of a card."""
LEAST_ALIKE = 0.7
"""Less is never asked for."""
LONGEST_LABEL = 5
"""Words."""
DOUBTFUL = 60.0
"""Most confidence in a value of which letters were taken for digits, or that nothing but chance has
spelled.
"""
_LOOKALIKES = str.maketrans("01|!l58", "oiiiisb")
_STROKES = frozenset(":;1|!Il2.,-=\u2014_~'\"")
"""What engines make of the colon behind a label, and of the edge of a card behind a value."""


@dataclass(frozen=True, slots=True)
class Value:
    """Words that stand together."""

    page: int
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """With a space between the words."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """Of the weakest word."""
        return min(word.confidence for word in self.words)

    @property
    def box(self) -> Box:
        """Around all words."""
        boxes = [word.box for word in self.words]
        left, top = min(box.left for box in boxes), min(box.top for box in boxes)
        right = max(box.left + box.width for box in boxes)
        bottom = max(box.top + box.height for box in boxes)
        return Box(left, top, right - left, bottom - top)

    def proposed(self, field: Field, value: str, *, is_doubtful: bool = False) -> Proposal:
        """What these words are taken for."""
        confidence = min(self.confidence, DOUBTFUL) if is_doubtful else self.confidence
        return Proposal(field, value, round(confidence, 1), self.page, self.box)


def lines_of(page: PageReading) -> list[Value]:
    """The words of a page in lines from top to bottom, also where the page was crooked: each word
    follows the one whose middle is nearest in height.
    """
    lines: list[list[Word]] = []
    for word in sorted(_split(page.words[:MOST_WORDS]), key=lambda word: word.box.left):
        near = [
            (distance, no)
            for no, line in enumerate(lines)
            if (distance := _apart(line[-1], word)) is not None
        ]
        if near:
            lines[min(near)[1]].append(word)
        else:
            lines.append([word])
    lines.sort(key=lambda line: sum(_middle(word) for word in line) / len(line))
    return [Value(page.no, tuple(line)) for line in lines]


def labelled(lines: Iterable[Value], labels: Mapping[str, str]) -> dict[str, Value]:
    """The first value behind each label. `labels`: from how it is printed to what its value is
    called here.
    """
    folded = [(fold(printed), name) for printed, name in labels.items()]
    found: dict[str, Value] = {}
    for line in lines:
        for name, value in _values(line, folded):
            found.setdefault(name, value)
    return found


def fold(text: str) -> str:
    """Letters only, small, and those that engines confuse made one."""
    return re.sub(r"[^a-z]", "", text.lower().translate(_LOOKALIKES)).replace("rn", "m")


def likeness(found: str, wanted: str) -> float:
    """0 to 1 of two folded texts, 0 below `LEAST_ALIKE`; short ones are the same or not alike."""
    if found == wanted:
        return 1.0
    if len(wanted) < 4 or abs(len(found) - len(wanted)) > len(wanted) / 3:
        return 0.0
    matcher = SequenceMatcher(None, found, wanted, autojunk=False)
    # Cheap upper bounds first: most words are not alike any label.
    if matcher.real_quick_ratio() < LEAST_ALIKE or matcher.quick_ratio() < LEAST_ALIKE:
        return 0.0
    return matcher.ratio()


def find_in_words(
    lines: Iterable[Value], pattern: re.Pattern[str], make: Callable[[str], str] = str
) -> Value | None:
    """The words of the first line that hold what the pattern finds in it, `make` having been made
    of the line before. `make` keeps its length.
    """
    for line in lines:
        if match := pattern.search(make(line.text)):
            return part(line, match.start(), match.end())
    return None


def part(line: Value, start: int, end: int) -> Value:
    """The words of a line that lie between two places in its text."""
    kept, at = [], 0
    for word in line.words:
        if at < end and at + len(word.text) > start:
            kept.append(word)
        at += len(word.text) + 1
    return Value(line.page, tuple(kept) or line.words)


def _split(words: Iterable[Word]) -> Iterable[Word]:
    """A label and its value without a space between them become two words at the same place."""
    for word in words:
        label, colon, value = word.text.partition(":")
        if colon and value and label.isalpha():
            yield Word(label + ":", word.confidence, word.box)
            yield Word(value, word.confidence, word.box)
        else:
            yield word


def _apart(left: Word, right: Word) -> float | None:
    """By how much the middles of two words differ in height; None when they are not of one line."""
    distance = abs(_middle(left) - _middle(right))
    return distance if distance < SAME_LINE * max(left.box.height, right.box.height) else None


def _middle(word: Word) -> float:
    return word.box.top + word.box.height / 2


def _values(line: Value, labels: Sequence[tuple[str, str]]) -> Iterable[tuple[str, Value]]:
    """Labels of a line, each with the words up to the next one. Behind the first, only what has a
    colon is a label.
    """
    starts: list[tuple[int, int, str]] = []
    at = 0
    while at < len(line.words) and (starts or at <= MOST_BEFORE):
        found = _label_at(line.words, at, labels)
        if found and (not starts or _has_colon(line.words, found[0])):
            starts.append((at, *found))
        at = found[0] if found else at + 1
    ends = [*(start for start, _, _ in starts[1:]), len(line.words)]
    for (_, begin, name), end in zip(starts, ends, strict=False):
        if words := _bare(line.words[begin:end]):
            yield name, Value(line.page, words)


def _label_at(
    words: Sequence[Word], at: int, labels: Sequence[tuple[str, str]]
) -> tuple[int, str] | None:
    """Where the label that begins here ends, and what it is called."""
    best: tuple[float, int, str] | None = None
    for end in range(at + 1, min(at + LONGEST_LABEL, len(words)) + 1):
        if not fold(words[at].text) or not fold(words[end - 1].text):
            continue
        read = fold("".join(word.text for word in words[at:end]))
        for label, name in labels:
            score = likeness(read, label)
            if score >= ALIKE and (best is None or (score, end) > best[:2]):
                best = score, end, name
    return best and (best[1], best[2])


def _has_colon(words: Sequence[Word], end: int) -> bool:
    return words[end - 1].text.endswith(":") or (end < len(words) and words[end].text == ":")


def _bare(words: Sequence[Word]) -> tuple[Word, ...]:
    """Without the colon in front, or what was taken for it, and the edge of the card behind."""
    kept = list(words)
    if len(kept) > 1 and len(kept[0].text) == 1 and kept[0].text in _STROKES:
        kept.pop(0)
    while kept and not any(letter.isalnum() for letter in kept[-1].text):
        kept.pop()
    while kept and not any(letter.isalnum() for letter in kept[0].text):
        kept.pop(0)
    return tuple(kept)


_DIGITS = str.maketrans("OoQDIilL|!ZzSsBbGgq", "0000111111225588699")
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
_FOLDED = tuple(fold(month) for month in _MONTHS)
_MONTH_LIKE = 0.75
_NUMERIC_DAY = re.compile(
    r"\b([\dOolI|]{1,2})\s?[-/.]\s?([\dOolI|]{1,2})\s?[-/.]\s?([12IlZ|][\dOolI|SB]{3})\b", re.ASCII
)
_WRITTEN_DAY = re.compile(
    r"\b([\dOolI|]{1,2})\s+([A-Za-z01|]{3,10})\s+([12IlZ|][\dOolI|SB]{3})\b", re.ASCII
)


def digits(text: str) -> str:
    """Letters that engines read in the place of digits, as these digits; everything keeps its
    place.
    """
    return text.translate(_DIGITS)


def find_day(text: str) -> tuple[date, int, int] | None:
    """The first day that the text tells, and from where to where it does."""
    for match in sorted(
        (*_NUMERIC_DAY.finditer(text), *_WRITTEN_DAY.finditer(text)), key=re.Match.start
    ):
        day, month, year = match.groups()
        number = int(digits(month)) if digits(month).isdigit() else _month(month)
        try:
            return date(int(digits(year)), number, int(digits(day))), match.start(), match.end()
        except ValueError:
            continue
    return None


def _month(word: str) -> int:
    """1 to 12; 0 for a word that is no month."""
    read = fold(word)
    scores = [likeness(read, month) for month in _FOLDED]
    best = max(scores)
    return scores.index(best) + 1 if best >= _MONTH_LIKE else 0
