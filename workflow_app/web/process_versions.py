"""Versions of processes for those who look after them: what differs, what moving running cases would do, moving them and back."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import Conflict, InvalidDefinition, InvalidInput, NotFound
from workflow_app.permissions import PROCESS_KEEPERS
from workflow_app.services.running import move_orders, move_previews, moves
from workflow_app.services.sop import process_versions, processes
from workflow_app.web import page_keys
from workflow_app.web.access import access
from workflow_app.web.failures import status_of
from workflow_app.web.transaction import instant, unit_of_work

blueprint = Blueprint("process_versions", __name__, url_prefix="/proses")

MOST_LISTED = 50
"""Numbers of cases that are listed in one place."""


@blueprint.get("/versi")
@access(*PROCESS_KEEPERS)
def show_all() -> ResponseReturnValue:
    """Every process with its current version, and how many running cases are on it or on older ones."""
    with instant() as work:
        current = processes.list_current(work)
        running = move_previews.count_running(work)
    return render_template("process_versions/show_all.html", processes=current, running=running)


@blueprint.get("/<key>/versi")
@access(*PROCESS_KEEPERS)
def show(key: str) -> ResponseReturnValue:
    """The versions of a process, its running cases, and what was ordered for them."""
    return _page(key, _number("ke"))


@blueprint.post("/<key>/versi/<int:version>/pindah")
@access(*PROCESS_KEEPERS)
def move(key: str, version: int) -> ResponseReturnValue:
    """Order cases to be moved to a version; asked once more before it is done."""
    return _order(key, version, None)


@blueprint.post("/<key>/versi/perintah/<uuid:order_id>/kembalikan")
@access(*PROCESS_KEEPERS)
def move_back(key: str, order_id: UUID) -> ResponseReturnValue:
    """Order cases to go back to the version they had; asked once more before it is done."""
    return _order(key, None, order_id)


@blueprint.get("/<key>/versi/banding")
@access(*PROCESS_KEEPERS)
def compare(key: str) -> ResponseReturnValue:
    """Two versions side by side."""
    before, after = _number("dari"), _number("ke")
    if before is None or after is None:
        raise NotFound("Pilih dua versi untuk dibandingkan.")
    with unit_of_work() as work:
        versions = process_versions.of_process(work, key)
        try:
            found = process_versions.compare(work, key, before, after)
        except InvalidDefinition as error:
            raise Conflict(
                "Salah satu versi ini tidak dapat dibaca lagi, jadi tidak dapat dibandingkan."
            ) from error
    return render_template("process_versions/compare.html", found=found, versions=versions)


@blueprint.get("/<key>/versi/<int:version>/gambar")
@access(*PROCESS_KEEPERS)
def drawing(key: str, version: int) -> ResponseReturnValue:
    """The drawing of a version, or of a process that it calls, for the viewer on the page."""
    with unit_of_work() as work:
        found = process_versions.drawing(work, key, version, request.args.get("proses"))
    return found, {"Content-Type": "application/xml; charset=utf-8"}


def _order(key: str, version: int | None, order_id: UUID | None) -> ResponseReturnValue:
    reason, token = request.form.get("alasan", ""), page_keys.sent()
    chosen = None if request.form.get("berkas", "semua") == "semua" else _chosen()
    try:
        if "pasti" not in request.form:
            moves.check_reason(reason)
            return _confirm(key, version, order_id, chosen, reason, token)
        with unit_of_work() as work:
            if order_id is None:
                moves.order(work, key, version or 0, chosen, reason, token)
            else:
                moves.order_back(work, order_id, chosen, reason, token)
    except InvalidInput as error:
        return _page(key, version, order_id, error.fields.get("alasan", error.sentence), reason), status_of(
            error
        )
    except Conflict as error:
        return _page(key, version, order_id, error.sentence, reason), status_of(error)
    flash("Perintah tercatat. Berkas dipindahkan satu per satu; hasilnya tampil di bawah.")
    return redirect(url_for("process_versions.show", key=key, _anchor="perintah"))


def _confirm(
    key: str, version: int | None, order_id: UUID | None, chosen: list[UUID] | None, reason: str, token: str
) -> str:
    with instant() as work:
        if order_id is None:
            preview = move_previews.preview(work, key, version or 0)
            movable = [case for standing in preview.standings for case in standing.movable]
            skipped = [name for standing in preview.standings for name in standing.skipped]
        else:
            orders = move_orders.of_process(work, key)
            movable = [case for given in orders if given.id == order_id for case in given.returnable]
            skipped = []
        name = process_versions.of_process(work, key)[0].name
    cases = [(id, number) for id, number in movable if chosen is None or id in chosen]
    if not cases:
        raise Conflict(
            "Tidak ada berkas pilihan Anda yang dapat dipindahkan sekarang. Periksa lagi daftarnya."
        )
    return render_template(
        "process_versions/confirm.html",
        key=key,
        name=name,
        version=version,
        order_id=order_id,
        cases=cases,
        is_all=chosen is None,
        skipped=skipped,
        reason=reason,
        token=token,
        most=MOST_LISTED,
    )


def _page(key: str, version: int | None, wrong: UUID | None = None, error: str = "", reason: str = "") -> str:
    with instant() as work:
        versions = process_versions.of_process(work, key)
        current = next((one for one in versions if one.is_current), versions[0])
        target = version or current.version
        preview = move_previews.preview(work, key, target)
        orders = move_orders.of_process(work, key)
    return render_template(
        "process_versions/show.html",
        key=key,
        name=current.name,
        versions=versions,
        preview=preview,
        orders=orders,
        wrong=wrong,
        error=error,
        reason=reason,
        token=page_keys.sent(),
        most=MOST_LISTED,
    )


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _chosen() -> list[UUID]:
    try:
        return [UUID(text) for text in request.form.getlist("pilih")]
    except ValueError as error:
        raise InvalidInput("Pilihan ini tidak dikenal. Muat ulang halaman, lalu pilih lagi.") from error
