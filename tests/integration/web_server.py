"""The web server and the worker as they serve a site, in processes of their own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.integration.dependencies.program import wait_until
from tests.services import ROOT
from workflow_app.tools.embedded.object_store import HOST, free_ports


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[int]:
    """The port where it answers; what it writes goes to `log`, and it ends with the block."""
    port = free_ports(1)[0]
    command = ["-m", "gunicorn", "-c", "python:workflow_app.web_server", "--bind", f"{HOST}:{port}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: process.poll() is not None or is_up(port), 60)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def working(environment: dict[str, str]) -> Iterator[None]:
    """The worker of the site, as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "workflow_app.worker"], cwd=ROOT, env=environment
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers with small letters, and body."""
    connection = HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return (
            answer.status,
            {name.lower(): value for name, value in answer.getheaders()},
            answer.read().decode(),
        )
    finally:
        connection.close()


def is_up(port: int) -> bool:
    """Does it answer."""
    try:
        return get(port, "/healthz")[0] == 200
    except OSError:
        return False
