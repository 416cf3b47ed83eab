"""How many tasks the counter completes in a second: officers over HTTP against a throw-away site on this machine.

Clients, web server, database and object store share the machine. Every officer works case by case: one look at the list of
the own tasks, then the forms of the desk (`lost_ktp.DESK`) one after the other, because the site leads from each to the
next. Opening each form before sending it, as a person does, is measured beside it (`with_pages`).
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy import text

from workflow_app.services.accounts import users
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.running import seeding
from workflow_app.trials import case_cost, finished_cases
from workflow_app.trials.case_cost import Cost
from workflow_app.trials.desk import Desk
from workflow_app.trials.notices import Notice, unheard
from workflow_app.trials.officer import Officer
from workflow_app.trials.percentiles import milliseconds
from workflow_app.trials.site import TrialSite, running_site
from workflow_app.types import SYSTEM

MANY = 5
"""Errors that are told in words."""
DONE = text("select count(*) from task where status = 'done'")


@dataclass(frozen=True)
class Result:
    """One run."""

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
        """The figures of a run; times in milliseconds."""
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
        """What explains them."""
        return {
            "page_p50_ms": milliseconds(self.page_waits, 50),
            "page_p95_ms": milliseconds(self.page_waits, 95),
            "officers": self.officers,
            "seconds": round(self.seconds, 1),
            "processor_ms_per_completion": self.processor_ms,
        }


def measure(
    *,
    officers: int = 8,
    cases: int = 40,
    with_pages: bool = False,
    finished: int = 0,
    notice: Notice = unheard,
) -> Result:
    """`officers` sessions bring `cases` cases each to the approval, at the same time, beside `finished` ones.

    Raises `StackError`, `Unexpected`.
    """
    citizens = itertools.count(1)
    with ExitStack() as stack:
        site = stack.enter_context(running_site())
        if finished:
            finished_cases.fill(site, finished, notice)
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
        cost = case_cost.measure(site, last)  # of a desk where nothing was left over
    spent = {part: round((after[part] - before[part]) * 1000 / max(len(waits), 1), 1) for part in before}
    n = len(waits)
    return Result(officers, n, len(errors), seconds, waits, page_waits, cost, spent)


def errors_of(desks: Sequence[Desk], done: int) -> list[str]:
    """What went wrong at the desks; and one for each completion that only they, or only the database, knows of."""
    told = sum(len(desk.waits) for desk in desks)
    differing = [f"{told} completions were told, the database has {done}"] * abs(told - done)
    return [error for desk in desks for error in desk.errors] + differing


def _done(works: Works) -> int:
    with works.begin(SYSTEM) as work:
        return work.session.scalar(DONE) or 0


def _processor_seconds(site: TrialSite) -> dict[str, float]:
    """What each part has spent on the processors; the database's share ends with the connections that are closed."""
    parts = {
        "web": [*site.web_masters(), *site.web_workers()],
        "database": site.databases(),
        "worker": site.workers(),
    }
    spent = {part: sum(one.processor_seconds() for one in running) for part, running in parts.items()}
    return {**spent, "officers": time.process_time()}


@contextmanager
def _hired(site: TrialSite, works: Works, officers: int) -> Iterator[Sequence[Officer]]:
    """Invented officers of the bench, each with an account and a session; they go home with the block."""
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
        people = [hired.enter_context(Officer(site.address, name, seeding.PASSWORD)) for name in names]
        for officer in people:
            officer.sign_in()
        yield people
