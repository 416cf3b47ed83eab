"""Benches of the search among very many pages, through the services with their access rules, and of
the page of a process with very many events, over HTTP.

For the second bench a finished case of the demo is copied over ninety days, each copy with stays of
another length. Two in a hundred are confined, so that the figures of the Ka SPKT exclude some
cases. Many running cases wait at one step.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import sql

from workflow_app.domain import SYSTEM, Actor, NotFound
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import search
from workflow_app.services.documents.search import ORDERS, Order
from workflow_app.services.documents.search_facets import Choice
from workflow_app.services.reporting import stays
from workflow_app.tools.load.filling import MODEL, Library, fill_invented_page
from workflow_app.tools.load.officer import PROCESS, Officer, Unexpected
from workflow_app.tools.load.site import (
    Notice,
    TrialSite,
    kept_site,
    milliseconds,
    running_site,
    unheard,
)

READERS = ("arsip", "kaspkt", "reskrim")
"""Users who search: one who reads the archive, one who also reads the documents of all cases, and
one who may read almost none.
"""
ROUNDS = 3
WRITTEN = "pages-written"
"""File with the number of pages in a kept site."""


@dataclass(frozen=True)
class Figures:
    """Waits for one page of results, in milliseconds."""

    pages: int
    n: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    found: int
    """Number of all results shown."""
    by_kind: dict[str, float]
    """Longest wait for each kind of query."""
    processor_ms: dict[str, float] = field(default_factory=dict)
    """Processor time per query by part, which is comparable on a busy machine too."""

    def as_dict(self) -> dict[str, object]:
        """Return the figures for JSON."""
        return {
            "pages": self.pages,
            "n": self.n,
            "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms,
            "p99_ms": self.p99_ms,
            "found": self.found,
        }

    def details(self) -> dict[str, object]:
        """Return the explanatory figures."""
        return {**self.by_kind, "processor_ms_per_search": self.processor_ms}


def measure(
    pages: int, *, rounds: int = ROUNDS, keep: Path | None = None, notice: Notice = unheard
) -> Figures:
    """Run each query `rounds` times for each reader among this many pages, written anew or `keep`t
    from an earlier run. Raises `StackError`.
    """
    environment = {"WEB_WORKERS": "1"}
    with (
        kept_site(keep, environment) if keep else running_site(environment) as site,
        site.works() as works,
    ):
        library = Library(pages)
        written = site.data_dir / WRITTEN
        if not written.exists():
            fill_invented_page(site, library, notice)
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
            figures,
            processor_ms={part: round(each * 1000 / asked, 1) for part, each in spent.items()},
        )


def ask(works: Works, readers: Sequence[Actor], library: Library, rounds: int) -> Figures:
    """Time every query. The first round is a warm-up."""
    waits: list[float] = []
    worst: dict[str, float] = {}
    found = 0
    asked = [
        *((*question, {}, ORDERS[""]) for question in library.questions()),
        *library.narrowed(),
    ]
    for turn, reader in itertools.product(range(rounds + 1), readers):
        looks: list[tuple[str, Callable[[UnitOfWork], int]]] = [
            *(
                (kind, partial(_search, words, choice, order))
                for kind, words, choice, order in asked
            ),
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
    return len(search.search(work, words, choice=choice, order=order).hits)


def _similar(paper: UUID, work: UnitOfWork) -> int:
    """Search similar documents; a refusal for a reader without access counts as an answer."""
    try:
        return len(search.of_similar_paper(work, paper))
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


DAYS = 90
RUNNING = 5_000
CHUNK = 5_000
WARM_UP = 2
HEATMAP_BENCH_READERS = ("kaspkt", "pimpinan", "auditor")
PAGES = {
    "today": "?hari=1",
    "7 days": "?hari=7",
    "30 days": "?hari=30",
    "90 days": "?hari=90",
    "one version": "?hari=90&versi=1",
    "cases of a step": "/langkah/periksa_persyaratan/selesai?hari=90",
    "cases there now": "/langkah/periksa_persyaratan/kini",
}
PER_CASE = """
    select count(*) from case_step s, unnest(s.path) as part join model_part p on p.id = part
    where s.case_id = %s and p.key not like '%%>%%'
"""
STANDING = """
    select id from service_case where closed_at is null and process_key = 'sktlk' and standing <>
        '{}' order by number limit 1
"""
COPIES = """
    create temp table copied as
    select n, md5('event ' || n)::uuid as id, (n::float8 / %(all)s) * interval '1 day' * %(days)s
        as earlier,
           exp(3 * random()) as slower
    from generate_series(%(first)s::int, %(last)s::int) n
