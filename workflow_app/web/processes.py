"""Starting a service for a citizen.

Versions of processes for those who look after them: what differs, what moving running cases would
do, moving them and back.
"""

from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.domain import Conflict, InvalidDefinition, InvalidInput, NotFound
from workflow_app.permissions import BEGINNERS, PROCESS_KEEPERS
from workflow_app.services.processes import definition_versions, definitions
from workflow_app.services.workflow import (
    archive_batches,
    cases,
    version_migration,
    version_migration_preview,
)
from workflow_app.web import requests
from workflow_app.web.requests import access, instant, unit_of_work
from workflow_app.web.responses import status_of

blueprint = Blueprint("processes", __name__, url_prefix="/mulai")


@blueprint.get("")
@access(*BEGINNERS)
def choose() -> ResponseReturnValue:
    """The services that can be started."""
    with unit_of_work() as work:
        startable = definitions.startable(work)
    tokens = {process.key: str(uuid4()) for process in startable}
    return render_template(
        "processes/choose.html",
        startable=startable,
        tokens=tokens,
        disposals=archive_batches.PROCESSES,
    )


@blueprint.post("/<key>")
@access(*BEGINNERS)
def start(key: str) -> ResponseReturnValue:
    """Begin a case and open its first task. The same page sent twice begins one. A disposal begins
    where its papers are chosen: without any there is nothing to approve.
    """
    if key in archive_batches.PROCESSES:
        return redirect(url_for("disposals.show_due"))
    token = requests.sent()
    with unit_of_work() as work:
        started = cases.start(work, key, token)
    if started.task_id is None:
        return redirect(url_for("cases.show", case_id=started.case_id))
    return redirect(url_for("tasks.show", task_id=started.task_id))


process_versions_blueprint = Blueprint("process_versions", __name__, url_prefix="/proses")

MOST_LISTED = 50
"""Numbers of cases that are listed in one place."""


@process_versions_blueprint.get("/versi")
@access(*PROCESS_KEEPERS)
def show_all() -> ResponseReturnValue:
    """Every process with its current version, and how many running cases are on it or on older
    ones.
    """
    with instant() as work:
        current = definitions.list_current(work)
        running = version_migration_preview.count_running(work)
    return render_template("process_versions/show_all.html", processes=current, running=running)


@process_versions_blueprint.get("/<key>/versi")
@access(*PROCESS_KEEPERS)
def show(key: str) -> ResponseReturnValue:
    """The versions of a process, its running cases, and what was ordered for them."""
    return _page(key, _number("ke"))


@process_versions_blueprint.post("/<key>/versi/<int:version>/pindah")
@access(*PROCESS_KEEPERS)
def move(key: str, version: int) -> ResponseReturnValue:
    """Order cases to be moved to a version; asked once more before it is done."""
    return _order(key, version, None)


@process_versions_blueprint.post("/<key>/versi/perintah/<uuid:order_id>/kembalikan")
@access(*PROCESS_KEEPERS)
def move_back(key: str, order_id: UUID) -> ResponseReturnValue:
    """Order cases to go back to the version they had; asked once more before it is done."""
    return _order(key, None, order_id)


@process_versions_blueprint.get("/<key>/versi/banding")
@access(*PROCESS_KEEPERS)
def compare(key: str) -> ResponseReturnValue:
    """Two versions side by side."""
    before, after = _number("dari"), _number("ke")
    if before is None or after is None:
        raise NotFound("Pilih dua versi untuk dibandingkan.")
    with unit_of_work() as work:
        versions = definition_versions.of_process(work, key)
        try:
            found = definition_versions.compare(work, key, before, after)
        except InvalidDefinition as error:
            raise Conflict(
                "Salah satu versi ini tidak dapat dibaca lagi, jadi tidak dapat dibandingkan."
            ) from error
    return render_template("process_versions/compare.html", found=found, versions=versions)


@process_versions_blueprint.get("/<key>/versi/<int:version>/gambar")
@access(*PROCESS_KEEPERS)
def drawing(key: str, version: int) -> ResponseReturnValue:
    """The drawing of a version, or of a process that it calls, for the viewer on the page."""
    with unit_of_work() as work:
        found = definition_versions.drawing(work, key, version, request.args.get("proses"))
    return found, {"Content-Type": "application/xml; charset=utf-8"}


def _order(key: str, version: int | None, order_id: UUID | None) -> ResponseReturnValue:
    reason, token = request.form.get("alasan", ""), requests.sent()
    chosen = None if request.form.get("berkas", "semua") == "semua" else _chosen()
    try:
        if "pasti" not in request.form:
            version_migration.check_reason(reason)
            return _confirm(key, version, order_id, chosen, reason, token)
        with unit_of_work() as work:
            if order_id is None:
                version_migration.order(work, key, version or 0, chosen, reason, token)
            else:
                version_migration.order_back(work, order_id, chosen, reason, token)
    except InvalidInput as error:
        return _page(
            key, version, order_id, error.fields.get("alasan", error.sentence), reason
        ), status_of(error)
    except Conflict as error:
        return _page(key, version, order_id, error.sentence, reason), status_of(error)
    flash("Perintah tercatat. Berkas dipindahkan satu per satu; hasilnya tampil di bawah.")
    return redirect(url_for("process_versions.show", key=key, _anchor="perintah"))


def _confirm(
    key: str,
    version: int | None,
    order_id: UUID | None,
    chosen: list[UUID] | None,
    reason: str,
    token: str,
) -> str:
    with instant() as work:
        if order_id is None:
            preview = version_migration_preview.preview(work, key, version or 0)
            movable = [case for standing in preview.standings for case in standing.movable]
            skipped = [name for standing in preview.standings for name in standing.skipped]
        else:
            orders = version_migration.of_process(work, key)
            movable = [
                case for given in orders if given.id == order_id for case in given.returnable
            ]
            skipped = []
        name = definition_versions.of_process(work, key)[0].name
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


def _page(
    key: str, version: int | None, wrong: UUID | None = None, error: str = "", reason: str = ""
) -> str:
    with instant() as work:
        versions = definition_versions.of_process(work, key)
        current = next((one for one in versions if one.is_current), versions[0])
        target = version or current.version
        preview = version_migration_preview.preview(work, key, target)
        orders = version_migration.of_process(work, key)
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
        token=requests.sent(),
        most=MOST_LISTED,
    )


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _chosen() -> list[UUID]:
    try:
        return [UUID(text) for text in request.form.getlist("pilih")]
    except ValueError as error:
        raise InvalidInput(
            "Pilihan ini tidak dikenal. Muat ulang halaman, lalu pilih lagi."
        ) from error
