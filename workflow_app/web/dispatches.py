"""The dispatch board: running calls to a scene, large enough for the wall, always fresh."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from workflow_app.permissions import BOARD_READERS
from workflow_app.services.case_file import dispatches
from workflow_app.services.measuring import dispatch_screen
from workflow_app.services.watching import vitals
from workflow_app.web import freshness, session
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


@blueprint.get("/papan-tkp/layar")
@access(*BOARD_READERS)
def screen() -> ResponseReturnValue:
    """The same calls for a screen on the wall, read from three metres: few words, no names, no numbers of cases."""
    with unit_of_work() as work:
        signs = vitals.read(work)
        known = freshness.word(work, signs)
        if freshness.is_known(known):
            return freshness.NOTHING_NEW
        shown = dispatch_screen.read(work)
    return render_template(
        "dispatches/screen.html", shown=shown, known=known, vitals=signs, is_given=session.is_on_screen()
    )


@blueprint.post("/papan-tkp/layar")
@access(*BOARD_READERS)
def give_to_screen() -> ResponseReturnValue:
    """Leave this session to the screen: it stays on for the rest of the watch, and leads nowhere else."""
    session.give_to_screen()
    return redirect(url_for("dispatches.screen"))
