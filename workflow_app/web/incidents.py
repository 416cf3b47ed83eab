"""Steps that failed or are held, for those who can have them tried again or let the case go on."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import InvalidInput
from workflow_app.permissions import INCIDENT_READERS, INCIDENT_RETRIERS
from workflow_app.services.case_file import access as reach
from workflow_app.services.case_file import incidents, records
from workflow_app.services.running import going_on
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


@blueprint.get("/<uuid:incident_id>/izin")
@access()
def ask_to_let_on(incident_id: UUID) -> ResponseReturnValue:
    """Why a case is held, and the form that lets it go on."""
    return _asking(incident_id)


@blueprint.post("/<uuid:incident_id>/izin")
@access()
def let_on(incident_id: UUID) -> ResponseReturnValue:
    """Let a case go on that has gone round very often, with a reason."""
    typed = request.form.get("alasan", "")
    try:
        with unit_of_work() as work:
            case_id = going_on.let_on(work, incident_id, typed)
    except InvalidInput as error:
        return _asking(incident_id, typed, error.fields["reason"]), 400
    flash("Berkas diizinkan berjalan lagi. Alasannya tercatat.")
    return redirect(url_for("cases.show", case_id=case_id))


def _asking(incident_id: UUID, typed: str = "", error: str = "") -> str:
    with unit_of_work() as work:
        held = going_on.look(work, incident_id)
        notices = records.record_of(work, reach.visible_case(work, held.case_id)).notices
    return render_template("incidents/let_on.html", held=held, notices=notices, typed=typed, error=error)
