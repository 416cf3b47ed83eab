"""Searching numbers and the text of papers. The words stay out of the address: people search for names."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from workflow_app.services import cases, paper_search
from workflow_app.web.access import access
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("search", __name__, url_prefix="/cari")

WORDS = "cari"
LONGEST = 200


@blueprint.post("")
@access()
def remember() -> ResponseReturnValue:
    """Keep the words in the session and show the results by an address without them."""
    cookie[WORDS] = request.form.get("kata", "").strip()[:LONGEST]
    return redirect(url_for("search.show"))


@blueprint.get("")
@access()
def show() -> ResponseReturnValue:
    """Cases by number, papers by their text."""
    words = str(cookie.get(WORDS, ""))
    after = request.args.get("setelah")
    with unit_of_work() as work:
        hits = cases.search(work, words, limit=10) if words and not after else []
        found = paper_search.search(work, words, after=after) if words else None
    return render_template("search/show.html", words=words, cases=hits, papers=found, after=after)
