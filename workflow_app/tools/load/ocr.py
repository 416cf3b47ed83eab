"""Benches of reading: speed and accuracy compared with OCRmyPDF on the same files, and the time
from an upload until the search finds the document.

For the second bench documents are uploaded over HTTP to a throw-away site. The clock starts with
the upload. A page is readable when the page of the document shows it; that page is requested as
often as a browser does, so that the requests take no processor time from the reading. A document is
searchable when all of it was read and the search finds it by a letter number in it.
"""

import io
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from statistics import fmean, median
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from ocr import preloaded
from ocr.errors import OcrError
from ocr.inspect import inspect
from ocr.reading import read
from workflow_app.services.demo import seeding
from workflow_app.tools.load import corpus
from workflow_app.tools.load.officer import PROCESS, Officer, Page, Scan, Unexpected
from workflow_app.tools.load.site import Notice, running_site, unheard

READABLE = frozenset(
    (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf", ".heic", ".webp", ".bmp", ".gif")
)
MOST_SECONDS = 600
"""Time limit of the other program for one document."""
_DPI_OF_A_PHOTO = "300"


class NothingToRead(Exception):
    """The folder holds no picture and no PDF."""


class NotThere(Exception):
    """The program for the comparison cannot be started."""


class Cost(NamedTuple):
    """Cost of reading one file: wall seconds, and processor seconds, which other load does not
    increase.
    """

    wall: float
    processor: float


@dataclass(frozen=True)
class Result:
    """Result of one program for one file."""

    cost: Cost
    cer: float | None
    """Character error rate in percent; None without a reference text."""


@dataclass
class Figures:
    """Figures of both programs over the folder. Those of OCRmyPDF are None when it is not
    installed.
    """

    other: str = ""
    """Version of OCRmyPDF as it reports it."""
    pages: int = 0
    ours: list[Result] = field(default_factory=list)
    theirs: list[Result] = field(default_factory=list)
    by_kind: dict[str, list[float]] = field(default_factory=dict)
    """Error rates of our reading by file name without number."""

    def as_dict(self) -> dict[str, object]:
        """Return the figures of a run, rates in percent."""
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
        """Return the version of the other program, and our error rates by kind of document, the
        worst first.
        """
        other = {"ocrmypdf": self.other} if self.other else {}
        means = sorted(((fmean(rates), kind) for kind, rates in self.by_kind.items()), reverse=True)
        return other | {f"cer {kind}": round(mean, 2) for mean, kind in means}


def measure(
    folder: Path, *, program: str = "ocrmypdf", must_compare: bool = False, notice: Notice = unheard
) -> Figures:
    """Read every picture and PDF of the folder with both programs, one after the other.

    The reference text has the same name with `.txt`. Raises `NothingToRead`, and `NotThere` when
    the comparison is required and the program does not start.
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
            figures.by_kind.setdefault(paper.stem.rpartition("-")[0] or paper.stem, []).append(
                ours.cer
            )
        if figures.other:
            figures.theirs.append(_theirs(paper, program))
        notice(f"{no}/{len(papers)} {paper.name}: {_told([ours, *figures.theirs[-1:]])}")
    return figures


def error_rate(found: str, truth: str) -> float:
    """Return insertions, deletions and substitutions in percent of the characters of the truth;
    runs of white space count as one.
    """
    wanted = _plain(truth)
    return 100 * Levenshtein.distance(_plain(found), wanted) / max(1, len(wanted))


def _version_of(program: str) -> str:
    """Return the version that the other program reports; empty when it does not start."""
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
            [program, *options, str(paper), str(copy)],
            check=False,
            capture_output=True,
            timeout=MOST_SECONDS,
        )
        return Result(_since(begun), _cer(paper, text.read_text("utf-8") if text.exists() else ""))


def _spent() -> Cost:
    """Return the cost so far of this process and all its ended children."""
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


PAUSE = 0.05
"""Seconds between two searches."""
ASKS = re.compile(r'hx-trigger="every (\d+)(m?s)"')
UNITS = {"s": 1.0, "ms": 0.001}
"""Units of the polling interval of the document's page, in seconds."""
PATIENCE = 120.0
LABEL = "Surat"
FIRST = 'id="halaman-'
"""Mark of any page of a document; which page is read first does not matter."""
DONE = 'word-good">Terbaca<'
NUMBER = re.compile(r"Nomor: (\S+)")
CASE = re.compile(r"/berkas/([0-9a-f-]{36})")
PAPER = re.compile(r"/dokumen/([0-9a-f-]{36})")


@dataclass(frozen=True)
class Ingest:
    """Times of one document: seconds since its upload was sent."""

    taken_s: float
    """Until the site confirmed it."""
    first_page_s: float
    """Until the first of its pages was readable."""
    found_s: float
    """Until all of it was read, its copy was made, and a search found it."""


@dataclass(frozen=True)
class IngestBenchFigures:
    """Figures of a run."""

    pages: int
    papers: Sequence[Ingest]

    def as_dict(self) -> dict[str, object]:
        """Return the medians over the documents, and the speed over all of them."""
        seconds = sum(paper.found_s for paper in self.papers)
        names = tuple(asdict(self.papers[0]))
        medians = {
            name: round(median(getattr(paper, name) for paper in self.papers), 2) for name in names
        }
        every = self.pages * len(self.papers)
        return {
            "pages": self.pages,
            "papers": len(self.papers),
            "pages_per_minute": round(60 * every / seconds, 1),
            "s_per_page": round(seconds / every, 2),
            **medians,
        }


def measure_ingest_bench(
    *, pages: int = 10, papers: int = 3, seed: int = 1, notice: Notice = unheard
) -> IngestBenchFigures:
    """Upload `papers` scanned letters of `pages` pages, each after the one before it was found.

    One more before them is not counted, because the site has not read anything then. Raises
    `StackError`, `Unexpected`.
    """
    random = Random(seed)  # noqa: S311 - papers of a bench, no secret
    with (
        running_site() as site,
        Officer(site.address, seeding.PEOPLE[0].username, seeding.PASSWORD) as officer,
    ):
        officer.sign_in()
        case = _case_of(officer)
        done = []
        for no in range(papers + 1):
            done.append(_bring(officer, case, _scan(random, pages)))
            notice(f"{no}/{papers}: {done[-1]}" if no else f"warmed up: {done[-1]}")
    return IngestBenchFigures(pages, done[1:])


@dataclass(frozen=True)
class _Scan:
    """Scanned letters in one PDF of pictures."""

    data: bytes
    numbers: Sequence[str]
    """Numbers of the letters, from the last one on; a digit of them may be misread."""


def _scan(random: Random, pages: int) -> _Scan:
    pictures, numbers = [], []
    for _ in range(pages):
        sheet = corpus.letter(random)
        pictures.append(sheet.image.convert("L"))
        numbers += NUMBER.findall(sheet.text)
    file = io.BytesIO()
    pictures[0].save(file, "PDF", resolution=300, save_all=True, append_images=pictures[1:])
    return _Scan(file.getvalue(), numbers[::-1])


def _case_of(officer: Officer) -> str:
    begun = officer.start(PROCESS)
    case = CASE.search(begun.text)
    if case is None:
        raise Unexpected(f"{begun.path}: no case")
    return case[0]


def _bring(officer: Officer, case: str, scan: _Scan) -> Ingest:
    page = officer.get(case)
    known = set(PAPER.findall(page.text))
    began = time.perf_counter()
    taken = officer.submit(
        f"{case}/dokumen", {**page.hidden, "nama": LABEL}, Scan("berkas", scan.data)
    )
    if taken.status != 302:
        raise Unexpected(f"upload: {taken.status} {taken.heading}")
    taken_s = time.perf_counter() - began
    new = set(PAPER.findall(officer.get(case).text)) - known
    if len(new) != 1:
        raise Unexpected(f"{len(new)} papers are new")
    paper = f"/dokumen/{new.pop()}"
    _watch(officer, paper, FIRST, began)
    first_page_s = time.perf_counter() - began
    _watch(officer, paper, DONE, began)
    _wait(lambda: any(paper in _search(officer, page, number) for number in scan.numbers), began)
    return Ingest(taken_s, first_page_s, time.perf_counter() - began)


def _search(officer: Officer, page: Page, words: str) -> str:
    asked = officer.post("/cari", {"csrf_token": page.hidden["csrf_token"], "kata": words})
    return officer.follow(asked).text


def _watch(officer: Officer, paper: str, words: str, began: float) -> None:
    """Wait until the page of the document shows these words."""
    while words not in (text := officer.get(paper).text):
        if time.perf_counter() - began > PATIENCE:
            raise Unexpected("the paper is not read")
        asks = ASKS.search(text)
        time.sleep(float(asks[1]) * UNITS[asks[2]] if asks else PAUSE)


def _wait(is_there: Callable[[], bool], began: float) -> None:
    while not is_there():
        if time.perf_counter() - began > PATIENCE:
            raise Unexpected("the paper is not there")
        time.sleep(PAUSE)
