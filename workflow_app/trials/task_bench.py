"""How many tasks the counter completes in a second: officers over HTTP against a throw-away site on this machine.

Clients, web server, database and object store share the machine. Every officer works on the list of the own tasks, case
by case: list, then the forms of the desk (`counter.DESK`), each sent with the CSRF token of the session. Opening each form
before sending it, as a person does, is measured beside it (`with_pages`).
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from workflow_app.services import seeding, users
from workflow_app.trials import counter
from workflow_app.trials.database import bytes_of_rows, statements_of
from workflow_app.trials.officer import Officer, Page, Unexpected
from workflow_app.trials.site import TrialSite, running_site
from workflow_app.types import SYSTEM

WEB = "sentra web"
"""How the web server names itself to the database."""
COUNTED_CASES = 4
"""Cases over which statements are counted."""
FINISHED_CASES = 4
"""Cases over which bytes are counted."""
LETTER_PATIENCE = 120.0
"""Seconds for the worker to print the letters."""

Notice = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """One run."""

    officers: int
    n: int
    errors: int
    seconds: float
    waits: list[float]
    """Seconds of each completion, from sending the form to the answer."""
    page_waits: list[float]
    """Seconds of each page opened between completions (lists, forms)."""
    sql_per_completion: float
    commits_per_completion: float
    bytes_per_case: int
    processor_ms: dict[str, float]
    """Processor time per completion by part, lists and pages included, in milliseconds."""

    def as_dict(self) -> dict[str, object]:
        """What `--json` prints; times in milliseconds."""
        return {
            "completions_per_s": round(self.n / self.seconds, 1),
            "p50_ms": percentile(self.waits, 50),
            "p95_ms": percentile(self.waits, 95),
            "p99_ms": percentile(self.waits, 99),
            "n": self.n,
            "errors": self.errors,
            "sql_per_completion": round(self.sql_per_completion, 1),
            "commits_per_completion": round(self.commits_per_completion, 1),
            "bytes_per_case": self.bytes_per_case,
            "page_p50_ms": percentile(self.page_waits, 50),
            "page_p95_ms": percentile(self.page_waits, 95),
            "officers": self.officers,
            "seconds": round(self.seconds, 1),
            "processor_ms_per_completion": self.processor_ms,
        }


@dataclass
class _Desk:
    """One officer at work, and what was measured there."""

    officer: Officer
    with_pages: bool
    waits: list[float] = field(default_factory=list)
    page_waits: list[float] = field(default_factory=list)
    errors: int = 0

    def work(self, cases: int) -> None:
        """Bring this many of the officer's own cases from the citizen's arrival to the approval."""
        for _ in range(cases):
            try:
                self._serve()
            except (Unexpected, OSError):
                self.errors += 1

    def _serve(self) -> None:
        self.officer.rest()  # between two citizens
        began = time.perf_counter()
        listed = self.officer.inbox()
        self.page_waits.append(time.perf_counter() - began)
        path = f"/tugas/{listed.tasks[0]}"
        for heading in counter.DESK:
            path = self._complete(heading, path, listed)

    def _complete(self, heading: str, path: str, listed: Page) -> str:
        """Send one form; returns where the site leads next."""
        page = replace(listed, path=path)
        if self.with_pages:
            began = time.perf_counter()
            page = self.officer.open(path.rpartition("/")[2])
            self.page_waits.append(time.perf_counter() - began)
        answers = counter.answers(heading, datetime.now(UTC), id(self))
        began = time.perf_counter()
        done = self.officer.complete(page, answers)
        wait = time.perf_counter() - began
        if done.status != 302 or done.location is None:
            raise Unexpected(f"{heading}: {done.status}")
        self.waits.append(wait)
        return done.location


def measure(
    *, officers: int = 8, cases: int = 40, with_pages: bool = False, notice: Notice = lambda _: None
) -> Result:
    """`officers` sessions bring `cases` cases each to the approval, at the same time. Raises `StackError`, `Unexpected`."""
    with running_site() as site:
        notice(f"site at {site.address}; {officers * cases} cases are begun")
        desks = [_Desk(officer, with_pages) for officer in _hired(site, officers)]
        _together(desks, lambda desk: _begin(desk.officer, cases))
        notice(f"{officers} officers work")
        before, began = _processor_seconds(site), time.perf_counter()
        _together(desks, lambda desk: desk.work(cases))
        seconds, after = time.perf_counter() - began, _processor_seconds(site)
        waits = [wait for desk in desks for wait in desk.waits]
        page_waits = [wait for desk in desks for wait in desk.page_waits]
        errors = sum(desk.errors for desk in desks)
        notice("statements and bytes are counted")
        sql_per_completion, commits = _statements_of_one(site, desks[0])
        bytes_per_case = _bytes_of_one(site, desks[0].officer)
    spent = {part: round((after[part] - before[part]) * 1000 / max(len(waits), 1), 1) for part in before}
    return Result(
        officers=officers,
        n=len(waits),
        errors=errors,
        seconds=seconds,
        waits=waits,
        page_waits=page_waits,
        sql_per_completion=sql_per_completion,
        commits_per_completion=commits,
        bytes_per_case=bytes_per_case,
        processor_ms=spent,
    )


def _processor_seconds(site: TrialSite) -> dict[str, float]:
    """What each part has spent on the processors; the database's share ends with the connections that are closed."""
    parts = {
        "web": [*site.web_masters(), *site.web_workers()],
        "database": site.databases(),
        "worker": site.workers(),
    }
    spent = {part: sum(one.processor_seconds() for one in running) for part, running in parts.items()}
    return {**spent, "officers": time.process_time()}


