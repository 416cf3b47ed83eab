"""Papers: the page of one, its bytes, and adding more.

Searching numbers and the text of papers. The words stay out of the address: people search for
names. What narrows the search stands there, in codes.
"""

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

from workflow_app.domain import InvalidInput
from workflow_app.services.accounts import sessions
from workflow_app.services.cases import inbox
from workflow_app.services.documents import (
    classification,
    document_views,
    documents,
    proposals,
    reading,
    search,
    search_facets,
    versions,
)
from workflow_app.services.letters import letters
from workflow_app.services.office_settings.retention_schedule import FATES, STARTS
from workflow_app.services.retention import disposal, schedule
from workflow_app.services.workflow import tasks
from workflow_app.web import forms, requests
from workflow_app.web.requests import access, sentra, unit_of_work
from workflow_app.web.responses import attachment, inline, sound, status_of

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
            level = classification.classify(work, document_id, chosen["tingkat"], chosen["alasan"])
    except InvalidInput as error:
        return _page(document_id, chosen, error.fields), status_of(error)
    flash(
        f"Tingkat akses dokumen ini sekarang {classification.LABELS[level].lower()}. "
        "Perubahan ini tercatat."
    )
    return redirect(url_for("documents.show", document_id=document_id))


@blueprint.post("/dokumen/<uuid:document_id>/tahan")
@access()
def hold(document_id: UUID) -> ResponseReturnValue:
    """Put a hold on a paper, for a reason."""
    chosen = {"alasan_tahan": request.form.get("alasan_tahan", "")}
    try:
        with unit_of_work() as work:
            classification.place(work, document_id, chosen["alasan_tahan"])
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
            classification.lift(work, document_id, chosen["alasan_lepas"])
    except InvalidInput as error:
        return _page(document_id, chosen, error.fields or {"": error.sentence}), status_of(error)
    flash("Penahanan dokumen ini berakhir. Ini tercatat.")
    return redirect(url_for("documents.show", document_id=document_id))


def _page(
    document_id: UUID,
    chosen: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    wants_text, wants_marks, wants_proposals = (
        request.args.get(name) == "ya" for name in ("teks", "cari", "terbaca")
    )
    with unit_of_work() as work:
        document = documents.get(work, document_id)
        pages = documents.text(work, document_id) if wants_text else []
        words = sessions.searched(work, requests.session_id()) if pages and wants_marks else ""
        marks = search.of(work, document_id, words) if words else {}
        proposed = proposals.proposals(work, document_id, once=True) if wants_proposals else None
        returned = letters.of_paper(work, document_id) if document.can_read else []
        kin = document_views.of(work, document_id) if document.can_read else document_views.Kin()
        history = versions.of(work, document_id) if document.can_read else []
        choices = classification.choices(work, document.level) if document.can_classify else {}
        held = classification.now_on(work, document_id)
        dismissed = reading.now_on(work, [document_id]) if document.is_unread else {}
        term = schedule.term_seen(work, document_id) if document.is_kept_by_schedule else None
        minutes = disposal.minutes_of(work, document_id) if document.disposed_at else None
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
        reasons={reason: reason for reason in classification.REASONS},
        hold=held,
        dismissal=dismissed.get(document_id),
        hold_reasons=classification.REASONS_TO_LIFT if held else classification.PAPER_HOLD_REASONS,
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
        papers = search.of_similar_paper(work, document_id)
    return render_template("documents/similar.html", document=document, papers=papers)


@blueprint.get("/dokumen/<uuid:document_id>/asli")
@access()
def original(document_id: UUID) -> ResponseReturnValue:
    """The paper exactly as it was received."""
    with unit_of_work() as work:
        if documents.is_one(work, document_id):
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
    """Take in one file while the form stays open; answers with the piece of the form that shows
    it.
    """
    name, file = request.form.get("bidang", ""), request.files.get("berkas")
    with unit_of_work() as work:
        form = tasks.form_of(work, task_id)
    if file is None or not classification.is_paper_field(form, name):
        raise InvalidInput("Pilih file lebih dulu.")
    try:
        added = forms.add(task_id, form, name, file)
    except InvalidInput as error:
        raise InvalidInput(forms.sentence_of(error)) from error
    paper = get_template_attribute("forms/papers.html", "paper")
    return jsonify(id=str(added.id), html=paper(name, str(added.id), added))


@blueprint.post("/berkas/<uuid:case_id>/dokumen")
@access()
def attach(case_id: UUID) -> ResponseReturnValue:
    """Add papers to a case outside of any form."""
    files = [file for file in request.files.getlist("berkas") if file.filename]
    if not files:
        raise InvalidInput("Pilih file yang akan ditambahkan, lalu tekan Tambahkan.")
    if len(files) > forms.MOST_FILES:
        raise InvalidInput(forms.TOO_MANY)
    label = request.form.get("nama", "")
    began = time.monotonic()
    for file in files:
        if time.monotonic() - began > forms.MOST_SECONDS:
            flash(forms.TOO_SLOW, "late")
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
            flash(forms.sentence_of(error), "late")
        else:
            flash(f"{added.label}: {added.note or 'tersimpan.'}")
    return redirect(url_for("cases.show", case_id=case_id))


search_blueprint = Blueprint("search", __name__, url_prefix="/cari")

LONGEST = 200
ORDER, FAR = "urut", "jauh"
ORDERS = {"": "Paling cocok", "baru": "Terbaru", "lama": "Terlama"}


@search_blueprint.post("")
@access()
def remember() -> ResponseReturnValue:
    """Keep the words, sealed, with the session and show the results by an address without them."""
    words = request.form.get("kata", "").strip()[:LONGEST]
    with unit_of_work() as work:
        sessions.remember_search(work, requests.session_id(), words)
    return redirect(url_for("search.show_search", urut=_order_asked().get(ORDER)))


@search_blueprint.get("")
@access()
def show_search() -> ResponseReturnValue:
    """Cases by number, papers by their text."""
    after, order = request.args.get("setelah"), _order_asked()
    far = {FAR: "ya"} if request.args.get(FAR) == "ya" else {}
    choice = search_facets.chosen(request.args)
    with unit_of_work() as work:
        words = sessions.searched(work, requests.session_id())
        hits = inbox.search(work, words, limit=10) if words and not after and not choice else []
        found = (
            search.search(
                work,
                words,
                choice=choice,
                order=search.ORDERS[order.get(ORDER, "")],
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
        most=search.MAX_HITS,
    )


@search_blueprint.get("/gambar/<uuid:document_id>/<int:page>")
@access()
def picture(document_id: UUID, page: int) -> ResponseReturnValue:
    """The part of a page on which the words stand that were searched last."""
    with unit_of_work() as work:
        words = sessions.searched(work, requests.session_id())
        content = search.of_find_picture(work, document_id, page, words)
    return inline(content)


def _order_asked() -> Mapping[str, str]:
    """As it stands in the address; empty for the usual one."""
    given = request.values.get(ORDER, "")
    return {ORDER: given} if given in ORDERS and given else {}
