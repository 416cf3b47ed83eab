"""How many complaints there are and what became of them, for everybody: a page, and the same as CSV and JSON (R40)."""

import csv
import io

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from workflow_app.errors import NotFound
from workflow_app.services.office import configuration, readable
from workflow_app.services.public import publications
from workflow_app.services.public.publications import Published
from workflow_app.types import WITA
from workflow_app.web.access import public
from workflow_app.web.transaction import unit_of_work

FILE = "angka-pengaduan"

blueprint = Blueprint("publications", __name__)


@blueprint.get("/angka-pengaduan")
@public
def show() -> ResponseReturnValue:
    """The newest publication, one year at a time."""
    wanted = request.args.get("tahun", "")
    with unit_of_work() as work:
        published = publications.newest(work)
        unit_name = configuration.value(work, "nama_unit")
        notices = configuration.value(work, "pengumuman")
        limit = readable.target(configuration.value(work, "target.tanggapan_awal"))
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


@blueprint.get("/angka-pengaduan.csv")
@public
def as_csv() -> ResponseReturnValue:
    """All years as one table, for a spreadsheet."""
    published = _newest()
    table = io.StringIO()
    csv.writer(table).writerows(publications.rows(published))
    answer = Response(table.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{FILE}.csv"'
    return answer


@blueprint.get("/angka-pengaduan.json")
@public
def as_json() -> ResponseReturnValue:
    """All years for a program."""
    published = _newest()
    return jsonify(
        disusun=published.made_at.astimezone(WITA).isoformat(timespec="seconds"), **published.figures
    )


def _newest() -> Published:
    with unit_of_work() as work:
        published = publications.newest(work)
    if published is None:
        raise NotFound("Angka pengaduan belum disusun. Coba lagi dalam beberapa menit.")
    return published
