"""A throw-away site of real processes, for trials and browser tests: `./spkt run` on its own data
with demo people.

The module also computes percentiles by the nearest rank, so that each figure is a measured value.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from workflow_app.connections import connect
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.settings import Settings, read_settings
from workflow_app.tools.embedded import object_store
from workflow_app.tools.embedded.object_store import HOST, free_ports
from workflow_app.tools.embedded.server_processes import Process, StackError, running, wait_until
from workflow_app.tools.embedded.site import OWNER
from workflow_app.tools.embedded.stack import PUBLISHED, LocalStack

START_SECONDS = 180.0
STOP_SECONDS = 40.0
LAST_WORDS = 30
"""Lines of the output that are shown when the site does not start."""


@dataclass
class TrialSite:
    """One site: its address, demo logins, logs and processes."""

    data_dir: Path
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables in addition to the environment of this process: servers to use, sizes."""
    _supervisor: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Address of the site."""
        return f"http://{HOST}:{self.port}"

    @property
    def passwords(self) -> dict[str, str]:
        """Return the demo logins."""
        return dict.fromkeys((person.username for person in seeding.PEOPLE), seeding.PASSWORD)

    @property
    def log_dir(self) -> Path:
        """Folder of the logs of web server, worker and servers."""
        return self.data_dir / "log"

    @property
    def output(self) -> Path:
        """File with the output of the supervisor."""
        return self.data_dir.with_name(f"{self.data_dir.name}.output")

    def start(self, *, wait: bool = True) -> None:
        """Start `./spkt run`, for the first time or after it was killed; `wait` until
        it answers.
        """
        command = [sys.executable, "-m", "workflow_app", "run", "--demo"]
        with self.output.open("ab") as output:
            self._supervisor = subprocess.Popen(
                [*command, "--port", str(self.port), "--data", str(self.data_dir)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        if wait:
            wait_until(lambda: self.answers() or not self.is_supervised(), START_SECONDS, pause=0.2)
            if not self.answers():
                words = "\n".join(
                    self.output.read_text(errors="replace").splitlines()[-LAST_WORDS:]
                )
                raise StackError(f"The site did not start:\n{words}")

    def stop(self) -> None:
        """Stop it like Ctrl-C does; kill what does not end."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is None:
            return
        supervisor.terminate()
        try:
            supervisor.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            supervisor.kill()
            supervisor.wait()

    def erase(self) -> None:
        """Delete everything it wrote."""
        LocalStack(self.data_dir).erase()
        self.output.unlink(missing_ok=True)

    def is_supervised(self) -> bool:
        """Return whether `./spkt run` is running."""
        return self._supervisor is not None and self._supervisor.poll() is None

    def answers(self) -> bool:
        """Return whether the web server answers."""
        return answers_with(self.port, "/healthz", 200)

    def settings(self) -> Settings:
        """Return the settings for its servers, for access to its data."""
        published = object_store.read(self.data_dir / PUBLISHED)
        local = {"PUBLIC_URL": self.address, "COOKIE_SECURE": "false"}
        return read_settings({**os.environ, **self.environment, **local, **published})

    @contextmanager
    def works(self) -> Iterator[Works]:
        """Provide what services need for access to its data; the connections are closed after the
        block.
        """
        works = connect(self.settings())
        try:
            yield works
        finally:
            works.session_factory.kw["bind"].dispose()

    def supervisor(self) -> list[Process]:
        """Return the process of `./spkt run`."""
        found = Process.find(self._supervisor.pid) if self._supervisor else None
        return [found] if found else []

    def web_masters(self) -> list[Process]:
        """Return the processes that hold the port and start the web workers."""
        ours = self._programs("gunicorn")
        pids = {process.pid for process in ours}
        return [process for process in ours if process.parent() not in pids]

    def web_workers(self) -> list[Process]:
        """Return the processes that answer requests."""
        ours = self._programs("gunicorn")
        pids = {process.pid for process in ours}
        return [process for process in ours if process.parent() in pids]

    def workers(self) -> list[Process]:
        """Return the processes that run jobs, without their children."""
        return [
            one
            for one in self._programs("workflow_app.worker")
            if one.command()[1:3] == ["-m", "workflow_app.worker"]
        ]

    def postmasters(self) -> list[Process]:
        """Return the main process of the database server."""
        return [one for one in self._postgres() if "-D" in one.command()]

    def backends(self) -> list[Process]:
        """Return the processes of the database that serve one connection each."""
        return [one for one in self._postgres() if "sentra sentra" in " ".join(one.command())]

    def databases(self) -> list[Process]:
        """Return every process of the database."""
        return list(self._postgres())

    def object_stores(self) -> list[Process]:
        """Return the process of the object store."""
        mark = f"-dir={self.data_dir / 'objects'}"
        return [one for one in running() if mark in one.command()]

    def _programs(self, word: str) -> list[Process]:
        mark = f"{OWNER}={self.data_dir}"
        return [one for one in running() if word in one.command() and mark in one.environment()]

    def _postgres(self) -> Sequence[Process]:
        cluster = (self.data_dir / "postgres").resolve()
        return [one for one in running() if one.directory() == cluster]


@contextmanager
def running_site(environment: Mapping[str, str] | None = None) -> Iterator[TrialSite]:
    """Provide a seeded site that answers; it is stopped and deleted after the block.

    Without `DATABASE_URL` and `S3_ENDPOINT` in `environment` it has its own servers that write
    durably.
    """
    with stopped_site(environment) as site:
        site.start()
        yield site


@contextmanager
def stopped_site(environment: Mapping[str, str] | None = None) -> Iterator[TrialSite]:
    """Provide a site that can be started; it is stopped and deleted after the block."""
    with tempfile.TemporaryDirectory(prefix="spkt-trial-") as folder:
        place = Path(folder).resolve()
        place.chmod(0o711)  # PostgreSQL may run as another account
        given = dict.fromkeys(("DATABASE_URL", "S3_ENDPOINT"), "") | dict(environment or {})
        site = TrialSite(place / "var", free_ports(1)[0], given)
        try:
            yield site
        finally:
            site.stop()
            site.erase()


@contextmanager
def kept_site(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[TrialSite]:
    """Provide a seeded site in a folder that is kept, so that the next call continues with its
    data.
    """
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    given = dict.fromkeys(("DATABASE_URL", "S3_ENDPOINT"), "") | dict(environment or {})
    site = TrialSite(folder.resolve() / "var", free_ports(1)[0], given)
    try:
        site.start()
        yield site
    finally:
        site.stop()


def answers_with(port: int, path: str, *statuses: int) -> bool:
    """Return whether a server on this machine soon gives one of these statuses."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status in statuses
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


Notice = Callable[[str], None]
"""Function that takes one sentence for the waiting person."""


def unheard(_sentence: str) -> None:
    """Ignore a sentence."""


def percentile(values: Sequence[float], share: int) -> float:
    """Return the smallest value at or below which this share (in percent) of all values lies; 0
    when there are none.
    """
    ordered = sorted(values)
    rank = max(0, -(-len(ordered) * share // 100) - 1)
    return ordered[rank] if ordered else 0.0


def milliseconds(waits: Sequence[float], share: int) -> float:
    """Return the percentile of waits in seconds, in milliseconds."""
    return round(percentile(waits, share) * 1000, 1)
