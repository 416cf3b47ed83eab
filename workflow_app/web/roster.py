"""The duty roster: the week of all functions, one period to enter or change, the last week again;
each looked at before it is done.

The calendars with their holidays, year by year; confirming a year, days of the office's own, each
looked at before it is done. Absences and substitutes: the list for everybody of the unit, entering
or ending one with a look at what it does.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.domain import WITA, Conflict, InvalidInput, NotFound
from workflow_app.services.accounts import absences
from workflow_app.services.accounts.absences import Asked as AbsenceRuleAsked
from workflow_app.services.calendars import calendars
from workflow_app.services.calendars.calendars import Asked as HolidayYearAsked
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.office_settings.configuration_shapes import YEARS
from workflow_app.services.roster import weeks
from workflow_app.services.roster.weeks import Asked, Prospect
from workflow_app.web import formats
from workflow_app.web.forms import read_day
from workflow_app.web.requests import access, now, unit_of_work
from workflow_app.web.responses import status_of

blueprint = Blueprint("rosters", __name__, url_prefix="/pengaturan/piket")


@blueprint.get("")
@access()
def show() -> ResponseReturnValue:
    """One week of all functions."""
    monday = _monday(request.args.get("minggu", ""))
    with unit_of_work() as work:
        return render_template(
            "rosters/week.html",
            monday=monday,
            before=monday - timedelta(days=7),
            sunday=monday + timedelta(days=6),
            after=monday + timedelta(days=7),
            functions=weeks.week(work, monday),
            can_change=weeks.can_change(work),
        )


@blueprint.post("/salin")
@access()
def copy() -> ResponseReturnValue:
    """Show what entering the periods of the week before again would do, or do it, as the pressed
    button says.
    """
    monday = _monday(request.form.get("minggu", ""))
    if request.form.get("tombol") != "simpan":
        with unit_of_work() as work:
            found = weeks.of_copy(work, monday)
        return render_template("rosters/copy.html", monday=monday, prospect=found)
    with unit_of_work() as work:
        done = weeks.copy_last_week(work, monday)
    left = (
        f" {done.left} dilewati: sudah terisi, sudah lewat, atau orangnya tidak dapat bertugas "
        "lagi."
    )
    flash(f"{done.made} masa piket disalin dari minggu sebelumnya.{left if done.left else ''}")
    return redirect(url_for("rosters.show", minggu=monday.isoformat()))


@blueprint.get("/<function>")
@access()
def ask(function: str) -> ResponseReturnValue:
    """The form of a period, filled where it is entered already."""
    try:
        with unit_of_work() as work:
            asked = weeks.period(work, _known(function), request.args.get("awal", ""))
    except InvalidInput as error:
        raise NotFound() from error
    return _form(function, asked)


@blueprint.post("/<function>")
@access()
def enter(function: str) -> ResponseReturnValue:
    """Show what the period would do, or enter or change it, as the pressed button says."""
    form = request.form
    asked = Asked(
        form.get("awal", ""),
        form.get("sampai", ""),
        tuple(form.getlist("petugas")),
        form.get("mulai", ""),
        form.get("seen", ""),
    )
    try:
        if form.get("tombol") != "simpan":
            with unit_of_work() as work:
                found = weeks.of_period(work, _known(function), asked)
            return _form(function, asked, prospect=found)
        with unit_of_work() as work:
            weeks.enter(work, _known(function), asked)
    except InvalidInput as error:
        return _form(function, asked, error.fields or {"": error.sentence}), 400
    except Conflict as error:
        with unit_of_work() as work:
            current = weeks.period(work, function, asked.awal)
        return _form(function, current, {"": error.sentence}), status_of(error)
    flash("Jadwal piket tersimpan.")
    return redirect(url_for("rosters.show", minggu=_monday(asked.awal[:10]).isoformat()))


def _form(
    function: str,
    asked: Asked,
    errors: Mapping[str, str] | None = None,
    prospect: Prospect | None = None,
) -> str:
    with unit_of_work() as work:
        return render_template(
            "rosters/period.html",
            function=function,
            label=role_label(work, function),
            asked=asked,
            begins=weeks.begins(asked) if asked.seen else None,
            errors=errors or {},
            prospect=prospect,
            people=weeks.people(work, function),
            can_change=weeks.can_change(work),
        )


def _known(function: str) -> str:
    if function not in weeks.FUNCTIONS:
        raise NotFound()
    return function


def _monday(text: str) -> date:
    """The week that was chosen; this one when nothing readable was."""
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        chosen = now().astimezone(WITA).date()
    if not weeks.FIRST_YEAR <= chosen.year <= weeks.LAST_YEAR:
        chosen = now().astimezone(WITA).date()
    return weeks.monday_of(chosen)


calendars_blueprint = Blueprint("calendars", __name__, url_prefix="/pengaturan/libur")


@calendars_blueprint.get("")
@access()
def show_all() -> ResponseReturnValue:
    """The calendars, and what is missing in them."""
    with unit_of_work() as work:
        return render_template(
            "calendars/list.html",
            names=calendars.names(work),
            gaps=calendars.gaps(work),
            year=_this_year(),
        )


@calendars_blueprint.get("/<name>/<int:year>")
@access()
def show_calendar(name: str, year: int) -> ResponseReturnValue:
    """One year of one calendar."""
    return _page(name, year, HolidayYearAsked())


@calendars_blueprint.post("/<name>/<int:year>")
@access()
def change(name: str, year: int) -> ResponseReturnValue:
    """Show what a change does, or make it, as the pressed button says."""
    form = request.form
    day, start = read_day(form.get("hari", "")), read_day(form.get("mulai", ""))
    asked = HolidayYearAsked(form.get("ubah", ""), day, form.get("alasan", "").strip(), start)
    try:
        if form.get("tombol") != "simpan":
            with unit_of_work() as work:
                found = calendars.prospect(work, name, year, asked)
            return _page(name, year, asked, prospect=found)
        with unit_of_work() as work:
            since = calendars.change(work, name, year, asked)
    except InvalidInput as error:
        return _page(name, year, asked, error.fields or {"": error.sentence}), 400
    flash(f"Kalender tersimpan. {_consequence(asked.deed, year, since)}")
    return redirect(url_for("calendars.show_calendar", name=name, year=year))


def _consequence(deed: str, year: int, since: datetime) -> str:
    if deed != "pastikan":
        return "Batas waktu yang sedang berjalan tidak berubah."
    when = "dalam beberapa menit" if since <= now() else f"mulai {formats.plain_date(since)}"
    return f"Batas waktu yang bergantung pada hari libur {year} dihitung ulang {when}."


def _page(
    name: str,
    year: int,
    asked: HolidayYearAsked,
    errors: Mapping[str, str] | None = None,
    prospect: calendars.Prospect | None = None,
) -> str:
    with unit_of_work() as work:
        found = calendars.year(work, name, year)
    return render_template(
        "calendars/year.html",
        year=found,
        known=YEARS,
        asked=asked,
        errors=errors or {},
        prospect=prospect,
    )


def _this_year() -> int:
    return now().astimezone(WITA).year


absences_blueprint = Blueprint("absences", __name__, url_prefix="/pengaturan/penggantian")


@absences_blueprint.get("")
@access()
def show_absence() -> ResponseReturnValue:
    """Who is away, who stands in, and the form."""
    return _page_absence(AbsenceRuleAsked())


@absences_blueprint.post("")
@access()
def enter_absence() -> ResponseReturnValue:
    """Show what an absence would do, or record it, as the pressed button says."""
    form = request.form
    people = (form.get(name, "") for name in ("anggota", "pengganti"))
    days = (read_day(form.get(name, "")) for name in ("mulai", "sampai"))
    asked = AbsenceRuleAsked(*people, *days)
    try:
        if form.get("tombol") != "catat":
            with unit_of_work() as work:
                found = absences.prospect(work, asked)
            return _page_absence(asked, prospect=found)
        with unit_of_work() as work:
            absences.enter(work, asked)
    except InvalidInput as error:
        return _page_absence(asked, error.fields or {"": error.sentence}), 400
    flash("Penggantian tercatat. Mulai dan berakhirnya berjalan sendiri.")
    return redirect(url_for("absences.show_absence"))


@absences_blueprint.post("/<uuid:absence_id>/akhiri")
@access()
def end(absence_id: UUID) -> ResponseReturnValue:
    """Show what ending one now, or withdrawing it before it begins, would do, or do it."""
    if request.form.get("tombol") != "simpan":
        with unit_of_work() as work:
            return render_template("absences/end.html", item=absences.ending(work, absence_id))
    with unit_of_work() as work:
        has_held = absences.end(work, absence_id)
    flash("Penggantian berakhir." if has_held else "Penggantian dibatalkan.")
    return redirect(url_for("absences.show_absence"))


def _page_absence(
    asked: AbsenceRuleAsked,
    errors: Mapping[str, str] | None = None,
    prospect: absences.Prospect | None = None,
) -> str:
    with unit_of_work() as work:
        return render_template(
            "absences/show.html",
            asked=asked,
            errors=errors or {},
            prospect=prospect,
            known=absences.of_unit(work),
            enterable=absences.enterable(work),
            colleagues=absences.colleagues(work),
            allowed=absences.allowed(work),
        )
