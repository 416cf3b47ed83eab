"""Figures for Prometheus: requests as this site's processes counted them, work as the tables tell it.

Labels are routes, roles, clocks, channels and queues; never an address that somebody typed, never a person.
"""

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from prometheus_client import CollectorRegistry, Histogram, generate_latest, values
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from workflow_app import __version__
from workflow_app.errors import NotFound, SentraError
from workflow_app.services.ground import figures
from workflow_app.services.ground.figures import Figures
from workflow_app.services.watching.health import OK, UNKNOWN
from workflow_app.services.watching.watch import Report
from workflow_app.types import SYSTEM
from workflow_app.web import logs
from workflow_app.web.access import public
from workflow_app.web.operators import is_operator
from workflow_app.web.parts import sentra

blueprint = Blueprint("metrics", __name__)

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where the web processes of one server keep their counts, so that any of them can tell the sum."""
ROOM = 2 << 20
"""Bytes that each of them takes for its counts before the first: a file that grows on a full disk would end the process."""
KIND = 1 << 16
"""Bytes that one more kind of request needs at most, however many threads meet one at a time."""
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)

values.ValueClass = values.MutexValue  # whoever is told to `share` counts in a file

REQUESTS = Histogram(
    "sentra_request_seconds",
    "Time to answer a request.",
    ("method", "route", "status"),
    buckets=BOUNDS,
    registry=None,
)
_seen: dict[tuple[str, str, int], Histogram] = {}
_file: Path | None = None

log = logging.getLogger(__name__)


def share(number: str) -> None:
    """Count together with the other web processes, as the one with this number: a process that replaces another one counts on
    where that one ended. Without room for it, count in memory."""
    global _file
    if FOLDER not in os.environ:
        return
    path = Path(os.environ[FOLDER], f"histogram_{number}.db")
    is_new = not path.exists()
    try:
        with path.open("ab") as file:
            os.posix_fallocate(file.fileno(), 0, ROOM)
    except OSError as error:
        log.warning("no room for the figures of this process (%s): it tells only its own", error.strerror)
        if is_new:
            path.unlink(missing_ok=True)
        return
    values.ValueClass = values.MultiProcessValue(lambda: number)  # type: ignore[no-untyped-call]  # prometheus-client leaves it untyped
    _file = path


def _has_room() -> bool:
    """Whether one more kind of request finds room in the file, which must not grow. It begins with the bytes in use."""
    if _file is None:
        return True
    try:
        with _file.open("rb") as file:
            used = file.read(4)
    except OSError:  # whoever tidies temporary folders has taken it
        return False
    return int.from_bytes(used, sys.byteorder) + KIND <= ROOM


def count(response: Response) -> Response:
    """After each request: count it."""
    rule = request.url_rule.rule if request.url_rule else "-"
    key = (request.method if request.url_rule else "-", rule, response.status_code)
    if (metric := _seen.get(key)) is None:
        if not _has_room():
            return response
        metric = _seen[key] = REQUESTS.labels(*key)
    metric.observe(logs.seconds())
    return response


@blueprint.get("/metrics")
@public
def show() -> ResponseReturnValue:
    """All figures in Prometheus' text format. For operators; to others this page does not exist."""
    if not is_operator():
        raise NotFound()
    registry = CollectorRegistry()
    if _file is not None:
        MultiProcessCollector(registry, str(_file.parent))  # type: ignore[no-untyped-call]  # prometheus-client leaves it untyped
    else:
        registry.register(REQUESTS)
    report = sentra().watch.report()
    registry.register(_Work(report, None if report.status == "unready" else _read()))
    return generate_latest(registry), 200, {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}


def _read() -> Figures | None:
    try:
        with sentra().works.begin(SYSTEM) as work:
            return figures.read(work)
    except SentraError:
        return None


class _Work:
    """What the tables and the probes tell at this moment. While the database is away, or not up to date, only the probes."""

    def __init__(self, report: Report, found: Figures | None) -> None:
        self._report = report
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """As the registry asks for it."""
        yield _gauge("sentra_info", "Version of the product.", "version", {__version__: 1})
        states = {part.name: part.state == OK for part in self._report.parts if part.state != UNKNOWN}
        yield _gauge("sentra_part_ok", "1 when a part the site stands on is well.", "part", states)
        ages = {
            part.name: part.facts["age_seconds"]
            for part in self._report.parts
            if part.facts.get("age_seconds") is not None
        }
        yield _gauge("sentra_heartbeat_age_seconds", "Since the last sign of life.", "part", ages)
        if self._found is None:
            return
        found = self._found
        yield _gauge("sentra_tasks_open", "Tasks that wait for a person.", "role", found.open_tasks)
        yield _total("sentra_tasks_completed", "Tasks completed.", found.completed_tasks)
        yield _gauge("sentra_clocks_late", "Clocks past their target.", "clock", found.late_clocks)
        yield GaugeMetricFamily(
            "sentra_incidents_open", "Incidents that wait for a person.", found.open_incidents
        )
        yield _gauge("sentra_messages_waiting", "Messages not sent yet.", "channel", found.messages_waiting)
        yield _gauge("sentra_messages_failed", "Messages given up.", "channel", found.messages_failed)
        for state in ("due", "later", "failed"):
            numbers = {name: getattr(queue, state) for name, queue in found.queues.items()}
            yield _gauge(f"sentra_jobs_{state}", f"Jobs that are {state}.", "queue", numbers)
        if found.publication_age is not None:
            yield GaugeMetricFamily(
                "sentra_publication_age_seconds",
                "Since the last publication of counts.",
                found.publication_age,
            )
        yield _total("sentra_ocr_pages", "Pages read.", found.ocr_pages)
        yield _total("sentra_ocr_seconds", "Time spent reading.", found.ocr_seconds)


def _gauge(
    name: str, words: str, label: str, numbers: dict[str, int] | dict[str, bool] | dict[str, float]
) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, number in numbers.items():
        family.add_metric([value], float(number))
    return family


def _total(name: str, words: str, number: float) -> Metric:
    return CounterMetricFamily(name, words, value=number)
