"""One task: its form, taking it, giving it on, completing it."""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.engine import forms
from workflow_app.errors import Conflict, Forbidden, InvalidInput, ProcessFault, StorageAway
from workflow_app.services.accounts import members, users
from workflow_app.services.arranging import checks
from workflow_app.services.case_file import access as reach
from workflow_app.services.case_file import case_tasks, handoffs, identities, records, similar
from workflow_app.services.correspondence import letter_views
from workflow_app.services.days import duties
from workflow_app.services.forms import doubts, requirements
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.keeping import disposals
from workflow_app.services.office import regions
from workflow_app.services.papers import documents, form_proposals
from workflow_app.services.public import tracking_codes
from workflow_app.services.running import (
    arrivals,
    cases,
    disposal_proposals,
    drafts,
    standing_in,
    task_views,
    tasks,
)
from workflow_app.services.running.task_views import TaskView
from workflow_app.services.running.tasks import SeenHolder
from workflow_app.types import Answers
from workflow_app.web import captures, page_keys, uploads
from workflow_app.web.access import access
from workflow_app.web.failures import pause_of, status_of
from workflow_app.web.forms import Posted, Sheet, anchor, posted_of
from workflow_app.web.transaction import unit_of_work

PHONE = ("ponsel", "tutup")
BUTTONS = ("selesai", "simpan", "unggah", *PHONE)
TAKE = "pakai."
"""In front of the key of an offer: the button that takes what was read on a paper."""

blueprint = Blueprint("tasks", __name__, url_prefix="/tugas/<uuid:task_id>")


@blueprint.get("")
@access()
def show(task_id: UUID) -> ResponseReturnValue:
    """The form of the task beside what is known so far."""
    return _page(task_id)


@blueprint.post("")
@access()
def complete(task_id: UUID) -> ResponseReturnValue:
    """Save, add papers, show a code for a phone, or complete, as the pressed button says. Papers chosen but not yet sent are
    taken first.
    """
    posted = request.form.to_dict(flat=False)
    button = request.form.get("tombol", "")
    if button not in BUTTONS and not button.startswith(TAKE):
        raise InvalidInput(
            "Kiriman ini tidak menyebut tombol yang ditekan. Muat ulang halaman, lalu kirim lagi."
        )
    try:
        posted = uploads.take(task_id, posted, request.files)
        if button == "selesai":
            return _complete(task_id, posted)
        if button.startswith(TAKE):
            return _take(task_id, posted, button.removeprefix(TAKE))
        if sentence := _keep(task_id, posted):
            return _page(task_id, posted, {"": sentence}), 409
        if button in PHONE:
            return _phone(task_id, button, request.args.get("bidang", ""))
    except uploads.Refused as refused:
        _keep_if_possible(task_id, refused.posted)
        return _page(task_id, refused.posted, refused.errors), 400
    except (Conflict, ProcessFault, StorageAway) as error:
        sentence = _keep_if_possible(task_id, posted) or error.sentence
        page = _page(task_id, posted, {"": sentence}, request.form.get("kunci"))
        return page, status_of(error), pause_of(error)
    if button != "unggah":
        flash("Tersimpan. Anda dapat melanjutkannya kapan saja.")
    return redirect(url_for("tasks.show", task_id=task_id))


@blueprint.post("/ambil")
@access()
def claim(task_id: UUID) -> ResponseReturnValue:
    """Take the task and open it."""
    with unit_of_work() as work:
        tasks.claim(work, task_id)
    return redirect(url_for("tasks.show", task_id=task_id))


@blueprint.post("/ambil-alih")
@access()
def take_over(task_id: UUID) -> ResponseReturnValue:
    """Take the task to record it for its role, and open it."""
    with unit_of_work() as work:
        standing_in.take_over(work, task_id)
    return redirect(url_for("tasks.show", task_id=task_id))


