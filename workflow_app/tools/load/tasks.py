"""Bench of the counter: tasks completed per second by officers over HTTP on a throw-away site, and
the database cost of a case.

Clients, web server, database and object store share this machine. Every officer works case by case:
one look at the list of own tasks, then the forms of the desk (`officer.DESK`) one after the other,
to which the site redirects. Opening each form before sending it, as a person does, is measured in
addition (`with_pages`). The cost is the number of statements and commits of a completion, and the
bytes of a finished case.
"""

import itertools
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import conninfo, sql
from sqlalchemy import text

from workflow_app.domain import SYSTEM
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.tools.embedded import object_store
from workflow_app.tools.embedded.postgres import SUPERUSER
from workflow_app.tools.load import filling
from workflow_app.tools.load import officer as load_officer
from workflow_app.tools.load.officer import Officer, Page, Unexpected
from workflow_app.tools.load.site import Notice, TrialSite, milliseconds, running_site, unheard

LINE = re.compile(r"^%\|(?P<program>[^|]*)\|LOG:  (?:statement|execute [^:]*): (?P<text>.*)$")
SETTLE_SECONDS = 0.5
"""Time for every process of the server to apply a setting and to write its log."""


@contextmanager
def statements_of(site: TrialSite, program: str) -> Iterator[list[str]]:
    """Collect the statements that a program (its `application_name`) runs in the block; complete
    after the block.
    """
    log, found = site.log_dir / "postgres.log", list[str]()
    with _superuser(site) as connection:
        _configure(connection, log_statement="all", log_line_prefix="%%|%a|")
        offset = log.stat().st_size
        try:
            yield found
        finally:
            _configure(connection, log_statement=None, log_line_prefix=None)
    found.extend(_statements(log, offset, program))


def bytes_of_rows(site: TrialSite) -> int:
    """Return the bytes of all live rows of the product, compressed as stored; without indexes and
    free space.
    """
    with psycopg.connect(site.settings().database_dsn) as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname not in "
            "('pg_catalog', 'information_schema')"
        ).fetchall()
        sums = (_bytes_of(connection, *table) for table in tables)
        return sum(sums)


def _bytes_of(connection: psycopg.Connection, schema: str, table: str) -> int:
    query = sql.SQL("select coalesce(sum(pg_column_size(t.*)), 0) from {} t").format(
        sql.Identifier(schema, table)
    )
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _superuser(site: TrialSite) -> psycopg.Connection:
    password = object_store.read(site.data_dir / object_store.FILE_NAME)["POSTGRES_PASSWORD"]
    dsn = conninfo.make_conninfo(
        site.settings().database_dsn, user=SUPERUSER, dbname=SUPERUSER, password=password
    )
    return psycopg.connect(dsn, autocommit=True)


def _configure(connection: psycopg.Connection, **values: str | None) -> None:
    """Change settings of the running server; None restores the default."""
    for name, value in values.items():
        wanted = sql.SQL("default") if value is None else sql.Literal(value)
        connection.execute(sql.SQL("alter system set {} = {}").format(sql.Identifier(name), wanted))
    connection.execute("select pg_reload_conf()")
    time.sleep(SETTLE_SECONDS)


def _statements(log: Path, offset: int, program: str) -> Iterator[str]:
    with log.open("rb") as lines:
        lines.seek(offset)
        for line in lines:
            match = LINE.match(line.decode(errors="replace").rstrip("\n"))
            if match and match["program"] == program:
                yield match["text"]


@dataclass
class Desk:
    """An officer at work, and the measurements."""

    officer: Officer
    citizens: Iterator[int]
    """Gives every case a different citizen, whichever officer serves."""
    with_pages: bool = False
    waits: list[float] = field(default_factory=list)
    """Seconds of each completion, from sending the form to the answer."""
    page_waits: list[float] = field(default_factory=list)
    """Seconds of each page opened between completions (lists, forms)."""
    errors: list[str] = field(default_factory=list)
    arrivals: dict[str, datetime] = field(default_factory=dict)
    """Arrival of the citizen by the address of the first form of the case; some wait
    for minutes.
    """

    def begin(self, cases: int) -> None:
        """Start this many cases for the officer. Raises `Unexpected`."""
        for _ in range(cases):
            self.arrivals[self.officer.start(load_officer.PROCESS).path] = datetime.now(UTC)

    def work(self, cases: int) -> None:
        """Serve this many cases; any failure is recorded as an error, and the next
        citizen follows.
        """
        for _ in range(cases):
            try:
                self.serve()
            except Exception as error:  # nobody sees a thread that ends
                self.errors.append(f"{self.officer.username}: {type(error).__name__} {error}")

    def serve(self) -> str:
        """Bring the first case of the own list to the approval; returns the redirect target. Raises
        `Unexpected`.
        """
        self.officer.reconnect()  # between two citizens
        began = time.perf_counter()
        listed = self.officer.inbox()
        self.page_waits.append(time.perf_counter() - began)
        if not listed.tasks:
            raise Unexpected("the list is empty")
        path, citizen = f"/tugas/{listed.tasks[0]}", next(self.citizens)
        for heading in load_officer.DESK:
            path = self._complete(heading, path, listed, citizen)
        return path

    def _complete(self, heading: str, path: str, listed: Page, citizen: int) -> str:
        """Send one form and return the redirect target."""
        page = self._opened(path) if self.with_pages else replace(listed, path=path)
        answers = load_officer.answers(heading, self.arrivals.pop(path, datetime.now(UTC)), citizen)
        if not self.with_pages:
            answers |= {
                "kunci": str(uuid4()),
                "versi": "",
            }  # as the page of a task without a draft has them
        began = time.perf_counter()
        done = self.officer.complete(page, answers, takes_files=heading == load_officer.PAPERS)
        wait = time.perf_counter() - began
        if not done.is_taken or done.location is None:
            raise Unexpected(f"{heading}: {done.status} {done.location or done.heading}")
        self.waits.append(wait)
        return done.location

    def _opened(self, path: str) -> Page:
        began = time.perf_counter()
        page = self.officer.open(path.rpartition("/")[2])
        self.page_waits.append(time.perf_counter() - began)
        return page


