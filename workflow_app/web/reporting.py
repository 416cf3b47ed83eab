"""The board of all running cases, and the lists behind its figures.

The dispatch board: running calls to a scene, large enough for the wall, always fresh. The services
of a month in figures: a page, and the same as a table for a spreadsheet. Process pages: the drawing
with how many cases stand where and how long they stay, the cases behind each figure, a day again.
"""

import csv
import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, cast

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from workflow_app.domain import WITA, NotFound
from workflow_app.permissions import (
    BOARD_READERS,
    LOG_EXPORTERS,
    OVERSEERS,
    PROCESS_READERS,
    REPORT_READERS,
)
from workflow_app.services.cases import event_log as case_event_log
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.exports import event_log
from workflow_app.services.exports.event_log import Selection
from workflow_app.services.operations import health
from workflow_app.services.processes import definitions
from workflow_app.services.reporting import boards, dispatches, process_figures, service_reports
from workflow_app.services.reporting.process_figures import Period, Which
from workflow_app.services.reporting.service_reports import Report
from workflow_app.web import requests
from workflow_app.web.formats import WORDS, day_of, heat_of
from workflow_app.web.requests import access, now, unit_of_work

blueprint = Blueprint("boards", __name__, url_prefix="/papan")

LISTS: Mapping[str, tuple[boards.Kind, str]] = {
    "berjalan": ("running", "Berkas yang berjalan"),
    "lewat": ("late", "Lewat batas"),
    "jatuh-tempo": ("due_today", "Batasnya hari ini"),
    "persetujuan": ("waiting", "Menunggu persetujuan"),
    "diterima": ("received", "Diterima hari ini"),
    "selesai": ("finished", "Selesai hari ini"),
    "lewat-hari-ini": ("breached", "Melewati batas hari ini"),
    "terukur": ("measured", "Waktu pelayanan yang dihitung"),
    "terlambat": ("measured_late", "Terlambat, dari yang dihitung"),
}
"""How the address names the lists, and their headings."""
OF_PERIOD = ("terukur", "terlambat")


@blueprint.get("")
@access(*OVERSEERS)
def show() -> ResponseReturnValue:
    """The board. Who asks with what he shows already is answered 204 while that is so."""
    days = _days()
    with unit_of_work() as work:
        # A message that is tried again is no event, so the word of the cases does not tell of it.
        signs, stopped = health.read(work), health.read_stoppage(work)
        known = requests.word(work, signs, days, stopped.messages)
        if requests.is_known(known):
            return requests.NOTHING_NEW
        board = boards.read(work, days)
    return render_template(
        "boards/show.html",
        board=board,
        days=days,
        periods=service_reports.PERIODS,
        known=known,
        vitals=signs,
        stoppages=stopped,
    )


@blueprint.get("/berkas")
@access(*OVERSEERS)
def cases() -> ResponseReturnValue:
    """One page of the cases behind a figure. Every choice on it is part of the address."""
    which, process = request.args.get("isi", "berjalan"), request.args.get("proses") or None
    if which not in LISTS:
        raise NotFound()
    days, after = _days(), request.args.get("setelah")
    kind, heading = LISTS[which]
    with unit_of_work() as work:
        page = boards.page(work, kind, process=process, days=days, after=after)
        names = {each.key: each.name for each in definitions.list_current(work)}
        clock = next(
            (one for one in service_reports.clocks(work) if one.process_key == process), None
        )
    choices = {"isi": which, "proses": process, "hari": days if which in OF_PERIOD else None}
    return render_template(
        "boards/cases.html",
        page=page,
        which=which,
        heading=heading,
        lists=LISTS,
        of_period=OF_PERIOD,
        days=days,
        process=process,
        names=names,
        clock=clock if which in OF_PERIOD else None,
        after=after,
        address=partial(_address, choices),
    )


