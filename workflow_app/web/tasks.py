"""One task: its form, taking it, giving it on, completing it.

Saving unfinished answers while a person types. How far the papers of a form are read that stays
open meanwhile, and what they propose for it (decision 0041). The inbox: what waits for me, for my
roles, and all I may see.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any
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

from workflow_app.domain import (
    Answers,
    Conflict,
    Forbidden,
    InvalidInput,
    ProcessFault,
    StorageAway,
)
from workflow_app.engine import forms
from workflow_app.permissions import LEADS, has_role
from workflow_app.services.accounts import absences, members, users
from workflow_app.services.calendars import calendars
from workflow_app.services.cases import answers, history, inbox, related_cases, task_rights
from workflow_app.services.cases.access import users_walled_off, visible_case
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import document_views, documents, proposals, quality_check
from workflow_app.services.forms import requirements, validation
from workflow_app.services.letters import printing
from workflow_app.services.office_settings import regions
from workflow_app.services.operations import health
from workflow_app.services.processes import definitions
from workflow_app.services.public import tracking
from workflow_app.services.retention import disposal_lists
from workflow_app.services.roster import duty, rosters
from workflow_app.services.workflow import archive_batches, cases, drafts, tasks
from workflow_app.services.workflow.tasks import SeenHolder, TaskView
from workflow_app.web import captures, requests
from workflow_app.web import forms as web_forms
from workflow_app.web.formats import clock_time
from workflow_app.web.forms import Posted, Sheet, anchor, posted_of
from workflow_app.web.requests import access, unit_of_work
from workflow_app.web.responses import pause_of, status_of

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
    """Save, add papers, show a code for a phone, or complete, as the pressed button says. Papers
    chosen but not yet sent are taken first.
    """
    posted = request.form.to_dict(flat=False)
    button = request.form.get("tombol", "")
    if button not in BUTTONS and not button.startswith(TAKE):
        raise InvalidInput(
            "Kiriman ini tidak menyebut tombol yang ditekan. Muat ulang halaman, lalu kirim lagi."
        )
    try:
        posted = web_forms.take(task_id, posted, request.files)
        if button == "selesai":
            return _complete(task_id, posted)
        if button.startswith(TAKE):
            return _take(task_id, posted, button.removeprefix(TAKE))
        if sentence := _keep(task_id, posted):
            return _page(task_id, posted, {"": sentence}), 409
        if button in PHONE:
            return _phone(task_id, button, request.args.get("bidang", ""))
    except web_forms.Refused as refused:
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
        tasks.take_over(work, task_id)
    return redirect(url_for("tasks.show", task_id=task_id))


@blueprint.post("/lepas")
@access()
def release(task_id: UUID) -> ResponseReturnValue:
    """Give the task back to the queue of its role."""
    with unit_of_work() as work:
        tasks.release(work, task_id, seen_holder=_seen_holder())
    flash("Tugas dilepas dan kembali ke antrean.")
    return redirect(url_for("inbox.show_inbox"))


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
    token = requests.sent()
    try:
        with unit_of_work() as work:
            answers = forms.read(tasks.form_of(work, task_id, lock=True), posted)
            done = tasks.complete(work, task_id, answers, token, request.form.get("versi"))
    except InvalidInput as error:
        return _page(task_id, posted, error.fields or {"": error.sentence}, token), 400
    flash(done.message)
    if done.is_out_of_sight:
        return redirect(url_for("inbox.show_inbox"))
    if done.next_task_id:
        return redirect(url_for("tasks.show", task_id=done.next_task_id))
    return redirect(url_for("cases.show", case_id=done.case_id))


def _phone(task_id: UUID, button: str, place: str) -> ResponseReturnValue:
    """Show the code of a question or close it, without a script; what stands in the form is kept
    already.
    """
    with unit_of_work() as work:
        captures.press(work, task_id, button, place)
    return redirect(url_for("tasks.show", task_id=task_id, _anchor=anchor(place.split(".")[0])))


def _keep(task_id: UUID, posted: Posted) -> str:
    """Save as a draft; the sentence says who has the task when it is not the actor's any more."""
    page, seen = request.form.get("kunci", ""), request.form.get("versi")
    with unit_of_work() as work:
        answers = forms.read(tasks.form_of(work, task_id), posted)
        return drafts.save(work, task_id, answers, page=page, seen=seen).sentence


