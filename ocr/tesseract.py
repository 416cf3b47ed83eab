"""The recognition engine. The only module that knows pytesseract. Runs in the sandbox only, whose limits of memory
and time the program inherits; `ocr.engine` is the other side."""

import csv
import os
import re
import subprocess
from pathlib import Path
from signal import SIGXCPU
from typing import Any

from pytesseract import pytesseract

from ocr.errors import EngineFailed, EngineMissing, EngineTimeout, NoRoom, lack_of

OLDEST = (4, 1)
INSTALL = "sudo apt install tesseract-ocr tesseract-ocr-ind tesseract-ocr-osd"
_CONFIG = (
    "--psm {layout} --dpi {dpi} -c thresholding_method={threshold} -c tessedit_create_tsv=1 -c textonly_pdf=1"
)
_ANY_LAYOUT, _ONE_BLOCK = 3, 6
_ONE_THRESHOLD, _LOCAL_THRESHOLD = 0, 2
"""Otsu's for the whole page, and Sauvola's for each part of it."""


def probe(command: str, languages: str) -> dict[str, Any]:
    """Ask the engine for version and languages; `EngineMissing` says what to install."""
    found = re.search(r"tesseract v?(\d+)\.(\d+)\S*", _ask(command, "--version"))
    if not found:
        raise EngineMissing(f"{command} bukan Tesseract. Pasang dengan: {INSTALL}")
    if (int(found[1]), int(found[2])) < OLDEST:
        raise EngineMissing(f"Tesseract {found[1]}.{found[2]} terlalu lama. Pasang versi 5 dengan: {INSTALL}")
    lines = _ask(command, "--list-langs").splitlines()
    installed = {line.strip() for line in lines[1:] if line.strip()}
    missing = [each for each in (*languages.split("+"), "osd") if each not in installed]
    if missing:
        packages = " ".join(f"tesseract-ocr-{each}" for each in missing)
        raise EngineMissing(f"Bahasa Tesseract belum terpasang. Pasang dengan: sudo apt install {packages}")
    return {"version": found[0].split()[-1], "languages": sorted(installed)}


def recognise(
    command: str, languages: str, image: str, dpi: int, one_block: bool, local: bool
) -> dict[str, Any]:
    """Read one page in one call, as one block of lines or in the layout that the engine finds, made black and white by
    one threshold or by `local` ones: `text` and `words` as (text, confidence, left, top, width, height). A PDF of invisible
    text is left beside the picture, under its name with `.pdf`. Raises `EngineTimeout`, `EngineFailed` or `EngineMissing`.
    """
    pytesseract.tesseract_cmd = command
    config = _CONFIG.format(
        layout=_ONE_BLOCK if one_block else _ANY_LAYOUT,
        threshold=_LOCAL_THRESHOLD if local else _ONE_THRESHOLD,
        dpi=dpi,
    )
    base = Path(image).with_suffix("")
    layer = base.with_suffix(".pdf")
    try:
        pytesseract.run_tesseract(image, str(base), extension="txt pdf", lang=languages, config=config)
        text = base.with_suffix(".txt").read_text("utf-8")
        words = _read_words(base.with_suffix(".tsv").read_text("utf-8"))
        with layer.open("rb") as start:
            is_pdf = start.read(5) == b"%PDF-"
    except pytesseract.TesseractNotFoundError:
        raise EngineMissing(f"Tesseract belum terpasang. Pasang dengan: {INSTALL}") from None
    except pytesseract.TesseractError as error:
        raise (EngineTimeout if error.status == -SIGXCPU else EngineFailed) from None
    except OSError as error:
        raise lack_of(error) or EngineFailed() from None
    except UnicodeDecodeError:
        raise EngineFailed from None
    finally:
        # The program does not always notice that what it wrote was cut short.
        is_full = os.statvfs(base.parent).f_bavail == 0
        for suffix in (".txt", ".tsv"):
            base.with_suffix(suffix).unlink(missing_ok=True)
        if is_full:
            raise NoRoom
    if not is_pdf:
        raise EngineFailed
    return {"text": text.replace("\f", "").strip(), "words": words}


def find_turn(command: str, image: str, dpi: int) -> dict[str, Any]:
    """By how many degrees clockwise the page must be turned to stand upright, and how sure that is."""
    pytesseract.tesseract_cmd = command
    try:
        found = pytesseract.image_to_osd(image, config=f"--dpi {dpi}", output_type=pytesseract.Output.DICT)
    except (RuntimeError, OSError, UnicodeDecodeError) as error:
        if isinstance(error, OSError) and (lack := lack_of(error)):
            raise lack from None
        # Too few letters to tell, most often.
        found = {}
    return {"turn": int(found.get("rotate", 0)) % 360, "confidence": float(found.get("orientation_conf", 0))}


def _ask(command: str, question: str) -> str:
    """The answer of the engine about itself. The time is bounded from outside: with a limit here, a program that
    forks and keeps our pipe would still hold us."""
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


def _read_words(table: str) -> list[tuple[Any, ...]]:
    rows = csv.DictReader(table.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
    try:
        if not {"level", "left", "top", "width", "height", "conf", "text"} <= set(rows.fieldnames or ()):
            raise EngineFailed
        return [_word(row) for row in rows if row["level"] == "5" and (row["text"] or "").strip()]
    except (TypeError, ValueError, csv.Error):
        raise EngineFailed from None


def _word(row: dict[str, str]) -> tuple[Any, ...]:
    box = (int(row[name]) for name in ("left", "top", "width", "height"))
    return (row["text"].strip(), max(0.0, round(float(row["conf"]), 1)), *box)
