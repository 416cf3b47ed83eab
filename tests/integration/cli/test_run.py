"""`./spkt run` as a person starts and ends it."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.local_stack.own_place import own_place
from tests.services import ROOT
from workflow_app.tools.embedded.object_store import free_ports
from workflow_app.tools.embedded.server_processes import Process, running, wait_until
from workflow_app.tools.embedded.site import OWNER

START_SECONDS = 150.0
END_SECONDS = 15.0


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Where the standing site keeps its data."""
    with own_place() as folder:
        yield folder


@contextmanager
def site(place: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A run that is up; killed hard if the test did not end it."""
    output = place.parent / "output"
    with output.open("w") as file:
        started = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "workflow_app",
                "run",
                "--port",
                str(port),
                "--data",
                str(place),
                "--no-demo",
            ],
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        wait_until(
            lambda: "site is up" in output.read_text() or started.poll() is not None, START_SECONDS
        )
        assert started.poll() is None, output.read_text()
        yield started, output
    finally:
        if started.poll() is None:
            started.send_signal(signal.SIGTERM)
            started.wait(30)
        output.unlink()


def programs(place: Path, word: str) -> list[Process]:
    """Web servers or workers of this site."""
    mark = f"{OWNER}={place}"
    return [
        one for one in running() if word in " ".join(one.command()) and mark in one.environment()
    ]


@pytest.fixture(scope="module")
def standing(place: Path) -> Iterator[tuple[int, int, Path]]:
    """A site that runs: its process, its port, what it printed so far."""
    (port,) = free_ports(1)
    with site(place, port) as (started, output):
        yield started.pid, port, output


def command(*words: str, place: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workflow_app", *words],
        cwd=ROOT,
        env={**os.environ, "SPKT_DATA": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )


def answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
        return bool(answer.status == 200)


def test_a_second_run_on_the_same_data_is_refused_and_harms_nothing(
    place: Path, standing: tuple[int, int, Path]
) -> None:
    pid, port, _ = standing

    done = command("run", "--port", str(free_ports(1)[0]), place=place)

    assert done.returncode == 1
    assert f"Another ./spkt (process {pid}) uses {place}" in done.stderr
    assert answers(port)


def test_a_command_given_beside_the_run_uses_its_servers(
    place: Path, standing: tuple[int, int, Path]
) -> None:
    done = command("db", "current", place=place)

    assert done.returncode == 0, done.stderr
    assert "database 0" in done.stdout


def test_a_worker_that_dies_is_started_again_and_the_person_is_told(
    place: Path, standing: tuple[int, int, Path]
) -> None:
    _, port, output = standing
    (worker,) = programs(place, "workflow_app.worker")

    worker.signal(signal.SIGKILL)

    assert wait_until(lambda: "The worker was started again" in output.read_text(), 30)
    assert answers(port)


def test_a_killed_run_does_not_stand_in_the_way_and_the_next_one_ends_even_when_its_children_hang() -> (  # noqa: E501 - a sentence
    None
):
    (port,) = free_ports(1)
    with own_place() as place:
        with site(place, port) as (killed, _):
            killed.kill()
            killed.wait()
            left = programs(place, "gunicorn")
            assert left
        scan = place / "tmp" / "baca-left" / "berkas"
        scan.parent.mkdir()
        scan.write_bytes(b"what a killed worker leaves")

        with site(place, port) as (started, _):
            assert not any(process.is_alive() for process in left)
            assert answers(port)
            assert not scan.exists()
            for process in (*programs(place, "workflow_app.worker"), *programs(place, "gunicorn")):
                assert f"TMPDIR={place / 'tmp'}" in process.environment()
            for child in (*programs(place, "workflow_app.worker"), *programs(place, "gunicorn")):
                child.signal(signal.SIGSTOP)
            began = time.monotonic()
            started.send_signal(signal.SIGINT)
            assert started.wait(60) == 0
            seconds = time.monotonic() - began

        assert seconds < END_SECONDS
        assert programs(place, "python") == []