def _take(task_id: UUID, posted: Posted, key: str) -> ResponseReturnValue:
    """Put what was read on a paper into the form, which is kept as a draft with all else that
    stands there.
    """
    with unit_of_work() as work:
        task = tasks.get(work, task_id)
        taken = proposals.take(work, task.form, task.case_id, key, forms.read(task.form, posted))
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
        task = tasks.get(work, task_id)
        papers = documents.for_case(work, task.case_id)
        shown = posted if posted is not None else _prepared(task)
        given = forms.read(task.form, shown)
        case = visible_case(work, task.case_id)
        record = history.record_of(work, case, task.form if task.status == "open" else None)
        return render_template(
            "tasks/show.html",
            task=task,
            token=token or task.token,
            sheet=Sheet(task.form, shown, errors or {}, validation.of_answers(task.form, given)),
            context=_context(work, task, papers, given),
            case=cases.get(work, task.case_id),
            notices=record.notices,
            summary=record.summary,
            steps=record.steps[::-1],
            given=[]
            if task.is_mine and _is_checklist(task.form)
            else requirements.shown_lines(work, case),
            letters=printing.for_case(work, task.case_id),
            codes=tracking.of_case(work, case),
            may_reveal=task_rights.opens_identities(work, case),
            opens_for=answers.wanted_at(work, case, task.element) if task.is_mine else "",
            documents=papers,
            checks_papers=task.is_mine
            and quality_check.is_asked_at(work, task.element, task.case_id),
            colleagues=_colleagues(work, task) if task.can_reassign else [],
            has_covers=drafts.asks_for_papers(task.form),
            on_duty="" if task.is_mine else duty.names(work, case.unit, task.role),
            proposal_scope=case.confined_to or "",
            proposes_disposal=case.process_key in archive_batches.PROCESSES,
            proposal=disposal_lists.listed(work, case.id)
            if case.process_key in archive_batches.PROCESSES
            else None,
            reasons=disposal_lists.REASONS,
            wrong=None,
        )


def _colleagues(work: UnitOfWork, task: TaskView) -> list[users.UserView]:
    return users.colleagues(work, task.role, barred=users_walled_off(work, task.case_id))


def _is_checklist(form: forms.Form) -> bool:
    return any(field.widget == "requirements" for field in form.fields.values())


def _has_members(form: forms.Form) -> bool:
    return any(field.widget == members.WIDGET for field in form.fields.values())


def _prepared(task: TaskView) -> Posted:
    told = {"sumber": "radio"} if task.stands_in and task.is_stage else {}
    return posted_of(task.form, task.answers if task.answers_from else {**task.answers, **told})


def _on_duty(work: UnitOfWork, role: str) -> str:
    """Who of a function would be called up; nothing where the office keeps no roster."""
    if not duty.now(work, work.actor.unit):
        return ""
    names = duty.names(work, work.actor.unit, role)
    return f"Sekarang: {names}" if names else "Tidak ada di jadwal piket"


def _context(
    work: UnitOfWork, task: TaskView, papers: list[document_views.DocumentView], given: Answers
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
            alike[field.name] = related_cases.find(work, task.case_id, field)
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
        if task.is_mine and drafts.asks_for_papers(task.form)
        else {},
        "proposals": proposals.offers(work, task.form, papers, given) if task.is_mine else {},
        "is_being_read": any(paper.is_being_read for paper in papers),
    }


drafts_blueprint = Blueprint("drafts", __name__)


