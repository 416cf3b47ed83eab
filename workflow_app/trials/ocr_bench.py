"""How fast and how right papers are read, ours and OCRmyPDF's in turns on the same files."""

import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from ocr import preloaded
from ocr.errors import OcrError
from ocr.inspect import inspect
from ocr.reading import read
from workflow_app.trials.notices import Notice, unheard

READABLE = frozenset((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf", ".heic", ".webp", ".bmp", ".gif"))
MOST_SECONDS = 600
"""For one document in the other program."""
_DPI_OF_A_PHOTO = "300"


class NothingToRead(Exception):
    """The folder holds no picture and no PDF."""


class NotThere(Exception):
    """The program to compare with cannot be started."""


class Cost(NamedTuple):
    """What reading one file took: seconds on the wall, and of the processors together, which other work on the machine
    does not lengthen."""

    wall: float
    processor: float


@dataclass(frozen=True)
class Result:
    """What one program made of one file."""

    cost: Cost
    cer: float | None
    """Character error rate in percent of the truth; None where there is no truth."""


@dataclass
class Figures:
    """Of both programs over the folder. Those of OCRmyPDF are None where it is not installed."""

    other: str = ""
    """Which OCRmyPDF it was, by its own word."""
    pages: int = 0
    ours: list[Result] = field(default_factory=list)
    theirs: list[Result] = field(default_factory=list)
    by_kind: dict[str, list[float]] = field(default_factory=dict)
    """Error rates of ours by the name of the file without its number."""

    def as_dict(self) -> dict[str, object]:
        """The figures of a run, rates in percent."""
        ours, theirs = _per_page(self.ours, self.pages), _per_page(self.theirs, self.pages)
        return {
            "pages": self.pages,
            "ours_s_per_page": ours and ours.wall,
            "ocrmypdf_s_per_page": theirs and theirs.wall,
            "ratio": _ratio(ours and ours.wall, theirs and theirs.wall),
            "ours_cer": _mean_cer(self.ours),
            "ocrmypdf_cer": _mean_cer(self.theirs),
            "ours_cpu_s_per_page": ours and ours.processor,
            "ocrmypdf_cpu_s_per_page": theirs and theirs.processor,
            "cpu_ratio": _ratio(ours and ours.processor, theirs and theirs.processor),
        }

    def details(self) -> dict[str, object]:
        """Version of the other program, and error rates of ours by kind of paper, the worst first."""
        other = {"ocrmypdf": self.other} if self.other else {}
        means = sorted(((fmean(rates), kind) for kind, rates in self.by_kind.items()), reverse=True)
        return other | {f"cer {kind}": round(mean, 2) for mean, kind in means}


def measure(
    folder: Path, *, program: str = "ocrmypdf", must_compare: bool = False, notice: Notice = unheard
) -> Figures:
    """Read every picture and PDF of the folder with both programs, one after the other.

    Ground truth is the text of the same name with `.txt`. Raises `NothingToRead`, and `NotThere` when the comparison is asked for
    and the program does not start.
    """
    papers = sorted(path for path in folder.iterdir() if path.suffix.lower() in READABLE)
    if not papers:
        raise NothingToRead(f"{folder} holds no picture and no PDF.")
    figures = Figures(other=_version_of(program))
    if must_compare and not figures.other:
        raise NotThere(f"{program} does not start.")
    if not figures.other:
        notice(f"{program} is not installed: only ours is measured.")
    for no, paper in enumerate(papers, 1):
        try:
            figures.pages += inspect(paper.read_bytes()).pages
            ours = _ours(paper)
        except OcrError as error:
            notice(f"{no}/{len(papers)} {paper.name}: {error.sentence}")
            continue
        figures.ours.append(ours)
        if ours.cer is not None:
            figures.by_kind.setdefault(paper.stem.rpartition("-")[0] or paper.stem, []).append(ours.cer)
        if figures.other:
            figures.theirs.append(_theirs(paper, program))
        notice(f"{no}/{len(papers)} {paper.name}: {_told([ours, *figures.theirs[-1:]])}")
    return figures


def error_rate(found: str, truth: str) -> float:
    """Insertions, deletions and substitutions in percent of the letters of the truth; runs of white space count as one."""
    wanted = _plain(truth)
    return 100 * Levenshtein.distance(_plain(found), wanted) / max(1, len(wanted))


def _version_of(program: str) -> str:
    """What the other program calls itself; empty when it is not there or does not start."""
    found = shutil.which(program)
    if found is None:
        return ""
    answer = subprocess.run(
        [found, "--version"], check=False, capture_output=True, text=True, timeout=MOST_SECONDS
    )
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _ours(paper: Path) -> Result:
    begun = _spent()
    reading = read(paper.read_bytes())
    return Result(_since(begun), _cer(paper, "\n".join(page.text for page in reading.pages)))


def _theirs(paper: Path, program: str) -> Result:
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        text, copy = Path(place) / "text", Path(place) / "copy.pdf"
        options = ["-l", "ind", "-j", str(os.cpu_count() or 1), "--rotate-pages", "--deskew"]
        options += ["--output-type", "pdfa", "--sidecar", str(text), "--quiet"]
        if paper.suffix.lower() != ".pdf":
            options += ["--image-dpi", _DPI_OF_A_PHOTO]
        begun = _spent()
        subprocess.run(
            [program, *options, str(paper), str(copy)], check=False, capture_output=True, timeout=MOST_SECONDS
        )
        return Result(_since(begun), _cer(paper, text.read_text("utf-8") if text.exists() else ""))


def _spent() -> Cost:
    """What was spent so far, here and in every program that was started from here and has ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    processor = sum(each.ru_utime + each.ru_stime for each in used)
    return Cost(time.perf_counter(), processor + preloaded.spent())


def _since(begun: Cost) -> Cost:
    now = _spent()
    return Cost(now.wall - begun.wall, now.processor - begun.processor)


def _cer(paper: Path, found: str) -> float | None:
    truth = paper.with_suffix(".txt")
    return error_rate(found, truth.read_text("utf-8")) if truth.exists() else None


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _per_page(results: Sequence[Result], pages: int) -> Cost | None:
    if not results or not pages:
        return None
    totals = (sum(each) / pages for each in zip(*(each.cost for each in results), strict=True))
    return Cost(*(round(total, 3) for total in totals))


def _ratio(ours: float | None, theirs: float | None) -> float | None:
    return round(ours / theirs, 3) if ours and theirs else None


def _mean_cer(results: Iterable[Result]) -> float | None:
    known = [each.cer for each in results if each.cer is not None]
    return round(fmean(known), 3) if known else None


def _told(results: Iterable[Result]) -> str:
    return ", ".join(
        f"{each.cost.wall:.2f} s ({each.cost.processor:.2f} s of processor)"
        + ("" if each.cer is None else f" {each.cer:.2f} %")
        for each in results
    )
