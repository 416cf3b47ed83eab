"""The recognition engine: as a program through pytesseract, or inside the process through
tesserocr.

Runs in the sandbox only; programs inherit its limits of memory and time. `ocr.engine` is the
caller's side. Where `tesserocr` is installed, no program is started for a page and the model is
loaded once. This is the only module that uses pytesseract and tesserocr. Results are the files that
an engine writes beside the picture, and its table of words.
"""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from signal import SIGXCPU
from typing import Any

from ocr.errors import EngineFailed, EngineMissing, EngineTimeout, NoRoom, lack_of

COLUMNS = (
    "level",
    "page",
    "block",
    "par",
    "line",
    "word",
    "left",
    "top",
    "width",
    "height",
    "conf",
    "text",
)
"""Columns of a table without a header."""
_NEEDED = {"level", "left", "top", "width", "height", "conf", "text"}
_WORD = "5"


@contextmanager
def beside(image: str) -> Iterator[Path]:
    """Give the name without extension under which an engine writes. On exit only a valid PDF is
    left there.

    Raises `EngineFailed` when the file is not a PDF, and a subclass of `Lack` when the machine
    lacks something.
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
        # An engine does not always notice that its output was truncated.
        is_full = os.statvfs(base.parent).f_bavail == 0
        for suffix in (".txt", ".tsv"):
            base.with_suffix(suffix).unlink(missing_ok=True)
        if is_full:
            raise NoRoom
    if not is_pdf:
        raise EngineFailed


def answer(text: str, table: str, columns: tuple[str, ...] | None = None) -> dict[str, Any]:
    """Return `text` and `words` as (text, confidence, left, top, width, height) from the table,
    with the `columns` of a table without header.
    """
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


# pytesseract imports pandas where it is installed, which costs time and memory for every page and
# is not needed.
_is_first = "pandas" not in sys.modules
if _is_first:
    sys.modules["pandas"] = None  # type: ignore[assignment]  # as one that is not installed
from pytesseract import pytesseract  # noqa: E402 - behind that

if _is_first:
    del sys.modules["pandas"]

OLDEST = (4, 1)
INSTALL = "sudo apt install tesseract-ocr tesseract-ocr-ind tesseract-ocr-osd"
_CONFIG = (
    "--psm {layout} --dpi {dpi} -c thresholding_method={threshold} -c tessedit_create_tsv=1 -c "
    "textonly_pdf=1"
)


def probe(command: str, languages: str) -> dict[str, Any]:
    """Ask the engine for version and languages. Raises `EngineMissing`, which says
    what to install.
    """
    found = re.search(r"tesseract v?(\d+)\.(\d+)\S*", _ask(command, "--version"))
    if not found:
        raise EngineMissing(f"{command} bukan Tesseract. Pasang dengan: {INSTALL}")
    if (int(found[1]), int(found[2])) < OLDEST:
        raise EngineMissing(
            f"Tesseract {found[1]}.{found[2]} terlalu lama. Pasang versi 5 dengan: {INSTALL}"
        )
    lines = _ask(command, "--list-langs").splitlines()
    installed = {line.strip() for line in lines[1:] if line.strip()}
    missing = [each for each in (*languages.split("+"), "osd") if each not in installed]
    if missing:
        packages = " ".join(f"tesseract-ocr-{each}" for each in missing)
        raise EngineMissing(
            f"Bahasa Tesseract belum terpasang. Pasang dengan: sudo apt install {packages}"
        )
    return {"version": found[0].split()[-1], "languages": sorted(installed)}


def models_of(command: str) -> str:
    """Return the folder of the models of the installed program."""
    found = re.search(r'"([^"]+)"', _ask(command, "--list-langs"))
    return found[1] if found else ""


def recognise(
    command: str, languages: str, image: str, dpi: int, layout: int, threshold: int
) -> dict[str, Any]:
    """Read one page with the program, see `recognise_recognition`."""
    pytesseract.tesseract_cmd = command
    config = _CONFIG.format(layout=layout, threshold=threshold, dpi=dpi)
    with beside(image) as base:
        try:
            pytesseract.run_tesseract(
                image, str(base), extension="txt pdf", lang=languages, config=config
            )
        except pytesseract.TesseractNotFoundError:
            raise EngineMissing(f"Tesseract belum terpasang. Pasang dengan: {INSTALL}") from None
        except pytesseract.TesseractError as error:
            raise (EngineTimeout if error.status == -SIGXCPU else EngineFailed) from None
        text, table = (base.with_suffix(suffix).read_text("utf-8") for suffix in (".txt", ".tsv"))
        return answer(text, table)


def find_turn(command: str, image: str, dpi: int) -> dict[str, Any]:
    """Return the clockwise turn in degrees that sets the page upright, and its confidence."""
    pytesseract.tesseract_cmd = command
    try:
        found = pytesseract.image_to_osd(
            image, config=f"--dpi {dpi}", output_type=pytesseract.Output.DICT
        )
    except (RuntimeError, OSError, UnicodeDecodeError) as error:
        if isinstance(error, OSError) and (lack := lack_of(error)):
            raise lack from None
        # Usually the page has too few letters.
        found = {}
    return {
        "turn": int(found.get("rotate", 0)) % 360,
        "confidence": float(found.get("orientation_conf", 0)),
    }


def _ask(command: str, question: str) -> str:
    """Return the engine's answer about itself. The caller limits the time: a limit here would not
    stop a program that forks and keeps the pipe open.
    """
    try:
        done = subprocess.run(
            [command, question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        missing = EngineMissing(f"Tesseract belum terpasang. Pasang dengan: {INSTALL}")
        raise lack_of(error) or missing from None
    return done.stdout or done.stderr


_VARIABLES = {"tessedit_create_pdf": "1", "textonly_pdf": "1"}


@lru_cache(maxsize=1)
def load(command: str, languages: str) -> Any:
    """Return the engine with the models of the installed program; None when it is not installed or
    refuses them.
    """
    try:
        import tesserocr

        return tesserocr.PyTessBaseAPI(path=models_of(command), lang=languages)
    except (ImportError, RuntimeError):
        return None


def recognise_in_process(
    api: Any, image: str, dpi: int, layout: int, threshold: int
) -> dict[str, Any]:
    """Read one page with the engine in this process, see `recognise_recognition`."""
    variables = _VARIABLES | {"user_defined_dpi": str(dpi), "thresholding_method": str(threshold)}
    api.SetPageSegMode(layout)
    for name, value in variables.items():
        api.SetVariable(name, value)
    with beside(image) as base:
        try:
            if not api.ProcessPages(str(base), image):
                raise EngineFailed
            return answer(api.GetUTF8Text(), api.GetTSVText(0), COLUMNS)
        except RuntimeError:
            raise EngineFailed from None
        finally:
            api.Clear()


PROGRAM = "tesseract"
_ANY_LAYOUT, _ONE_BLOCK = 3, 6
_ONE_THRESHOLD, _LOCAL_THRESHOLD = 0, 2
"""Otsu's threshold for the whole page, and Sauvola's for each part of it."""


def recognise_recognition(
    command: str, languages: str, image: str, dpi: int, one_block: bool, local: bool
) -> dict[str, Any]:
    """Read one page with the available engine, as one block of lines or in the layout that it
    finds, made black and white by one threshold or by `local` ones.

    The answer has `text` and `words` as (text, confidence, left, top, width, height). A PDF of
    invisible text is left beside the picture, under its name with `.pdf`. Raises `EngineTimeout`,
    `EngineFailed` or `EngineMissing`.
    """
    layout = _ONE_BLOCK if one_block else _ANY_LAYOUT
    threshold = _LOCAL_THRESHOLD if local else _ONE_THRESHOLD
    # A configured other program takes precedence over the engine in this process.
    if command == PROGRAM and (loaded := load(command, languages)):
        return recognise_in_process(loaded, image, dpi, layout, threshold)
    return recognise(command, languages, image, dpi, layout, threshold)
