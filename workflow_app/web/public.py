"""Following a case: the citizen with number and secret code, the officer from the page of the case,
and the code itself (R36).

What is secret travels in the body of a request only, and no answer that shows it is kept by the
browser.

The public answer to a letter's code: valid, withdrawn or unknown. Nothing about any person. The
public list of what to bring, for each of the 13 kinds (R54); read, filtered and printed without an
account. How many complaints there are and what became of them, for everybody: a page, and the same
as CSV and JSON (R40). The SOP clause by clause for everybody, and the drawings of the processes
that carry it; no account needed.
"""

import csv
import io
from functools import partial
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from workflow_app.domain import WITA, Busy, InvalidInput, NotFound, TooManyTries
from workflow_app.permissions import TRACKING_CODE_ISSUERS
from workflow_app.services.accounts import sessions
from workflow_app.services.cases.access import visible_case
from workflow_app.services.core import formatting
from workflow_app.services.forms import requirements
from workflow_app.services.letters import letters, printing
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import clause_map
from workflow_app.services.processes.clause_map import Status
from workflow_app.services.public import publications, tracking
from workflow_app.services.public.publications import Published
from workflow_app.services.workflow import cases
from workflow_app.web import limits
from workflow_app.web.requests import access, public, sentra, unit_of_work
from workflow_app.web.responses import status_of

PATH = "/lacak"
UNKNOWN = (
    "Nomor dan kode ini tidak cocok. Periksa setiap huruf dan angka pada tanda terima dan "
    "lembar kode. "
    "Bila tetap tidak cocok, tanyakan kepada SPKT dengan membawa tanda terima."
)

blueprint = Blueprint("tracking", __name__)


@blueprint.get(PATH)
@public
def ask() -> ResponseReturnValue:
    """A form for number and code."""
    return _ask()


@blueprint.post(PATH)
@public
def show() -> ResponseReturnValue:
    """Where the case stands. A wrong number and a wrong code are one answer, and guessing becomes
    slow.
    """
    number, code = request.form.get("nomor", ""), request.form.get("kode", "")
    tries = limits.of_tracking()
    with unit_of_work() as work:
        wait = sessions.charge(work, tries)
        found = None if wait else tracking.look_up(work, number, code)
        if found is not None:
            sessions.forgive(work, tries)
        unit_name = configuration.value(work, "nama_unit")
        telephone = configuration.value(work, "telepon_unit")
    if wait:
        answer = _unkept(_ask(number, limits.sentence(wait)), 429)
        answer.headers["Retry-After"] = str(limits.seconds(wait))
        return answer
    if found is None:
        return _unkept(_ask(number, UNKNOWN), 404)
    return _unkept(
        render_template(
            "tracking/show.html", status=found, unit_name=unit_name, telephone=telephone
        ),
        200,
    )


@blueprint.get("/berkas/<uuid:case_id>/status")
@access()
def status(case_id: UUID) -> ResponseReturnValue:
    """What the citizen reads, for who sees the case, and whether he has his code."""
    return _status(case_id)


@blueprint.post("/surat/<uuid:letter_id>/kode")
@access(*TRACKING_CODE_ISSUERS)
def issue(letter_id: UUID) -> ResponseReturnValue:
    """Hand out a code: on a sheet that is shown this once. The one before dies."""
    purpose = request.form.get("tujuan_kode", "")
    with unit_of_work() as work:
        case_id = printing.case_of(work, letter_id)
    try:
        with unit_of_work() as work:
            issued = tracking.issue(work, letter_id, purpose)
            telephone = configuration.value(work, "telepon_unit")
    except (InvalidInput, Busy) as error:
        sentence = error.fields.get("purpose") if isinstance(error, InvalidInput) else None
        return _status(case_id, letter_id, purpose, sentence or error.sentence), status_of(error)
    address = f"{sentra().public_url.rstrip('/')}{PATH}"
    return _unkept(
        render_template(
            "tracking/code.html",
            issued=issued,
            address=address,
            picture=printing.qr_picture(address),
            telephone=telephone,
        ),
        200,
    )


def _ask(number: str = "", sentence: str = "") -> str:
    with unit_of_work() as work:
        notices = configuration.value(work, "pengumuman")
    return render_template(
        "tracking/ask.html", typed=number[:200], sentence=sentence, notices=notices
    )


def _status(case_id: UUID, letter_id: UUID | None = None, typed: str = "", error: str = "") -> str:
    with unit_of_work() as work:
        case = cases.get(work, case_id)
        found = tracking.for_officer(work, case_id)
        handed = tracking.of_case(work, visible_case(work, case_id))
    return render_template(
        "tracking/status.html",
        case=case,
        status=found,
        codes=list(handed.values()),
        wrong_letter=letter_id,
        typed=typed,
        error=error,
    )


def _unkept(page: str, code: int) -> Response:
    """An answer that is nobody's but who asked: no cache keeps it."""
    answer = make_response(page, code)
    answer.headers["Cache-Control"] = "no-store"
    return answer


verification_blueprint = Blueprint("verification", __name__, url_prefix="/verifikasi")


@verification_blueprint.get("")
@public
def ask_verification() -> ResponseReturnValue:
    """A form to type a code; without JavaScript it leads to the address of the code."""
    code = request.args.get("kode", "").strip()
    if code:
        wanted = letters.normalise(code)
        if wanted:
            return redirect(url_for("verification.show_verification", code=wanted))
        return render_template("verification/ask.html", typed=code[:80], is_wrong=True), 404
    return render_template("verification/ask.html", typed="", is_wrong=False)


