"""One log line per request: which route, who by id, how long. Never an address with what was typed in it."""

import logging
import re
import time
from uuid import uuid4

from flask import current_app, g, request
from flask.wrappers import Response

from workflow_app import logs
from workflow_app.web.session import current_user

logger = logging.getLogger("workflow_app.web")

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[0-9A-Za-z_-]{8,64}")
UNLOGGED = frozenset({"static", "health.alive", "health.ready", "metrics.show"})
"""Asked for every few seconds by machines; what fails there is logged all the same."""


def begin() -> None:
    """Before each request: give it an id that the error page shows, the log carries and its jobs inherit."""
    g.request_id = _given_id() or uuid4().hex[:12]
    g.began = time.perf_counter()
    logs.begin(request=g.request_id)


def request_id() -> str:
    """The id of this request."""
    return str(g.get("request_id", "-"))


def seconds() -> float:
    """How long this request has taken so far."""
    return time.perf_counter() - float(g.get("began", time.perf_counter()))


def finish(response: Response) -> Response:
    """After each request: write its line."""
    if "began" not in g:
        return response
    if request.endpoint not in UNLOGGED:
        user = current_user()
        rule = request.url_rule.rule if request.url_rule else "-"
        facts = {
            "route": rule,
            "status": response.status_code,
            "duration_ms": round(seconds() * 1000, 1),
            "user": str(user.id) if user else None,
        }
        logger.info("%s %s", request.method, rule, extra={"facts": facts})
    response.headers[HEADER] = request_id()
    return response


def _given_id() -> str | None:
    """The id that a reverse proxy of ours has given; what anybody else sends is not taken over."""
    if not current_app.config["TRUSTED_PROXIES"]:
        return None
    given = request.headers.get(HEADER, "")
    return given if WELL_FORMED.fullmatch(given) else None
