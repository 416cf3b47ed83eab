"""A site whose lines to the database and to the object store can be cut. Both servers are real."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pytest
from flask import Flask

from tests.integration.conftest import PROCESSES
from tests.integration.dependencies.forwarder import Forwarder, line_to
from tests.integration.dependencies.program import Program
from tests.integration.hiring import PASSWORD, hire
from tests.integration.web.visitor import Visitor
from tests.services import ROOT
from workflow_app import connections
from workflow_app.app import create_app
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.settings import Settings, read_settings

PEOPLE = {"budi": ("petugas",), "sari": ("ka_spkt",)}


@pytest.fixture
def database_line(fresh_database_url: str) -> Iterator[Forwarder]:
    folder = parse_qs(urlsplit(fresh_database_url).query)["host"][0]
    with line_to(f"{folder}/.s.PGSQL.5432") as line:
        yield line


@pytest.fixture
def store_line(stack: dict[str, str]) -> Iterator[Forwarder]:
    with line_to(stack["S3_ENDPOINT"]) as line:
        yield line


@pytest.fixture
def environment(
    stack: dict[str, str], fresh_database_url: str, database_line: Forwarder, store_line: Forwarder
) -> dict[str, str]:
    """Settings of a site of its own behind both lines."""
    parts = urlsplit(fresh_database_url)
    account = parts.netloc.rpartition("@")[0]
    through = urlunsplit(parts._replace(netloc=f"{account}@{database_line.address}", query=""))
    return {**stack, "DATABASE_URL": through, "S3_ENDPOINT": store_line.address}


@pytest.fixture
def site_settings(environment: dict[str, str]) -> Settings:
    return read_settings(environment)


@pytest.fixture
def site_works(fresh_settings: Settings, sktlk: str) -> Iterator[Works]:
    """The way to the data past the lines: for preparing and for looking."""
    assert sktlk
    works = connect(fresh_settings)
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "sktlk")
        configuration.set_value(work, "mode_demo", True, configuration.SOP_IN_FORCE)
    for name, roles in PEOPLE.items():
        hire(works, name, *roles)
    yield works
    works.session_factory.kw["bind"].dispose()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter patience than a real site's, for modules in which something is silent; elsewhere a
    busy machine would seem so.
    """
    monkeypatch.setattr("workflow_app.app.WEB_SECONDS", 1.0)
    monkeypatch.setattr("workflow_app.app.STORE_SECONDS", 0.5)
    monkeypatch.setitem(connections.LINE, "connect_timeout", 2)


@pytest.fixture
def site(site_settings: Settings, site_works: Works) -> Iterator[Flask]:
    """The web application as a real process has it: with connections of its own, behind the
    lines.
    """
    app = create_app(site_settings)
    yield app
    app.extensions["sentra"].works.session_factory.kw["bind"].dispose()


@pytest.fixture
def enter(site: Flask) -> Callable[[str], Visitor]:
    """A signed-in visitor: `enter("budi")`."""
    return lambda name: Visitor(site.test_client()).sign_in(name, PASSWORD)


@pytest.fixture
def start_worker(environment: dict[str, str]) -> Iterator[Callable[..., Program]]:
    """Starts the real background process, behind the lines; further variables as keywords."""
    with ExitStack() as stack:

        def start(**more: str) -> Program:
            return stack.enter_context(running({**environment, **more}))

        yield start


@contextmanager
def running(environment: dict[str, str]) -> Iterator[Program]:
    process = subprocess.Popen(
        [sys.executable, "-m", "workflow_app.worker"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Program(process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def engines(tmp_path: Path) -> Path:
    """A folder for programs that stand where Tesseract would, first on the path of a worker."""
    folder = tmp_path / "engines"
    folder.mkdir()
    return folder
