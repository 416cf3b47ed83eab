"""One log line per request: which route, who by id, how long. Never an address with what was typed in it."""

import logging
import time
from uuid import uuid4

from flask import g, request
from flask.wrappers import Response

from workflow_app.web.session import current_user

logger = logging.getLogger("workflow_app.web")


def begin() -> None:
    """Before each request: give it an id that the error page shows and the log carries."""
    g.request_id = uuid4().hex[:12]
    g.began = time.perf_counter()


def request_id() -> str:
    """The id of this request."""
    return str(g.get("request_id", "-"))


def finish(response: Response) -> Response:
    """After each request: write its line."""
    if request.endpoint == "static" or "began" not in g:
        return response
    user = current_user()
    rule = request.url_rule.rule if request.url_rule else "-"
    logger.info(
        "%s %s %s %.0f ms request=%s user=%s",
        request.method,
        rule,
        response.status_code,
        (time.perf_counter() - g.began) * 1000,
        request_id(),
        user.id if user else "-",
    )
    response.headers["X-Request-ID"] = request_id()
    return response