def percentile(values: list[float], share: int) -> float:
    """The value in seconds below which this share of all lies (nearest rank), in milliseconds."""
    ordered = sorted(values)
    rank = max(0, -(-len(ordered) * share // 100) - 1)
    return round(ordered[rank] * 1000, 1) if ordered else 0.0


def _hired(site: TrialSite, officers: int) -> list[Officer]:
    """Invented officers of the bench, each with an account and a session."""
    names = [f"contoh{number}" for number in range(1, officers + 1)]
    with site.works().begin(SYSTEM) as work:
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
    hired = [Officer(site.address, name, seeding.PASSWORD) for name in names]
    for officer in hired:
        officer.sign_in()
    return hired


def _statements_of_one(site: TrialSite, desk: _Desk) -> tuple[float, float]:
    """Statements and commits of one completion, as the database logs those of the web server."""
    _begin(desk.officer, COUNTED_CASES)
    with statements_of(site, WEB) as lists:
        for _ in range(COUNTED_CASES):
            desk.officer.inbox()
    with statements_of(site, WEB) as all_of_them:
        desk.work(COUNTED_CASES)
    completions = COUNTED_CASES * len(counter.DESK)
    commits = sum(text.startswith("COMMIT") for text in all_of_them) - sum(
        text.startswith("COMMIT") for text in lists
    )
    return (len(all_of_them) - len(lists)) / completions, commits / completions


def _bytes_of_one(site: TrialSite, officer: Officer) -> int:
    """Bytes that one case adds to the rows of the database, from the citizen's arrival to the hand-over."""
    clerk = _Desk(officer, with_pages=False)
    head = Officer(site.address, "kaspkt", seeding.PASSWORD)
    head.sign_in()
    before = bytes_of_rows(site)
    for _ in range(FINISHED_CASES):
        _finish(clerk, head)
    return round((bytes_of_rows(site) - before) / FINISHED_CASES)


def _finish(clerk: _Desk, head: Officer) -> None:
    case = _case_of(clerk.officer.start(counter.PROCESS))
    clerk.work(1)
    waiting = head.get(case)
    page = head.claim(waiting, waiting.tasks[0])
    _accepted(head.complete(page, counter.answers(page.heading, datetime.now(UTC))))
    for heading in counter.HAND_OVER:
        page = _awaited(clerk.officer, case, heading)
        _accepted(clerk.officer.complete(page, counter.answers(heading, datetime.now(UTC))))


def _case_of(page: Page) -> str:
    """Address of the case of a task's page."""
    found = re.search(r'href="(/berkas/[0-9a-f-]{36})"', page.text)
    if found is None:
        raise Unexpected(f"{page.path}: no case")
    return found[1]


def _awaited(officer: Officer, case: str, heading: str) -> Page:
    """The task of the case with this heading, once the worker has done its part."""
    until = time.monotonic() + LETTER_PATIENCE
    while time.monotonic() < until:
        for task in officer.get(case).tasks:
            page = officer.open(task)
            page = page if "kunci" in page.hidden else officer.claim(page, task)
            if page.heading == heading:
                return page
        time.sleep(0.2)
    raise Unexpected(f"{heading} does not come")


def _accepted(page: Page) -> None:
    if page.status != 302:
        raise Unexpected(f"{page.path}: {page.status}")


def _begin(officer: Officer, cases: int) -> None:
    for _ in range(cases):
        officer.start(counter.PROCESS)


def _together(desks: list[_Desk], do: Callable[[_Desk], None]) -> None:
    threads = [threading.Thread(target=do, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
