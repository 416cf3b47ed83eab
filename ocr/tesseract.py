"""The recognition engine as a program. The only module that knows pytesseract. Runs in the sandbox only, whose limits of memory
and time the program inherits; `ocr.engine` is the other side."""

import re
import subprocess
import sys
from signal import SIGXCPU
from typing import Any

from ocr import engine_output
from ocr.errors import EngineFailed, EngineMissing, EngineTimeout, lack_of

# pytesseract takes pandas along wherever that is installed: time and memory of every page, for tables that nobody asks for.
_is_first = "pandas" not in sys.modules
if _is_first:
    sys.modules["pandas"] = None  # type: ignore[assignment]  # as one that is not installed
from pytesseract import pytesseract  # noqa: E402 - behind that

if _is_first:
    del sys.modules["pandas"]

OLDEST = (4, 1)
INSTALL = "sudo apt install tesseract-ocr tesseract-ocr-ind tesseract-ocr-osd"
_CONFIG = (
    "--psm {layout} --dpi {dpi} -c thresholding_method={threshold} -c tessedit_create_tsv=1 -c textonly_pdf=1"
)


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


def models_of(command: str) -> str:
    """The folder in which the installed program has its models."""
    found = re.search(r'"([^"]+)"', _ask(command, "--list-langs"))
    return found[1] if found else ""


def recognise(
    command: str, languages: str, image: str, dpi: int, layout: int, threshold: int
) -> dict[str, Any]:
    """Read one page in one call, see `ocr.recognition`."""
    pytesseract.tesseract_cmd = command
    config = _CONFIG.format(layout=layout, threshold=threshold, dpi=dpi)
    with engine_output.beside(image) as base:
        try:
            pytesseract.run_tesseract(image, str(base), extension="txt pdf", lang=languages, config=config)
        except pytesseract.TesseractNotFoundError:
            raise EngineMissing(f"Tesseract belum terpasang. Pasang dengan: {INSTALL}") from None
        except pytesseract.TesseractError as error:
            raise (EngineTimeout if error.status == -SIGXCPU else EngineFailed) from None
        text, table = (base.with_suffix(suffix).read_text("utf-8") for suffix in (".txt", ".tsv"))
        return engine_output.answer(text, table)


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
