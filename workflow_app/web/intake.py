"""Stacks of papers from the feeder: bringing them, seeing how far they are, and placing what needs
a person.

Opening a complaint box: the first officer records it in his session, the second confirms it with
his password.
"""

from collections.abc import Mapping
from uuid import UUID, uuid4

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.domain import WITA, InvalidInput
from workflow_app.permissions import BEGINNERS, BOX_OPENERS, STACK_BRINGERS
from workflow_app.services.accounts import sessions, users
from workflow_app.services.documents import reading
from workflow_app.services.intake import stacks
from workflow_app.services.operations import health
from workflow_app.services.workflow import complaint_boxes, tray
from workflow_app.services.workflow.complaint_boxes import Asked
from workflow_app.web import forms, limits, requests
from workflow_app.web.requests import access, now, sentra, unit_of_work
from workflow_app.web.responses import attachment

blueprint = Blueprint("stacks", __name__, url_prefix="/tumpukan")

Place = tuple[UUID, int]
DISMISSING = (reading.FIELD, reading.WORDS_FIELD)


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
    if len(files) > forms.MOST_FILES:
        raise InvalidInput(forms.TOO_MANY)
    for no, file in enumerate(files, 1):
        data = file.stream.read()
        try:
            with unit_of_work() as work:
                brought = stacks.bring(work, data, max_megabytes=sentra().max_upload_mb)
        except InvalidInput as error:
            flash(f"File ke-{no}: {forms.sentence_of(error)}", "late")
        else:
            known = "sudah pernah dimasukkan, jadi tidak diulang."
            flash(
                f"File ke-{no}: {'tersimpan utuh dan sedang dipilah.' if brought.is_new else known}"
            )
    return redirect(url_for("stacks.show"))


@blueprint.get("/keadaan")
@access(*STACK_BRINGERS)
def state() -> ResponseReturnValue:
    """How far the stacks are, for the page that waits."""
    with unit_of_work() as work:
        known = stacks.progress(work)
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
        started = complaint_boxes.begin(work, stack_id, requests.sent())
    flash("Berkas pengaduan dibuat. Periksa isian di bawah; pengirim belum diberi kabar apa pun.")
    if started.task_id is None:
        return redirect(url_for("cases.show", case_id=started.case_id))
    return redirect(url_for("tasks.show", task_id=started.task_id))


@blueprint.post("/dokumen/<uuid:document_id>/baca-lagi")
@access(*STACK_BRINGERS)
def read_again(document_id: UUID) -> ResponseReturnValue:
    """Have a paper read once more."""
    with unit_of_work() as work:
        tray.read_again(work, document_id)
    flash("Dokumen dibaca lagi. Hasilnya muncul beberapa saat lagi.")
    return redirect(url_for("stacks.show", _anchor="perlu-orang"))


@blueprint.post("/dokumen/<uuid:document_id>/kesampingkan")
@access(*STACK_BRINGERS)
def dismiss(document_id: UUID) -> ResponseReturnValue:
    """A paper that could not be read may stay so, for a reason."""
    chosen = {name: request.form.get(name, "") for name in DISMISSING}
    try:
        with unit_of_work() as work:
            reading.dismiss(work, document_id, *chosen.values())
    except InvalidInput as error:
        return _page(document_id, error.fields or {"": error.sentence}, chosen=chosen), 400
    flash(
        "Dokumen dikesampingkan. Aslinya tetap tersimpan, dan dokumen dapat dikembalikan ke "
        "daftar ini."
    )
    return redirect(url_for("stacks.show", _anchor="perlu-orang"))


@blueprint.post("/dokumen/<uuid:document_id>/kembalikan")
@access(*STACK_BRINGERS)
def take_back(document_id: UUID) -> ResponseReturnValue:
    """A paper that was dismissed waits for a person again."""
    with unit_of_work() as work:
        reading.take_back(work, document_id)
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
        mails = complaint_boxes.offered(work, known.parts)
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
        dismiss_reasons=reading.REASONS,
        refused=_refused(),
    )


def _refused() -> int:
    """Files that the scanner's folder could not give us, as far as is known."""
    parts = sentra().watch.known().parts
    return next(
        (int(part.facts.get("refused", 0)) for part in parts if part.name == health.FOLDER), 0
    )


boxes_blueprint = Blueprint("boxes", __name__, url_prefix="/kotak-pengaduan")


@boxes_blueprint.get("")
@access(*BOX_OPENERS)
def show_box() -> ResponseReturnValue:
    """The boxes with their last opening, and the form to record the next."""
    return _page_box(Asked(opened_at=f"{now().astimezone(WITA):%Y-%m-%dT%H:%M}"))


@boxes_blueprint.post("")
@access(*BOX_OPENERS)
def open_box() -> ResponseReturnValue:
    """Record the opening. The second officer's try is counted before, in a transaction of its own,
    as a sign-in is.
    """
    names = ("kotak", "dibuka", "lembar")
    asked = Asked(*(request.form.get(name, "").strip() for name in names))
    username = request.form.get("nama_kedua", "").strip()
    token = requests.sent()
    tries = limits.of_sign_in(username)
    with unit_of_work() as work:
        wait = sessions.charge(work, tries)
    if wait:
        page = _page_box(asked, {"kedua": limits.sentence(wait)}, username, token)
        return page, 429, {"Retry-After": str(limits.seconds(wait))}
    with unit_of_work() as work:
        second = users.authenticate(work, username, request.form.get("sandi_kedua", ""))
        if second is not None:
            sessions.forgive(work, tries)
    try:
        with unit_of_work() as work:
            begun = complaint_boxes.open_box(work, asked, second, token)
    except InvalidInput as error:
        return _page_box(asked, error.fields or {"": error.sentence}, username, token), 400
    flash(
        f"Pembukaan kotak tercatat. {len(begun)} lembar, {len(begun)} berkas dimulai; pindai "
        "satu per satu."
    )
    return redirect(url_for("boxes.show_box"))


def _page_box(
    asked: Asked, errors: Mapping[str, str] | None = None, username: str = "", token: str = ""
) -> str:
    with unit_of_work() as work:
        known = complaint_boxes.list_boxes(work)
    return render_template(
        "boxes/show.html",
        boxes=known,
        asked=asked,
        errors=errors or {},
        username=username,
        token=token or str(uuid4()),
        most=complaint_boxes.MOST_SHEETS,
    )
