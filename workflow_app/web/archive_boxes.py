"""Boxes of old papers: registered once with all their bundles, whose cover sheets are printed in one go."""

from collections.abc import Mapping
from dataclasses import fields, replace
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import InvalidInput
from workflow_app.permissions import ARCHIVE_BOX_KEEPERS
from workflow_app.services.bringing import covers
from workflow_app.services.papers.documents import Content
from workflow_app.services.running import archive_boxes
from workflow_app.services.running.archive_boxes import AskedBox, AskedBundle
from workflow_app.web import page_keys
from workflow_app.web.access import access
from workflow_app.web.files import inline
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("archive_boxes", __name__, url_prefix="/kotak-arsip")


@blueprint.get("")
@access(*ARCHIVE_BOX_KEEPERS)
def show() -> ResponseReturnValue:
    """The form, and the boxes registered last."""
    return _page(AskedBox(bundles=[AskedBundle()]))


@blueprint.post("")
@access(*ARCHIVE_BOX_KEEPERS)
def register() -> ResponseReturnValue:
    """Register a box with its bundles, or show as many lines as it has, as the pressed button says."""
    names = [field.name for field in fields(AskedBundle)]
    given = {name: request.form.getlist(name)[: archive_boxes.MOST_BUNDLES + 1] for name in names}
    rows = zip(*(map(str.strip, values) for values in given.values()), strict=False)
    asked = AskedBox(
        request.form.get("kotak", "").strip(),
        request.form.get("tempat_kotak", "").strip(),
        [AskedBundle(*row) for row in rows],
    )
    token = page_keys.sent()
    if request.form.get("tombol") == "baris":
        return _page(_with_lines(asked, _lines(request.form.get("bundel", ""))), token=token)
    try:
        with unit_of_work() as work:
            box = archive_boxes.register(work, asked, token)
    except InvalidInput as error:
        return _page(asked, error.fields or {"": error.sentence}, token), 400
    flash(
        f"Kotak terdaftar pada berkas {box.number}. {box.bundles} bundel, {box.bundles} berkas dimulai. Cetak lembar sampulnya."
    )
    return redirect(url_for("archive_boxes.show"))


@blueprint.get("/<uuid:case_id>/lembar-sampul.pdf")
@access(*ARCHIVE_BOX_KEEPERS)
def cover_sheets(case_id: UUID) -> ResponseReturnValue:
    """The cover sheets of all bundles that still wait for their scan, as one PDF."""
    with unit_of_work() as work:
        data = covers.printed(work, covers.of_children(work, case_id))
    return inline(Content(data, "application/pdf", "lembar-sampul.pdf"))


def _lines(wanted: str) -> int:
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < 4
    return min(max(int(wanted), 1), archive_boxes.MOST_BUNDLES) if is_number else 1


def _with_lines(asked: AskedBox, wanted: int) -> AskedBox:
    """With this many lines for bundles; of too many only the last go in which nothing was typed."""
    bundles = list(asked.bundles)
    while len(bundles) > wanted and bundles[-1] == AskedBundle(keadaan=bundles[-1].keadaan):
        bundles.pop()
    return replace(asked, bundles=bundles + [AskedBundle()] * (wanted - len(bundles)))


def _page(asked: AskedBox, errors: Mapping[str, str] | None = None, token: str = "") -> str:
    with unit_of_work() as work:
        boxes = archive_boxes.lately(work)
    return render_template(
        "archive_boxes/show.html",
        boxes=boxes,
        asked=asked,
        errors=errors or {},
        token=token or str(uuid4()),
        most=archive_boxes.MOST_BUNDLES,
        conditions={"baik": "Baik", "rapuh": "Rapuh", "rusak": "Rusak"},
    )
