"""The recognition engine. The only module that knows pytesseract."""

import csv
import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from pytesseract import pytesseract

from ocr.errors import EngineFailed, EngineMissing, EngineTimeout
from ocr.types import Box, Options, Word

# Several threads in one page cost more than they bring (5 to 10 times, measured); pages run side by side instead.
os.environ["OMP_THREAD_LIMIT"] = "1"

PROBE_SECONDS = 15
OLDEST = (4, 1)
INSTALL = "sudo apt install tesseract-ocr tesseract-ocr-ind tesseract-ocr-osd"
_CONFIG = "--psm 3 --dpi {dpi} -c tessedit_create_tsv=1 -c textonly_pdf=1"


class Probe(NamedTuple):
    """An engine that is installed and answers."""

    version: str
    languages: frozenset[str]


class Recognised(NamedTuple):
    """What one call found on one page: text, words in pixels of the picture, a PDF of invisible text only."""

    text: str
    words: tuple[Word, ...]
    pdf: bytes

    @property
    def confidence(self) -> float | None:
        """Mean of the words, weighted by their length; None without words."""
        letters = sum(len(word.text) for word in self.words)
        return sum(word.confidence * len(word.text) for word in self.words) / letters if letters else None

    @property
    def weight(self) -> float:
        """How much was read and how surely: for choosing between two readings of one page."""
        return sum(word.confidence * len(word.text) for word in self.words)


def probe(options: Options) -> Probe:
    """Ask the engine for version and languages; `EngineMissing` says what to install."""
    answer = _ask(options.tesseract_command, "--version")
    found = re.search(r"tesseract v?(\d+)\.(\d+)\S*", answer)
    if not found:
        raise EngineMissing(f"{options.tesseract_command} bukan Tesseract. Pasang dengan: {INSTALL}")
    if (int(found[1]), int(found[2])) < OLDEST:
        raise EngineMissing(f"Tesseract {found[1]}.{found[2]} terlalu lama. Pasang versi 5 dengan: {INSTALL}")
    lines = _ask(options.tesseract_command, "--list-langs").splitlines()
    languages = frozenset(line.strip() for line in lines[1:] if line.strip())
    missing = [each for each in (*options.languages.split("+"), "osd") if each not in languages]
    if missing:
        packages = " ".join(f"tesseract-ocr-{each}" for each in missing)
        raise EngineMissing(f"Bahasa Tesseract belum terpasang. Pasang dengan: sudo apt install {packages}")
    return Probe(found[0].split()[-1], languages)


def recognise(image: Path, dpi: int, options: Options) -> Recognised:
    """Read one page in one call: text, word table and text layer together.

    Raises `EngineTimeout`, `EngineFailed` or `EngineMissing`.
    """
    pytesseract.tesseract_cmd = options.tesseract_command
    base = image.with_suffix("")
    try:
        pytesseract.run_tesseract(
            str(image),
            str(base),
            extension="txt pdf",
            lang=options.languages,
            config=_CONFIG.format(dpi=dpi),
            nice=options.nice,
            timeout=options.page_seconds,
        )
        text = base.with_suffix(".txt").read_text("utf-8")
        words = _read_words(base.with_suffix(".tsv").read_text("utf-8"))
        pdf = base.with_suffix(".pdf").read_bytes()
    except pytesseract.TesseractNotFoundError:
        raise EngineMissing(f"Tesseract belum terpasang. Pasang dengan: {INSTALL}") from None
    except pytesseract.TesseractError:
        raise EngineFailed from None
    except RuntimeError:
        # pytesseract's word for a time-out.
        raise EngineTimeout from None
    except (OSError, UnicodeDecodeError):
        raise EngineFailed from None
    finally:
        for suffix in (".txt", ".tsv"):
            base.with_suffix(suffix).unlink(missing_ok=True)
    if not pdf.startswith(b"%PDF-"):
        raise EngineFailed
    return Recognised(text.replace("\f", "").strip(), words, pdf)


def find_turn(image: Path, dpi: int, options: Options) -> int:
    """By how many degrees clockwise the page must be turned to stand upright; 0 when that is not clear."""
    pytesseract.tesseract_cmd = options.tesseract_command
    try:
        found = pytesseract.image_to_osd(
            str(image),
            config=f"--dpi {dpi}",
            nice=options.nice,
            timeout=options.page_seconds,
            output_type=pytesseract.Output.DICT,
        )
    except (RuntimeError, OSError, UnicodeDecodeError):
        # Too few letters to tell, most often: then the page stays as it is.
        return 0
    is_clear = found.get("orientation_conf", 0.0) >= options.turn_confidence
    return int(found.get("rotate", 0)) % 360 if is_clear else 0


def _ask(command: str, question: str) -> str:
    try:
        done = subprocess.run(
            [command, question],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PROBE_SECONDS,
            check=False,
        )
    except OSError:
        raise EngineMissing(f"Tesseract belum terpasang. Pasang dengan: {INSTALL}") from None
    except subprocess.TimeoutExpired:
        raise EngineMissing("Tesseract tidak menjawab. Periksa pemasangannya, lalu coba lagi.") from None
    return done.stdout or done.stderr


def _read_words(table: str) -> tuple[Word, ...]:
    rows = csv.DictReader(table.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
    if not {"level", "left", "top", "width", "height", "conf", "text"} <= set(rows.fieldnames or ()):
        raise EngineFailed
    try:
        return tuple(_word(row) for row in rows if row["level"] == "5" and (row["text"] or "").strip())
    except (TypeError, ValueError):
        raise EngineFailed from None


def _word(row: dict[str, str]) -> Word:
    left, top, width, height = (int(row[name]) for name in ("left", "top", "width", "height"))
    return Word(row["text"].strip(), max(0.0, round(float(row["conf"]), 1)), Box(left, top, width, height))
