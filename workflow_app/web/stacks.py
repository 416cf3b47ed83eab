"""Stacks of papers from the feeder: bringing them, seeing how far they are, and placing what needs a person."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import InvalidInput
from workflow_app.permissions import BEGINNERS, STACK_BRINGERS
from workflow_app.services.bringing import stack_progress, stacks
from workflow_app.services.papers import paper_dismissals
from workflow_app.services.running import mail_complaints, tray, unread
from workflow_app.services.watching import health
from workflow_app.web import page_keys, uploads
from workflow_app.web.access import access
from workflow_app.web.files import attachment
from workflow_app.web.parts import sentra
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("stacks", __name__, url_prefix="/tumpukan")

Place = tuple[UUID, int]
DISMISSING = (paper_dismissals.FIELD, paper_dismissals.WORDS_FIELD)


@blueprint.get("")
@access(*STACK_BRINGERS)
def show() -> ResponseReturnValue:
    """What was brought, how far it is, and what needs a person."""
    return _page()


@blueprint.post("")
@access(*STACK_BRINGERS)
def bring() -> ResponseReturnValue:
    """Take in files from the feeder, each kept whole and split later."""
    files = [file for file in request.files.getlist("berkas") if file.filename]
    if not files:
        raise InvalidInput("Pilih file hasil pindai, lalu tekan Masukkan tumpukan.")
    if len(files) > uploads.MOST_FILES:
        raise InvalidInput(uploads.TOO_MANY)
    for no, file in enumerate(files, 1):
        data = file.stream.read()
        try:
            with unit_of_work() as work:
                brought = stacks.bring(work, data, max_megabytes=sentra().max_upload_mb)
        except InvalidInput as error:
            flash(f"File ke-{no}: {uploads.sentence_of(error)}", "late")
        else:
            known = "sudah pernah dimasukkan, jadi tidak diulang."
            flash(f"File ke-{no}: {'tersimpan utuh dan sedang dipilah.' if brought.is_new else known}")
    return redirect(url_for("stacks.show"))


@blueprint.get("/keadaan")
@access(*STACK_BRINGERS)
def state() -> ResponseReturnValue:
    """How far the stacks are, for the page that waits."""
    with unit_of_work() as work:
        known = stack_progress.progress(work)
    html = render_template("stacks/list.html", tray=known)
    return jsonify(is_moving=known.is_moving, waiting=known.waiting, html=html)


@blueprint.get("/<uuid:stack_id>/asli")
@access(*STACK_BRINGERS)
def original(stack_id: UUID) -> ResponseReturnValue:
    """The whole stack exactly as it was received."""
    with unit_of_work() as work:
        content = stacks.original(work, stack_id)
    return attachment(content)


@blueprint.post("/<uuid:stack_id>/ulangi")
@access(*STACK_BRINGERS)
def retry(stack_id: UUID) -> ResponseReturnValue:
    """Split a stack that failed once more."""
    with unit_of_work() as work:
        stacks.retry(work, stack_id)
    flash("Tumpukan dipilah lagi.")
    return redirect(url_for("stacks.show"))


@blueprint.post("/<uuid:stack_id>/<int(max=9999):no>/tempatkan")
@access(*STACK_BRINGERS)
def place(stack_id: UUID, no: int) -> ResponseReturnValue:
    """Put a part into a case."""
    number = request.form.get("nomor_lain", "").strip() or request.form.get("nomor", "")
    try:
        with unit_of_work() as work:
            placed = tray.place(
                work,
                stack_id,
                no,
                number,
                request.form.get("nama", ""),
                max_megabytes=sentra().max_upload_mb,
            )
    except InvalidInput as error:
        return _page((stack_id, no), error.fields or {"": error.sentence}, number), 400
    flash(f"Dokumen masuk berkas {placed}.")
    return redirect(url_for("stacks.show", _anchor="perlu-orang"))


@blueprint.post("/<uuid:stack_id>/<int(max=9999):no>/arsipkan")
@access(*STACK_BRINGERS)
def keep(stack_id: UUID, no: int) -> ResponseReturnValue:
    """A part that belongs to no case."""
    with unit_of_work() as work:
        tray.keep_in_archive(work, stack_id, no)
    flash("Dokumen disimpan sebagai arsip tanpa berkas.")
    return redirect(url_for("stacks.show", _anchor="perlu-orang"))


@blueprint.post("/<uuid:stack_id>/mulai-pengaduan")
@access(*STACK_BRINGERS & BEGINNERS)
def begin_complaint(stack_id: UUID) -> ResponseReturnValue:
    """Begin the complaint that a mail is; on to its first form."""
    with unit_of_work() as work:
        started = mail_complaints.begin(work, stack_id, page_keys.sent())
    flash("Berkas pengaduan dibuat. Periksa isian di bawah; pengirim belum diberi kabar apa pun.")
    if started.task_id is None:
        return redirect(url_for("cases.show", case_id=started.case_id))
    return redirect(url_for("tasks.show", task_id=started.task_id))


@blueprint.post("/dokumen/<uuid:document_id>/baca-lagi")
@access(*STACK_BRINGERS)
def read_again(document_id: UUID) -> ResponseReturnValue:
    """Have a paper read once more."""
    with unit_of_work() as work:
        unread.read_again(work, document_id)
    flash("Dokumen dibaca lagi. Hasilnya muncul beberapa saat lagi.")
    return redirect(url_for("stacks.show", _anchor="perlu-orang"))


@blueprint.post("/dokumen/<uuid:document_id>/kesampingkan")
@access(*STACK_BRINGERS)
def dismiss(document_id: UUID) -> ResponseReturnValue:
    """A paper that could not be read may stay so, for a reason."""
    chosen = {name: request.form.get(name, "") for name in DISMISSING}
    try:
        with unit_of_work() as work:
            paper_dismissals.dismiss(work, document_id, *chosen.values())
    except InvalidInput as error:
        return _page(document_id, error.fields or {"": error.sentence}, chosen=chosen), 400
    flash("Dokumen dikesampingkan. Aslinya tetap tersimpan, dan dokumen dapat dikembalikan ke daftar ini.")
    return redirect(url_for("stacks.show", _anchor="perlu-orang"))


@blueprint.post("/dokumen/<uuid:document_id>/kembalikan")
@access(*STACK_BRINGERS)
def take_back(document_id: UUID) -> ResponseReturnValue:
    """A paper that was dismissed waits for a person again."""
    with unit_of_work() as work:
        paper_dismissals.take_back(work, document_id)
    flash("Dokumen kembali ke daftar Perlu orang.")
    return redirect(url_for("stacks.show", _anchor="perlu-orang"))


def _page(
    wrong: Place | UUID | None = None,
    errors: Mapping[str, str] | None = None,
    number: str = "",
    chosen: Mapping[str, str] | None = None,
) -> str:
    with unit_of_work() as work:
        known = tray.show(work)
        mails = mail_complaints.offered(work, known.parts)
        near = tray.near(work, number) if "nomor" in (errors or {}) else []
    return render_template(
        "stacks/show.html",
        tray=known,
        complaints={stack_id: str(uuid4()) for stack_id in mails},
        near=near,
        labels=tray.LABELS,
        wrong=wrong,
        errors=errors or {},
        number=number,
        chosen=request.form.get("nama", ""),
        dismissing=chosen or {},
        dismiss_reasons=paper_dismissals.REASONS,
        refused=_refused(),
    )


def _refused() -> int:
    """Files that the scanner's folder could not give us, as far as is known."""
    parts = sentra().watch.known().parts
    return next((int(part.facts.get("refused", 0)) for part in parts if part.name == health.FOLDER), 0)
