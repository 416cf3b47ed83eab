"""The quality check of papers: what waits, one page at a time with its doubtful words, and what is
done to it.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from workflow_app.domain import InvalidInput, NotFound
from workflow_app.permissions import CHECKERS
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import access as document_access
from workflow_app.services.documents import quality_check, splitting, versions
from workflow_app.web.requests import access, holds, unit_of_work
from workflow_app.web.responses import inline

blueprint = Blueprint("checks", __name__)

MOST_LEFT = 30
LAST_ONE = "Itu dokumen terakhir dalam daftar. Yang dilewati tetap menunggu."
ALL_CHECKED = "Tidak ada lagi dokumen yang menunggu diperiksa."


@blueprint.get("/periksa-mutu")
@access(*CHECKERS)
def show_waiting() -> ResponseReturnValue:
    """Papers that nobody has checked yet."""
    with unit_of_work() as work:
        waiting = quality_check.waiting(work)
    return render_template("checks/waiting.html", waiting=waiting, most=quality_check.MOST_WAITING)


@blueprint.get("/dokumen/<uuid:document_id>/periksa/lewati")
@access()
def skip(document_id: UUID) -> ResponseReturnValue:
    """Leave this paper for later and go on with another one. Which were left stands in the address
    until all were seen.
    """
    left = [*_left(request.args), document_id][-MOST_LEFT:]
    with unit_of_work() as work:
        document_access.readable(work, document_id)
        following = quality_check.next_of(work, left)
    if following is None:
        flash(LAST_ONE)
        return redirect(url_for("checks.show_waiting"))
    return redirect(url_for("checks.show", document_id=following, nanti=left))


@blueprint.get("/dokumen/<uuid:document_id>/periksa")
@access()
def show(document_id: UUID) -> ResponseReturnValue:
    """One page beside its doubtful words."""
    with unit_of_work() as work:
        check = quality_check.show(work, document_id)
        no = min(max(1, request.args.get("halaman", 1, int)), len(check.pages))
        sheet = quality_check.sheet(work, document_id, no)
    return render_template(
        "checks/show.html",
        check=check,
        sheet=sheet,
        task_id=_task(request.args),
        left=_left(request.args),
    )


@blueprint.get("/dokumen/<uuid:document_id>/halaman/<int:page>/gambar")
@access()
def picture(document_id: UUID, page: int) -> ResponseReturnValue:
    """A page large enough to read, of the newest version or an earlier one."""
    with unit_of_work() as work:
        content = quality_check.picture(
            work, document_id, page, request.args.get("versi", None, int)
        )
    return inline(content)


@blueprint.get("/dokumen/<uuid:document_id>/versi/<int:version>")
@access()
def show_version(document_id: UUID, version: int) -> ResponseReturnValue:
    """A version as it was, one page at a time."""
    with unit_of_work() as work:
        history = versions.of(work, document_id)
        pages = quality_check.count_pages(work, document_id, version)
        no = min(max(1, request.args.get("halaman", 1, int)), pages)
        sheet = quality_check.sheet(work, document_id, no, version)
    return render_template(
        "checks/version.html",
        document_id=document_id,
        version=next((line for line in history if line.no == version), None),
        number=version,
        pages=pages,
        sheet=sheet,
    )


@blueprint.get("/dokumen/<uuid:document_id>/versi/<int:version>/dokumen.pdf")
@access()
def version_pdf(document_id: UUID, version: int) -> ResponseReturnValue:
    """The searchable copy of a version."""
    with unit_of_work() as work:
        content = quality_check.pdf(work, document_id, version)
    return inline(content)


@blueprint.post("/dokumen/<uuid:document_id>/kata")
@access()
def correct(document_id: UUID) -> ResponseReturnValue:
    """Put one word right, or confirm it; answers a script with what comes next."""
    version, page, place = (_number(name) for name in ("versi", "halaman", "tempat"))
    with unit_of_work() as work:
        newest = versions.correct(
            work, document_id, version, page, {place: request.form.get("kata", "")}
        )
        left = len(quality_check.sheet(work, document_id, page).doubtful)
        following = None if left else quality_check.next_doubtful(work, document_id, page)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(
            version=newest, left=left, next=_address(document_id, following) if following else None
        )
    return redirect(_address(document_id, following or page))


@blueprint.post("/dokumen/<uuid:document_id>/periksa")
@access()
def change(document_id: UUID) -> ResponseReturnValue:
    """What the pressed button says: each makes a new version, but the last one, which finds the
    newest good.
    """
    act = ACTS.get(request.form.get("tindakan", ""))
    if act is None:
        raise InvalidInput("Tekan salah satu tombol di halaman periksa mutu.")
    version, page = _number("versi"), _number("halaman")
    with unit_of_work() as work:
        shown = act(work, document_id, version, page)
    return redirect(_address(document_id, shown))


@blueprint.post("/dokumen/<uuid:document_id>/pisah")
@access()
def cut_off(document_id: UUID) -> ResponseReturnValue:
    """This page and all after it become a paper of their own."""
    version, page = _number("versi"), _number("halaman")
    with unit_of_work() as work:
        splitting.cut_off(work, document_id, version, page)
    flash(
        f"Halaman {page} dan sesudahnya sekarang dokumen sendiri. Keduanya saling menyebut di "
        "halaman dokumen."
    )
    return redirect(_address(document_id, page - 1))


@blueprint.post("/dokumen/<uuid:document_id>/gabung")
@access()
def merge(document_id: UUID) -> ResponseReturnValue:
    """This paper and the chosen ones become one new paper."""
    try:
        others = [UUID(each) for each in request.form.getlist("dokumen")]
    except ValueError as error:
        raise NotFound() from error
    with unit_of_work() as work:
        made = splitting.merge(work, document_id, _number("versi"), others)
    flash(
        "Dokumen baru berisi gabungannya. Dokumen asalnya tetap tersimpan dan disebut di "
        "halaman dokumen."
    )
    return redirect(_address(made, 1))


@blueprint.post("/dokumen/<uuid:document_id>/mutu-baik")
@access()
def accept(document_id: UUID) -> ResponseReturnValue:
    """The newest version is good; on to the next paper, or back to the task it was opened from."""
    with unit_of_work() as work:
        quality_check.accept(work, document_id, _number("versi"))
        following = quality_check.next_of(work, _left(request.form)) if holds(*CHECKERS) else None
    if (task_id := _task(request.form)) is not None:
        flash("Mutu dokumen tercatat sudah diperiksa.")
        return redirect(url_for("tasks.show", task_id=task_id))
    if following is not None:
        return redirect(_address(following, None))
    if holds(*CHECKERS):
        flash(LAST_ONE if _left(request.form) else ALL_CHECKED)
        return redirect(url_for("checks.show_waiting"))
    flash("Mutu dokumen tercatat sudah diperiksa.")
    return redirect(url_for("documents.show", document_id=document_id))


def _turn(degrees: int) -> Callable[[UnitOfWork, UUID, int, int], int]:
    def act(work: UnitOfWork, document_id: UUID, version: int, page: int) -> int:
        versions.turn(work, document_id, version, page, degrees)
        return page

    return act


def _move(step: int) -> Callable[[UnitOfWork, UUID, int, int], int]:
    def act(work: UnitOfWork, document_id: UUID, version: int, page: int) -> int:
        versions.move(work, document_id, version, page, page + step)
        return page + step

    return act


def _take_out(work: UnitOfWork, document_id: UUID, version: int, page: int) -> int:
    versions.take_out(work, document_id, version, page)
    return page


def _take_out_blanks(work: UnitOfWork, document_id: UUID, version: int, _page: int) -> int:
    versions.take_out_blanks(work, document_id, version)
    return 1


def _restore(work: UnitOfWork, document_id: UUID, version: int, page: int) -> int:
    versions.restore(work, document_id, version, _number("ke"))
    return page


ACTS: Mapping[str, Callable[[UnitOfWork, UUID, int, int], int]] = {
    "putar_kiri": _turn(270),
    "putar_kanan": _turn(90),
    "naik": _move(-1),
    "turun": _move(1),
    "keluarkan": _take_out,
    "keluarkan_kosong": _take_out_blanks,
    "kembalikan": _restore,
}
"""By the value of the button; each returns the page to show then."""


def _address(document_id: UUID, page: int | None) -> str:
    return url_for(
        "checks.show",
        document_id=document_id,
        halaman=page if page and page > 1 else None,
        tugas=_task(request.form),
        nanti=_left(request.form),
    )


def _number(name: str) -> int:
    number = request.form.get(name, None, int)
    if number is None or not 0 <= number <= 1_000_000:
        raise InvalidInput("Muat ulang halaman periksa mutu, lalu ulangi.")
    return number


def _left(given: MultiDict[str, str]) -> list[UUID]:
    """Papers that were left for later in this round."""
    try:
        return [UUID(each) for each in given.getlist("nanti")[-MOST_LEFT:]]
    except ValueError:
        return []


def _task(given: Mapping[str, str]) -> UUID | None:
    try:
        return UUID(given.get("tugas", ""))
    except ValueError:
        return None
