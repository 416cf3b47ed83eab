"""The dispatch board: running calls to a scene, large enough for the wall, always fresh."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from workflow_app.permissions import BOARD_READERS
from workflow_app.services.case_file import dispatches
from workflow_app.services.watching import vitals
from workflow_app.web.access import access
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("dispatches", __name__)


@blueprint.get("/papan-tkp")
@access(*BOARD_READERS)
def board() -> ResponseReturnValue:
    """Every running call with its stages and its clock, who is on duty, and whether the background process is at work."""
    with unit_of_work() as work:
        calls, watches = dispatches.running(work), dispatches.on_duty(work)
        begun = dispatches.begun(work)
        signs = vitals.read(work)
    return render_template("dispatches/board.html", calls=calls, begun=begun, watches=watches, vitals=signs)
