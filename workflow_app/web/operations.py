"""Whether this process answers, and how the parts are that it stands on. Says nothing about the
data.

Figures for Prometheus: requests as this site's processes counted them, work as the tables tell it.

Labels are routes, roles, clocks, channels and queues; never an address that somebody typed, never a
person. Steps that failed or are held, for those who can have them tried again or let the case go
on. Messages to citizens and leaders: the outbox, slips to print, and what can be done about those
that do not get through.
"""

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from prometheus_client import CollectorRegistry, Histogram, generate_latest, values
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from workflow_app import __version__
from workflow_app.domain import SYSTEM, InvalidInput, NotFound, SentraError
from workflow_app.permissions import INCIDENT_READERS, INCIDENT_RETRIERS, OUTBOX_KEEPERS
from workflow_app.services.cases import history, incidents
from workflow_app.services.cases.access import visible_case
from workflow_app.services.core import figures
from workflow_app.services.core.figures import Figures
from workflow_app.services.messages import messages
from workflow_app.services.operations.health import OK, UNKNOWN, Report
from workflow_app.services.workflow import cases
from workflow_app.web import responses
from workflow_app.web.requests import access, is_operator, local_path, public, sentra, unit_of_work

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """For load balancers and start-up scripts: the process answers. Asks nobody."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """How each part is. 503 only when no page with data works; the public reads states, operators
    also figures.
    """
    report = sentra().watch.report()
    status = 503 if report.status == "unready" else 200
    headers = {"Retry-After": "5"} if status == 503 else {}
    return jsonify(_details(report) if is_operator() else _summary(report)), status, headers


def _summary(report: Report) -> dict[str, Any]:
    return {"status": report.status, "parts": {part.name: part.state for part in report.parts}}


def _details(report: Report) -> dict[str, Any]:
    parts = {part.name: {"state": part.state, **part.facts} for part in report.parts}
    found: dict[str, Any] = {"status": report.status, "version": __version__, "parts": parts}
    if report.status != "unready":
        try:
            with sentra().works.begin(SYSTEM) as work:
                found["jobs"] = {name: vars(queue) for name, queue in figures.queues(work).items()}
        except SentraError:
            found["jobs"] = None
    return found


metrics_blueprint = Blueprint("metrics", __name__)

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where the web processes of one server keep their counts, so that any of them can tell the sum."""
ROOM = 2 << 20
"""Bytes that each of them takes for its counts before the first: a file that grows on a full disk
would end the process.
"""
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
    """Count together with the other web processes, as the one with this number: a process that
    replaces another one counts on where that one ended. Without room for it, count in memory.
    """
    global _file
    if FOLDER not in os.environ:
        return
    path = Path(os.environ[FOLDER], f"histogram_{number}.db")
    is_new = not path.exists()
    try:
        with path.open("ab") as file:
            os.posix_fallocate(file.fileno(), 0, ROOM)
    except OSError as error:
        log.warning(
            "no room for the figures of this process (%s): it tells only its own", error.strerror
        )
        if is_new:
            path.unlink(missing_ok=True)
        return
    values.ValueClass = values.MultiProcessValue(lambda: number)  # type: ignore[no-untyped-call]  # prometheus-client leaves it untyped
    _file = path


def _has_room() -> bool:
    """Whether one more kind of request finds room in the file, which must not grow. It begins with
    the bytes in use.
    """
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
    metric.observe(responses.seconds())
    return response


@metrics_blueprint.get("/metrics")
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
    """What the tables and the probes tell at this moment. While the database is away, or not up to
    date, only the probes.
    """

    def __init__(self, report: Report, found: Figures | None) -> None:
        self._report = report
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """As the registry asks for it."""
        yield _gauge("sentra_info", "Version of the product.", "version", {__version__: 1})
        states = {
            part.name: part.state == OK for part in self._report.parts if part.state != UNKNOWN
        }
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
        yield _gauge(
            "sentra_messages_waiting", "Messages not sent yet.", "channel", found.messages_waiting
        )
        yield _gauge(
            "sentra_messages_failed", "Messages given up.", "channel", found.messages_failed
        )
        for state in ("due", "later", "failed"):
            numbers = {name: getattr(queue, state) for name, queue in found.queues.items()}
            yield _gauge(f"sentra_jobs_{state}", f"Jobs that are {state}.", "queue", numbers)
            numbers = {name: getattr(each, state) for name, each in found.jobs.items()}
            yield _gauge(f"sentra_job_{state}", f"Jobs that are {state}, by name.", "job", numbers)
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


