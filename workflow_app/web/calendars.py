"""The calendars with their holidays, year by year; confirming a year, days of the office's own, each looked at before it is done."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import InvalidInput
from workflow_app.services.days import calendars, holiday_years
from workflow_app.services.days.holiday_years import Asked
from workflow_app.services.office.configuration_shapes import YEARS
from workflow_app.types import WITA
from workflow_app.web import formats
from workflow_app.web.access import access
from workflow_app.web.forms import read_day
from workflow_app.web.parts import now
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("calendars", __name__, url_prefix="/pengaturan/libur")


@blueprint.get("")
@access()
def show_all() -> ResponseReturnValue:
    """The calendars, and what is missing in them."""
    with unit_of_work() as work:
        return render_template(
            "calendars/list.html", names=calendars.names(work), gaps=calendars.gaps(work), year=_this_year()
        )


@blueprint.get("/<name>/<int:year>")
@access()
def show(name: str, year: int) -> ResponseReturnValue:
    """One year of one calendar."""
    return _page(name, year, Asked())


@blueprint.post("/<name>/<int:year>")
@access()
def change(name: str, year: int) -> ResponseReturnValue:
    """Show what a change does, or make it, as the pressed button says."""
    form = request.form
    day, start = read_day(form.get("hari", "")), read_day(form.get("mulai", ""))
    asked = Asked(form.get("ubah", ""), day, form.get("alasan", "").strip(), start)
    try:
        if form.get("tombol") != "simpan":
            with unit_of_work() as work:
                found = holiday_years.prospect(work, name, year, asked)
            return _page(name, year, asked, prospect=found)
        with unit_of_work() as work:
            since = holiday_years.change(work, name, year, asked)
    except InvalidInput as error:
        return _page(name, year, asked, error.fields or {"": error.sentence}), 400
    flash(f"Kalender tersimpan. {_consequence(asked.deed, year, since)}")
    return redirect(url_for("calendars.show", name=name, year=year))


def _consequence(deed: str, year: int, since: datetime) -> str:
    if deed != "pastikan":
        return "Batas waktu yang sedang berjalan tidak berubah."
    when = "dalam beberapa menit" if since <= now() else f"mulai {formats.plain_date(since)}"
    return f"Batas waktu yang bergantung pada hari libur {year} dihitung ulang {when}."


def _page(
    name: str,
    year: int,
    asked: Asked,
    errors: Mapping[str, str] | None = None,
    prospect: holiday_years.Prospect | None = None,
) -> str:
    with unit_of_work() as work:
        found = holiday_years.year(work, name, year)
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