WEB = "sentra web"
"""`application_name` of the web server in the database."""
COUNTED_CASES = 4
"""Cases over which statements are counted."""
FINISHED_CASES = 4
"""Cases over which bytes are counted."""
LETTER_PATIENCE = 120.0
"""Seconds for the worker to print the letters."""
HEAD = "kaspkt"
CASE = re.compile(r'href="(/berkas/[0-9a-f-]{36})"')


@dataclass(frozen=True)
class Cost:
    """Cost of one completion, and of one case."""

    sql_per_completion: float
    commits_per_completion: float
    bytes_per_case: int


def measure(site: TrialSite, desk: Desk) -> Cost:
    """Return the cost over some more cases at this desk without other load. Raises `Unexpected`."""
    statements, commits = _statements_case_cost(site, desk)
    return Cost(statements, commits, _bytes(site, desk))


def _statements_case_cost(site: TrialSite, desk: Desk) -> tuple[float, float]:
    """Return statements and commits of the web server from the log of the database, without those
    of the lists between the cases.
    """
    desk.begin(COUNTED_CASES)
    with statements_of(site, WEB) as lists:
        for _ in range(COUNTED_CASES):
            desk.officer.inbox()
    with statements_of(site, WEB) as all_of_them:
        for _ in range(COUNTED_CASES):
            desk.serve()
    completions = COUNTED_CASES * len(load_officer.DESK)
    commits = _commits(all_of_them) - _commits(lists)
    return (len(all_of_them) - len(lists)) / completions, commits / completions


def _commits(statements: list[str]) -> int:
    return sum(text.startswith("COMMIT") for text in statements)


def _bytes(site: TrialSite, desk: Desk) -> int:
    """Return the bytes that one case adds to the rows of the database, from arrival
    to hand-over.
    """
    with Officer(site.address, HEAD, site.passwords[HEAD]) as head:
        head.sign_in()
        before = bytes_of_rows(site)
        for _ in range(FINISHED_CASES):
            _finish(desk, head)
        return round((bytes_of_rows(site) - before) / FINISHED_CASES)


def _finish(desk: Desk, head: Officer) -> None:
    """Complete one case from arrival to hand-over."""
    case = _case_of(desk.officer.start(load_officer.PROCESS))
    desk.serve()
    waiting = head.get(case)
    if not waiting.tasks:
        raise Unexpected(f"{case}: nothing to approve")
    page = head.claim(waiting, waiting.tasks[0])
    _send(head, page, page.heading)
    for heading in load_officer.HAND_OVER:
        _send(desk.officer, _awaited(desk.officer, case, heading), heading)


def _send(officer: Officer, page: Page, heading: str) -> None:
    answer = officer.complete(page, load_officer.answers(heading, datetime.now(UTC)))
    if not answer.is_taken:
        raise Unexpected(f"{page.path}: {answer.status}")


def _case_of(page: Page) -> str:
    """Return the address of the case of a task's page."""
    found = CASE.search(page.text)
    if found is None:
        raise Unexpected(f"{page.path}: no case")
    return found[1]


def _awaited(officer: Officer, case: str, heading: str) -> Page:
    """Return the page of the task with this heading, after the worker has done its part."""
    until = time.monotonic() + LETTER_PATIENCE
    while time.monotonic() < until:
        for task in officer.get(case).tasks:
            page = officer.open(task)
            page = page if "kunci" in page.hidden else officer.claim(page, task)
            if page.heading == heading:
                return page
        time.sleep(0.2)
    raise Unexpected(f"{heading} does not come")


MANY = 5
"""Number of errors reported in words."""
DONE = text("select count(*) from task where status = 'done'")


