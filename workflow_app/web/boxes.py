"""Opening a complaint box: the first officer records it in his session, the second confirms it with his password."""

from collections.abc import Mapping
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import InvalidInput
from workflow_app.permissions import BOX_OPENERS
from workflow_app.services.accounts import attempts, users
from workflow_app.services.running import boxes
from workflow_app.services.running.boxes import Asked
from workflow_app.types import WITA
from workflow_app.web import limits, page_keys
from workflow_app.web.access import access
from workflow_app.web.parts import now
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("boxes", __name__, url_prefix="/kotak-pengaduan")


@blueprint.get("")
@access(*BOX_OPENERS)
def show() -> ResponseReturnValue:
    """The boxes with their last opening, and the form to record the next."""
    return _page(Asked(opened_at=f"{now().astimezone(WITA):%Y-%m-%dT%H:%M}"))


@blueprint.post("")
@access(*BOX_OPENERS)
def open_box() -> ResponseReturnValue:
    """Record the opening. The second officer's try is counted before, in a transaction of its own, as a sign-in is."""
    names = ("kotak", "dibuka", "lembar")
    asked = Asked(*(request.form.get(name, "").strip() for name in names))
    username = request.form.get("nama_kedua", "").strip()
    token = page_keys.sent()
    tries = limits.of_sign_in(username)
    with unit_of_work() as work:
        wait = attempts.charge(work, tries)
    if wait:
        page = _page(asked, {"kedua": limits.sentence(wait)}, username, token)
        return page, 429, {"Retry-After": str(limits.seconds(wait))}
    with unit_of_work() as work:
        second = users.authenticate(work, username, request.form.get("sandi_kedua", ""))
        if second is not None:
            attempts.forgive(work, tries)
    try:
        with unit_of_work() as work:
            begun = boxes.open_box(work, asked, second, token)
    except InvalidInput as error:
        return _page(asked, error.fields or {"": error.sentence}, username, token), 400
    flash(
        f"Pembukaan kotak tercatat. {len(begun)} lembar, {len(begun)} berkas dimulai; pindai satu per satu."
    )
    return redirect(url_for("boxes.show"))


def _page(asked: Asked, errors: Mapping[str, str] | None = None, username: str = "", token: str = "") -> str:
    with unit_of_work() as work:
        known = boxes.list_boxes(work)
    return render_template(
        "boxes/show.html",
        boxes=known,
        asked=asked,
        errors=errors or {},
        username=username,
        token=token or str(uuid4()),
        most=boxes.MOST_SHEETS,
    )
