"""How long the board of all running cases takes, whole and when nothing is new, and the lists behind its figures: over HTTP, one
person at a time.
"""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import perf_counter

import psycopg
from psycopg import sql

from workflow_app.trials import lost_ktp
from workflow_app.trials.notices import Notice, unheard
from workflow_app.trials.officer import Officer, Unexpected
from workflow_app.trials.percentiles import milliseconds
from workflow_app.trials.site import TrialSite, running_site

WARM_UP = 5
MEANWHILE = 5
"""How often something may have happened between a look at the board and the question for what is new."""
NOTHING_NEW = "nothing new"
READERS = ("kaspkt", "pamapta", "pimpinan")
BOARD = "/papan"
SCREEN = "/papan-tkp/layar"
LISTS = (
    "berjalan",
    "lewat",
    "jatuh-tempo",
    "persetujuan",
    "diterima",
    "selesai",
    "lewat-hari-ini",
    "terukur",
)
NUMBER = re.compile(r"B-\d{4}-\d{6}")
KNOWN = re.compile(r'data-known="([^"]+)"')

MODEL = "create temp table model as select * from service_case where number = %(number)s"
CURRENT = """
    create temp table current as
    select id, process_key, row_number() over (order by process_key) - 1 as no, count(*) over () as all_of_them,
           case process_key when 'sktlk' then 'berkas_lengkap' when 'lp' then 'pembuatan_lp' when 'complaint' then 'tanggapan_awal'
                            when 'tkp_dispatch' then 'tiba_di_tkp' else 'penerimaan_rujukan' end as clock
    from definition where is_current
"""
CASES = """
    insert into service_case (id, number, process_key, definition_id, unit, status, outcome, state, revision, passed, opened_at,
                              opened_by, closed_at, data_key)
    select gen_random_uuid(), format('%(prefix)s-2026-%%s', lpad(n::text, 7, '0')), d.process_key, d.id, m.unit,
           case when %(is_open)s then 'running' else 'done' end, case when %(is_open)s then null else 'selesai' end,
           m.state, m.revision, m.passed, now() - n * interval '2 minutes', m.opened_by,
           case when %(is_open)s then null else now() - n * interval '1 minute' end, m.data_key
    from generate_series(1, %(count)s::int) n, model m, current d where d.no = n %% d.all_of_them
"""
CLOCKS = """
    insert into case_clock (case_id, name, round, started_at, due_at, target_minutes, stopped_at)
    select c.id, d.clock, 1, c.opened_at, c.opened_at + (random() * 2 * (now() - c.opened_at)), 10, c.closed_at
    from service_case c join current d on d.id = c.definition_id where c.number like '%(prefix)s-%%'
"""
TASKS = """
    insert into task (id, case_id, element, name, unit, role, begun_by, status, created_at)
    select gen_random_uuid(), c.id, case when right(c.number, 1) = '0' then 'persetujuan' else 'identitas' end,
           'Langkah contoh yang menunggu', c.unit, case when right(c.number, 1) = '0' then 'ka_spkt' else 'petugas' end,
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
    """What was measured."""

    open: int
    finished: int
    n: int
    p50_ms: float
    """Of the whole board, by all who read it."""
    p95_ms: float
    nothing_new: Waits
    """The answer to a board that shows already what there is."""
    screen: Waits
    """The dispatch board on a wall."""
    lists: Mapping[str, Waits] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """The figures that were promised."""
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
        """The other pages."""
        pages = {"screen": self.screen, **self.lists}
        return {f"{name}_p95_ms": waits.p95_ms for name, waits in pages.items()}


def measure(
    open_cases: int, *, finished: int = 20_000, rounds: int = 30, notice: Notice = unheard
) -> Figures:
    """Read the board with so many running cases and as many finished ones as told. Raises `StackError`, `Unexpected`."""
    with running_site({"WEB_WORKERS": "1"}) as site, ExitStack() as hired:
        desk = hired.enter_context(Officer(site.address, "petugas", site.passwords["petugas"]))
        readers = [hired.enter_context(Officer(site.address, name, site.passwords[name])) for name in READERS]
        for one in (desk, *readers):
            one.sign_in()
        number = NUMBER.search(desk.start(lost_ktp.PROCESS).text)
        if number is None:
            raise Unexpected("the page of a task shows no case number")
        notice(f"{open_cases} running and {finished} finished cases are made")
        _fill(site, number[0], open_cases, finished)
        notice(f"{len(readers)} people read the board {rounds} times")
        waits: dict[str, list[float]] = {}
        for turn in range(WARM_UP + rounds):
            for reader in readers:
                _read(reader, waits if turn >= WARM_UP else {})
    board = waits[BOARD]
    return Figures(
        open=open_cases,
        finished=finished,
        n=len(board),
        p50_ms=milliseconds(board, 50),
        p95_ms=milliseconds(board, 95),
        nothing_new=_told(waits[NOTHING_NEW]),
        screen=_told(waits[SCREEN]),
        lists={name: _told(waits[name]) for name in LISTS},
    )


def _read(reader: Officer, waits: dict[str, list[float]]) -> None:
    _read_board(reader, waits)
    _timed(reader, SCREEN, waits, SCREEN)
    for name in LISTS:
        _timed(reader, f"{BOARD}/berkas?isi={name}", waits, name)


def _read_board(reader: Officer, waits: dict[str, list[float]]) -> None:
    """The board, and again when nothing is new; the worker may have done something in between."""
    for _ in range(MEANWHILE):
        known = KNOWN.search(_timed(reader, BOARD, waits, BOARD))
        if known is None:
            raise Unexpected("the board does not tell what it shows")
        began = perf_counter()
        answer = reader.get(BOARD, {"X-Sentra-Known": known[1]})
        if answer.status == 204:
            waits.setdefault(NOTHING_NEW, []).append(perf_counter() - began)
            return
    raise Unexpected("the board always has something new")


def _timed(reader: Officer, path: str, waits: dict[str, list[float]], name: str) -> str:
    began = perf_counter()
    page = reader.get(path)
    waits.setdefault(name, []).append(perf_counter() - began)
    if page.status != 200:
        raise Unexpected(f"{name}: {page.status} {page.heading}")
    return page.text


def _told(waits: list[float]) -> Waits:
    return Waits(milliseconds(waits, 50), milliseconds(waits, 95))


def _fill(site: TrialSite, number: str, open_cases: int, finished: int) -> None:
    """Running and finished cases of all processes, each with a clock; a running one in ten waits for approval. The planner is told."""
    with psycopg.connect(site.settings().database_dsn, autocommit=True) as connection:
        connection.execute(MODEL, {"number": number})
        connection.execute(CURRENT)
        for prefix, is_open, count in (("O", True, open_cases), ("F", False, finished)):
            connection.execute(CASES.replace("%(prefix)s", prefix), {"is_open": is_open, "count": count})
            connection.execute(CLOCKS.replace("%(prefix)s", prefix).replace("%%", "%"))
        connection.execute(TASKS.replace("%%", "%"))
        for table in ("service_case", "case_clock", "task", "audit_event"):
            connection.execute(sql.SQL("vacuum analyze {}").format(sql.Identifier(table)))
