"""Asking the recognition engine from outside of the sandbox it runs in: every way it can fail gets
a name.

A card as it was printed: engines take its edges and its ground for strokes, and colons of a column
for digits. Numbers of Indonesian letters: the month before the year is Roman, and engines take its
strokes for ones.
"""

import re
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from ocr import sandbox as ocr_sandbox
from ocr.errors import (
    DecodeFailed,
    DecodeTimeout,
    EngineError,
    EngineFailed,
    EngineMissing,
    EngineTimeout,
)
from ocr.sandbox import Sandbox
from ocr.types import Options, Word

EDGES = frozenset("|\u2014\u2013_~")
"""What is never printed on a card by itself."""
LIKE_A_COLON = frozenset(":12Il|i!;.-=")
COLONS_LEAST = 3
"""So many make a column."""
IN_COLUMN = 0.4
"""Of the height of a line, by which the left edges of colons of one column differ at most."""


def as_printed(text: str, words: Sequence[Word]) -> tuple[str, tuple[Word, ...]]:
    """Text and words of a card without strokes that nobody printed, and with the colons behind its
    labels.
    """
    tokens = list(re.finditer(r"\S+", text))
    if [token[0] for token in tokens] != [word.text for word in words]:
        return text, tuple(words)
    column = _column(words)
    spelled = [_spelled(word, column) for word in words]
    pieces, at = [], 0
    for token, new in zip(tokens, spelled, strict=True):
        pieces += [text[at : token.start()], " ".join(new)]
        at = token.end()
    lines = "".join([*pieces, text[at:]]).split("\n")
    tidy = "\n".join(" ".join(line.split()) for line in lines)
    kept = (
        replace(word, text=each) for word, new in zip(words, spelled, strict=True) for each in new
    )
    return tidy.strip(), tuple(kept)


def _column(words: Sequence[Word]) -> range:
    """Where the colons of the card begin; nowhere when there are few."""
    lefts = [word.box.left for word in words if word.text == ":"]
    if len(lefts) < COLONS_LEAST:
        return range(0)
    middle = round(statistics.median(lefts))
    reach = round(
        IN_COLUMN * statistics.median(word.box.height for word in words if len(word.text) > 1)
    )
    return range(middle - reach, middle + reach + 1)


def _spelled(word: Word, column: range) -> list[str]:
    """As it was printed: nothing for what was not, two words where a colon was read as one with its
    value.
    """
    if set(word.text) <= EDGES:
        return []
    if word.box.left in column and word.text[0] in LIKE_A_COLON:
        return [":", word.text[1:]] if len(word.text) > 1 else [":"]
    return [word.text]


_MONTHS = frozenset(("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"))
_MONTH = re.compile(r"(?<=/)[IVX1l|!]{1,4}(?=/(?:19|20)\d\d\b)")
_STROKES = str.maketrans("1l|!", "IIII")


def with_roman_months(text: str) -> str:
    """`LP/B/7/X11/2026` with its month as it was written, `XII`. A month that may as well be Arabic
    stays.
    """
    return _MONTH.sub(_month, text)


def _month(found: re.Match[str]) -> str:
    read, roman = found[0], found[0].translate(_STROKES)
    is_arabic = read.isdigit() and int(read) <= 12
    return roman if roman in _MONTHS and not is_arabic else read


PROBE_SECONDS = 15.0
_PROBE: dict[str, type] = {"version": str, "languages": list}
_RECOGNISED: dict[str, type] = {"text": str, "words": list}
_TURN = {"turn": int, "confidence": float}


class Probe(NamedTuple):
    """An engine that is installed and answers."""

    version: str
    languages: frozenset[str]


class Recognised(NamedTuple):
    """What one call found on one page: text, words in pixels of the picture, a PDF of invisible
    text only.
    """

    text: str
    words: tuple[Word, ...]
    layer: Path

    @property
    def confidence(self) -> float | None:
        """Mean of the words, weighted by their length; None without words."""
        letters = sum(len(word.text) for word in self.words)
        return (
            sum(word.confidence * len(word.text) for word in self.words) / letters
            if letters
            else None
        )

    @property
    def weight(self) -> float:
        """How much was read and how surely: for choosing between two readings of one page."""
        return sum(word.confidence * len(word.text) for word in self.words)


