"""Calls of the recognition engine from outside the sandbox; every kind of failure is a named error.

The module also corrects results: strokes of the edges and background of a card, digits read for the
colons of a column, and Roman months in letter numbers that were read as ones.
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
"""Characters that never stand alone on a printed card."""
LIKE_A_COLON = frozenset(":12Il|i!;.-=")
COLONS_LEAST = 3
"""Smallest number of colons that form a column."""
IN_COLUMN = 0.4
"""Largest difference between the left edges of colons in one column, as a share of
the line height.
"""


def as_printed(text: str, words: Sequence[Word]) -> tuple[str, tuple[Word, ...]]:
    """Return text and words of a card without false strokes and with the colons after
    its labels.
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
    """Return the horizontal range in which the colons of the card begin; empty when
    there are few.
    """
    lefts = [word.box.left for word in words if word.text == ":"]
    if len(lefts) < COLONS_LEAST:
        return range(0)
    middle = round(statistics.median(lefts))
    reach = round(
        IN_COLUMN * statistics.median(word.box.height for word in words if len(word.text) > 1)
    )
    return range(middle - reach, middle + reach + 1)


def _spelled(word: Word, column: range) -> list[str]:
    """Return the corrected words of one word: none for a false stroke, two where a colon was joined
    with its value.
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
    """Return the text with Roman months in numbers such as `LP/B/7/X11/2026` restored to `XII`. A
    month that may be Arabic stays.
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
    """An installed and working engine."""

    version: str
    languages: frozenset[str]


class Recognised(NamedTuple):
    """Result of one call for one page: text, words in pixels of the picture, and a PDF of invisible
    text.
    """

    text: str
    words: tuple[Word, ...]
    layer: Path

    @property
    def confidence(self) -> float | None:
        """Mean confidence of the words, weighted by their length; None without words."""
        letters = sum(len(word.text) for word in self.words)
        return (
            sum(word.confidence * len(word.text) for word in self.words) / letters
            if letters
            else None
        )

    @property
    def weight(self) -> float:
        """Amount of text times its confidence, for choosing between two readings of one page."""
        return sum(word.confidence * len(word.text) for word in self.words)


def probe(sandbox: Sandbox, options: Options) -> Probe:
    """Ask the engine for its version and languages. Raises `EngineMissing`, which says what to
    install.
    """
    try:
        found = _call(sandbox, "probe", _PROBE, PROBE_SECONDS, options, languages=options.languages)
    except (EngineTimeout, EngineFailed):
        raise EngineMissing(
            "Tesseract tidak menjawab. Periksa pemasangannya, lalu coba lagi."
        ) from None
    return Probe(found["version"], frozenset(map(str, found["languages"])))


def models(sandbox: Sandbox, options: Options) -> str:
    """Return the folder of the engine's models; empty when the engine does not report it."""
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
    """Read one page, either as `one_block` of lines or in the layout that the engine finds.

    Before that the picture is made black and white with `local` thresholds or with one for the
    whole page. Raises `EngineTimeout`, `EngineFailed` or `EngineMissing`.
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
    """Read the two halves of one page in parallel and join the results, as `recognise` reads the
    whole. `size` and `cut` are in pixels of the page.
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
    """Return the clockwise turn in degrees that sets the page upright; 0 when it is uncertain."""
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
