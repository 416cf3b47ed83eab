"""The real web server: its processes count together, and every line it writes is JSON."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.integration.web_server import get, serving
from workflow_app.services.core.unit_of_work import Works
from workflow_app.tools.embedded.object_store import HOST

REQUESTS = 24


def test_processes_count_together_and_write_json_with_the_id_of_a_trusted_proxy(
    environment: dict[str, str], site_works: Works, tmp_path: Path
) -> None:
    log = tmp_path / "web.log"
    given: dict[str, str] = {
        **environment,
        "WEB_WORKERS": "2",
        "TRUSTED_PROXIES": "1",
        "TMPDIR": str(tmp_path),
    }
    with serving(given, log) as port:
        for number in range(REQUESTS):
            status, headers, _ = get(port, "/masuk", **{"X-Request-ID": f"proxy-{number:04d}"})
            assert (status, headers["x-request-id"]) == (200, f"proxy-{number:04d}")
        strange = get(port, "/masuk", **{"X-Request-ID": "x y\u00e9"})[1]["x-request-id"]
        assert len(strange) == 12
        told = {count_of(get(port, "/metrics")[2]) for _ in range(6)}

    assert told == {REQUESTS + 1}, "whichever process is asked"
    lines: list[dict[str, Any]] = [json.loads(text) for text in log.read_text().splitlines()]
    assert {"proxy-0000", "proxy-0023"} <= {line.get("request") for line in lines}
    assert any(line["logger"] == "gunicorn.error" for line in lines)
    assert {"time", "level", "logger", "message"} <= set.intersection(
        *(set(line) for line in lines)
    )
    assert list(tmp_path.glob("spkt-figures-*")) == [], "nothing is left behind"


def test_who_says_nothing_takes_no_thread(
    environment: dict[str, str], site_works: Works, tmp_path: Path
) -> None:
    given = {**environment, "WEB_WORKERS": "1", "WEB_THREADS": "2", "TMPDIR": str(tmp_path)}
    with serving(given, tmp_path / "web.log") as port, ExitStack() as silent:
        for _ in range(6):
            silent.enter_context(socket.create_connection((HOST, port)))
        time.sleep(0.5)
        began = time.monotonic()
        assert get(port, "/healthz")[0] == 200
        assert time.monotonic() - began < 2, "a thread waits for five seconds for the first word"


def count_of(figures: str) -> int:
    name = 'sentra_request_seconds_count{method="GET",route="/masuk",status="200"}'
    return int(
        float(
            next(line.rpartition(" ")[2] for line in figures.splitlines() if line.startswith(name))
        )
    )


BINDING = """
import os, types
from workflow_app import web_server
server = types.SimpleNamespace(WORKERS={{}}, num_workers={workers})
def fork(number):
    server.WORKERS[number] = worker = types.SimpleNamespace()
    web_server.pre_fork(server, worker)
    os.sched_setaffinity(0, {processors})
    web_server.keep_to(worker.processor, server.num_workers)
    told.append(sorted(os.sched_getaffinity(0)))
    os.sched_setaffinity(0, {processors})
told = []
for number in range({workers}):
    fork(number)
del server.WORKERS[0]
fork({workers})
print(told)
"""


def bound_to(workers: int, tmp_path: Path) -> list[list[int]]:
    """Where web processes run, of so many; the last one in place of the first, which has ended."""
    code = BINDING.format(workers=workers, processors=sorted(os.sched_getaffinity(0)))
    given = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=given,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    told: list[list[int]] = json.loads(done.stdout)
    return told


def test_a_web_process_keeps_to_a_processor_of_its_own_where_there_is_one_for_each(
    tmp_path: Path,
) -> None:
    processors = sorted(os.sched_getaffinity(0))
    first, *others, last = bound_to(len(processors), tmp_path)
    assert sorted([first, *others]) == [[processor] for processor in processors]
    assert last == first, "it takes the place of the one that has ended"
    shared = bound_to(len(processors) + 1, tmp_path)
    assert shared == [processors] * (len(processors) + 2), "they share: nobody is bound"