@blueprint.post("/lepas")
@access()
def release(task_id: UUID) -> ResponseReturnValue:
    """Give the task back to the queue of its role."""
    with unit_of_work() as work:
        tasks.release(work, task_id, seen_holder=_seen_holder())
    flash("Tugas dilepas dan kembali ke antrean.")
    return redirect(url_for("inbox.show"))


@blueprint.post("/alihkan")
@access()
def reassign(task_id: UUID) -> ResponseReturnValue:
    """Give the task to a colleague."""
    try:
        colleague = UUID(request.form.get("kepada", ""))
    except ValueError as error:
        raise InvalidInput("Pilih petugas yang akan mengerjakan tugas ini.") from error
    with unit_of_work() as work:
        tasks.reassign(work, task_id, colleague, seen_holder=_seen_holder())
    flash("Tugas dialihkan.")
    return redirect(url_for("tasks.show", task_id=task_id))


def _seen_holder() -> SeenHolder:
    """Who had the task when the page was loaded, as the page says."""
    text = request.form.get("pemegang")
    try:
        return UUID(text) if text else ("any" if text is None else None)
    except ValueError:
        return "any"


def _complete(task_id: UUID, posted: Posted) -> ResponseReturnValue:
    token = page_keys.sent()
    try:
        with unit_of_work() as work:
            answers = forms.read(task_views.form_of(work, task_id, lock=True), posted)
            done = tasks.complete(work, task_id, answers, token, request.form.get("versi"))
    except InvalidInput as error:
        return _page(task_id, posted, error.fields or {"": error.sentence}, token), 400
    flash(done.message)
    if done.is_out_of_sight:
        return redirect(url_for("inbox.show"))
    if done.next_task_id:
        return redirect(url_for("tasks.show", task_id=done.next_task_id))
    return redirect(url_for("cases.show", case_id=done.case_id))


def _phone(task_id: UUID, button: str, place: str) -> ResponseReturnValue:
    """Show the code of a question or close it, without a script; what stands in the form is kept already."""
    with unit_of_work() as work:
        captures.press(work, task_id, button, place)
    return redirect(url_for("tasks.show", task_id=task_id, _anchor=anchor(place.split(".")[0])))


def _keep(task_id: UUID, posted: Posted) -> str:
    """Save as a draft; the sentence says who has the task when it is not the actor's any more."""
    page, seen = request.form.get("kunci", ""), request.form.get("versi")
    with unit_of_work() as work:
        answers = forms.read(task_views.form_of(work, task_id), posted)
        return drafts.save(work, task_id, answers, page=page, seen=seen).sentence


def _take(task_id: UUID, posted: Posted, key: str) -> ResponseReturnValue:
    """Put what was read on a paper into the form, which is kept as a draft with all else that stands there."""
    with unit_of_work() as work:
        task = task_views.get(work, task_id)
        taken = form_proposals.take(work, task.form, task.case_id, key, forms.read(task.form, posted))
        filled = posted_of(task.form, taken)
        posted = {**posted, **filled}
        answers = forms.read(task.form, posted)
        page, seen = request.form.get("kunci", ""), request.form.get("versi")
        if sentence := drafts.save(work, task_id, answers, page=page, seen=seen).sentence:
            return _page(task_id, posted, {"": sentence}), 409
    return redirect(url_for("tasks.show", task_id=task_id, _anchor=anchor(next(iter(filled)))))


def _keep_if_possible(task_id: UUID, posted: Posted) -> str:
    """As `_keep`, beside another sentence; a task that is over has nothing to keep it in."""
    with suppress(Conflict, Forbidden):
        return _keep(task_id, posted)
    return ""


