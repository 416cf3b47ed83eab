"""One case: what happened, where it stands, its papers and letters; cancelling it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import Busy, Conflict, InvalidInput
from workflow_app.permissions import TIME_CORRECTORS
from workflow_app.services.case_file import access as reach
from workflow_app.services.case_file import (
    diagrams,
    handoffs,
    history,
    identities,
    kinship,
    moves,
    records,
    stages,
)
from workflow_app.services.correspondence import letter_views, message_views
from workflow_app.services.correspondence.letter_views import LetterView
from workflow_app.services.forms import requirements
from workflow_app.services.papers import documents, paper_labels
from workflow_app.services.public import tracking_codes
from workflow_app.services.running import cases, drafts, reopenings
from workflow_app.services.running.cases import CaseView
from workflow_app.web.access import access
from workflow_app.web.failures import status_of
from workflow_app.web.transaction import unit_of_work

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
    """The process drawing of the version this case runs under, or of a process it calls, for the viewer on the page."""
    with unit_of_work() as work:
        found = diagrams.drawing(work, case_id, request.args.get("proses"))
    return Response(found, mimetype="application/xml")


@blueprint.get("/keadaan")
@access()
def state(case_id: UUID) -> ResponseReturnValue:
    """Whether the system is still at work, and the address to go on at: asked by a page that waits."""
    with unit_of_work() as work:
        case = cases.get(work, case_id)
        is_waiting = is_at_work(case, letter_views.for_case(work, case_id))
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
        sheet = records.slip_of(work, case_id, element)
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
            child = reopenings.reopen(work, case_id, request.form.get("alasan_buka", ""))
    except (InvalidInput, Conflict) as error:
        sentence = error.fields.get("reason") if isinstance(error, InvalidInput) else None
        return page(case_id, reopen_error=sentence or error.sentence), status_of(error)
    flash("Berkas dibuka kembali sebagai berkas ini. Alasannya tercatat.")
    return redirect(url_for("cases.show", case_id=child))


def page(case_id: UUID, **more: Any) -> str:
    """The page of a case; `more` is what was typed and what is wrong with it."""
    with unit_of_work() as work:
        case = cases.get(work, case_id)
        issued = letter_views.for_case(work, case_id)
        own = reach.visible_case(work, case_id)
        may_reveal = handoffs.opens_identities(work, own)
        record = records.record_of(work, own)
        return render_template(
            "cases/show.html",
            case=case,
            family=kinship.of_case(work, own),
            reopening=reopenings.of_case(work, own),
            notices=record.notices,
            drawing=diagrams.diagram(work, case_id),
            moves=moves.of_case(work, case_id),
            most_moves=moves.MOST,
            entries=history.timeline(work, case_id),
            steps=record.steps,
            slips=records.slips(work, reach.visible_case(work, case_id)),
            asks_for_papers=requirements.is_asking(work, case_id),
            masked=identities.masked(work, case_id),
            accesses=identities.accesses(work, case_id),
            may_reveal=may_reveal,
            documents=documents.for_case(work, case_id),
            labels=(labels := documents.labels(work, case_id)),
            takes_recordings=paper_labels.RECORDING in labels,
            letters=issued,
            codes=tracking_codes.of_case(work, own),
            outgoing=message_views.of_case(work, case_id),
            is_waiting=is_at_work(case, issued),
            unfinished=drafts.of_case(work, case_id) if case.can_cancel else [],
            stages=stages.of_case(work, reach.visible_case(work, case_id)),
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