def _address(current: Mapping[str, Any], **changes: Any) -> str:
    merged = {**current, **changes}
    return url_for("boards.cases", **{key: value for key, value in merged.items() if value})


def _days() -> int:
    typed = request.args.get("hari", "")
    return next(
        (days for days in service_reports.PERIODS if str(days) == typed), service_reports.USUAL
    )


dispatches_blueprint = Blueprint("dispatches", __name__)


@dispatches_blueprint.get("/papan-tkp")
@access(*BOARD_READERS)
def board() -> ResponseReturnValue:
    """Every running call with its stages and its clock, who is on duty, and whether the background
    process is at work.
    """
    with unit_of_work() as work:
        calls, watches = dispatches.running(work), dispatches.on_duty(work)
        begun = dispatches.begun(work)
        signs = health.read(work)
    return render_template(
        "dispatches/board.html", calls=calls, begun=begun, watches=watches, vitals=signs
    )


@dispatches_blueprint.get("/papan-tkp/layar")
@access(*BOARD_READERS)
def screen() -> ResponseReturnValue:
    """The same calls for a screen on the wall, read from three metres: few words, no names, no
    numbers of cases.
    """
    with unit_of_work() as work:
        signs = health.read(work)
        known = requests.word(work, signs)
        if requests.is_known(known):
            return requests.NOTHING_NEW
        shown = dispatches.read(work)
    return render_template(
        "dispatches/screen.html",
        shown=shown,
        known=known,
        vitals=signs,
        is_given=requests.is_on_screen(),
    )


@dispatches_blueprint.post("/papan-tkp/layar")
@access(*BOARD_READERS)
def give_to_screen() -> ResponseReturnValue:
    """Leave this session to the screen: it stays on for the rest of the watch, and leads nowhere
    else.
    """
    requests.give_to_screen()
    return redirect(url_for("dispatches.screen"))