def probe(sandbox: Sandbox, options: Options) -> Probe:
    """Ask the engine for version and languages; `EngineMissing` says what to install."""
    try:
        found = _call(sandbox, "probe", _PROBE, PROBE_SECONDS, options, languages=options.languages)
    except (EngineTimeout, EngineFailed):
        raise EngineMissing(
            "Tesseract tidak menjawab. Periksa pemasangannya, lalu coba lagi."
        ) from None
    return Probe(found["version"], frozenset(map(str, found["languages"])))


def models(sandbox: Sandbox, options: Options) -> str:
    """The folder of the engine's models; empty when it does not say."""
    try:
        return str(_call(sandbox, "models", {"folder": str}, PROBE_SECONDS, options)["folder"])
    except EngineError:
        return ""


def recognise(
    sandbox: Sandbox,
    image: Path,
    dpi: int,
    options: Options,
    *,
    one_block: bool = False,
    local: bool = False,
) -> Recognised:
    """Read one page: as `one_block` of lines, or in the layout that the engine finds; made black
    and white by `local` thresholds, or by one for the whole page. Raises `EngineTimeout`,
    `EngineFailed` or `EngineMissing`.
    """
    found = _call(
        sandbox,
        "recognise",
        _RECOGNISED,
        options.page_seconds,
        options,
        languages=options.languages,
        image=str(image),
        dpi=dpi,
        one_block=one_block,
        local=local,
    )
    try:
        words = ocr_sandbox.words(found["words"])
    except DecodeFailed:
        raise EngineFailed from None
    words = tuple(replace(word, text=with_roman_months(word.text)) for word in words)
    text = with_roman_months(found["text"])
    if one_block:
        text, words = as_printed(text, words)
    return Recognised(text, words, image.with_suffix(".pdf"))


def recognise_halves(
    readers: tuple[Sandbox, Sandbox],
    halves: Sequence[Path],
    image: Path,
    size: tuple[int, int],
    cut: int,
    dpi: int,
    options: Options,
) -> Recognised:
    """Read the halves of one page side by side, as `recognise` reads the whole: `size` and `cut`
    are in pixels of it.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="paruh") as pool:
        later = pool.submit(recognise, readers[1], halves[1], dpi, options)
        upper = recognise(readers[0], halves[0], dpi, options)
        lower = later.result()
    layer, (width, height) = image.with_suffix(".pdf"), size
    readers[0].call(
        "join",
        upper=str(upper.layer),
        lower=str(lower.layer),
        cut=cut,
        width=width,
        height=height,
        output=str(layer),
    )
    moved = (replace(word, box=replace(word.box, top=word.box.top + cut)) for word in lower.words)
    text = "\n\n".join(part.text for part in (upper, lower) if part.text)
    return Recognised(text, (*upper.words, *moved), layer)


def find_turn(sandbox: Sandbox, image: Path, dpi: int, options: Options) -> int:
    """By how many degrees clockwise the page must be turned to stand upright; 0 when that is not
    clear.
    """
    try:
        found = _call(
            sandbox, "find_turn", _TURN, options.page_seconds, options, image=str(image), dpi=dpi
        )
    except EngineError:
        return 0
    is_clear = found["turn"] in (90, 180, 270) and found["confidence"] >= options.turn_confidence
    return int(found["turn"]) if is_clear else 0


def _call(
    sandbox: Sandbox,
    job: str,
    shape: dict[str, type],
    seconds: float,
    options: Options,
    **arguments: Any,
) -> dict[str, Any]:
    try:
        answer = sandbox.call(job, seconds=seconds, command=options.tesseract_command, **arguments)
        return ocr_sandbox.checked(answer, shape)
    except DecodeTimeout:
        raise EngineTimeout from None
    except DecodeFailed:
        raise EngineFailed from None
