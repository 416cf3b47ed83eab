"""Starting a service for a citizen."""

from uuid import uuid4

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from workflow_app.permissions import BEGINNERS
from workflow_app.services.running import cases, disposal_proposals
from workflow_app.services.sop import processes
from workflow_app.web import page_keys
from workflow_app.web.access import access
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("processes", __name__, url_prefix="/mulai")


@blueprint.get("")
@access(*BEGINNERS)
def choose() -> ResponseReturnValue:
    """The services that can be started."""
    with unit_of_work() as work:
        startable = processes.startable(work)
    tokens = {process.key: str(uuid4()) for process in startable}
    return render_template(
        "processes/choose.html",
        startable=startable,
        tokens=tokens,
        disposals={*disposal_proposals.PROCESSES.values()},
    )


@blueprint.post("/<key>")
@access(*BEGINNERS)
def start(key: str) -> ResponseReturnValue:
    """Begin a case and open its first task. The same page sent twice begins one. A disposal begins where its papers are chosen:
    without any there is nothing to approve.
    """
    if key in disposal_proposals.PROCESSES.values():
        return redirect(url_for("disposals.show_due"))
    token = page_keys.sent()
    with unit_of_work() as work:
        started = cases.start(work, key, token)
    if started.task_id is None:
        return redirect(url_for("cases.show", case_id=started.case_id))
    return redirect(url_for("tasks.show", task_id=started.task_id))
