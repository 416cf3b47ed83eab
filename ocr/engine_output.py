"""What an engine leaves beside the picture it has read, and the table of words it makes. In the sandbox only."""

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ocr.errors import EngineFailed, NoRoom, lack_of

COLUMNS = ("level", "page", "block", "par", "line", "word", "left", "top", "width", "height", "conf", "text")
"""Of a table that has no head."""
_NEEDED = {"level", "left", "top", "width", "height", "conf", "text"}
_WORD = "5"


@contextmanager
def beside(image: str) -> Iterator[Path]:
    """The name without its ending under which an engine writes. In the end only a PDF is left there, and it is one.

    Raises `EngineFailed` when it is none, and a subclass of `Lack` when the machine lacks something.
    """
    base = Path(image).with_suffix("")
    try:
        yield base
        with base.with_suffix(".pdf").open("rb") as start:
            is_pdf = start.read(5) == b"%PDF-"
    except OSError as error:
        raise lack_of(error) or EngineFailed() from None
    except UnicodeDecodeError:
        raise EngineFailed from None
    finally:
        # An engine does not always notice that what it wrote was cut short.
        is_full = os.statvfs(base.parent).f_bavail == 0
        for suffix in (".txt", ".tsv"):
            base.with_suffix(suffix).unlink(missing_ok=True)
        if is_full:
            raise NoRoom
    if not is_pdf:
        raise EngineFailed


def answer(text: str, table: str, columns: tuple[str, ...] | None = None) -> dict[str, Any]:
    """`text` and `words` as (text, confidence, left, top, width, height), from the table whose head may be missing."""
    return {"text": text.replace("\f", "").strip(), "words": _words(table, columns)}


def _words(table: str, columns: tuple[str, ...] | None) -> list[tuple[Any, ...]]:
    rows = csv.DictReader(table.split("\n"), columns, delimiter="\t", quoting=csv.QUOTE_NONE)
    try:
        if not set(rows.fieldnames or ()) >= _NEEDED:
            raise EngineFailed
        return [_word(row) for row in rows if row["level"] == _WORD and (row["text"] or "").strip()]
    except (TypeError, ValueError, csv.Error):
        raise EngineFailed from None


def _word(row: dict[str, str]) -> tuple[Any, ...]:
    box = (int(row[name]) for name in ("left", "top", "width", "height"))
    return (row["text"].strip(), max(0.0, round(float(row["conf"]), 1)), *box)
