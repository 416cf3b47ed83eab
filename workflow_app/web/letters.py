"""Issued letters as PDF."""

from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from workflow_app.services import letters
from workflow_app.web.access import access
from workflow_app.web.files import inline
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("letters", __name__)


@blueprint.get("/surat/<uuid:letter_id>.pdf")
@access()
def pdf(letter_id: UUID) -> ResponseReturnValue:
    """The newest printing of a letter."""
    with unit_of_work() as work:
        content = letters.pdf(work, letter_id)
    return inline(content)
