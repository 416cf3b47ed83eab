"""Benches of pages: task lists with many open tasks, the board of running cases, and the start of a
site.

Lists and boards are read over HTTP by one person at a time. Lists have ten times as many finished
as open tasks, all of one unit. The board is read as a whole and when nothing is new, with the lists
behind its figures. A start is timed until the first page answers, on a new site and on its data
afterwards.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import unescape
from time import perf_counter

import psycopg
from psycopg import sql

from workflow_app.tools.load.officer import PROCESS, Officer, Page, Unexpected
from workflow_app.tools.load.site import (
    Notice,
    TrialSite,
    milliseconds,
    running_site,
    stopped_site,
    unheard,
)

SMALL = 1_000
"""Open tasks of the comparison."""
FINISHED_PER_OPEN = 10
WARM_UP = 3
READERS = ("petugas", "kaspkt", "pimpinan")
"""Users who read the lists: an officer, the head of the counter, and one who sees all cases of the
unit.
"""
LISTS = ("saya", "antrean", "semua")
NEXT = re.compile(r'href="([^"]*setelah=[^"]+)"')
NUMBER = re.compile(r"B-\d{4}-\d{6}")

COPY_CASES = """
    insert into service_case (id, number, process_key, definition_id, unit, status, state,
        revision, passed, standing, opened_at,
                              opened_by, data_key)
    select gen_random_uuid(), format('T-2026-%%s', lpad(n::text, 7, '0')), process_key,
        definition_id, unit, status, state,
           revision, passed, standing, now() - n * interval '1 second', opened_by, data_key
    from generate_series(%(first)s::int, %(last)s::int) n, (select * from service_case where number
        = %(number)s) one
"""
COPY_TASKS = """
    insert into task (id, case_id, element, name, unit, role, begun_by, assignee_id, status,
        created_at, sent_by, done_at, done_by)
    select gen_random_uuid(), c.id, t.element, t.name, t.unit,
           case when right(c.number, 1) < '5' then t.role else 'ka_spkt' end, t.begun_by,
           case when step > 1 or right(c.number, 2) < '02' then t.assignee_id end,
           case when step = 1 then 'open' else 'done' end,
           c.opened_at, t.sent_by,
           case when step > 1 then c.opened_at end, case when step > 1 then t.assignee_id end
    from service_case c, generate_series(1, %(steps)s) step,
         (select t.* from task t join service_case c on c.id = t.case_id where c.number =
             %(number)s limit 1) t
    where c.number between format('T-2026-%%s', lpad(%(first)s::text, 7, '0')) and
        format('T-2026-%%s', lpad(%(last)s::text, 7, '0'))
