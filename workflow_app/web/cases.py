"""One case: what happened, where it stands, its papers and letters; cancelling it.

Stages of a case: correcting when one really was.
Issued letters: as PDF, and withdrawn after the citizen has taken them.
Opening the identity of a case: for a written purpose, shown once, on record (R23).
Cover sheets of a task: printed, put before its papers in the feeder.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.domain import Busy, Conflict, InvalidInput
from workflow_app.permissions import IDENTITY_READERS, TIME_CORRECTORS
from workflow_app.services.cases import (
    answers,
    event_log,
    history,
    related_cases,
    stages,
    task_rights,
)
from workflow_app.services.cases.access import visible_case
from workflow_app.services.documents import classification, documents
from workflow_app.services.forms import requirements
from workflow_app.services.intake import cover_sheets
from workflow_app.services.letters import letters, printing
from workflow_app.services.letters.printing import LetterView
from workflow_app.services.messages import messages
from workflow_app.services.public import tracking
from workflow_app.services.workflow import cases, drafts
from workflow_app.services.workflow.cases import CaseView
from workflow_app.web.requests import access, unit_of_work
from workflow_app.web.responses import inline, status_of

blueprint = Blueprint("cases", __name__, url_prefix="/berkas/<uuid:case_id>")


@dataclass(frozen=True)
class Withdrawal:
    """What was typed to withdraw a letter, and what is wrong with it."""

    letter_id: UUID | None = None
    typed: str = ""
    error: str = ""


@blueprint.get("")
@access()
def show(case_id: UUID) -> ResponseReturnValue:
    """The whole case on one page."""
    return page(case_id)


@blueprint.get("/gambar.bpmn")
@access()
def drawing(case_id: UUID) -> ResponseReturnValue:
    """The process drawing of the version this case runs under, or of a process it calls, for the
    viewer on the page.
    """
    with unit_of_work() as work:
        found = event_log.drawing(work, case_id, request.args.get("proses"))
    return Response(found, mimetype="application/xml")


@blueprint.get("/keadaan")
@access()
def state(case_id: UUID) -> ResponseReturnValue:
    """Whether the system is still at work, and the address to go on at: asked by a page that
    waits.
    """
    with unit_of_work() as work:
        case = cases.get(work, case_id)
        is_waiting = is_at_work(case, printing.for_case(work, case_id))
    own = next((task for task in case.open_tasks if task.can_open), None)
    following = url_for("tasks.show", task_id=own.id) if own and not is_waiting else None
    return jsonify(is_waiting=is_waiting, following=following)


def is_at_work(case: CaseView, issued: list[LetterView]) -> bool:
    """True while the case waits for the system and not for a person."""
    is_printing = any(letter.status == "valid" and letter.document_id is None for letter in issued)
    return case.status == "running" and (not case.open_tasks or is_printing)


@blueprint.get("/kekurangan")
@access()
def missing(case_id: UUID) -> ResponseReturnValue:
    """What is still missing and from whom: printed for the citizen (R55)."""
    with unit_of_work() as work:
        case = cases.get(work, case_id)
        lines = requirements.missing(work, case_id)
    return render_template("cases/missing.html", case=case, lines=lines)


@blueprint.get("/lembar/<element>")
@access()
def slip(case_id: UUID, element: str) -> ResponseReturnValue:
    """A sheet for the citizen about one step: where to, who, when; without personal data."""
    with unit_of_work() as work:
        case = cases.get(work, case_id)
        sheet = history.slip_of(work, case_id, element)
    return render_template("cases/slip.html", case=case, slip=sheet)


@blueprint.post("/batal")
@access()
def cancel(case_id: UUID) -> ResponseReturnValue:
    """End the case before its letter exists, with a reason."""
    try:
        with unit_of_work() as work:
            cases.cancel(work, case_id, request.form.get("alasan", ""))
    except (InvalidInput, Busy) as error:
        sentence = error.fields.get("reason") if isinstance(error, InvalidInput) else None
        return page(case_id, cancel_error=sentence or error.sentence), status_of(error)
    flash("Berkas dibatalkan. Alasannya tercatat.")
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.post("/buka-kembali")
@access()
def reopen(case_id: UUID) -> ResponseReturnValue:
    """Take an ended case up again, with a reason; the page of the case that continues it."""
    try:
        with unit_of_work() as work:
            child = cases.reopen(work, case_id, request.form.get("alasan_buka", ""))
    except (InvalidInput, Conflict) as error:
        sentence = error.fields.get("reason") if isinstance(error, InvalidInput) else None
        return page(case_id, reopen_error=sentence or error.sentence), status_of(error)
    flash("Berkas dibuka kembali sebagai berkas ini. Alasannya tercatat.")
    return redirect(url_for("cases.show", case_id=child))


def page(case_id: UUID, **more: Any) -> str:
    """The page of a case; `more` is what was typed and what is wrong with it."""
    with unit_of_work() as work:
        case = cases.get(work, case_id)
        issued = printing.for_case(work, case_id)
        own = visible_case(work, case_id)
        may_reveal = task_rights.opens_identities(work, own)
        record = history.record_of(work, own)
        return render_template(
            "cases/show.html",
            case=case,
            family=related_cases.of_case(work, own),
            reopening=cases.of_case(work, own),
            notices=record.notices,
            drawing=event_log.diagram(work, case_id),
            moves=event_log.of_case(work, case_id),
            most_moves=event_log.MOST,
            entries=history.timeline(work, case_id),
            steps=record.steps,
            slips=history.slips(work, visible_case(work, case_id)),
            asks_for_papers=requirements.is_asking(work, case_id),
            masked=answers.masked(work, case_id),
            accesses=answers.accesses(work, case_id),
            may_reveal=may_reveal,
            documents=documents.for_case(work, case_id),
            labels=(labels := documents.labels(work, case_id)),
            takes_recordings=classification.RECORDING in labels,
            letters=issued,
            codes=tracking.of_case(work, own),
            outgoing=messages.of_case(work, case_id),
            is_waiting=is_at_work(case, issued),
            unfinished=drafts.of_case(work, case_id) if case.can_cancel else [],
            stages=stages.of_case(work, visible_case(work, case_id)),
            may_correct=not work.actor.roles.isdisjoint(TIME_CORRECTORS),
            **{
                "cancel_error": "",
                "reopen_error": "",
                "typed_reopening": request.form.get("alasan_buka", ""),
                "typed_reason": request.form.get("alasan", ""),
                "withdrawal": Withdrawal(),
                "correcting": None,
                **more,
            },
        )


stages_blueprint = Blueprint("stages", __name__, url_prefix="/berkas/<uuid:case_id>/waktu")


@dataclass(frozen=True)
class Correcting:
    """What was typed to correct a time, and what is wrong with it."""

    element: str = ""
    at: str = ""
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@stages_blueprint.post("/<element>")
@access(*TIME_CORRECTORS)
def correct(case_id: UUID, element: str) -> ResponseReturnValue:
    """Put another time beside the recorded one, with a reason."""
    at, reason = request.form.get("waktu", ""), request.form.get("alasan_koreksi", "")
    try:
        with unit_of_work() as work:
            stages.correct(work, case_id, element, at, reason)
    except (InvalidInput, Busy) as error:
        errors = error.fields if isinstance(error, InvalidInput) else {"reason": error.sentence}
        return page(case_id, correcting=Correcting(element, at, reason, dict(errors))), status_of(
            error
        )
    flash("Waktu dikoreksi. Waktu yang tercatat semula tetap terlihat di sampingnya.")
    return redirect(url_for("cases.show", case_id=case_id))


letters_blueprint = Blueprint("letters", __name__)


@letters_blueprint.get("/surat/<uuid:letter_id>.pdf")
@access()
def pdf(letter_id: UUID) -> ResponseReturnValue:
    """The newest printing of a letter."""
    with unit_of_work() as work:
        content = printing.pdf(work, letter_id)
    return inline(content)


@letters_blueprint.post("/surat/<uuid:letter_id>/penarikan")
@access(*letters.WITHDRAWERS)
def withdraw(letter_id: UUID) -> ResponseReturnValue:
    """Withdraw a letter that was handed over, with a reason."""
    reason = request.form.get("alasan_tarik", "")
    with unit_of_work() as work:
        case_id = printing.case_of(work, letter_id)
    try:
        with unit_of_work() as work:
            letters.withdraw(work, letter_id, reason)
    except (InvalidInput, Busy) as error:
        sentence = error.fields["reason"] if isinstance(error, InvalidInput) else error.sentence
        return page(case_id, withdrawal=Withdrawal(letter_id, reason, sentence)), status_of(error)
    flash(
        "Surat ditarik. Alasannya tercatat, dan pemeriksaan kodenya kini menyebut surat ini "
        "ditarik."
    )
    return redirect(url_for("cases.show", case_id=case_id))


identities_blueprint = Blueprint(
    "identities", __name__, url_prefix="/berkas/<uuid:case_id>/identitas"
)

PURPOSES = (
    "Memeriksa kebenaran data sebelum memutuskan",
    "Menghubungi warga tentang berkas ini",
    "Memenuhi permintaan warga yang bersangkutan",
    "Pemeriksaan atau audit",
)


@identities_blueprint.get("")
@access(*IDENTITY_READERS)
def ask(case_id: UUID) -> ResponseReturnValue:
    """Ask for the purpose."""
    with unit_of_work() as work:
        case = cases.get(work, case_id)
    return _ask(case)


@identities_blueprint.post("")
@access(*IDENTITY_READERS)
def reveal(case_id: UUID) -> ResponseReturnValue:
    """Show the identity. The answer is not stored anywhere and cannot be reached by an address."""
    chosen, words = request.form.get("tujuan", ""), request.form.get("uraian", "").strip()
    purpose = ": ".join(part for part in (chosen, words) if part)
    with unit_of_work() as work:
        case = cases.get(work, case_id)
    try:
        with unit_of_work() as work:
            groups = answers.reveal(work, case_id, purpose)
    except (InvalidInput, Busy) as error:
        sentence = error.fields.get("purpose") if isinstance(error, InvalidInput) else None
        return _ask(case, sentence or error.sentence, chosen, words), status_of(error)
    return render_template("identities/show.html", case=case, groups=groups, purpose=purpose)


def _ask(case: CaseView, error: str = "", chosen: str = "", words: str = "") -> str:
    return render_template(
        "identities/ask.html", case=case, purposes=PURPOSES, error=error, chosen=chosen, words=words
    )


cover_sheets_blueprint = Blueprint("cover_sheets", __name__)


@cover_sheets_blueprint.get("/tugas/<uuid:task_id>/lembar-sampul")
@access()
def show_cover_sheet(task_id: UUID) -> ResponseReturnValue:
    """One sheet for each place where papers belong, with its signed code."""
    with unit_of_work() as work:
        sheets = cover_sheets.of_task(work, task_id)
    return render_template("cover_sheets/show.html", task_id=task_id, sheets=sheets)