"""
CASES = """
    insert into service_case (id, number, process_key, definition_id, unit, status, outcome, state,
        revision, passed, standing,
                              opened_at, opened_by, closed_at, confined_to, data_key)
    select c.id, format(%(name)s, lpad(n::text, 7, '0')), process_key, definition_id, unit, status,
        outcome, state, revision,
           passed, standing, opened_at - earlier, opened_by, closed_at - earlier,
           case when n %% 50 = 0 then 'piket_propam' end, data_key
    from copied c, service_case m where m.id = %(model)s
"""
STEPS = """
    insert into case_step (case_id, no, at, path, stay_parts, stay_since, stay_ends)
    select c.id, no, at - earlier, path, stay_parts,
           array(select at - earlier - greatest(at - since, interval '20 seconds') * slower * (1 +
               random())
                 from unnest(stay_since) since),
           stay_ends
    from copied c, case_step s where s.case_id = %(model)s
"""


@dataclass(frozen=True)
class HeatmapBenchFigures:
    """Waits for one page, in milliseconds."""

    events: int
    running: int
    n: int
    p50_ms: float
    p95_ms: float
    worst_page: str
    worst_page_p50_ms: float
    tally_seconds: float
    """Duration of the job that counts all days at once."""
    by_page: Mapping[str, float] = field(default_factory=dict)
    """Median of each page by reader."""

    def as_dict(self) -> dict[str, object]:
        """Return the figures for JSON."""
        return {name: value for name, value in vars(self).items() if name != "by_page"}


def measure_heatmap_bench(
    events: int, *, rounds: int = 10, notice: Notice = unheard
) -> HeatmapBenchFigures:
    """Measure on a throw-away site. Raises `StackError`, `Unexpected`."""
    with running_site({"WEB_WORKERS": "1"}) as site, ExitStack() as hired:
        readers = [
            hired.enter_context(Officer(site.address, name, site.passwords[name]))
            for name in HEATMAP_BENCH_READERS
        ]
        for reader in readers:
            reader.sign_in()
        made = fill(site, events, notice)
        began = time.perf_counter()
        with site.works() as works:
            for _ in range(DAYS // stays.DAYS_AT_ONCE + 1):
                stays.keep_up(works)
        tallied = time.perf_counter() - began
        _vacuum(site)
        notice(
            f"days are counted in {tallied:.1f} s; {len(HEATMAP_BENCH_READERS)} people read "
            f"{len(PAGES)} pages {rounds} times"
        )
        waits: dict[str, list[float]] = {}
        for turn in range(WARM_UP + rounds):
            for label, wait in (read for reader in readers for read in _read(reader)):
                if turn >= WARM_UP:
                    waits.setdefault(label, []).append(wait)
    medians = {label: milliseconds(some, 50) for label, some in waits.items()}
    every = [wait for some in waits.values() for wait in some]
    worst = max(medians, key=lambda label: medians[label])
    return HeatmapBenchFigures(
        made,
        RUNNING,
        len(every),
        milliseconds(every, 50),
        milliseconds(every, 95),
        worst,
        medians[worst],
        round(tallied, 1),
        medians,
    )


def fill(site: TrialSite, events: int, notice: Notice = unheard) -> int:
    """Write at least this many events, and the running cases; returns the number of events."""
    with psycopg.connect(site.settings().database_dsn, autocommit=True) as connection:
        model = _one(connection.execute(MODEL))
        per_case = _one(connection.execute(PER_CASE, (model,)))
        count = -(-events // per_case)
        notice(f"{count} cases with {per_case} events each are made")
        _copy(connection, model, "E-2026-%s", 1, count)
        _copy(
            connection, _one(connection.execute(STANDING)), "R-2026-%s", count + 1, count + RUNNING
        )
    _vacuum(site)
    return int(count * per_case)


def _copy(connection: psycopg.Connection, model: object, name: str, first: int, last: int) -> None:
    for begin in range(first, last + 1, CHUNK):
        end = min(begin + CHUNK - 1, last)
        with connection.transaction():
            connection.execute(COPIES, {"first": begin, "last": end, "all": last, "days": DAYS})
            connection.execute(CASES, {"model": model, "name": name})
            connection.execute(STEPS, {"model": model})
            connection.execute("drop table copied")


def _one(found: psycopg.Cursor) -> int:
    row = found.fetchone()
    if row is None:
        raise Unexpected("the demo has no such case")
    return row[0]  # type: ignore[no-any-return]  # an id or a count


def _vacuum(site: TrialSite) -> None:
    with psycopg.connect(site.settings().database_dsn, autocommit=True) as connection:
        for table in ("service_case", "case_step", "stay_tally"):
            connection.execute(sql.SQL("vacuum analyze {}").format(sql.Identifier(table)))


def _read(officer: Officer) -> Iterator[tuple[str, float]]:
    for label, path in PAGES.items():
        began = time.perf_counter()
        page = officer.get(f"/proses/{PROCESS}{path}")
        wait = time.perf_counter() - began
        if page.status != 200:
            raise Unexpected(f"{label}: {page.status}")
        yield f"{officer.username} {label}", wait
