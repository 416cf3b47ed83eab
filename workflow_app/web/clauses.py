"""The SOP clause by clause for everybody, and the drawings of the processes that carry it; no account needed."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.services.office import configuration
from workflow_app.services.sop import clause_maps
from workflow_app.services.sop.clause_maps import Status
from workflow_app.web.access import public
from workflow_app.web.parts import sentra
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("clauses", __name__, url_prefix="/sop")

LONGEST_WORDS = 100
WORDS = {
    Status.HOLDS: "Terbukti",
    Status.CONDUCT: "Norma sikap",
    Status.CHANGED: "Perlu diuji ulang",
    Status.OPEN: "Belum ada",
    Status.FAILS: "Gagal",
}


@blueprint.get("")
@public
def show() -> ResponseReturnValue:
    """All clauses, or those that were asked for. What was asked stands in the address: words of the SOP, no words about anybody."""
    given = {name: request.args.get(name, "").strip() for name in ("kata", "keadaan", "layanan", "langkah")}
    words = given["kata"][:LONGEST_WORDS]
    with unit_of_work() as work:
        found = clause_maps.show(
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


@blueprint.get("/<key>")
@public
def process(key: str) -> ResponseReturnValue:
    """The drawing of a process, with the step marked that was asked for, and the clauses of each step in words."""
    with unit_of_work() as work:
        found = clause_maps.of_process(work, sentra().release, key)
        unit_name = configuration.value(work, "nama_unit")
    wanted = request.args.get("langkah", "")
    step = next((one for one in found.carrying if one.element == wanted), None)
    return render_template("clauses/process.html", process=found, step=step, unit_name=unit_name)


@blueprint.get("/<key>/gambar.bpmn")
@public
def drawing(key: str) -> ResponseReturnValue:
    """The drawing for the viewer: shapes, names and lines."""
    with unit_of_work() as work:
        found = clause_maps.drawing(work, key)
    return Response(found, mimetype="application/xml")


def _address(current: dict[str, str], **changes: Any) -> str:
    merged = {**current, **changes}
    return url_for("clauses.show", **{name: value for name, value in merged.items() if value})
