"""The public answer to a letter's code: valid, withdrawn or unknown. Nothing about any person."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import TooManyTries
from workflow_app.services.accounts import attempts
from workflow_app.services.correspondence import verification
from workflow_app.web import limits
from workflow_app.web.access import public
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("verification", __name__, url_prefix="/verifikasi")


@blueprint.get("")
@public
def ask() -> ResponseReturnValue:
    """A form to type a code; without JavaScript it leads to the address of the code."""
    code = request.args.get("kode", "").strip()
    if code:
        wanted = verification.normalise(code)
        if wanted:
            return redirect(url_for("verification.show", code=wanted))
        return render_template("verification/ask.html", typed=code[:80], is_wrong=True), 404
    return render_template("verification/ask.html", typed="", is_wrong=False)


@blueprint.get("/<code>")
@public
def show(code: str) -> ResponseReturnValue:
    """What the code stands for. Codes that no letter has are counted: guessing becomes slow, checking does not."""
    tries = limits.of_lookup()
    with unit_of_work() as work:
        wait = attempts.wait(work, tries)
        found = None if wait else verification.verify(work, code)
        if found is not None and found.status == "unknown":
            attempts.count(work, tries)
    if found is None:
        raise TooManyTries(limits.sentence(wait), retry_after=limits.seconds(wait))
    page = render_template("verification/show.html", found=found, code=verification.normalise(code) or "")
    return page, 404 if found.status == "unknown" else 200
