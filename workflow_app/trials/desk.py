"""One officer of a bench at the desk: the citizen's arrival to the approval, form by form, and how long each took."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

from workflow_app.trials import lost_ktp
from workflow_app.trials.officer import Officer, Page, Unexpected


@dataclass
class Desk:
    """An officer at work, and what was measured there."""

    officer: Officer
    citizens: Iterator[int]
    """Gives each case a citizen of its own, whoever serves."""
    with_pages: bool = False
    waits: list[float] = field(default_factory=list)
    """Seconds of each completion, from sending the form to the answer."""
    page_waits: list[float] = field(default_factory=list)
    """Seconds of each page opened between completions (lists, forms)."""
    errors: list[str] = field(default_factory=list)
    arrivals: dict[str, datetime] = field(default_factory=dict)
    """When the citizen of a case came, by the address of its first form. They wait, some for minutes."""

    def begin(self, cases: int) -> None:
        """This many cases of the officer's own. Raises `Unexpected`."""
        for _ in range(cases):
            self.arrivals[self.officer.start(lost_ktp.PROCESS).path] = datetime.now(UTC)

    def work(self, cases: int) -> None:
        """Serve this many cases; one that goes wrong in whatever way is an error, and the next citizen comes."""
        for _ in range(cases):
            try:
                self.serve()
            except Exception as error:  # nobody sees a thread that ends
                self.errors.append(f"{self.officer.username}: {type(error).__name__} {error}")

    def serve(self) -> str:
        """The first case of the own list, to the approval; returns where the site leads then. Raises `Unexpected`."""
        self.officer.reconnect()  # between two citizens
        began = time.perf_counter()
        listed = self.officer.inbox()
        self.page_waits.append(time.perf_counter() - began)
        if not listed.tasks:
            raise Unexpected("the list is empty")
        path, citizen = f"/tugas/{listed.tasks[0]}", next(self.citizens)
        for heading in lost_ktp.DESK:
            path = self._complete(heading, path, listed, citizen)
        return path

    def _complete(self, heading: str, path: str, listed: Page, citizen: int) -> str:
        """Send one form; returns where the site leads next."""
        page = self._opened(path) if self.with_pages else replace(listed, path=path)
        answers = lost_ktp.answers(heading, self.arrivals.pop(path, datetime.now(UTC)), citizen)
        if not self.with_pages:
            answers |= {"kunci": str(uuid4()), "versi": ""}  # as the page of a task without a draft has them
        began = time.perf_counter()
        done = self.officer.complete(page, answers, takes_files=heading == lost_ktp.PAPERS)
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
