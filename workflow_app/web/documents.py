"""Papers: the page of one, its bytes, and adding more."""

import time
from collections.abc import Mapping
from uuid import UUID

from flask import (
    Blueprint,
    flash,
    get_template_attribute,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from workflow_app.errors import InvalidInput
from workflow_app.services.accounts import sessions
from workflow_app.services.correspondence import returned_letters
from workflow_app.services.finding import paper_marks, similar_papers
from workflow_app.services.keeping import disposal_minutes, retention
from workflow_app.services.office.retention_schedule import FATES, STARTS
from workflow_app.services.papers import (
    documents,
    levels,
    paper_dismissals,
    paper_holds,
    paper_kin,
    paper_labels,
    reading_fields,
    recordings,
    versions,
)
from workflow_app.services.running import task_views
from workflow_app.web import session, uploads
from workflow_app.web.access import access
from workflow_app.web.failures import status_of
from workflow_app.web.files import attachment, inline, sound
from workflow_app.web.parts import sentra
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("documents", __name__)


@blueprint.get("/dokumen/<uuid:document_id>")
@access()
def show(document_id: UUID) -> ResponseReturnValue:
    """The pages as pictures, with what was read on them when asked for."""
    return _page(document_id)


@blueprint.post("/dokumen/<uuid:document_id>/tingkat")
@access()
def classify(document_id: UUID) -> ResponseReturnValue:
    """Change the level of a paper, for a reason."""
    chosen = {name: request.form.get(name, "") for name in ("tingkat", "alasan")}
    try:
        with unit_of_work() as work:
            level = levels.classify(work, document_id, chosen["tingkat"], chosen["alasan"])
    except InvalidInput as error:
        return _page(document_id, chosen, error.fields), status_of(error)
    flash(f"Tingkat akses dokumen ini sekarang {levels.LABELS[level].lower()}. Perubahan ini tercatat.")
    return redirect(url_for("documents.show", document_id=document_id))


@blueprint.post("/dokumen/<uuid:document_id>/tahan")
@access()
def hold(document_id: UUID) -> ResponseReturnValue:
    """Put a hold on a paper, for a reason."""
    chosen = {"alasan_tahan": request.form.get("alasan_tahan", "")}
    try:
        with unit_of_work() as work:
            paper_holds.place(work, document_id, chosen["alasan_tahan"])
    except InvalidInput as error:
        return _page(document_id, chosen, error.fields or {"": error.sentence}), status_of(error)
    flash("Dokumen ini ditahan dan tidak dimusnahkan. Penahanan ini tercatat.")
    return redirect(url_for("documents.show", document_id=document_id))


@blueprint.post("/dokumen/<uuid:document_id>/lepas")
@access()
def lift(document_id: UUID) -> ResponseReturnValue:
    """End the hold on a paper, for a reason."""
    chosen = {"alasan_lepas": request.form.get("alasan_lepas", "")}
    try:
        with unit_of_work() as work:
            paper_holds.lift(work, document_id, chosen["alasan_lepas"])
    except InvalidInput as error:
        return _page(document_id, chosen, error.fields or {"": error.sentence}), status_of(error)
    flash("Penahanan dokumen ini berakhir. Ini tercatat.")
    return redirect(url_for("documents.show", document_id=document_id))


def _page(
    document_id: UUID, chosen: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    wants_text, wants_marks, wants_proposals = (
        request.args.get(name) == "ya" for name in ("teks", "cari", "terbaca")
    )
    with unit_of_work() as work:
        document = documents.get(work, document_id)
        pages = documents.text(work, document_id) if wants_text else []
        words = sessions.searched(work, session.session_id()) if pages and wants_marks else ""
        marks = paper_marks.of(work, document_id, words) if words else {}
        proposed = reading_fields.proposals(work, document_id, once=True) if wants_proposals else None
        returned = returned_letters.of_paper(work, document_id) if document.can_read else []
        kin = paper_kin.of(work, document_id) if document.can_read else paper_kin.Kin()
        history = versions.of(work, document_id) if document.can_read else []
        choices = levels.choices(work, document.level) if document.can_classify else {}
        held = paper_holds.now_on(work, document_id)
        dismissed = paper_dismissals.now_on(work, [document_id]) if document.is_unread else {}
        term = retention.term_seen(work, document_id) if document.is_kept_by_schedule else None
        minutes = disposal_minutes.minutes_of(work, document_id) if document.disposed_at else None
    return render_template(
        "documents/show.html",
        document=document,
        pages=pages,
        wants_text=wants_text,
        asks_again=document.is_being_read and not (wants_text or wants_proposals or errors),
        marks=marks,
        proposed=proposed,
        returned=returned,
        kin=kin,
        history=history,
        levels=choices,
        reasons={reason: reason for reason in levels.REASONS},
        hold=held,
        dismissal=dismissed.get(document_id),
        hold_reasons=paper_holds.REASONS_TO_LIFT if held else paper_holds.REASONS,
        term=term,
        fates=FATES,
        starts=STARTS,
        minutes=minutes,
        chosen=chosen or {},
        errors=errors or {},
    )


@blueprint.get("/dokumen/<uuid:document_id>/serupa")
@access()
def similar(document_id: UUID) -> ResponseReturnValue:
    """Papers that are about the same."""
    with unit_of_work() as work:
        document = documents.get(work, document_id)
        papers = similar_papers.of(work, document_id)
    return render_template("documents/similar.html", document=document, papers=papers)


@blueprint.get("/dokumen/<uuid:document_id>/asli")
@access()
def original(document_id: UUID) -> ResponseReturnValue:
    """The paper exactly as it was received."""
    with unit_of_work() as work:
        if recordings.is_one(work, document_id):
            return sound(work, document_id, "attachment")
        content = documents.content(work, document_id, "original")
    return attachment(content)


@blueprint.get("/dokumen/<uuid:document_id>/rekaman")
@access()
def play(document_id: UUID) -> ResponseReturnValue:
    """A recording for the player of the browser, piece by piece."""
    with unit_of_work() as work:
        return sound(work, document_id, "inline")


@blueprint.get("/dokumen/<uuid:document_id>/dokumen.pdf")
@access()
def pdf(document_id: UUID) -> ResponseReturnValue:
    """The searchable PDF."""
    with unit_of_work() as work:
        content = documents.content(work, document_id, "pdf")
    return inline(content)


@blueprint.get("/dokumen/<uuid:document_id>/halaman/<int:page>")
@access()
def thumbnail(document_id: UUID, page: int) -> ResponseReturnValue:
    """A small picture of one page."""
    with unit_of_work() as work:
        content = documents.content(work, document_id, "thumbnail", page)
    return inline(content)


@blueprint.get("/dokumen/<uuid:document_id>/foto/<int:page>")
@access()
def photo(document_id: UUID, page: int) -> ResponseReturnValue:
    """The photo that a page was bound from, exactly as it was received."""
    with unit_of_work() as work:
        content = documents.content(work, document_id, "photo", page)
    return attachment(content)


@blueprint.post("/tugas/<uuid:task_id>/dokumen")
@access()
def upload(task_id: UUID) -> ResponseReturnValue:
    """Take in one file while the form stays open; answers with the piece of the form that shows it."""
    name, file = request.form.get("bidang", ""), request.files.get("berkas")
    with unit_of_work() as work:
        form = task_views.form_of(work, task_id)
    if file is None or not paper_labels.is_paper_field(form, name):
        raise InvalidInput("Pilih file lebih dulu.")
    try:
        added = uploads.add(task_id, form, name, file)
    except InvalidInput as error:
        raise InvalidInput(uploads.sentence_of(error)) from error
    paper = get_template_attribute("forms/papers.html", "paper")
    return jsonify(id=str(added.id), html=paper(name, str(added.id), added))


@blueprint.post("/berkas/<uuid:case_id>/dokumen")
@access()
def attach(case_id: UUID) -> ResponseReturnValue:
    """Add papers to a case outside of any form."""
    files = [file for file in request.files.getlist("berkas") if file.filename]
    if not files:
        raise InvalidInput("Pilih file yang akan ditambahkan, lalu tekan Tambahkan.")
    if len(files) > uploads.MOST_FILES:
        raise InvalidInput(uploads.TOO_MANY)
    label = request.form.get("nama", "")
    began = time.monotonic()
    for file in files:
        if time.monotonic() - began > uploads.MOST_SECONDS:
            flash(uploads.TOO_SLOW, "late")
            break
        data = file.stream.read()
        try:
            with unit_of_work() as work:
                added = documents.upload(
                    work,
                    case_id,
                    element="",
                    label=label,
                    data=data,
                    max_megabytes=sentra().max_upload_mb,
                    recording_megabytes=sentra().max_recording_mb,
                )
        except InvalidInput as error:
            flash(uploads.sentence_of(error), "late")
        else:
            flash(f"{added.label}: {added.note or 'tersimpan.'}")
    return redirect(url_for("cases.show", case_id=case_id))
