"""One site for all browser tests, and browsers that notice every fault on a page."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.e2e import counter
from tests.e2e.site import RunningSite, running_site
from tests.services import new_database
from workflow_app.tools.embedded.stack import LocalStack

DESK = {"width": 1366, "height": 768}
PATIENCE = 20_000
"""Milliseconds a page may take when the machine is busy; what the worker does has its own."""

expect.set_options(timeout=PATIENCE)

Opener = Callable[..., Page]


@pytest.fixture(scope="session")
def site(
    servers: LocalStack, stack: dict[str, str], template_database: str
) -> Iterator[RunningSite]:
    """Web server, worker and database of their own, with the demo people and cases."""
    database_log = servers.data_dir / "log" / "postgres.log"
    with (
        new_database(stack["DATABASE_URL"], template=template_database, prefix="e2e") as address,
        running_site({**stack, "DATABASE_URL": address}, database_log) as running,
    ):
        yield running


@pytest.fixture
def browsing(browser: Browser, site: RunningSite) -> Iterator[Opener]:
    """Opens a page in a browser of its own: `browsing()`. After the test no page may have reported
    a fault.
    """
    faults: list[str] = []
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**{"viewport": DESK, "locale": "id-ID", **options})
        context.set_default_timeout(PATIENCE)
        context.on("console", lambda message: faults.extend(_spoken(message)))
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on("request", lambda request: faults.extend(_strange(request, site.address)))
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.cookies()  # what happened until now has been told when this is answered
    told = list(faults)
    for context in contexts:
        _close(context)
    assert told == []


def _close(context: BrowserContext) -> None:
    """Pages go on by themselves, and Chromium never closes one that is on its way: without a
    network it arrives nowhere.
    """
    context.set_offline(True)
    context.close()


@pytest.fixture(scope="session")
def _sessions() -> dict[str, Any]:
    """Cookies of people who signed in during this run."""
    return {}


@pytest.fixture
def signed_in(browsing: Opener, site: RunningSite, _sessions: dict[str, Any]) -> Opener:
    """Opens a page of somebody who is signed in: `signed_in("petugas")`."""

    def open_page(username: str, **options: Any) -> Page:
        if username in _sessions:
            page = browsing(storage_state=_sessions[username], **options)
            page.goto(site.address)
        else:
            page = browsing(**options)
            counter.sign_in(page, site.address, username, site.passwords[username])
            _sessions[username] = page.context.storage_state()
        return page

    return open_page


def _spoken(message: ConsoleMessage) -> list[str]:
    """Errors the browser reports, such as a script stopped by the content policy. A refused form is
    none, nor is it that a letter has no icon: a PDF cannot name one.
    """
    where = message.location.get("url", "")
    is_expected = "status of 400" in message.text or where.endswith("/favicon.ico")
    return [f"{message.text} ({where})"] if message.type == "error" and not is_expected else []


def _strange(request: Request, address: str) -> list[str]:
    """Nothing is fetched from anywhere else. What the browser's own viewer of PDF consists of, the
    browser brings along.
    """
    where = urlsplit(request.url)
    is_at_hand = where.scheme in ("data", "blob", "chrome", "chrome-extension")
    return (
        []
        if is_at_hand or f"{where.scheme}://{where.netloc}" == address
        else [f"fetched from elsewhere: {request.url}"]
    )
