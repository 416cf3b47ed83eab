"""Whether this process answers. Says nothing about the data."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from workflow_app.web.access import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def show() -> ResponseReturnValue:
    """For load balancers and start-up scripts."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
