"""Stages of a case: correcting when one really was."""

from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import Busy, InvalidInput
from workflow_app.permissions import TIME_CORRECTORS
from workflow_app.services.case_file import stages
from workflow_app.web.access import access
from workflow_app.web.cases import page
from workflow_app.web.failures import status_of
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("stages", __name__, url_prefix="/berkas/<uuid:case_id>/waktu")


@dataclass(frozen=True)
class Correcting:
    """What was typed to correct a time, and what is wrong with it."""

    element: str = ""
    at: str = ""
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@blueprint.post("/<element>")
@access(*TIME_CORRECTORS)
def correct(case_id: UUID, element: str) -> ResponseReturnValue:
    """Put another time beside the recorded one, with a reason."""
    at, reason = request.form.get("waktu", ""), request.form.get("alasan_koreksi", "")
    try:
        with unit_of_work() as work:
            stages.correct(work, case_id, element, at, reason)
    except (InvalidInput, Busy) as error:
        errors = error.fields if isinstance(error, InvalidInput) else {"reason": error.sentence}
        return page(case_id, correcting=Correcting(element, at, reason, dict(errors))), status_of(error)
    flash("Waktu dikoreksi. Waktu yang tercatat semula tetap terlihat di sampingnya.")
    return redirect(url_for("cases.show", case_id=case_id))