@drafts_blueprint.post("/tugas/<uuid:task_id>/draf")
@access()
def save(task_id: UUID) -> ResponseReturnValue:
    """Keep what stands in the form; answers with the time it was kept."""
    with unit_of_work() as work:
        form = tasks.form_of(work, task_id)
        answers = forms.read(form, request.form.to_dict(flat=False))
        saved = drafts.save(
            work,
            task_id,
            answers,
            page=request.form.get("kunci", ""),
            seen=request.form.get("versi"),
        )
    if saved.sentence:
        return jsonify(sentence=saved.sentence), 409
    return jsonify(
        saved=f"Tersimpan {clock_time(saved.at)}", doubts=validation.of_answers(form, answers)
    )


form_proposals_blueprint = Blueprint("form_proposals", __name__)


@form_proposals_blueprint.get("/tugas/<uuid:task_id>/terbaca")
@access()
def show_form_proposal(task_id: UUID) -> ResponseReturnValue:
    """The state of each paper; offers for the answers as they were saved last, by question or line;
    whether more may come.
    """
    with unit_of_work() as work:
        task = tasks.get(work, task_id)
        papers = documents.for_case(work, task.case_id) if task.is_mine else []
        found = proposals.offers(work, task.form, papers, task.answers)
    sheet = Sheet(task.form, posted_of(task.form, task.answers))
    draw = get_template_attribute("forms/offers.html", "list")
    return jsonify(
        offers={place: draw(sheet, offers) for place, offers in found.items()},
        states={str(paper.id): paper.status_label for paper in papers},
        is_reading=any(paper.is_being_read for paper in papers),
    )


inbox_blueprint = Blueprint("inbox", __name__)

TABS: dict[inbox.Tab, str] = {"mine": "Tugas saya", "queue": "Antrean peran saya", "all": "Semua"}
WORDS: dict[str, inbox.Tab] = {"saya": "mine", "antrean": "queue", "semua": "all"}
"""How the address names the lists."""
LONGEST_NUMBER = 60


@inbox_blueprint.get("/")
@access()
def show_inbox() -> ResponseReturnValue:
    """One page of one list. Every choice on it is part of the address, so that it can be shared."""
    chosen = request.args.get("daftar")
    process, after = request.args.get("proses") or None, request.args.get("setelah")
    number = request.args.get("nomor", "").strip()[:LONGEST_NUMBER]
    with unit_of_work() as work:
        tab = WORDS.get(chosen or "", "mine")
        page = inbox.page(work, tab, query=number, process=process, after=after)
        if chosen is None and not number and not page.rows and page.counts["queue"]:
            tab = "queue"
            page = inbox.page(work, tab, process=process)
        services = definitions.concerning(work)
        notices = [
            *((notice, "", "") for notice in absences.notices(work)),
            (calendars.notice(work), "calendars.show_all", "Buka Hari libur"),
            (rosters.notice(work), "rosters.show", "Buka Jadwal piket"),
        ]
        relief = duty.relief(work)
        signs = health.read(work) if has_role(work.actor, LEADS) else None
        stopped = health.read_stoppage(work)
    word = next(key for key, value in WORDS.items() if value == tab)
    address = partial(
        _address, {"daftar": word, "proses": process, "nomor": number, "setelah": after}
    )
    return render_template(
        "inbox/show.html",
        tab=tab,
        tabs=TABS,
        page=page,
        services=services,
        process=process,
        after=after,
        address=address,
        notices=[notice for notice in notices if notice[0]],
        relief=relief,
        vitals=signs,
        stoppages=stopped,
    )


def _address(current: dict[str, str | None], **changes: Any) -> str:
    """The address of this list with some of its choices changed; None removes one."""
    merged = {**current, **changes}
    words = {value: key for key, value in WORDS.items()}
    merged["daftar"] = words.get(merged["daftar"], merged["daftar"])
    return url_for("inbox.show_inbox", **{key: value for key, value in merged.items() if value})
