"""What the archive has proven of itself (R37, decision 0032)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from workflow_app.permissions import PROOF_READERS
from workflow_app.services.watching import archive_proofs
from workflow_app.web.access import access
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("archive_proofs", __name__)


@blueprint.get("/arsip/keadaan")
@access(*PROOF_READERS)
def show() -> ResponseReturnValue:
    """The last verdicts, and those before them."""
    with unit_of_work() as work:
        proofs = archive_proofs.read(work)
    return render_template("archive_proofs/show.html", proofs=proofs)