incidents_blueprint = Blueprint("incidents", __name__, url_prefix="/insiden")


@incidents_blueprint.get("")
@access(*INCIDENT_READERS)
def show_open() -> ResponseReturnValue:
    """All that are not resolved."""
    with unit_of_work() as work:
        found = incidents.list_open(work)
    return render_template("incidents/show_open.html", incidents=found)


@incidents_blueprint.post("/<uuid:incident_id>/ulangi")
@access(*INCIDENT_RETRIERS)
def retry(incident_id: UUID) -> ResponseReturnValue:
    """Have the step tried again."""
    with unit_of_work() as work:
        incidents.retry(work, incident_id)
    flash("Langkah dicoba lagi. Muat ulang halaman dalam beberapa detik untuk melihat hasilnya.")
    return redirect(local_path(request.form.get("kembali"), url_for("incidents.show_open")))


@incidents_blueprint.get("/<uuid:incident_id>/izin")
@access()
def ask_to_let_on(incident_id: UUID) -> ResponseReturnValue:
    """Why a case is held, and the form that lets it go on."""
    return _asking(incident_id)


@incidents_blueprint.post("/<uuid:incident_id>/izin")
@access()
def let_on(incident_id: UUID) -> ResponseReturnValue:
    """Let a case go on that has gone round very often, with a reason."""
    typed = request.form.get("alasan", "")
    try:
        with unit_of_work() as work:
            case_id = cases.let_on(work, incident_id, typed)
    except InvalidInput as error:
        return _asking(incident_id, typed, error.fields["reason"]), 400
    flash("Berkas diizinkan berjalan lagi. Alasannya tercatat.")
    return redirect(url_for("cases.show", case_id=case_id))


def _asking(incident_id: UUID, typed: str = "", error: str = "") -> str:
    with unit_of_work() as work:
        held = cases.look(work, incident_id)
        notices = history.record_of(work, visible_case(work, held.case_id)).notices
    return render_template(
        "incidents/let_on.html", held=held, notices=notices, typed=typed, error=error
    )


messages_blueprint = Blueprint("messages", __name__)


@messages_blueprint.get("/kotak-keluar")
@access(*OUTBOX_KEEPERS)
def show_outbox() -> ResponseReturnValue:
    """What waits, what failed and why, what left last."""
    with unit_of_work() as work:
        outbox = messages.outbox(work)
    return render_template("messages/show_outbox.html", outbox=outbox)


@messages_blueprint.get("/pesan/<uuid:message_id>/slip")
@access()
def show_slip(message_id: UUID) -> ResponseReturnValue:
    """One message, to be printed and handed over."""
    with unit_of_work() as work:
        slip = messages.slip(work, message_id)
    return render_template("messages/show_slip.html", slip=slip, message=slip.message)


@messages_blueprint.post("/pesan/<uuid:message_id>/serah")
@access()
def hand_over(message_id: UUID) -> ResponseReturnValue:
    """The slip is in the citizen's hand."""
    with unit_of_work() as work:
        case_id = messages.hand_over(work, message_id)
    flash("Penyerahan slip dicatat.")
    return redirect(url_for("cases.show", case_id=case_id))


@messages_blueprint.post("/pesan/<uuid:message_id>/cetak")
@access()
def print_instead(message_id: UUID) -> ResponseReturnValue:
    """Make a slip of a message that does not get through."""
    with unit_of_work() as work:
        messages.print_instead(work, message_id)
    return redirect(url_for("messages.show_slip", message_id=message_id))


@messages_blueprint.post("/pesan/<uuid:message_id>/ulangi")
@access(*OUTBOX_KEEPERS)
def retry_message(message_id: UUID) -> ResponseReturnValue:
    """Have it sent now."""
    with unit_of_work() as work:
        messages.retry(work, message_id)
    flash("Pesan dikirim lagi. Muat ulang halaman dalam beberapa detik untuk melihat hasilnya.")
    return redirect(local_path(request.form.get("kembali"), url_for("messages.show_outbox")))
