"""The papers that are due by the schedule, proposing some of them, and the list of a proposal."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import Conflict, InvalidInput, NotFound
from workflow_app.permissions import DISPOSAL_PROPOSERS, disposal_scopes
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.keeping import disposals, due_papers
from workflow_app.services.office.configuration import role_label
from workflow_app.services.office.retention_schedule import FATES, Fate
from workflow_app.services.running import disposal_proposals
from workflow_app.web import page_keys
from workflow_app.web.access import access
from workflow_app.web.failures import status_of
from workflow_app.web.transaction import unit_of_work

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
    token = page_keys.sent()
    existing = request.form.get("berkas", "")
    try:
        with unit_of_work() as work:
            if existing:
                disposals.choose(work, case_id := _id(existing), ids)
                task_id = None
            else:
                started = disposal_proposals.begin(work, ids, token, _scope(work))
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
            disposals.take_out(work, case_id, no, request.form.get("alasan", ""))
    except (InvalidInput, Conflict) as error:
        words = error.fields.get(f"alasan-{no}", error.sentence) if isinstance(error, InvalidInput) else None
        return _page(case_id, no, words or error.sentence), status_of(error)
    flash(f"Nomor {no} dikeluarkan dari daftar.")
    return redirect(url_for("disposals.show", case_id=case_id, _anchor=f"nomor-{no}"))


def _due_page(error: str = "", chosen: list[UUID] | None = None) -> str:
    year, code, after = (request.values.get(name, "") for name in ("tahun", "baris", "sesudah"))
    fate = Fate(asked) if (asked := request.values.get("nasib", "")) in FATES else Fate.DESTROY
    with unit_of_work() as work:
        scope = _scope(work)
        page = due_papers.show(
            work,
            fate=fate,
            scope=scope,
            year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
            code=code or None,
            after=_id(after) if after else None,
        )
        mine = disposal_proposals.open_ones(work, scope)
        scopes = {each or "": role_label(work, each) if each else "" for each in disposal_scopes(work.actor)}
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
        token=page_keys.sent(),
        most=disposals.MOST,
    )


def _scope(work: UnitOfWork) -> str | None:
    """Whose papers the page is about: those that were asked for, else the first that the actor may propose."""
    asked = request.values.get("lingkup")
    return next(iter(disposal_scopes(work.actor)), None) if asked is None else asked or None


def _page(case_id: UUID, wrong: int | None = None, error: str = "") -> str:
    with unit_of_work() as work:
        proposal = disposals.listed(work, case_id)
        if proposal is None:
            raise NotFound("Berkas ini tidak mempunyai daftar pemusnahan yang dapat Anda lihat.")
    return render_template(
        "disposals/show.html", proposal=proposal, wrong=wrong, error=error, reasons=disposals.REASONS
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput("Pilihan ini tidak dikenal. Muat ulang daftar, lalu pilih lagi.") from error