"""
"""Gives every case one open task: half of the officers' role and half of the head's, two in a
hundred with a holder.
"""


@dataclass(frozen=True)
class Latency:
    """Waits for one list page with this many open tasks, in milliseconds."""

    open: int
    finished: int
    n: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    slowest: str
    """The list with the highest median."""
    slowest_p50_ms: float
    p50_ms_of: dict[str, float] = field(default_factory=dict)
    """Median of each list by reader; there are too few readings for a p95."""


@dataclass(frozen=True)
class Growth:
    """Ratio of the waits with many tasks to those with few: all lists together by the p95, one list
    by its median.
    """

    all_lists: float
    one_list: float
    """Ratio of the list that grew most; only lists that also exist with few tasks."""
    which: str


def growth(few: Latency, many: Latency) -> Growth:
    """Return the growth. All lists together could hide a slow one, so the worst one is stated as
    well.
    """
    ratios = {
        label: many.p50_ms_of[label] / p50
        for label, p50 in few.p50_ms_of.items()
        if label in many.p50_ms_of
    }
    worst = max(ratios, key=lambda label: ratios[label])
    return Growth(round(many.p95_ms / few.p95_ms, 2), round(ratios[worst], 2), worst)


def measure(
    open_tasks: int, *, rounds: int = 20, notice: Notice = unheard
) -> tuple[Latency, Latency]:
    """Return the latency with 1,000 open tasks and with `open_tasks`, in one run on one site.
    Raises `StackError`, `Unexpected`.
    """
    with running_site({"WEB_WORKERS": "1"}) as site, ExitStack() as hired:
        readers = [
            hired.enter_context(Officer(site.address, name, site.passwords[name]))
            for name in READERS
        ]
        for reader in readers:
            reader.sign_in()
        number = _begin_one(readers[0])
        found = []
        filled = 0
        for wanted in (SMALL, max(open_tasks, SMALL)):
            notice(f"{wanted} open and {wanted * FINISHED_PER_OPEN} finished tasks are made")
            _fill(site, number, filled + 1, wanted)
            filled = wanted
            notice(f"{len(READERS)} people read their lists {rounds} times")
            found.append(_measured(wanted, readers, rounds))
        return found[0], found[1]


def _begin_one(officer: Officer) -> str:
    """Return the number of a new case at its first task."""
    page = officer.start(PROCESS)
    found = NUMBER.search(page.text)
    if found is None:
        raise Unexpected("the page of a task shows no case number")
    return found[0]


def _fill(site: TrialSite, number: str, first: int, last: int) -> None:
    """Make the cases `first` to `last`, each with one open and ten finished tasks, and update the
    planner's statistics.
    """
    if first > last:
        return
    values = {"number": number, "first": first, "last": last, "steps": FINISHED_PER_OPEN + 1}
    with psycopg.connect(site.settings().database_dsn, autocommit=True) as connection:
        connection.execute(COPY_CASES, values)
        connection.execute(COPY_TASKS, values)
        connection.execute("vacuum analyze task")
        connection.execute("vacuum analyze service_case")


def _measured(open_tasks: int, readers: Sequence[Officer], rounds: int) -> Latency:
    waits: dict[str, list[float]] = {}
    for turn in range(WARM_UP + rounds):
        for officer in readers:
            for label, page, wait in _read(officer, f"T-2026-{open_tasks // 2:07}"):
                if page.status != 200:
                    raise Unexpected(f"{label}: {page.status}")
                if turn >= WARM_UP:
                    waits.setdefault(f"{officer.username} {label}", []).append(wait)
    every = [wait for some in waits.values() for wait in some]
    slowest = max(waits, key=lambda label: milliseconds(waits[label], 50))
    return Latency(
        open=open_tasks,
        finished=open_tasks * FINISHED_PER_OPEN,
        n=len(every),
        p50_ms=milliseconds(every, 50),
        p95_ms=milliseconds(every, 95),
        p99_ms=milliseconds(every, 99),
        slowest=slowest,
        slowest_p50_ms=milliseconds(waits[slowest], 50),
        p50_ms_of={label: milliseconds(some, 50) for label, some in sorted(waits.items())},
    )


def _read(officer: Officer, number: str) -> Iterator[tuple[str, Page, float]]:
    """Read every list, its second page, and all tasks of one case number."""
    for tab in LISTS:
        page, wait = _timed(officer, f"/?daftar={tab}")
        yield tab, page, wait
        following = NEXT.search(page.text)
        if following:
            yield f"{tab}, second page", *_timed(officer, unescape(following[1]))
    yield "number", *_timed(officer, f"/?daftar=semua&nomor={number}")


def _timed(officer: Officer, path: str) -> tuple[Page, float]:
    began = time.perf_counter()
    page = officer.get(path)
    return page, time.perf_counter() - began


BOARD_BENCH_WARM_UP = 5
MEANWHILE = 5
"""Attempts to read the board and then poll for changes without the worker changing something in
between.
"""
NOTHING_NEW = "nothing new"
BOARD_BENCH_READERS = ("kaspkt", "pamapta", "pimpinan")
BOARD = "/papan"
SCREEN = "/papan-tkp/layar"
BOARD_BENCH_LISTS = (
    "berjalan",
    "lewat",
    "jatuh-tempo",
    "persetujuan",
    "diterima",
    "selesai",
    "lewat-hari-ini",
    "terukur",
)
KNOWN = re.compile(r'data-known="([^"]+)"')

MODEL = "create temp table model as select * from service_case where number = %(number)s"
CURRENT = """
    create temp table current as
    select id, process_key, row_number() over (order by process_key) - 1 as no, count(*) over () as
        all_of_them,
           case process_key when 'sktlk' then 'berkas_lengkap' when 'lp' then 'pembuatan_lp' when
               'complaint' then 'tanggapan_awal'
                            when 'tkp_dispatch' then 'tiba_di_tkp' else 'penerimaan_rujukan' end as
                                clock
    from definition where is_current
