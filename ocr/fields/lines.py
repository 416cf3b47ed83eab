"""Lines of a page, the values after their labels, and the types of a proposal.

Labels are matched even if the engine misspelled them. The module also reads digits, days and names
from misread text.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

from ocr.types import Box, PageReading, Word


class PaperType(StrEnum):
    """Recognisable types of documents."""

    KTP = "ktp"
    KK = "kk"
    SIM = "sim"
    STNK = "stnk"
    BPKB = "bpkb"
    LETTER = "surat"
    UNKNOWN = ""


class Field(StrEnum):
    """Fields that can be proposed."""

    NIK = "nik"
    NAME = "nama"
    BIRTH_PLACE = "tempat_lahir"
    BIRTH_DATE = "tanggal_lahir"
    """Day of birth; every day is in ISO 8601."""
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
    """Code of a letter that claims to come from this product; the caller checks it in
    the register.
    """


@dataclass(frozen=True, slots=True)
class Proposal:
    """One value that the document seems to state."""

    field: Field
    value: str
    confidence: float
    """0 to 100: that of its weakest word, lower when letters were taken for digits."""
    page: int
    box: Box
    """Rectangle around all its words, in pixels of the upright page."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """All proposals for one document. None is reliable until a person confirms it."""

    paper: PaperType = PaperType.UNKNOWN
    fields: tuple[Proposal, ...] = ()

    def first(self, field: Field) -> Proposal | None:
        """Return the first proposal of a field."""
        return next((each for each in self.fields if each.field is field), None)


MOST_WORDS = 2_000
"""Words examined on a page; a page with more is neither a card nor a letter."""
SAME_LINE = 0.6
"""Largest vertical distance between the middles of neighbours in one line, as a share of the higher
word.
"""
ALIKE = 0.8
"""Smallest likeness between text and label; labels of up to three letters must be equal."""
MOST_BEFORE = 2
"""Words before the first label of a line, such as a row number or the edge of a card."""
LEAST_ALIKE = 0.7
"""Smallest likeness that any caller asks for."""
LONGEST_LABEL = 5
"""Words of the longest label."""
DOUBTFUL = 60.0
"""Largest confidence of a value with letters taken for digits, or of one without a context that
confirms its spelling.
"""
_LOOKALIKES = str.maketrans("01|!l58", "oiiiisb")
_STROKES = frozenset(":;1|!Il2.,-=\u2014_~'\"")
"""Characters that engines read for the colon after a label or for the edge of a card
after a value.
"""


@dataclass(frozen=True, slots=True)
class Value:
    """Words that belong together."""

    page: int
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words, separated by spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """Confidence of the weakest word."""
        return min(word.confidence for word in self.words)

    @property
    def box(self) -> Box:
        """Rectangle around all words."""
        boxes = [word.box for word in self.words]
        left, top = min(box.left for box in boxes), min(box.top for box in boxes)
        right = max(box.left + box.width for box in boxes)
        bottom = max(box.top + box.height for box in boxes)
        return Box(left, top, right - left, bottom - top)

    def proposed(self, field: Field, value: str, *, is_doubtful: bool = False) -> Proposal:
        """Return the proposal of a value that these words state."""
        confidence = min(self.confidence, DOUBTFUL) if is_doubtful else self.confidence
        return Proposal(field, value, round(confidence, 1), self.page, self.box)


def lines_of(page: PageReading) -> list[Value]:
    """Return the words of a page in lines from top to bottom, also for a skewed page: each word
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
    """Return the first value after each label. `labels` maps a printed label to the name of its
    value.
    """
    folded = [(fold(printed), name) for printed, name in labels.items()]
    found: dict[str, Value] = {}
    for line in lines:
        for name, value in _values(line, folded):
            found.setdefault(name, value)
    return found


def fold(text: str) -> str:
    """Return the lower-case letters only, with confusable ones made equal."""
    return re.sub(r"[^a-z]", "", text.lower().translate(_LOOKALIKES)).replace("rn", "m")


def likeness(found: str, wanted: str) -> float:
    """Return the likeness of two folded texts, 0 to 1; 0 below `LEAST_ALIKE`. Short texts are equal
    or unlike.
    """
    if found == wanted:
        return 1.0
    if len(wanted) < 4 or abs(len(found) - len(wanted)) > len(wanted) / 3:
        return 0.0
    matcher = SequenceMatcher(None, found, wanted, autojunk=False)
    # Cheap upper bounds come first, because most words resemble no label.
    if matcher.real_quick_ratio() < LEAST_ALIKE or matcher.quick_ratio() < LEAST_ALIKE:
        return 0.0
    return matcher.ratio()


def find_in_words(
    lines: Iterable[Value], pattern: re.Pattern[str], make: Callable[[str], str] = str
) -> Value | None:
    """Return the words of the first line that contain a match of the pattern after `make` was
    applied to the line. `make` must keep the length.
    """
    for line in lines:
        if match := pattern.search(make(line.text)):
            return part(line, match.start(), match.end())
    return None


def part(line: Value, start: int, end: int) -> Value:
    """Return the words of a line between two positions of its text."""
    kept, at = [], 0
    for word in line.words:
        if at < end and at + len(word.text) > start:
            kept.append(word)
        at += len(word.text) + 1
    return Value(line.page, tuple(kept) or line.words)


def _split(words: Iterable[Word]) -> Iterable[Word]:
    """Split a label and its value without a space between them into two words at the same place."""
    for word in words:
        label, colon, value = word.text.partition(":")
        if colon and value and label.isalpha():
            yield Word(label + ":", word.confidence, word.box)
            yield Word(value, word.confidence, word.box)
        else:
            yield word


def _apart(left: Word, right: Word) -> float | None:
    """Return the vertical distance between the middles of two words; None if they are not in one
    line.
    """
    distance = abs(_middle(left) - _middle(right))
    return distance if distance < SAME_LINE * max(left.box.height, right.box.height) else None


def _middle(word: Word) -> float:
    return word.box.top + word.box.height / 2


def _values(line: Value, labels: Sequence[tuple[str, str]]) -> Iterable[tuple[str, Value]]:
    """Yield the labels of a line, each with the words up to the next one. After the first, only a
    text with a colon is a label.
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
    """Return the end and name of the label that begins here."""
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
    """Return the words without a colon, or its misreading, at the start and without the edge of the
    card at the end.
    """
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
    """Return the text with letters that resemble digits replaced by these; positions
    stay the same.
    """
    return text.translate(_DIGITS)


def find_day(text: str) -> tuple[date, int, int] | None:
    """Return the first day in the text, with its begin and end."""
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
    """Return the month, 1 to 12; 0 for a word that is not a month."""
    read = fold(word)
    scores = [likeness(read, month) for month in _FOLDED]
    best = max(scores)
    return scores.index(best) + 1 if best >= _MONTH_LIKE else 0
