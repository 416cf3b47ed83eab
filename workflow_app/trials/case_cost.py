"""What a case costs the database: statements and commits of a completion, bytes of a finished case."""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from workflow_app.trials import lost_ktp
from workflow_app.trials.database import bytes_of_rows, statements_of
from workflow_app.trials.desk import Desk
from workflow_app.trials.officer import Officer, Page, Unexpected
from workflow_app.trials.site import TrialSite

WEB = "sentra web"
"""How the web server names itself to the database."""
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
    """Of one completion, and of one case."""

    sql_per_completion: float
    commits_per_completion: float
    bytes_per_case: int


def measure(site: TrialSite, desk: Desk) -> Cost:
    """With some more cases at this desk, when nothing else happens at the site. Raises `Unexpected`."""
    statements, commits = _statements(site, desk)
    return Cost(statements, commits, _bytes(site, desk))


def _statements(site: TrialSite, desk: Desk) -> tuple[float, float]:
    """As the database logs those of the web server; what the lists between the cases ask is taken off."""
    desk.begin(COUNTED_CASES)
    with statements_of(site, WEB) as lists:
        for _ in range(COUNTED_CASES):
            desk.officer.inbox()
    with statements_of(site, WEB) as all_of_them:
        for _ in range(COUNTED_CASES):
            desk.serve()
    completions = COUNTED_CASES * len(lost_ktp.DESK)
    commits = _commits(all_of_them) - _commits(lists)
    return (len(all_of_them) - len(lists)) / completions, commits / completions


def _commits(statements: list[str]) -> int:
    return sum(text.startswith("COMMIT") for text in statements)


def _bytes(site: TrialSite, desk: Desk) -> int:
    """Bytes that one case adds to the rows of the database, from the citizen's arrival to the hand-over."""
    with Officer(site.address, HEAD, site.passwords[HEAD]) as head:
        head.sign_in()
        before = bytes_of_rows(site)
        for _ in range(FINISHED_CASES):
            _finish(desk, head)
        return round((bytes_of_rows(site) - before) / FINISHED_CASES)


def _finish(desk: Desk, head: Officer) -> None:
    """One case from arrival to hand-over."""
    case = _case_of(desk.officer.start(lost_ktp.PROCESS))
    desk.serve()
    waiting = head.get(case)
    if not waiting.tasks:
        raise Unexpected(f"{case}: nothing to approve")
    page = head.claim(waiting, waiting.tasks[0])
    _send(head, page, page.heading)
    for heading in lost_ktp.HAND_OVER:
        _send(desk.officer, _awaited(desk.officer, case, heading), heading)


def _send(officer: Officer, page: Page, heading: str) -> None:
    answer = officer.complete(page, lost_ktp.answers(heading, datetime.now(UTC)))
    if not answer.is_taken:
        raise Unexpected(f"{page.path}: {answer.status}")


def _case_of(page: Page) -> str:
    """Address of the case of a task's page."""
    found = CASE.search(page.text)
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