@verification_blueprint.get("/<code>")
@public
def show_verification(code: str) -> ResponseReturnValue:
    """What the code stands for. Codes that no letter has are counted: guessing becomes slow,
    checking does not.
    """
    tries = limits.of_lookup()
    with unit_of_work() as work:
        wait = sessions.wait(work, tries)
        found = None if wait else letters.verify(work, code)
        if found is not None and found.status == "unknown":
            sessions.count(work, tries)
    if found is None:
        raise TooManyTries(limits.sentence(wait), retry_after=limits.seconds(wait))
    page = render_template(
        "verification/show.html", found=found, code=letters.normalise(code) or ""
    )
    return page, 404 if found.status == "unknown" else 200


requirements_blueprint = Blueprint("requirements", __name__)


@requirements_blueprint.get("/persyaratan")
@public
def show_all() -> ResponseReturnValue:
    """Everything on one page; the address of one kind is its anchor."""
    with unit_of_work() as work:
        kinds = requirements.public_table(work)
        unit_name = configuration.value(work, "nama_unit")
        notices = configuration.value(work, "pengumuman")
        target = formatting.target(configuration.value(work, "target.berkas_lengkap"))
    return render_template(
        "requirements/show_all.html",
        kinds=kinds,
        unit_name=unit_name,
        target=target,
        notices=notices,
    )


FILE = "angka-pengaduan"

publications_blueprint = Blueprint("publications", __name__)


@publications_blueprint.get("/angka-pengaduan")
@public
def show_publication() -> ResponseReturnValue:
    """The newest publication, one year at a time."""
    wanted = request.args.get("tahun", "")
    with unit_of_work() as work:
        published = publications.newest(work)
        unit_name = configuration.value(work, "nama_unit")
        notices = configuration.value(work, "pengumuman")
        limit = formatting.target(configuration.value(work, "target.tanggapan_awal"))
        pause = configuration.value(work, "publikasi.selang_hari")
    years = published.years if published else []
    year = next((year for year in years if str(year["tahun"]) == wanted), None)
    if wanted and year is None:
        raise NotFound()
    return render_template(
        "publications/show.html",
        published=published,
        year=year or (years[0] if years else None),
        years=[each["tahun"] for each in years],
        unit_name=unit_name,
        limit=limit,
        pause=pause,
        notices=notices,
    )


@publications_blueprint.get("/angka-pengaduan.csv")
@public
def as_csv() -> ResponseReturnValue:
    """All years as one table, for a spreadsheet."""
    published = _newest()
    table = io.StringIO()
    csv.writer(table).writerows(publications.rows(published))
    answer = Response(table.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{FILE}.csv"'
    return answer


@publications_blueprint.get("/angka-pengaduan.json")
@public
def as_json() -> ResponseReturnValue:
    """All years for a program."""
    published = _newest()
    return jsonify(
        disusun=published.made_at.astimezone(WITA).isoformat(timespec="seconds"),
        **published.figures,
    )


def _newest() -> Published:
    with unit_of_work() as work:
        published = publications.newest(work)
    if published is None:
        raise NotFound("Angka pengaduan belum disusun. Coba lagi dalam beberapa menit.")
    return published


clauses_blueprint = Blueprint("clauses", __name__, url_prefix="/sop")

LONGEST_WORDS = 100
WORDS = {
    Status.HOLDS: "Terbukti",
    Status.CONDUCT: "Norma sikap",
    Status.CHANGED: "Perlu diuji ulang",
    Status.OPEN: "Belum ada",
    Status.FAILS: "Gagal",
}


@clauses_blueprint.get("")
@public
def show_clause() -> ResponseReturnValue:
    """All clauses, or those that were asked for. What was asked stands in the address: words of the
    SOP, no words about anybody.
    """
    given = {
        name: request.args.get(name, "").strip()
        for name in ("kata", "keadaan", "layanan", "langkah")
    }
    words = given["kata"][:LONGEST_WORDS]
    with unit_of_work() as work:
        found = clause_map.show(
            work,
            sentra().release,
            words=words,
            status=given["keadaan"],
            process=given["layanan"],
            element=given["langkah"],
        )
        unit_name = configuration.value(work, "nama_unit")
        notices = configuration.value(work, "pengumuman")
    return render_template(
        "clauses/show.html",
        found=found,
        given={**given, "kata": words},
        words=WORDS,
        unit_name=unit_name,
        notices=notices,
        address=partial(_address, given),
    )


@clauses_blueprint.get("/<key>")
@public
def process(key: str) -> ResponseReturnValue:
    """The drawing of a process, with the step marked that was asked for, and the clauses of each
    step in words.
    """
    with unit_of_work() as work:
        found = clause_map.of_process(work, sentra().release, key)
        unit_name = configuration.value(work, "nama_unit")
    wanted = request.args.get("langkah", "")
    step = next((one for one in found.carrying if one.element == wanted), None)
    return render_template("clauses/process.html", process=found, step=step, unit_name=unit_name)


@clauses_blueprint.get("/<key>/gambar.bpmn")
@public
def drawing(key: str) -> ResponseReturnValue:
    """The drawing for the viewer: shapes, names and lines."""
    with unit_of_work() as work:
        found = clause_map.drawing(work, key)
    return Response(found, mimetype="application/xml")


def _address(current: dict[str, str], **changes: Any) -> str:
    merged = {**current, **changes}
    return url_for(
        "clauses.show_clause", **{name: value for name, value in merged.items() if value}
    )
