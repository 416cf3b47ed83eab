"""Several web processes at one door (decision 0065): who comes is served by the one that has a hand free."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.integration.dependencies.program import wait_until
from tests.services import ROOT
from workflow_app import web_worker
from workflow_app.local_stack.object_store import HOST, free_ports

NEVER = "60"
"""Seconds after which somebody counts as waiting: not in these tests."""
NAP = 1.0
PATIENCE = 20


@contextmanager
def sleepers(log: Path, *, workers: int, threads: int, long_seconds: str) -> Iterator[int]:
    """Web processes whose application sleeps; the port where they listen."""
    port = free_ports(1)[0]
    options = ["--workers", str(workers), "--threads", str(threads), "--keep-alive", "5"]
    command = [
        "-m",
        "gunicorn",
        "-k",
        "workflow_app.web_worker.FreeHands",
        "--bind",
        f"{HOST}:{port}",
        *options,
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                *command,
                "--no-control-socket",
                "tests.integration.dependencies.sleeper:application",
            ],
            cwd=ROOT,
            env={**os.environ, "LONG_SECONDS": long_seconds},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: process.poll() is not None or answers(port), 60)
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


def nap(port: int, seconds: float) -> tuple[str, bool]:
    """One request on a connection of its own: which process served it, and whether it keeps the connection open."""
    connection = HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.request("GET", f"/{seconds}")
        answer = connection.getresponse()
        return answer.read().decode(), not answer.will_close
    finally:
        connection.close()


def test_as_many_as_there_are_hands_are_shared_evenly(tmp_path: Path) -> None:
    hands = 2 * web_worker.AT_ONCE
    with (
        sleepers(tmp_path / "log", workers=2, threads=4, long_seconds=NEVER) as port,
        ThreadPoolExecutor(hands) as pool,
    ):
        for _ in range(4):
            told = list(pool.map(lambda _: nap(port, NAP)[0], range(hands)))
            assert sorted(Counter(told).values()) == [web_worker.AT_ONCE] * 2


def test_who_waits_for_something_slower_keeps_nobody_waiting(tmp_path: Path) -> None:
    slow = web_worker.AT_ONCE
    with (
        sleepers(tmp_path / "log", workers=1, threads=slow + 1, long_seconds="0.1") as port,
        ThreadPoolExecutor(slow) as pool,
    ):
        waiting = [pool.submit(nap, port, 4) for _ in range(slow)]
        time.sleep(NAP)
        nap(port, 0)
        assert not any(one.done() for one in waiting), "the last thread answers meanwhile"


def test_who_has_hands_full_lets_nobody_in_and_keeps_no_connection(tmp_path: Path) -> None:
    with (
        sleepers(tmp_path / "log", workers=1, threads=web_worker.AT_ONCE + 2, long_seconds=NEVER) as port,
        ThreadPoolExecutor(web_worker.AT_ONCE + 1) as pool,
    ):
        assert nap(port, 0)[1], "a process with a free hand keeps the connection"
        at_work = []
        for _ in range(web_worker.AT_ONCE):
            at_work.append(pool.submit(nap, port, NAP))
            time.sleep(NAP / 5)
        began = time.monotonic()
        nap(port, 0)
        assert time.monotonic() - began > NAP / 4, "it stood before the door until a hand was free"
        *before, last = [one.result()[1] for one in at_work]
        assert all(before)
        assert not last, "who came last found all hands full: the connection goes back to the door"
