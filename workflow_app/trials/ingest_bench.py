"""How long papers take from the hand to the search: uploaded over HTTP to a throw-away site, page by page until all are found.

The clock starts when the upload is sent. A page counts as readable when the paper's own page shows it to somebody who waits there:
it is asked as often as it asks by itself, so that the asking takes no processor from the reading. The paper counts as searchable
when all of it was read and the search of the site finds it by the number of a letter in it.
"""

import io
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from random import Random
from statistics import median

from workflow_app.services.running import seeding
from workflow_app.trials import lost_ktp
from workflow_app.trials.corpus import sheets
from workflow_app.trials.multipart import Scan
from workflow_app.trials.notices import Notice, unheard
from workflow_app.trials.officer import Officer, Page, Unexpected
from workflow_app.trials.site import running_site

PAUSE = 0.05
"""Seconds between two searches."""
ASKS = re.compile(r'hx-trigger="every (\d+)(m?s)"')
UNITS = {"s": 1.0, "ms": 0.001}
"""How often the paper's page asks by itself."""
PATIENCE = 120.0
LABEL = "Surat"
FIRST = 'id="halaman-'
"""Of any page of a paper: which one is read first does not matter to who reads."""
DONE = 'word-good">Terbaca<'
NUMBER = re.compile(r"Nomor: (\S+)")
CASE = re.compile(r"/berkas/([0-9a-f-]{36})")
PAPER = re.compile(r"/dokumen/([0-9a-f-]{36})")


@dataclass(frozen=True)
class Ingest:
    """One paper: seconds since its upload was sent."""

    taken_s: float
    """Until the site said that it was taken."""
    first_page_s: float
    """Until the first of its pages could be read."""
    found_s: float
    """Until all of it was read, its copy was made, and a search found it."""


@dataclass(frozen=True)
class Figures:
    """Of a run."""

    pages: int
    papers: Sequence[Ingest]

    def as_dict(self) -> dict[str, object]:
        """Medians over the papers, and the speed over all of them."""
        seconds = sum(paper.found_s for paper in self.papers)
        names = tuple(asdict(self.papers[0]))
        medians = {name: round(median(getattr(paper, name) for paper in self.papers), 2) for name in names}
        every = self.pages * len(self.papers)
        return {
            "pages": self.pages,
            "papers": len(self.papers),
            "pages_per_minute": round(60 * every / seconds, 1),
            "s_per_page": round(seconds / every, 2),
            **medians,
        }


def measure(*, pages: int = 10, papers: int = 3, seed: int = 1, notice: Notice = unheard) -> Figures:
    """Upload `papers` scanned letters of `pages` pages, each when the one before it is found, and one before them that nobody
    counts: the site has never read anything then. Raises `StackError`, `Unexpected`."""
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
    return Figures(pages, done[1:])


@dataclass(frozen=True)
class _Scan:
    """Letters from a feeder, one PDF of pictures."""

    data: bytes
    numbers: Sequence[str]
    """Of the letters, from the last one on; a figure of them may be misread."""


def _scan(random: Random, pages: int) -> _Scan:
    pictures, numbers = [], []
    for _ in range(pages):
        sheet = sheets.letter(random)
        pictures.append(sheet.image.convert("L"))
        numbers += NUMBER.findall(sheet.text)
    file = io.BytesIO()
    pictures[0].save(file, "PDF", resolution=300, save_all=True, append_images=pictures[1:])
    return _Scan(file.getvalue(), numbers[::-1])


def _case_of(officer: Officer) -> str:
    begun = officer.start(lost_ktp.PROCESS)
    case = CASE.search(begun.text)
    if case is None:
        raise Unexpected(f"{begun.path}: no case")
    return case[0]


def _bring(officer: Officer, case: str, scan: _Scan) -> Ingest:
    page = officer.get(case)
    known = set(PAPER.findall(page.text))
    began = time.perf_counter()
    taken = officer.submit(f"{case}/dokumen", {**page.hidden, "nama": LABEL}, Scan("berkas", scan.data))
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
    """Until the paper's page shows this."""
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
