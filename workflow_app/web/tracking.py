"""Following a case: the citizen with number and secret code, the officer from the page of the case, and the code itself (R36).

What is secret travels in the body of a request only, and no answer that shows it is kept by the browser.
"""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from workflow_app.errors import Busy, InvalidInput
from workflow_app.permissions import TRACKING_CODE_ISSUERS
from workflow_app.services.accounts import attempts
from workflow_app.services.case_file import access as reach
from workflow_app.services.correspondence import letter_views, typesetting
from workflow_app.services.office import configuration
from workflow_app.services.public import tracking, tracking_codes
from workflow_app.services.running import cases
from workflow_app.web import limits
from workflow_app.web.access import access, public
from workflow_app.web.failures import status_of
from workflow_app.web.parts import sentra
from workflow_app.web.transaction import unit_of_work

PATH = "/lacak"
UNKNOWN = (
    "Nomor dan kode ini tidak cocok. Periksa setiap huruf dan angka pada tanda terima dan lembar kode. "
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
    """Where the case stands. A wrong number and a wrong code are one answer, and guessing becomes slow."""
    number, code = request.form.get("nomor", ""), request.form.get("kode", "")
    tries = limits.of_tracking()
    with unit_of_work() as work:
        wait = attempts.charge(work, tries)
        found = None if wait else tracking.look_up(work, number, code)
        if found is not None:
            attempts.forgive(work, tries)
        unit_name = configuration.value(work, "nama_unit")
        telephone = configuration.value(work, "telepon_unit")
    if wait:
        answer = _unkept(_ask(number, limits.sentence(wait)), 429)
        answer.headers["Retry-After"] = str(limits.seconds(wait))
        return answer
    if found is None:
        return _unkept(_ask(number, UNKNOWN), 404)
    return _unkept(
        render_template("tracking/show.html", status=found, unit_name=unit_name, telephone=telephone), 200
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
        case_id = letter_views.case_of(work, letter_id)
    try:
        with unit_of_work() as work:
            issued = tracking_codes.issue(work, letter_id, purpose)
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
            picture=typesetting.qr_picture(address),
            telephone=telephone,
        ),
        200,
    )


def _ask(number: str = "", sentence: str = "") -> str:
    with unit_of_work() as work:
        notices = configuration.value(work, "pengumuman")
    return render_template("tracking/ask.html", typed=number[:200], sentence=sentence, notices=notices)


def _status(case_id: UUID, letter_id: UUID | None = None, typed: str = "", error: str = "") -> str:
    with unit_of_work() as work:
        case = cases.get(work, case_id)
        found = tracking.for_officer(work, case_id)
        handed = tracking_codes.of_case(work, reach.visible_case(work, case_id))
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
