"""How far the papers of a form are read that stays open meanwhile, and what they propose for it (decision 0041)."""

from uuid import UUID

from flask import Blueprint, get_template_attribute, jsonify
from flask.typing import ResponseReturnValue

from workflow_app.services.papers import documents, form_proposals
from workflow_app.services.running import task_views
from workflow_app.web.access import access
from workflow_app.web.forms import Sheet, posted_of
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("form_proposals", __name__)


@blueprint.get("/tugas/<uuid:task_id>/terbaca")
@access()
def show(task_id: UUID) -> ResponseReturnValue:
    """The state of each paper; offers for the answers as they were saved last, by question or line; whether more may come."""
    with unit_of_work() as work:
        task = task_views.get(work, task_id)
        papers = documents.for_case(work, task.case_id) if task.is_mine else []
        found = form_proposals.offers(work, task.form, papers, task.answers)
    sheet = Sheet(task.form, posted_of(task.form, task.answers))
    draw = get_template_attribute("forms/offers.html", "list")
    return jsonify(
        offers={place: draw(sheet, offers) for place, offers in found.items()},
        states={str(paper.id): paper.status_label for paper in papers},
        is_reading=any(paper.is_being_read for paper in papers),
    )
