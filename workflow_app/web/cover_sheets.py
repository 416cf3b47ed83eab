"""Cover sheets of a task: printed, put before its papers in the feeder."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from workflow_app.services.bringing import covers
from workflow_app.web.access import access
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("cover_sheets", __name__)


@blueprint.get("/tugas/<uuid:task_id>/lembar-sampul")
@access()
def show(task_id: UUID) -> ResponseReturnValue:
    """One sheet for each place where papers belong, with its signed code."""
    with unit_of_work() as work:
        sheets = covers.of_task(work, task_id)
    return render_template("cover_sheets/show.html", task_id=task_id, sheets=sheets)
