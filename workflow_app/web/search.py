"""Searching numbers and the text of papers. The words stay out of the address: people search for names. What narrows the
search stands there, in codes.
"""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.services.accounts import sessions
from workflow_app.services.case_file import numbered_cases
from workflow_app.services.finding import find_pictures, paper_narrowing, paper_search
from workflow_app.web import session
from workflow_app.web.access import access
from workflow_app.web.files import inline
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("search", __name__, url_prefix="/cari")

LONGEST = 200
ORDER, FAR = "urut", "jauh"
ORDERS = {"": "Paling cocok", "baru": "Terbaru", "lama": "Terlama"}


@blueprint.post("")
@access()
def remember() -> ResponseReturnValue:
    """Keep the words, sealed, with the session and show the results by an address without them."""
    words = request.form.get("kata", "").strip()[:LONGEST]
    with unit_of_work() as work:
        sessions.remember_search(work, session.session_id(), words)
    return redirect(url_for("search.show", urut=_order_asked().get(ORDER)))


@blueprint.get("")
@access()
def show() -> ResponseReturnValue:
    """Cases by number, papers by their text."""
    after, order = request.args.get("setelah"), _order_asked()
    far = {FAR: "ya"} if request.args.get(FAR) == "ya" else {}
    choice = paper_narrowing.chosen(request.args)
    with unit_of_work() as work:
        words = sessions.searched(work, session.session_id())
        hits = numbered_cases.search(work, words, limit=10) if words and not after and not choice else []
        found = (
            paper_search.search(
                work,
                words,
                choice=choice,
                order=paper_search.ORDERS[order.get(ORDER, "")],
                after=after,
                is_far=bool(far),
            )
            if words
            else None
        )
    return render_template(
        "search/show.html",
        words=words,
        cases=hits,
        papers=found,
        after=after,
        choice=choice,
        order=order,
        far=far,
        orders=ORDERS,
        most=paper_search.MAX_HITS,
    )


@blueprint.get("/gambar/<uuid:document_id>/<int:page>")
@access()
def picture(document_id: UUID, page: int) -> ResponseReturnValue:
    """The part of a page on which the words stand that were searched last."""
    with unit_of_work() as work:
        words = sessions.searched(work, session.session_id())
        content = find_pictures.of(work, document_id, page, words)
    return inline(content)


def _order_asked() -> Mapping[str, str]:
    """As it stands in the address; empty for the usual one."""
    given = request.values.get(ORDER, "")
    return {ORDER: given} if given in ORDERS and given else {}