MOST = 36
"""Months that can be chosen."""
FORMULA = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would reckon out: roles are called what the office calls
them.
"""

service_reports_blueprint = Blueprint("service_reports", __name__)


@service_reports_blueprint.get("/laporan-layanan")
@access(*REPORT_READERS)
def show_service_report() -> ResponseReturnValue:
    """The report of a month, the running one unless another is chosen."""
    with unit_of_work() as work:
        months = service_reports.months(work, MOST)
        report = _report(work, months)
    return render_template("service_reports/show.html", report=report, months=months)


@service_reports_blueprint.get("/laporan-layanan.csv")
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


SPANS = (1, 7, 30, 90)
"""Days of the periods that are offered, today included."""
USUAL = 30

process_pages_blueprint = Blueprint("process_pages", __name__, url_prefix="/proses")


@dataclass(frozen=True)
class Wish:
    """What the address asks for."""

    period: Period
    span: int | None
    """One of `SPANS`, None when first and last day were named."""
    version: int | None

    @property
    def parameters(self) -> dict[str, str | int | None]:
        """The same for another address."""
        days: dict[str, str | int | None] = (
            {"hari": self.span}
            if self.span
            else {"dari": self.period.first.isoformat(), "sampai": self.period.last.isoformat()}
        )
        return {**days, "versi": self.version}


@process_pages_blueprint.get("")
@access(*PROCESS_READERS)
def show_all() -> ResponseReturnValue:
    """Every process with the number of cases that run."""
    with unit_of_work() as work:
        found, running = definitions.list_current(work), process_figures.running(work)
    return render_template("process_pages/all.html", processes=found, running=running)


@process_pages_blueprint.get("/<key>")
@access(*PROCESS_READERS)
def show_process_page(key: str) -> ResponseReturnValue:
    """The figures of a process in a period, in a table and over its drawing."""
    wish = _wish()
    with unit_of_work() as work:
        chosen = process_figures.choose(work, key, wish.version)
        found = process_figures.figures(work, chosen, wish.period)
        running = process_figures.running(work).get(key, 0)
        whole_since = case_event_log.whole_since(work)
    return render_template(
        "process_pages/show.html",
        title=chosen.shown.name,
        chosen=chosen,
        heat=[heat_of(element, found.get(element.id)) for element in chosen.steps],
        heat_words=WORDS,
        running=running,
        wish=wish,
        spans=SPANS,
        whole_since=whole_since,
        forms=event_log.FORMS,
        may_export=LOG_EXPORTERS,
    )


@process_pages_blueprint.get("/<key>/gambar.bpmn")
@access(*PROCESS_READERS)
def drawing(key: str) -> ResponseReturnValue:
    """The drawing of the version that is shown, or of a process that it calls, for the viewer on
    the page.
    """
    called = request.args.get("proses")
    with unit_of_work() as work:
        shown = process_figures.choose(work, key, _version()).shown
    if called is not None and called not in shown.called:
        raise NotFound()
    found = shown.bpmn_xml if called is None else shown.called_xml(called)
    return Response(found, mimetype="application/xml")


@process_pages_blueprint.get("/<key>/langkah/<element>/<which>")
@access(*PROCESS_READERS)
def show_stays(key: str, element: str, which: str) -> ResponseReturnValue:
    """The cases behind a figure."""
    wish = _wish()
    with unit_of_work() as work:
        chosen = process_figures.choose(work, key, wish.version)
        page = process_figures.page(
            work, chosen, element, cast(Which, which), wish.period, request.args.get("sesudah")
        )
    step = next((one for one in chosen.steps if one.id == element), None)
    return render_template(
        "process_pages/stays.html",
        title=step.name if step else element,
        chosen=chosen,
        element=element,
        which=which,
        page=page,
        wish=wish,
    )


@process_pages_blueprint.get("/<key>/hari")
@access(*PROCESS_READERS)
def watch_day(key: str) -> ResponseReturnValue:
    """A day of the process, move by move."""
    today = now().astimezone(WITA).date()
    day = _day("tanggal") or today
    with unit_of_work() as work:
        chosen = process_figures.choose(work, key, _version())
        found = process_figures.watch(work, chosen, day, _instant("sejak"))
    return render_template(
        "process_pages/day.html",
        title=chosen.shown.name,
        chosen=chosen,
        day=day,
        found=found,
        names={element.id: element.name for element in chosen.shown.elements.values()},
        oldest=today - timedelta(days=process_figures.OLDEST),
    )


@process_pages_blueprint.get("/<key>/catatan/<form>")
@access(*LOG_EXPORTERS)
def download(key: str, form: str) -> ResponseReturnValue:
    """The event log of the cases that began in a period, as a file for process mining."""
    if form not in event_log.FORMS:
        raise NotFound()
    wish, kind = _wish(), event_log.FORMS[form]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response that it becomes
    try:
        with unit_of_work() as work:
            process_figures.choose(work, key)
            file.writelines(event_log.export(work, Selection([key], wish.period), form))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"catatan-{key}-{wish.period.first}-{wish.period.last}{kind.ending}"
    return send_file(file, mimetype=kind.mimetype, as_attachment=True, download_name=name)


def _wish() -> Wish:
    """Anything unreadable is what is usual; a period that is too long is cut to its last days."""
    today, version = now().astimezone(WITA).date(), _version()
    first, last = _day("dari"), _day("sampai")
    if first is not None or last is not None:
        end = min(last or today, today)
        begin = min(first or end, end)
        return Wish(
            Period(max(begin, end - timedelta(days=process_figures.LONGEST - 1)), end),
            None,
            version,
        )
    span = next((span for span in SPANS if str(span) == request.args.get("hari")), USUAL)
    return Wish(Period(today - timedelta(days=span - 1), today), span, version)


def _version() -> int | None:
    """None is all versions together."""
    text = request.args.get("versi", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _day(name: str) -> date | None:
    return day_of(request.args.get(name, ""))


def _instant(name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if found.tzinfo else None
