"""The whole site on this machine: servers, web server and worker, supervised until it is stopped.

The tables and first contents are made by our own commands. These import the whole product, which
takes seconds; they are skipped if the code, the processes and the revision of the database have not
changed since the last start.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg

from workflow_app.tools.embedded import server_processes
from workflow_app.tools.embedded.object_store import write_private
from workflow_app.tools.embedded.server_processes import Child, StackError, running, wait_until
from workflow_app.tools.embedded.stack import LocalStack, Notice

OWNER = "SPKT_SITE"
"""Environment variable that marks our processes with their data directory."""
STOP_SECONDS = 8.0
WEB_START_SECONDS = 150.0
LONGEST_PAUSE = 15.0
STEADY_SECONDS = 15.0
"""A child that lived this long is restarted at once."""


@dataclass
class Watched:
    """A child that is restarted when it ends, after an increasing pause."""

    child: Child
    began: float = 0.0
    pause: float = 0.0
    again_at: float | None = field(default=None)

    def start(self) -> None:
        self.began, self.again_at = time.monotonic(), None
        self.child.start()

    def look(self, now: float) -> str:
        """Return what happened since the last check as a sentence; empty when nothing did."""
        if self.child.is_alive():
            return ""
        if self.again_at is None:
            if now - self.began > STEADY_SECONDS:
                self.pause = 0.0
            words = self.child.last_words(3)
            sentence = self._later(now, f"ended (code {self.child.exit_code})")
            # Its children may still run and occupy its port.
            self.child.stop()
            return f"{sentence} See {self.child.log}:\n{words}"
        if now < self.again_at:
            return ""
        try:
            self.start()
        except OSError as error:  # no room for its log, no memory for a process: this may pass
            return self._later(now, f"cannot be started ({error.strerror})")
        return f"The {self.child.name} was started again."

    def _later(self, now: float, what: str) -> str:
        """Schedule the restart after the increased pause and return the sentence for it."""
        self.again_at = now + self.pause
        sentence = f"The {self.child.name} {what}; starting it again in {self.pause:.0f} s."
        self.pause = min(self.pause * 2 or 1.0, LONGEST_PAUSE)
        return sentence


class Site:
    """Servers, web server and worker of one data directory."""

    def __init__(
        self,
        stack: LocalStack,
        *,
        host: str,
        port: int,
        defaults: Mapping[str, str],
        notice: Notice,
    ) -> None:
        self.stack = stack
        self.host, self.port = host, port
        self.notice = notice
        self.environment: dict[str, str] = {**defaults, **os.environ}
        self._watched: list[Watched] = []

    def claim(self) -> None:
        """Become the owner of the data directory, and stop what a killed run left on it."""
        self.stack.claim()
        end_leftovers(self.stack.data_dir)
        self.environment["TMPDIR"] = str(server_processes.temporary_folder(self.stack.data_dir))

    def start_servers(self) -> None:
        """Start database and object store."""
        self.environment |= self.stack.start()
        self.environment[OWNER] = str(self.stack.data_dir)
        self.environment["PYTHONUNBUFFERED"] = "1"
        self.environment.setdefault("WATCHED_FOLDER", str(self.stack.data_dir))
        self.environment.setdefault("COMPILED_PAGES_FOLDER", str(self.stack.data_dir / "pages"))

    def command(self, *words: str) -> str:
        """Run one of our commands against the servers and return its output."""
        done = subprocess.run(
            [sys.executable, "-m", "workflow_app", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise StackError(
                f"./spkt {' '.join(words)} failed:\n{done.stdout}{done.stderr}".strip()
            )
        return done.stdout

    def start_programs(self) -> None:
        """Start web server and worker; returns when the web server answers."""
        bind = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        web = self._program(
            "web server", "web", "gunicorn", "-c", "python:workflow_app.web_server", "--bind", bind
        )
        worker = self._program("worker", "worker", "workflow_app.worker")
        for program in (web, worker):
            program.start()
        wait_until(
            lambda: self._answers() or not web.child.is_alive(), WEB_START_SECONDS, pause=0.1
        )
        if not self._answers():
            raise StackError(
                "The web server did not start. The end of "
                f"{web.child.log}:\n{web.child.last_words(15)}"
            )

    def watch(self, pause: float = 0.5) -> None:
        """Restart children that end, and report it. Ends only by an exception (the
        signal to stop).
        """
        while True:
            for sentence in self.stack.revive():
                self.notice(sentence)
            for program in self._watched:
                if sentence := program.look(time.monotonic()):
                    self.notice(sentence)
            time.sleep(pause)

    def stop(self) -> None:
        """Stop everything: web server and worker in parallel, then the servers."""
        children = [program.child for program in self._watched]
        for child in children:
            child.ask_to_stop()
        wait_until(lambda: not any(child.is_alive() for child in children), STOP_SECONDS)
        for child in children:
            child.patience = 0
            child.stop()
        self._watched.clear()
        self.stack.stop()

    def _program(self, name: str, log: str, module: str, *words: str) -> Watched:
        command: Sequence[str] = [sys.executable, "-m", module, *words]
        path = self.stack.data_dir / "log" / f"{log}.log"
        known_as = {"PGAPPNAME": f"sentra {log}"}
        program = Watched(Child(name, command, path, environment={**self.environment, **known_as}))
        self._watched.append(program)
        return program

    def _answers(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not listened on
        connection = HTTPConnection(host, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def end_leftovers(data_dir: Path) -> None:
    """Stop web servers and workers that a killed run left on this data directory."""
    mark = f"{OWNER}={data_dir.expanduser().resolve()}"
    found = [
        process
        for process in running()
        if process.pid != os.getpid() and mark in process.environment()
    ]
    for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0)):
        for process in found:
            if process.is_alive():
                process.signal(number)
        wait_until(lambda: not any(process.is_alive() for process in found), patience)


ROOT = Path(__file__).resolve().parent.parent.parent.parent
REMEMBERED = "prepared.json"


def prepare(site: Site, *, demo: bool) -> dict[str, Any]:
    """Migrate and seed; returns the report of the ``seed`` command: processes and demo logins."""
    path = site.stack.data_dir / REMEMBERED
    state = fingerprint(
        Path(site.environment.get("PROCESSES_DIR") or ROOT / "processes"), demo=demo
    )
    report = remembered(path, state, site.environment)
    if report is None:
        path.unlink(missing_ok=True)
        site.notice("  bringing the database to the newest revision")
        site.command("db", "upgrade")
        site.notice(
            "  deploying the processes"
            + (", inventing people and cases on an empty database" if demo else "")
        )
        report = json.loads(site.command("seed", "--json", "--demo" if demo else "--no-demo"))
        revision = (
            revision_of(site.environment["DATABASE_URL"])
            if "DATABASE_URL" in site.stack.environment
            else ""
        )
        write_private(path, json.dumps({"state": state, "revision": revision, "report": report}))
    return report


def remembered(path: Path, state: str, environment: dict[str, str]) -> dict[str, Any] | None:
    """Return the report of the last preparation if it is still valid for this code and this
    embedded database.
    """
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("state") != state or not found.get("revision"):
        return None
    if revision_of(environment.get("DATABASE_URL", "")) != found["revision"]:
        return None
    report: dict[str, Any] = found["report"]
    return report


def revision_of(address: str) -> str:
    """Return the revision of the tables of a database; empty when it has none."""
    try:
        with psycopg.connect(address, connect_timeout=5) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.Error:
        return ""
    return str(row[0]) if row else ""


def fingerprint(processes: Path, *, demo: bool) -> str:
    """Return a hash over the code, the processes and the choice of demo contents."""
    digest = hashlib.sha256(f"demo={demo}".encode())
    for path in _sources(processes):
        content = path.read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _sources(processes: Path) -> Iterator[Path]:
    for package in ("workflow_app", "archive", "ocr"):
        yield from sorted((ROOT / package).rglob("*.py"))
    yield from sorted(path for path in processes.rglob("*") if path.is_file())