@dataclass(frozen=True)
class Result:
    """Result of one run."""

    officers: int
    n: int
    errors: int
    seconds: float
    waits: list[float]
    """Seconds of each completion."""
    page_waits: list[float]
    """Seconds of each page opened between completions."""
    cost: Cost
    processor_ms: dict[str, float]
    """Processor time per completion by part, lists and pages included, in milliseconds."""

    def as_dict(self) -> dict[str, object]:
        """Return the figures of a run; times in milliseconds."""
        cost = self.cost
        return {
            "completions_per_s": round(self.n / self.seconds, 1),
            "p50_ms": milliseconds(self.waits, 50),
            "p95_ms": milliseconds(self.waits, 95),
            "p99_ms": milliseconds(self.waits, 99),
            "n": self.n,
            "errors": self.errors,
            "sql_per_completion": round(cost.sql_per_completion, 1),
            "commits_per_completion": round(cost.commits_per_completion, 1),
            "bytes_per_case": cost.bytes_per_case,
        }

    def details(self) -> dict[str, object]:
        """Return the explanatory figures."""
        return {
            "page_p50_ms": milliseconds(self.page_waits, 50),
            "page_p95_ms": milliseconds(self.page_waits, 95),
            "officers": self.officers,
            "seconds": round(self.seconds, 1),
            "processor_ms_per_completion": self.processor_ms,
        }


def measure_task_bench(
    *,
    officers: int = 8,
    cases: int = 40,
    with_pages: bool = False,
    finished: int = 0,
    notice: Notice = unheard,
) -> Result:
    """Run `officers` sessions that bring `cases` cases each to the approval in parallel, beside
    `finished` cases. Raises `StackError`, `Unexpected`.
    """
    citizens = itertools.count(1)
    with ExitStack() as stack:
        site = stack.enter_context(running_site())
        if finished:
            filling.fill(site, finished, notice)
            notice("the site starts anew, so that nothing of the filling is still under way")
            site.stop()
            site.start()
        works = stack.enter_context(site.works())
        hired = stack.enter_context(_hired(site, works, officers + 1))
        notice(f"site at {site.address}; {officers * cases} cases are begun")
        *desks, last = (Desk(officer, citizens, with_pages) for officer in hired)
        with ThreadPoolExecutor(officers) as pool:
            list(pool.map(lambda desk: desk.begin(cases), desks))
            notice(f"{officers} officers work")
            done_before = _done(works)
            before, began = _processor_seconds(site), time.perf_counter()
            list(pool.map(lambda desk: desk.work(cases), desks))
            seconds, after = time.perf_counter() - began, _processor_seconds(site)
        waits = [wait for desk in desks for wait in desk.waits]
        page_waits = [wait for desk in desks for wait in desk.page_waits]
        errors = errors_of(desks, _done(works) - done_before)
        for error in errors[:MANY]:
            notice(f"error: {error}")
        notice("statements and bytes are counted")
        cost = measure(site, last)  # of a desk where nothing was left over
    spent = {
        part: round((after[part] - before[part]) * 1000 / max(len(waits), 1), 1) for part in before
    }
    n = len(waits)
    return Result(officers, n, len(errors), seconds, waits, page_waits, cost, spent)


def errors_of(desks: Sequence[Desk], done: int) -> list[str]:
    """Return the errors of the desks, and one for each completion that only the desks or only the
    database recorded.
    """
    told = sum(len(desk.waits) for desk in desks)
    differing = [f"{told} completions were told, the database has {done}"] * abs(told - done)
    return [error for desk in desks for error in desk.errors] + differing


def _done(works: Works) -> int:
    with works.begin(SYSTEM) as work:
        return work.session.scalar(DONE) or 0


def _processor_seconds(site: TrialSite) -> dict[str, float]:
    """Return the processor time of each part; the database's figure covers open
    connections only.
    """
    parts = {
        "web": [*site.web_masters(), *site.web_workers()],
        "database": site.databases(),
        "worker": site.workers(),
    }
    spent = {
        part: sum(one.processor_seconds() for one in running) for part, running in parts.items()
    }
    return {**spent, "officers": time.process_time()}


@contextmanager
def _hired(site: TrialSite, works: Works, officers: int) -> Iterator[Sequence[Officer]]:
    """Provide invented officers with accounts and sessions for the block."""
    names = [f"contoh{number}" for number in range(1, officers + 1)]
    with works.begin(SYSTEM) as work:
        for name in names:
            users.create(
                work,
                username=name,
                full_name=f"Contoh {name.title()}",
                rank="Bripda",
                nrp="00000000",
                unit="spkt",
                roles=["petugas"],
                password=seeding.PASSWORD,
            )
    with ExitStack() as hired:
        people = [
            hired.enter_context(Officer(site.address, name, seeding.PASSWORD)) for name in names
        ]
        for officer in people:
            officer.sign_in()
        yield people
