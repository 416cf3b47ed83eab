"""Opening the identity of a case: for a written purpose, shown once, on record (R23)."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from workflow_app.errors import Busy, InvalidInput
from workflow_app.permissions import IDENTITY_READERS
from workflow_app.services.case_file import identities
from workflow_app.services.running import cases
from workflow_app.services.running.cases import CaseView
from workflow_app.web.access import access
from workflow_app.web.failures import status_of
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("identities", __name__, url_prefix="/berkas/<uuid:case_id>/identitas")

PURPOSES = (
    "Memeriksa kebenaran data sebelum memutuskan",
    "Menghubungi warga tentang berkas ini",
    "Memenuhi permintaan warga yang bersangkutan",
    "Pemeriksaan atau audit",
)


@blueprint.get("")
@access(*IDENTITY_READERS)
def ask(case_id: UUID) -> ResponseReturnValue:
    """Ask for the purpose."""
    with unit_of_work() as work:
        case = cases.get(work, case_id)
    return _ask(case)


@blueprint.post("")
@access(*IDENTITY_READERS)
def reveal(case_id: UUID) -> ResponseReturnValue:
    """Show the identity. The answer is not stored anywhere and cannot be reached by an address."""
    chosen, words = request.form.get("tujuan", ""), request.form.get("uraian", "").strip()
    purpose = ": ".join(part for part in (chosen, words) if part)
    with unit_of_work() as work:
        case = cases.get(work, case_id)
    try:
        with unit_of_work() as work:
            groups = identities.reveal(work, case_id, purpose)
    except (InvalidInput, Busy) as error:
        sentence = error.fields.get("purpose") if isinstance(error, InvalidInput) else None
        return _ask(case, sentence or error.sentence, chosen, words), status_of(error)
    return render_template("identities/show.html", case=case, groups=groups, purpose=purpose)


def _ask(case: CaseView, error: str = "", chosen: str = "", words: str = "") -> str:
    return render_template(
        "identities/ask.html", case=case, purposes=PURPOSES, error=error, chosen=chosen, words=words
    )
