"""The papers that are due by the schedule, proposing some of them, and the list of a proposal.

Bags for the auditor (R74): asking for one, seeing how far it is, taking it out. Boxes of old
papers: registered once with all their bundles, whose cover sheets are printed in one go. What the
archive has proven of itself (R37, decision 0032).
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.domain import Conflict, InvalidInput, NotFound
from workflow_app.permissions import (
    ARCHIVE_BOX_KEEPERS,
    BAG_ORDERERS,
    DISPOSAL_PROPOSERS,
    PROOF_READERS,
    disposal_scopes,
)
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents.documents import Content
from workflow_app.services.exports import bag_orders
from workflow_app.services.intake import cover_sheets as intake_cover_sheets
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.office_settings.retention_schedule import FATES, Fate
from workflow_app.services.operations import archive_verification
from workflow_app.services.processes import definitions
from workflow_app.services.retention import disposal_lists, schedule
from workflow_app.services.workflow import archive_batches
from workflow_app.services.workflow.archive_batches import AskedBox, AskedBundle
from workflow_app.web import requests
from workflow_app.web.formats import day_of
from workflow_app.web.requests import access, unit_of_work
from workflow_app.web.responses import inline, status_of, whole_file

blueprint = Blueprint("disposals", __name__)


@blueprint.get("/retensi")
@access(*DISPOSAL_PROPOSERS)
def show_due() -> ResponseReturnValue:
    """What is due, to choose from."""
    return _due_page()


@blueprint.post("/retensi/usulan")
@access(*DISPOSAL_PROPOSERS)
def propose() -> ResponseReturnValue:
    """Begin a proposal with what was chosen, or add it to one that is open."""
    ids = [_id(text) for text in request.form.getlist("dokumen")]
    token = requests.sent()
    existing = request.form.get("berkas", "")
    try:
        with unit_of_work() as work:
            if existing:
                disposal_lists.choose(work, case_id := _id(existing), ids)
                task_id = None
            else:
                started = archive_batches.begin(work, ids, token, _scope(work))
                case_id, task_id = started.case_id, started.task_id
    except (InvalidInput, Conflict) as error:
        return _due_page(error.sentence, ids), status_of(error)
    flash("Pilihan Anda ada pada daftar usulan. Periksa sekali lagi, lalu ajukan.")
    if task_id is not None:
        return redirect(url_for("tasks.show", task_id=task_id))
    return redirect(url_for("disposals.show", case_id=case_id))


@blueprint.get("/berkas/<uuid:case_id>/pemusnahan")
@access()
def show(case_id: UUID) -> ResponseReturnValue:
    """The list of a proposal, with what became of each paper."""
    return _page(case_id)


@blueprint.post("/berkas/<uuid:case_id>/pemusnahan/<int(max=999999):no>/keluarkan")
@access()
def take_out(case_id: UUID, no: int) -> ResponseReturnValue:
    """Take one paper off the list."""
    try:
        with unit_of_work() as work:
            disposal_lists.take_out(work, case_id, no, request.form.get("alasan", ""))
    except (InvalidInput, Conflict) as error:
        words = (
            error.fields.get(f"alasan-{no}", error.sentence)
            if isinstance(error, InvalidInput)
            else None
        )
        return _page(case_id, no, words or error.sentence), status_of(error)
    flash(f"Nomor {no} dikeluarkan dari daftar.")
    return redirect(url_for("disposals.show", case_id=case_id, _anchor=f"nomor-{no}"))


def _due_page(error: str = "", chosen: list[UUID] | None = None) -> str:
    year, code, after = (request.values.get(name, "") for name in ("tahun", "baris", "sesudah"))
    fate = Fate(asked) if (asked := request.values.get("nasib", "")) in FATES else Fate.DESTROY
    with unit_of_work() as work:
        scope = _scope(work)
        page = schedule.show(
            work,
            fate=fate,
            scope=scope,
            year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
            code=code or None,
            after=_id(after) if after else None,
        )
        mine = archive_batches.open_ones(work, scope)
        scopes = {
            each or "": role_label(work, each) if each else ""
            for each in disposal_scopes(work.actor)
        }
    return render_template(
        "disposals/due.html",
        page=page,
        fate=fate,
        fates=FATES,
        proposals=mine,
        scope=scope or "",
        scopes=scopes,
        year=year,
        code=code,
        after=after,
        error=error,
        chosen=set(chosen or ()),
        token=requests.sent(),
        most=disposal_lists.MOST,
    )


def _scope(work: UnitOfWork) -> str | None:
    """Whose papers the page is about: those that were asked for, else the first that the actor may
    propose.
    """
    asked = request.values.get("lingkup")
    return next(iter(disposal_scopes(work.actor)), None) if asked is None else asked or None


def _page(case_id: UUID, wrong: int | None = None, error: str = "") -> str:
    with unit_of_work() as work:
        proposal = disposal_lists.listed(work, case_id)
        if proposal is None:
            raise NotFound("Berkas ini tidak mempunyai daftar pemusnahan yang dapat Anda lihat.")
    return render_template(
        "disposals/show.html",
        proposal=proposal,
        wrong=wrong,
        error=error,
        reasons=disposal_lists.REASONS,
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput(
            "Pilihan ini tidak dikenal. Muat ulang daftar, lalu pilih lagi."
        ) from error


bag_orders_blueprint = Blueprint("bag_orders", __name__, url_prefix="/arsip/tas")

LONGEST = 20_000
"""Characters of the numbers that are typed."""


@bag_orders_blueprint.get("")
@access(*BAG_ORDERERS)
def show_bag_order() -> ResponseReturnValue:
    """The form, and what was asked for. A case page fills in its number."""
    return _page_bag_order(
        {"nomor": request.args.get("nomor", "")[:200], "proses": request.args.get("proses", "")}
    )


@bag_orders_blueprint.post("")
@access(*BAG_ORDERERS)
def order() -> ResponseReturnValue:
    """Ask for a bag."""
    typed = request.form
    try:
        with unit_of_work() as work:
            bag_orders.order(
                work,
                requests.sent(),
                numbers=typed.get("nomor", "")[:LONGEST].split(),
                process=typed.get("proses", ""),
                first=day_of(typed.get("dari", "")),
                last=day_of(typed.get("sampai", "")),
                level=typed.get("tingkat", ""),
            )
    except InvalidInput as error:
        return _page_bag_order(typed.to_dict(), error.fields), status_of(error)
    flash("Tas arsip sedang dibuat. Kemajuannya tampil di bawah.")
    return redirect(url_for("bag_orders.show_bag_order", _anchor="tas"))


@bag_orders_blueprint.get("/keadaan")
@access(*BAG_ORDERERS)
def state() -> ResponseReturnValue:
    """How far the bags are, for the page that waits."""
    with unit_of_work() as work:
        orders = bag_orders.of_actor(work)
    html = render_template("bag_orders/list.html", orders=orders)
    return jsonify(is_moving=any(one.is_moving for one in orders), waiting=0, html=html)


@bag_orders_blueprint.get("/<uuid:order_id>/unduh")
@access(*BAG_ORDERERS)
def take_out_bag_order(order_id: UUID) -> Response:
    """The finished bag as one file."""
    with unit_of_work() as work:
        found = bag_orders.content(work, order_id)
    return whole_file(found.chunks, found.size, "application/zip", found.name)


def _page_bag_order(typed: dict[str, str], errors: dict[str, str] | None = None) -> str:
    with unit_of_work() as work:
        orders, levels = bag_orders.of_actor(work), bag_orders.choices(work)
        names = {each.key: each.name for each in definitions.list_current(work)}
    return render_template(
        "bag_orders/show.html",
        orders=orders,
        levels=levels,
        names=names,
        typed=typed,
        errors=errors or {},
        token=requests.sent(),
        most=bag_orders.MOST_CASES,
        most_at_once=bag_orders.MOST_AT_ONCE,
    )


archive_boxes_blueprint = Blueprint("archive_boxes", __name__, url_prefix="/kotak-arsip")


@archive_boxes_blueprint.get("")
@access(*ARCHIVE_BOX_KEEPERS)
def show_archive_box() -> ResponseReturnValue:
    """The form, and the boxes registered last."""
    return _page_archive_box(AskedBox(bundles=[AskedBundle()]))


@archive_boxes_blueprint.post("")
@access(*ARCHIVE_BOX_KEEPERS)
def register() -> ResponseReturnValue:
    """Register a box with its bundles, or show as many lines as it has, as the pressed button
    says.
    """
    names = [field.name for field in fields(AskedBundle)]
    given = {name: request.form.getlist(name)[: archive_batches.MOST_BUNDLES + 1] for name in names}
    rows = zip(*(map(str.strip, values) for values in given.values()), strict=False)
    asked = AskedBox(
        request.form.get("kotak", "").strip(),
        request.form.get("tempat_kotak", "").strip(),
        [AskedBundle(*row) for row in rows],
    )
    token = requests.sent()
    if request.form.get("tombol") == "baris":
        return _page_archive_box(
            _with_lines(asked, _lines(request.form.get("bundel", ""))), token=token
        )
    try:
        with unit_of_work() as work:
            box = archive_batches.register(work, asked, token)
    except InvalidInput as error:
        return _page_archive_box(asked, error.fields or {"": error.sentence}, token), 400
    flash(
        f"Kotak terdaftar pada berkas {box.number}. {box.bundles} bundel, {box.bundles} "
        "berkas dimulai. Cetak lembar sampulnya."
    )
    return redirect(url_for("archive_boxes.show_archive_box"))


@archive_boxes_blueprint.get("/<uuid:case_id>/lembar-sampul.pdf")
@access(*ARCHIVE_BOX_KEEPERS)
def cover_sheets(case_id: UUID) -> ResponseReturnValue:
    """The cover sheets of all bundles that still wait for their scan, as one PDF."""
    with unit_of_work() as work:
        data = intake_cover_sheets.printed(work, intake_cover_sheets.of_children(work, case_id))
    return inline(Content(data, "application/pdf", "lembar-sampul.pdf"))


def _lines(wanted: str) -> int:
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < 4
    return min(max(int(wanted), 1), archive_batches.MOST_BUNDLES) if is_number else 1


def _with_lines(asked: AskedBox, wanted: int) -> AskedBox:
    """With this many lines for bundles; of too many only the last go in which nothing was typed."""
    bundles = list(asked.bundles)
    while len(bundles) > wanted and bundles[-1] == AskedBundle(keadaan=bundles[-1].keadaan):
        bundles.pop()
    return replace(asked, bundles=bundles + [AskedBundle()] * (wanted - len(bundles)))


def _page_archive_box(
    asked: AskedBox, errors: Mapping[str, str] | None = None, token: str = ""
) -> str:
    with unit_of_work() as work:
        boxes = archive_batches.lately(work)
    return render_template(
        "archive_boxes/show.html",
        boxes=boxes,
        asked=asked,
        errors=errors or {},
        token=token or str(uuid4()),
        most=archive_batches.MOST_BUNDLES,
        conditions={"baik": "Baik", "rapuh": "Rapuh", "rusak": "Rusak"},
    )


archive_proofs_blueprint = Blueprint("archive_proofs", __name__)


@archive_proofs_blueprint.get("/arsip/keadaan")
@access(*PROOF_READERS)
def show_archive_proof() -> ResponseReturnValue:
    """The last verdicts, and those before them."""
    with unit_of_work() as work:
        proofs = archive_verification.read(work)
    return render_template("archive_proofs/show.html", proofs=proofs)
