"""Whether this process answers, and how the parts are that it stands on. Says nothing about the data."""

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from workflow_app import __version__
from workflow_app.errors import SentraError
from workflow_app.services.ground import figures
from workflow_app.services.watching.watch import Report
from workflow_app.types import SYSTEM
from workflow_app.web.access import public
from workflow_app.web.operators import is_operator
from workflow_app.web.parts import sentra

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """For load balancers and start-up scripts: the process answers. Asks nobody."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """How each part is. 503 only when no page with data works; the public reads states, operators also figures."""
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
