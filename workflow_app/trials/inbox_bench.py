"""How long a list takes with many open and ten times as many finished tasks, all of one unit: over HTTP, one person at a time."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import unescape

import psycopg

from workflow_app.trials import lost_ktp
from workflow_app.trials.notices import Notice, unheard
from workflow_app.trials.officer import Officer, Page, Unexpected
from workflow_app.trials.percentiles import milliseconds
from workflow_app.trials.site import TrialSite, running_site

SMALL = 1_000
"""Open tasks of the comparison."""
FINISHED_PER_OPEN = 10
WARM_UP = 3
READERS = ("petugas", "kaspkt", "pimpinan")
"""Who reads the lists: an officer, the head of the counter, and one who sees all cases of the unit."""
LISTS = ("saya", "antrean", "semua")
NEXT = re.compile(r'href="([^"]*setelah=[^"]+)"')
NUMBER = re.compile(r"B-\d{4}-\d{6}")

COPY_CASES = """
    insert into service_case (id, number, process_key, definition_id, unit, status, state, revision, passed, standing, opened_at,
                              opened_by, data_key)
    select gen_random_uuid(), format('T-2026-%%s', lpad(n::text, 7, '0')), process_key, definition_id, unit, status, state,
           revision, passed, standing, now() - n * interval '1 second', opened_by, data_key
    from generate_series(%(first)s::int, %(last)s::int) n, (select * from service_case where number = %(number)s) one
"""
COPY_TASKS = """
    insert into task (id, case_id, element, name, unit, role, begun_by, assignee_id, status, created_at, sent_by, done_at, done_by)
    select gen_random_uuid(), c.id, t.element, t.name, t.unit,
           case when right(c.number, 1) < '5' then t.role else 'ka_spkt' end, t.begun_by,
           case when step > 1 or right(c.number, 2) < '02' then t.assignee_id end,
           case when step = 1 then 'open' else 'done' end,
           c.opened_at, t.sent_by,
           case when step > 1 then c.opened_at end, case when step > 1 then t.assignee_id end
    from service_case c, generate_series(1, %(steps)s) step,
         (select t.* from task t join service_case c on c.id = t.case_id where c.number = %(number)s limit 1) t
    where c.number between format('T-2026-%%s', lpad(%(first)s::text, 7, '0')) and format('T-2026-%%s', lpad(%(last)s::text, 7, '0'))
"""
"""Every case has one open task, half of them of the officers' role and half of the head's, two in a hundred with a holder."""


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
    """The median of each list by itself (who reads it, and what): a few readings have no p95."""


@dataclass(frozen=True)
class Growth:
    """How many times as long lists take with many tasks as with few: all together by the p95, one by its median."""

    all_lists: float
    one_list: float
    """The list that grew most; only lists that are there with few tasks as well."""
    which: str


def growth(few: Latency, many: Latency) -> Growth:
    """All lists together hide a slow one among them, so the worst is told beside them."""
    ratios = {
        label: many.p50_ms_of[label] / p50 for label, p50 in few.p50_ms_of.items() if label in many.p50_ms_of
    }
    worst = max(ratios, key=lambda label: ratios[label])
    return Growth(round(many.p95_ms / few.p95_ms, 2), round(ratios[worst], 2), worst)


def measure(open_tasks: int, *, rounds: int = 20, notice: Notice = unheard) -> tuple[Latency, Latency]:
    """Latency with 1,000 open tasks and with `open_tasks`, in one run on one site. Raises `StackError`, `Unexpected`."""
    with running_site({"WEB_WORKERS": "1"}) as site, ExitStack() as hired:
        readers = [hired.enter_context(Officer(site.address, name, site.passwords[name])) for name in READERS]
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
    """Number of a case that stands before its first task."""
    page = officer.start(lost_ktp.PROCESS)
    found = NUMBER.search(page.text)
    if found is None:
        raise Unexpected("the page of a task shows no case number")
    return found[0]


def _fill(site: TrialSite, number: str, first: int, last: int) -> None:
    """Cases `first` to `last`, each with one open task and ten finished ones; the planner is told."""
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
    """Every list, its second page, and all tasks of one case number."""
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
