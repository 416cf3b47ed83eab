"""Saving unfinished answers while a person types."""

from uuid import UUID

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from workflow_app.engine import forms
from workflow_app.services.forms import doubts
from workflow_app.services.running import drafts, task_views
from workflow_app.web.access import access
from workflow_app.web.formats import clock_time
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("drafts", __name__)


@blueprint.post("/tugas/<uuid:task_id>/draf")
@access()
def save(task_id: UUID) -> ResponseReturnValue:
    """Keep what stands in the form; answers with the time it was kept."""
    with unit_of_work() as work:
        form = task_views.form_of(work, task_id)
        answers = forms.read(form, request.form.to_dict(flat=False))
        saved = drafts.save(
            work, task_id, answers, page=request.form.get("kunci", ""), seen=request.form.get("versi")
        )
    if saved.sentence:
        return jsonify(sentence=saved.sentence), 409
    return jsonify(saved=f"Tersimpan {clock_time(saved.at)}", doubts=doubts.of_answers(form, answers))
