"""Bags for the auditor (R74): asking for one, seeing how far it is, taking it out."""

from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import InvalidInput
from workflow_app.permissions import BAG_ORDERERS
from workflow_app.services.keeping import bag_orders
from workflow_app.services.sop import processes
from workflow_app.web import page_keys
from workflow_app.web.access import access
from workflow_app.web.failures import status_of
from workflow_app.web.files import whole_file
from workflow_app.web.formats import day_of
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("bag_orders", __name__, url_prefix="/arsip/tas")

LONGEST = 20_000
"""Characters of the numbers that are typed."""


@blueprint.get("")
@access(*BAG_ORDERERS)
def show() -> ResponseReturnValue:
    """The form, and what was asked for. A case page fills in its number."""
    return _page({"nomor": request.args.get("nomor", "")[:200], "proses": request.args.get("proses", "")})


@blueprint.post("")
@access(*BAG_ORDERERS)
def order() -> ResponseReturnValue:
    """Ask for a bag."""
    typed = request.form
    try:
        with unit_of_work() as work:
            bag_orders.order(
                work,
                page_keys.sent(),
                numbers=typed.get("nomor", "")[:LONGEST].split(),
                process=typed.get("proses", ""),
                first=day_of(typed.get("dari", "")),
                last=day_of(typed.get("sampai", "")),
                level=typed.get("tingkat", ""),
            )
    except InvalidInput as error:
        return _page(typed.to_dict(), error.fields), status_of(error)
    flash("Tas arsip sedang dibuat. Kemajuannya tampil di bawah.")
    return redirect(url_for("bag_orders.show", _anchor="tas"))


@blueprint.get("/keadaan")
@access(*BAG_ORDERERS)
def state() -> ResponseReturnValue:
    """How far the bags are, for the page that waits."""
    with unit_of_work() as work:
        orders = bag_orders.of_actor(work)
    html = render_template("bag_orders/list.html", orders=orders)
    return jsonify(is_moving=any(one.is_moving for one in orders), waiting=0, html=html)


@blueprint.get("/<uuid:order_id>/unduh")
@access(*BAG_ORDERERS)
def take_out(order_id: UUID) -> Response:
    """The finished bag as one file."""
    with unit_of_work() as work:
        found = bag_orders.content(work, order_id)
    return whole_file(found.chunks, found.size, "application/zip", found.name)


def _page(typed: dict[str, str], errors: dict[str, str] | None = None) -> str:
    with unit_of_work() as work:
        orders, levels = bag_orders.of_actor(work), bag_orders.choices(work)
        names = {each.key: each.name for each in processes.list_current(work)}
    return render_template(
        "bag_orders/show.html",
        orders=orders,
        levels=levels,
        names=names,
        typed=typed,
        errors=errors or {},
        token=page_keys.sent(),
        most=bag_orders.MOST_CASES,
        most_at_once=bag_orders.MOST_AT_ONCE,
    )
