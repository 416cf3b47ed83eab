"""Several web processes at one door (decision 0065): who comes is served by the one that has a hand
free.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from tests.integration.dependencies.program import wait_until
from tests.services import ROOT
from workflow_app import web_server
from workflow_app.tools.embedded.object_store import HOST, free_ports

NEVER = "60"
"""Seconds after which somebody counts as waiting: not in these tests."""
NAP = 2.0
PATIENCE = 20
APPLICATION = "tests.integration.dependencies.sleeper:application"


@contextmanager
def sleepers(log: Path, *, workers: int, threads: int, long_seconds: str) -> Iterator[int]:
    """Web processes whose application sleeps; the port where they listen."""
    port = free_ports(1)[0]
    options = [
        "--workers",
        str(workers),
        "--threads",
        str(threads),
        "--keep-alive",
        "30",
        "--preload",
    ]
    kind = [
        "-k",
        "workflow_app.web_server.FreeHands",
        "--no-control-socket",
        "--bind",
        f"{HOST}:{port}",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *kind, *options, APPLICATION],
            cwd=ROOT,
            env={**os.environ, "LONG_SECONDS": long_seconds},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: process.poll() is not None or answers(port), 60, log.read_text)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(port: int) -> bool:
    try:
        nap(port, 0)
    except OSError:
        return False
    return True


def nap(port: int, seconds: float) -> str:
    """One request on a connection of its own, which hangs up; tells which process served it."""
    with closing(HTTPConnection(HOST, port, timeout=PATIENCE)) as connection:
        return ask(connection, seconds).read().decode()


def ask(connection: HTTPConnection, seconds: float) -> HTTPResponse:
    connection.request("GET", f"/{seconds}")
    return connection.getresponse()


@contextmanager
def full(port: int) -> Iterator[list[Future[HTTPResponse]]]:
    """A process all of whose hands are at work, one after the other; its clients do not hang up."""
    lines = [HTTPConnection(HOST, port, timeout=PATIENCE) for _ in range(web_server.AT_ONCE)]
    with ThreadPoolExecutor(web_server.AT_ONCE) as pool:
        at_work = []
        for line in lines:
            at_work.append(pool.submit(ask, line, NAP))
            time.sleep(NAP / 10)
        yield at_work
    for line in lines:
        line.close()


def test_as_many_as_there_are_hands_are_shared_evenly(tmp_path: Path) -> None:
    hands = 2 * web_server.AT_ONCE
    with (
        sleepers(tmp_path / "log", workers=2, threads=4, long_seconds=NEVER) as port,
        ThreadPoolExecutor(hands) as pool,
    ):
        wait_until(lambda: len(set(pool.map(lambda _: nap(port, 0.1), range(hands)))) == 2)
        for _ in range(3):
            time.sleep(NAP / 10)
            told = list(pool.map(lambda _: nap(port, NAP), range(hands)))
            assert sorted(Counter(told).values()) == [web_server.AT_ONCE] * 2


def test_who_waits_for_something_slower_keeps_nobody_waiting(tmp_path: Path) -> None:
    slow = web_server.AT_ONCE
    with (
        sleepers(tmp_path / "log", workers=1, threads=slow + 1, long_seconds="0.1") as port,
        ThreadPoolExecutor(slow) as pool,
    ):
        waiting = [pool.submit(nap, port, 2 * NAP) for _ in range(slow)]
        time.sleep(NAP / 4)
        nap(port, 0)
        assert not any(one.done() for one in waiting), "the last thread answers meanwhile"


def test_who_has_hands_full_lets_nobody_in_and_sends_the_last_back_to_the_door(
    tmp_path: Path,
) -> None:
    with sleepers(tmp_path / "log", workers=1, threads=4, long_seconds=NEVER) as port:
        time.sleep(NAP / 10)
        with full(port) as at_work:
            began = time.monotonic()
            nap(port, 0)
            assert time.monotonic() - began > NAP / 4, (
                "it stood before the door until a hand was free"
            )
            *before, last = [one.result().will_close for one in at_work]
        assert before == [False]
        assert last, "who came last found all hands full: the connection goes back to the door"


def test_nobody_waits_for_a_client_that_does_not_hang_up(tmp_path: Path) -> None:
    with sleepers(tmp_path / "log", workers=1, threads=4, long_seconds=NEVER) as port:
        time.sleep(NAP / 10)
        with full(port) as at_work:
            assert at_work[-1].result().will_close
            began = time.monotonic()
            for _ in range(5):
                nap(port, 0)
            assert time.monotonic() - began < web_server.LINGER_SECONDS / 2
