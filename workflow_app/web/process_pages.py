"""Process pages: the drawing with how many cases stand where and how long they stay, the cases behind each figure, a day again."""

import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from flask import Blueprint, Response, render_template, request, send_file
from flask.typing import ResponseReturnValue

from workflow_app.errors import NotFound
from workflow_app.permissions import LOG_EXPORTERS, PROCESS_READERS
from workflow_app.services.case_file import unlogged
from workflow_app.services.measuring import event_files, process_days, process_heat, process_stays
from workflow_app.services.measuring.event_export import Selection
from workflow_app.services.measuring.process_heat import Period
from workflow_app.services.measuring.process_stays import Which
from workflow_app.services.sop import processes
from workflow_app.types import WITA
from workflow_app.web.access import access
from workflow_app.web.formats import day_of
from workflow_app.web.heat import WORDS, heat_of
from workflow_app.web.parts import now
from workflow_app.web.transaction import unit_of_work

SPANS = (1, 7, 30, 90)
"""Days of the periods that are offered, today included."""
USUAL = 30

blueprint = Blueprint("process_pages", __name__, url_prefix="/proses")


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


@blueprint.get("")
@access(*PROCESS_READERS)
def show_all() -> ResponseReturnValue:
    """Every process with the number of cases that run."""
    with unit_of_work() as work:
        found, running = processes.list_current(work), process_heat.running(work)
    return render_template("process_pages/all.html", processes=found, running=running)


@blueprint.get("/<key>")
@access(*PROCESS_READERS)
def show(key: str) -> ResponseReturnValue:
    """The figures of a process in a period, in a table and over its drawing."""
    wish = _wish()
    with unit_of_work() as work:
        chosen = process_heat.choose(work, key, wish.version)
        found = process_heat.figures(work, chosen, wish.period)
        running = process_heat.running(work).get(key, 0)
        whole_since = unlogged.whole_since(work)
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
        forms=event_files.FORMS,
        may_export=LOG_EXPORTERS,
    )


@blueprint.get("/<key>/gambar.bpmn")
@access(*PROCESS_READERS)
def drawing(key: str) -> ResponseReturnValue:
    """The drawing of the version that is shown, or of a process that it calls, for the viewer on the page."""
    called = request.args.get("proses")
    with unit_of_work() as work:
        shown = process_heat.choose(work, key, _version()).shown
    if called is not None and called not in shown.called:
        raise NotFound()
    found = shown.bpmn_xml if called is None else shown.called_xml(called)
    return Response(found, mimetype="application/xml")


@blueprint.get("/<key>/langkah/<element>/<which>")
@access(*PROCESS_READERS)
def show_stays(key: str, element: str, which: str) -> ResponseReturnValue:
    """The cases behind a figure."""
    wish = _wish()
    with unit_of_work() as work:
        chosen = process_heat.choose(work, key, wish.version)
        page = process_stays.page(
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


@blueprint.get("/<key>/hari")
@access(*PROCESS_READERS)
def watch_day(key: str) -> ResponseReturnValue:
    """A day of the process, move by move."""
    today = now().astimezone(WITA).date()
    day = _day("tanggal") or today
    with unit_of_work() as work:
        chosen = process_heat.choose(work, key, _version())
        found = process_days.watch(work, chosen, day, _instant("sejak"))
    return render_template(
        "process_pages/day.html",
        title=chosen.shown.name,
        chosen=chosen,
        day=day,
        found=found,
        names={element.id: element.name for element in chosen.shown.elements.values()},
        oldest=today - timedelta(days=process_days.OLDEST),
    )


@blueprint.get("/<key>/catatan/<form>")
@access(*LOG_EXPORTERS)
def download(key: str, form: str) -> ResponseReturnValue:
    """The event log of the cases that began in a period, as a file for process mining."""
    if form not in event_files.FORMS:
        raise NotFound()
    wish, kind = _wish(), event_files.FORMS[form]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response that it becomes
    try:
        with unit_of_work() as work:
            process_heat.choose(work, key)
            file.writelines(event_files.export(work, Selection([key], wish.period), form))
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
        return Wish(Period(max(begin, end - timedelta(days=process_heat.LONGEST - 1)), end), None, version)
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