def _page(
    task_id: UUID,
    posted: Posted | None = None,
    errors: Mapping[str, str] | None = None,
    token: str | None = None,
) -> str:
    with unit_of_work() as work:
        task = task_views.get(work, task_id)
        papers = documents.for_case(work, task.case_id)
        shown = posted if posted is not None else _prepared(task)
        given = forms.read(task.form, shown)
        case = reach.visible_case(work, task.case_id)
        record = records.record_of(work, case, task.form if task.status == "open" else None)
        return render_template(
            "tasks/show.html",
            task=task,
            token=token or task.token,
            sheet=Sheet(task.form, shown, errors or {}, doubts.of_answers(task.form, given)),
            context=_context(work, task, papers, given),
            case=cases.get(work, task.case_id),
            notices=record.notices,
            summary=record.summary,
            steps=record.steps[::-1],
            given=[] if task.is_mine and _is_checklist(task.form) else requirements.shown_lines(work, case),
            letters=letter_views.for_case(work, task.case_id),
            codes=tracking_codes.of_case(work, case),
            may_reveal=handoffs.opens_identities(work, case),
            opens_for=identities.wanted_at(work, case, task.element) if task.is_mine else "",
            documents=papers,
            checks_papers=task.is_mine and checks.is_asked_at(work, task.element, task.case_id),
            colleagues=_colleagues(work, task) if task.can_reassign else [],
            has_covers=arrivals.asks_for_papers(task.form),
            on_duty="" if task.is_mine else duties.names(work, case.unit, task.role),
            proposal_scope=case.confined_to or "",
            proposes_disposal=case.process_key in disposal_proposals.PROCESSES.values(),
            proposal=disposals.listed(work, case.id)
            if case.process_key in disposal_proposals.PROCESSES.values()
            else None,
            reasons=disposals.REASONS,
            wrong=None,
        )


def _colleagues(work: UnitOfWork, task: TaskView) -> list[users.UserView]:
    return users.colleagues(work, task.role, barred=case_tasks.walled_off(work, task.case_id))


def _is_checklist(form: forms.Form) -> bool:
    return any(field.widget == "requirements" for field in form.fields.values())


def _has_members(form: forms.Form) -> bool:
    return any(field.widget == members.WIDGET for field in form.fields.values())


def _prepared(task: TaskView) -> Posted:
    told = {"sumber": "radio"} if task.stands_in and task.is_stage else {}
    return posted_of(task.form, task.answers if task.answers_from else {**task.answers, **told})


def _on_duty(work: UnitOfWork, role: str) -> str:
    """Who of a function would be called up; nothing where the office keeps no roster."""
    if not duties.now(work, work.actor.unit):
        return ""
    names = duties.names(work, work.actor.unit, role)
    return f"Sekarang: {names}" if names else "Tidak ada di jadwal piket"


def _context(
    work: UnitOfWork, task: TaskView, papers: list[documents.DocumentView], given: Answers
) -> dict[str, object]:
    """What widgets need beside their own answer: the papers by id, the lines of a checklist."""
    lines: dict[str, object] = {}
    asked: dict[str, object] = {}
    alike: dict[str, object] = {}
    duty: dict[str, str] = {}
    for field in task.form.fields.values():
        if task.is_mine and field.widget == "requirements":
            lines[field.name] = requirements.for_task(work, task.id)
        if task.is_mine and field.widget == "waiver":
            asked[field.name] = requirements.requests(work, task.id)
        if task.is_mine and field.widget == "similar":
            alike[field.name] = similar.find(work, task.case_id, field)
        if task.is_mine and field.duty:
            duty |= {role: _on_duty(work, role) for role in field.options}
    return {
        "papers": {str(paper.id): paper for paper in papers},
        "lines": lines,
        "requests": asked,
        "members": members.choices(work) if task.is_mine and _has_members(task.form) else [],
        "similar": alike,
        "suggestions": regions.offered(task.form) if task.is_mine else {},
        "duty": duty,
        "case_id": task.case_id,
        "task_id": task.id,
        "captures": captures.panels(work, task.id)
        if task.is_mine and arrivals.asks_for_papers(task.form)
        else {},
        "proposals": form_proposals.offers(work, task.form, papers, given) if task.is_mine else {},
        "is_being_read": any(paper.is_being_read for paper in papers),
    }
