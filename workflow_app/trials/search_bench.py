"""How long a search takes among very many pages: through the services that the pages ask, with the rules of access."""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from uuid import UUID

from workflow_app.errors import NotFound
from workflow_app.services.accounts import users
from workflow_app.services.finding import paper_search, similar_papers
from workflow_app.services.finding.paper_narrowing import Choice
from workflow_app.services.finding.paper_search import ORDERS, Order
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.trials.invented_pages import Library, fill
from workflow_app.trials.notices import Notice, unheard
from workflow_app.trials.officer import Unexpected
from workflow_app.trials.percentiles import milliseconds
from workflow_app.trials.site import TrialSite, kept_site, running_site
from workflow_app.types import SYSTEM, Actor

READERS = ("arsip", "kaspkt", "reskrim")
"""Who searches: one who reads the archive, one who reads it and the papers of all cases, and one who may read almost none."""
ROUNDS = 3
WRITTEN = "pages-written"
"""How many, in a site that is kept."""


@dataclass(frozen=True)
class Figures:
    """Waits for one page of results, in milliseconds."""

    pages: int
    n: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    found: int
    """Results that were shown in all."""
    by_kind: dict[str, float]
    """The longest wait of each kind of question."""
    processor_ms: dict[str, float] = field(default_factory=dict)
    """Processor time per question by part: what a busy machine leaves comparable."""

    def as_dict(self) -> dict[str, object]:
        """As JSON has them."""
        return {
            "pages": self.pages,
            "n": self.n,
            "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms,
            "p99_ms": self.p99_ms,
            "found": self.found,
        }

    def details(self) -> dict[str, object]:
        """What explains them."""
        return {**self.by_kind, "processor_ms_per_search": self.processor_ms}


def measure(
    pages: int, *, rounds: int = ROUNDS, keep: Path | None = None, notice: Notice = unheard
) -> Figures:
    """Each question `rounds` times for each reader, among so many pages, written anew or `keep`t from an earlier time.

    Raises `StackError`.
    """
    environment = {"WEB_WORKERS": "1"}
    with kept_site(keep, environment) if keep else running_site(environment) as site, site.works() as works:
        library = Library(pages)
        written = site.data_dir / WRITTEN
        if not written.exists():
            fill(site, library, notice)
            written.write_text(str(pages))
        elif written.read_text() != str(pages):
            raise Unexpected(f"{written.read_text()} pages were written there before")
        notice(f"{len(READERS)} people search")
        readers = _readers(works)
        before = _processor_seconds(site)
        figures = ask(works, readers, library, rounds)
        asked = figures.n // rounds * (rounds + 1)
        spent = {part: seconds - before[part] for part, seconds in _processor_seconds(site).items()}
        return replace(
            figures, processor_ms={part: round(each * 1000 / asked, 1) for part, each in spent.items()}
        )


def ask(works: Works, readers: Sequence[Actor], library: Library, rounds: int) -> Figures:
    """Time every question. The first round only warms up."""
    waits: list[float] = []
    worst: dict[str, float] = {}
    found = 0
    asked = [*((*question, {}, ORDERS[""]) for question in library.questions()), *library.narrowed()]
    for turn, reader in itertools.product(range(rounds + 1), readers):
        looks: list[tuple[str, Callable[[UnitOfWork], int]]] = [
            *((kind, partial(_search, words, choice, order)) for kind, words, choice, order in asked),
            *(("similar papers", partial(_similar, paper)) for paper in library.papers()),
        ]
        for kind, look in looks:
            began = time.perf_counter()
            with works.begin(reader) as work:
                hits = look(work)
            wait = time.perf_counter() - began
            if turn:
                waits.append(wait)
                found += hits
                worst[kind] = max(worst.get(kind, 0.0), round(wait * 1000, 1))
    p50, p95, p99 = (milliseconds(waits, share) for share in (50, 95, 99))
    return Figures(library.pages, len(waits), p50, p95, p99, found, worst)


def _search(words: str, choice: Choice, order: Order, work: UnitOfWork) -> int:
    return len(paper_search.search(work, words, choice=choice, order=order).hits)


def _similar(paper: UUID, work: UnitOfWork) -> int:
    """Who may not read the paper is told so, which is an answer too."""
    try:
        return len(similar_papers.of(work, paper))
    except NotFound:
        return 0


def _processor_seconds(site: TrialSite) -> dict[str, float]:
    return {
        "service": time.process_time(),
        "database": sum(one.processor_seconds() for one in site.databases()),
    }


def _readers(works: Works) -> list[Actor]:
    with works.begin(SYSTEM) as work:
        return [users.actor_of(user) for user in users.list_all(work) if user.username in READERS]
