"""The services of a month in figures: a page, and the same as a table for a spreadsheet."""

import csv
import io
from datetime import date

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from workflow_app.errors import NotFound
from workflow_app.permissions import REPORT_READERS
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring import service_reports
from workflow_app.services.measuring.service_reports import Report
from workflow_app.web.access import access
from workflow_app.web.transaction import unit_of_work

MOST = 36
"""Months that can be chosen."""
FORMULA = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would reckon out: roles are called what the office calls them."""

blueprint = Blueprint("service_reports", __name__)


@blueprint.get("/laporan-layanan")
@access(*REPORT_READERS)
def show() -> ResponseReturnValue:
    """The report of a month, the running one unless another is chosen."""
    with unit_of_work() as work:
        months = service_reports.months(work, MOST)
        report = _report(work, months)
    return render_template("service_reports/show.html", report=report, months=months)


@blueprint.get("/laporan-layanan.csv")
@access(*REPORT_READERS)
def as_csv() -> ResponseReturnValue:
    """The same as a table."""
    with unit_of_work() as work:
        report = _report(work, service_reports.months(work, MOST))
    table = io.StringIO()
    csv.writer(table).writerows(map(_as_text, row) for row in service_reports.rows(report))
    answer = Response(table.getvalue(), mimetype="text/csv")
    name = f"laporan-layanan-{report.first:%Y-%m}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _report(work: UnitOfWork, months: list[date]) -> Report:
    """Of the month that the address names. Raises `NotFound` for one without figures."""
    wanted = request.args.get("bulan", f"{months[0]:%Y-%m}")
    month = next((one for one in months if f"{one:%Y-%m}" == wanted), None)
    if month is None:
        raise NotFound("Bulan ini tidak mempunyai laporan. Pilih bulan lain.")
    return service_reports.of_month(work, month)
