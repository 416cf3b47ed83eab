"""An officer at a browser without scripts: real HTTP to the running site, one kept connection, cookies, hidden fields."""

import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

from workflow_app.trials import multipart
from workflow_app.trials.multipart import Fields, Scan

HIDDEN = re.compile(r'<input type="hidden" name="(csrf_token|kunci|versi)" value="([^"]*)"')
HEADING = re.compile(r"<h1[^>]*>\s*([^<]*?)\s*<")
TASK = re.compile(r'/tugas/([0-9a-f-]{36})"')
TAKEN = re.compile(r"/(tugas|berkas)/")
"""Where the site leads after a form of a task: to the next task, else to the case. Anywhere else, it has not taken it."""
PATIENCE = 30.0
"""Seconds after which an answer is given up."""
KEPT_SECONDS = 3.0
"""A connection that rested longer is made anew: the server closes it after five."""
FORM = "application/x-www-form-urlencoded"


class Unexpected(Exception):
    """The site answered something else than the script expects; the message says what."""


@dataclass(frozen=True)
class Page:
    """What came back."""

    path: str
    status: int
    text: str
    location: str | None
    """Where the site sends the browser, as a path."""

    @property
    def heading(self) -> str:
        """The first heading: the name of a task, for instance."""
        found = HEADING.search(self.text)
        return found[1] if found else ""

    @property
    def hidden(self) -> dict[str, str]:
        """CSRF token and, on a task's page, the form's own key and the draft it began with."""
        return {name: unescape(value) for name, value in HIDDEN.findall(self.text)}

    @property
    def is_taken(self) -> bool:
        """Whether this answer says that the form of a task was taken."""
        return self.status == 302 and TAKEN.match(self.location or "") is not None

    @property
    def tasks(self) -> list[str]:
        """Ids of the tasks that the page links to, each once, in order."""
        return list(dict.fromkeys(TASK.findall(self.text)))


class Officer:
    """One person with one session. Not for several threads at once.

    Connections that break raise `OSError` or `http.client.HTTPException`; the next request makes a new one.
    """

    def __init__(self, address: str, username: str, password: str) -> None:
        parts = urlsplit(address)
        self.username = username
        self._password = password
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        self._used_at = 0.0
        self._cookies: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def reconnect(self) -> None:
        """Let the next request make a new connection, as after the pause between two citizens."""
        self._connection.close()

    def sign_in(self) -> None:
        """Through the sign-in page. Raises `Unexpected` when the site refuses."""
        form = self.get("/masuk")
        words: Fields = {"nama_pengguna": self.username, "kata_sandi": self._password}
        answer = self.post("/masuk", {**form.hidden, **words})
        if answer.status != 302:
            raise Unexpected(f"sign-in: {answer.status}")

    def inbox(self, tab: str = "saya") -> Page:
        """The first page of one list: `saya`, `antrean`, `semua`."""
        return self._expect(self.get(f"/?daftar={tab}"), 200)

    def start(self, process: str) -> Page:
        """Begin a case; returns the page of its first task."""
        choice = self._expect(self.get("/mulai"), 200)
        begun = self._expect(self.post(f"/mulai/{process}", dict(choice.hidden)), 302)
        return self.follow(begun)

    def open(self, task: str) -> Page:
        """The page of a task."""
        return self._expect(self.get(f"/tugas/{task}"), 200)

    def claim(self, page: Page, task: str) -> Page:
        """Take a task of the queue; `page` is any page of this session. Returns the task's page."""
        taken = self.post(f"/tugas/{task}/ambil", {"csrf_token": page.hidden["csrf_token"]})
        return self.follow(self._expect(taken, 302))

    def complete(self, page: Page, answers: Fields, *, takes_files: bool = True) -> Page:
        """Send the form of a task's page, whether papers can be chosen on it or not; the same page sent again carries the same key."""
        send = self.submit if takes_files else self.post
        return send(page.path, {**page.hidden, "tombol": "selesai", **answers})

    def follow(self, page: Page) -> Page:
        """Where the site sends the browser."""
        return self._expect(self.get(page.location or "/"), 200)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Page:
        """One GET; redirects are not followed."""
        return self._send("GET", path, None, dict(headers or {}))

    def post(self, path: str, fields: Fields) -> Page:
        """One form without files: a button, the sign-in, most tasks."""
        return self._send("POST", path, urlencode(fields, doseq=True).encode(), {"Content-Type": FORM})

    def submit(self, path: str, fields: Fields, scan: Scan | None = None) -> Page:
        """One form that may bring a file."""
        body, kind = multipart.encode(fields, scan)
        return self._send("POST", path, body, {"Content-Type": kind})

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if time.monotonic() - self._used_at > KEPT_SECONDS:
            self._connection.close()
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            content = answer.read()
            self._used_at = time.monotonic()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        location = answer.headers.get("Location")
        return Page(path, answer.status, content.decode(), location)

    def _expect(self, page: Page, status: int) -> Page:
        if page.status != status:
            raise Unexpected(f"{page.path.partition('?')[0]}: {page.status} {page.heading}")
        return page
