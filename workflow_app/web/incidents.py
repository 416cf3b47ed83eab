"""Steps that failed, for those who can have them tried again."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.permissions import INCIDENT_READERS, INCIDENT_RETRIERS
from workflow_app.services.case_file import incidents
from workflow_app.web.access import access
from workflow_app.web.addresses import local_path
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("incidents", __name__, url_prefix="/insiden")


@blueprint.get("")
@access(*INCIDENT_READERS)
def show_open() -> ResponseReturnValue:
    """All that are not resolved."""
    with unit_of_work() as work:
        found = incidents.list_open(work)
    return render_template("incidents/show_open.html", incidents=found)


@blueprint.post("/<uuid:incident_id>/ulangi")
@access(*INCIDENT_RETRIERS)
def retry(incident_id: UUID) -> ResponseReturnValue:
    """Have the step tried again."""
    with unit_of_work() as work:
        incidents.retry(work, incident_id)
    flash("Langkah dicoba lagi. Muat ulang halaman dalam beberapa detik untuk melihat hasilnya.")
    return redirect(local_path(request.form.get("kembali"), url_for("incidents.show_open")))