"""
CASES = """
    insert into service_case (id, number, process_key, definition_id, unit, status, outcome, state,
        revision, passed, opened_at,
                              opened_by, closed_at, data_key)
    select gen_random_uuid(), format('%(prefix)s-2026-%%s', lpad(n::text, 7, '0')), d.process_key,
        d.id, m.unit,
           case when %(is_open)s then 'running' else 'done' end, case when %(is_open)s then null
               else 'selesai' end,
           m.state, m.revision, m.passed, now() - n * interval '2 minutes', m.opened_by,
           case when %(is_open)s then null else now() - n * interval '1 minute' end, m.data_key
    from generate_series(1, %(count)s::int) n, model m, current d where d.no = n %% d.all_of_them
"""
CLOCKS = """
    insert into case_clock (case_id, name, round, started_at, due_at, target_minutes, stopped_at)
    select c.id, d.clock, 1, c.opened_at, c.opened_at + (random() * 2 * (now() - c.opened_at)), 10,
        c.closed_at
    from service_case c join current d on d.id = c.definition_id where c.number like '%(prefix)s-%%'
"""
TASKS = """
    insert into task (id, case_id, element, name, unit, role, begun_by, status, created_at)
    select gen_random_uuid(), c.id, case when right(c.number, 1) = '0' then 'persetujuan' else
        'identitas' end,
           'Langkah contoh yang menunggu', c.unit, case when right(c.number, 1) = '0' then
               'ka_spkt' else 'petugas' end,
           c.opened_by, 'open',
           c.opened_at
    from service_case c where c.number like 'O-2026-%%'
"""


@dataclass(frozen=True)
class Waits:
    """Waits for one page, in milliseconds."""

    p50_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Figures:
    """Measured values."""

    open: int
    finished: int
    n: int
    p50_ms: float
    """Median of the whole board over all readers."""
    p95_ms: float
    nothing_new: Waits
    """Waits for the answer to a board that is up to date."""
    screen: Waits
    """Waits for the dispatch board on a wall screen."""
    lists: Mapping[str, Waits] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the main figures."""
        return {
            "open": self.open,
            "finished": self.finished,
            "n": self.n,
            "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms,
            "nothing_new_p50_ms": self.nothing_new.p50_ms,
            "nothing_new_p95_ms": self.nothing_new.p95_ms,
        }

    def details(self) -> dict[str, object]:
        """Return the figures of the other pages."""
        pages = {"screen": self.screen, **self.lists}
        return {f"{name}_p95_ms": waits.p95_ms for name, waits in pages.items()}


def measure_board_bench(
    open_cases: int, *, finished: int = 20_000, rounds: int = 30, notice: Notice = unheard
) -> Figures:
    """Read the board with this many running and finished cases. Raises `StackError`,
    `Unexpected`.
    """
    with running_site({"WEB_WORKERS": "1"}) as site, ExitStack() as hired:
        desk = hired.enter_context(Officer(site.address, "petugas", site.passwords["petugas"]))
        readers = [
            hired.enter_context(Officer(site.address, name, site.passwords[name]))
            for name in BOARD_BENCH_READERS
        ]
        for one in (desk, *readers):
            one.sign_in()
        number = NUMBER.search(desk.start(PROCESS).text)
        if number is None:
            raise Unexpected("the page of a task shows no case number")
        notice(f"{open_cases} running and {finished} finished cases are made")
        _fill_board_bench(site, number[0], open_cases, finished)
        notice(f"{len(readers)} people read the board {rounds} times")
        waits: dict[str, list[float]] = {}
        for turn in range(BOARD_BENCH_WARM_UP + rounds):
            for reader in readers:
                _read_board_bench(reader, waits if turn >= BOARD_BENCH_WARM_UP else {})
    board = waits[BOARD]
    return Figures(
        open=open_cases,
        finished=finished,
        n=len(board),
        p50_ms=milliseconds(board, 50),
        p95_ms=milliseconds(board, 95),
        nothing_new=_told(waits[NOTHING_NEW]),
        screen=_told(waits[SCREEN]),
        lists={name: _told(waits[name]) for name in BOARD_BENCH_LISTS},
    )


