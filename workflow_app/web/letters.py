"""Issued letters: as PDF, and withdrawn after the citizen has taken them."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import Busy, InvalidInput
from workflow_app.services.correspondence import letter_views, letters
from workflow_app.web.access import access
from workflow_app.web.cases import Withdrawal, page
from workflow_app.web.failures import status_of
from workflow_app.web.files import inline
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("letters", __name__)


@blueprint.get("/surat/<uuid:letter_id>.pdf")
@access()
def pdf(letter_id: UUID) -> ResponseReturnValue:
    """The newest printing of a letter."""
    with unit_of_work() as work:
        content = letter_views.pdf(work, letter_id)
    return inline(content)


@blueprint.post("/surat/<uuid:letter_id>/penarikan")
@access(*letters.WITHDRAWERS)
def withdraw(letter_id: UUID) -> ResponseReturnValue:
    """Withdraw a letter that was handed over, with a reason."""
    reason = request.form.get("alasan_tarik", "")
    with unit_of_work() as work:
        case_id = letter_views.case_of(work, letter_id)
    try:
        with unit_of_work() as work:
            letters.withdraw(work, letter_id, reason)
    except (InvalidInput, Busy) as error:
        sentence = error.fields["reason"] if isinstance(error, InvalidInput) else error.sentence
        return page(case_id, withdrawal=Withdrawal(letter_id, reason, sentence)), status_of(error)
    flash("Surat ditarik. Alasannya tercatat, dan pemeriksaan kodenya kini menyebut surat ini ditarik.")
    return redirect(url_for("cases.show", case_id=case_id))