def _read_board_bench(reader: Officer, waits: dict[str, list[float]]) -> None:
    _read_board(reader, waits)
    _timed_board_bench(reader, SCREEN, waits, SCREEN)
    for name in BOARD_BENCH_LISTS:
        _timed_board_bench(reader, f"{BOARD}/berkas?isi={name}", waits, name)


def _read_board(reader: Officer, waits: dict[str, list[float]]) -> None:
    """Read the board, and again when nothing is new; the worker may change something in between."""
    for _ in range(MEANWHILE):
        known = KNOWN.search(_timed_board_bench(reader, BOARD, waits, BOARD))
        if known is None:
            raise Unexpected("the board does not tell what it shows")
        began = perf_counter()
        answer = reader.get(BOARD, {"X-Sentra-Known": known[1]})
        if answer.status == 204:
            waits.setdefault(NOTHING_NEW, []).append(perf_counter() - began)
            return
    raise Unexpected("the board always has something new")


def _timed_board_bench(reader: Officer, path: str, waits: dict[str, list[float]], name: str) -> str:
    began = perf_counter()
    page = reader.get(path)
    waits.setdefault(name, []).append(perf_counter() - began)
    if page.status != 200:
        raise Unexpected(f"{name}: {page.status} {page.heading}")
    return page.text


def _told(waits: list[float]) -> Waits:
    return Waits(milliseconds(waits, 50), milliseconds(waits, 95))


def _fill_board_bench(site: TrialSite, number: str, open_cases: int, finished: int) -> None:
    """Make running and finished cases of all processes, each with a clock; one running case in ten
    waits for approval. Updates the planner's statistics.
    """
    with psycopg.connect(site.settings().database_dsn, autocommit=True) as connection:
        connection.execute(MODEL, {"number": number})
        connection.execute(CURRENT)
        for prefix, is_open, count in (("O", True, open_cases), ("F", False, finished)):
            connection.execute(
                CASES.replace("%(prefix)s", prefix), {"is_open": is_open, "count": count}
            )
            connection.execute(CLOCKS.replace("%(prefix)s", prefix).replace("%%", "%"))
        connection.execute(TASKS.replace("%%", "%"))
        for table in ("service_case", "case_clock", "task", "audit_event"):
            connection.execute(sql.SQL("vacuum analyze {}").format(sql.Identifier(table)))


FIRST_PAGE = "/masuk"


@dataclass(frozen=True)
class Starts:
    """Seconds from the command to the first page; the virtual environment exists already."""

    first_s: float
    """Start on an empty data directory: servers, tables, processes, demo cases."""
    second_s: float
    """Median of the starts on the data of the first one."""
    seconds: list[float]
    """Each start after the first."""


def measure_start_bench(rounds: int = 3) -> Starts:
    """Start one throw-away site, and start it again `rounds` times. Raises `StackError`,
    `Unexpected`.
    """
    with stopped_site() as site:
        first = _start(site)
        later = [_start(site) for _ in range(rounds)]
    return Starts(
        round(first, 2), round(sorted(later)[len(later) // 2], 2), [round(one, 2) for one in later]
    )


def _start(site: TrialSite) -> float:
    began = time.perf_counter()
    site.start()
    with Officer(site.address, "", "") as visitor:
        page = visitor.get(FIRST_PAGE)
    took = time.perf_counter() - began
    site.stop()
    if page.status != 200:
        raise Unexpected(f"{FIRST_PAGE}: {page.status}")
    return took
