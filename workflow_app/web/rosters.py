"""The duty roster: the week of all functions, one period to enter or change, the last week again; each looked at before it is done."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import Conflict, InvalidInput, NotFound
from workflow_app.services.days import roster_prospects, roster_weeks
from workflow_app.services.days.roster_prospects import Prospect
from workflow_app.services.days.roster_weeks import Asked
from workflow_app.services.office.configuration import role_label
from workflow_app.types import WITA
from workflow_app.web.access import access
from workflow_app.web.failures import status_of
from workflow_app.web.parts import now
from workflow_app.web.transaction import unit_of_work

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
            functions=roster_weeks.week(work, monday),
            can_change=roster_weeks.can_change(work),
        )


@blueprint.post("/salin")
@access()
def copy() -> ResponseReturnValue:
    """Show what entering the periods of the week before again would do, or do it, as the pressed button says."""
    monday = _monday(request.form.get("minggu", ""))
    if request.form.get("tombol") != "simpan":
        with unit_of_work() as work:
            found = roster_prospects.of_copy(work, monday)
        return render_template("rosters/copy.html", monday=monday, prospect=found)
    with unit_of_work() as work:
        done = roster_weeks.copy_last_week(work, monday)
    left = f" {done.left} dilewati: sudah terisi, sudah lewat, atau orangnya tidak dapat bertugas lagi."
    flash(f"{done.made} masa piket disalin dari minggu sebelumnya.{left if done.left else ''}")
    return redirect(url_for("rosters.show", minggu=monday.isoformat()))


@blueprint.get("/<function>")
@access()
def ask(function: str) -> ResponseReturnValue:
    """The form of a period, filled where it is entered already."""
    try:
        with unit_of_work() as work:
            asked = roster_weeks.period(work, _known(function), request.args.get("awal", ""))
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
                found = roster_prospects.of_period(work, _known(function), asked)
            return _form(function, asked, prospect=found)
        with unit_of_work() as work:
            roster_weeks.enter(work, _known(function), asked)
    except InvalidInput as error:
        return _form(function, asked, error.fields or {"": error.sentence}), 400
    except Conflict as error:
        with unit_of_work() as work:
            current = roster_weeks.period(work, function, asked.awal)
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
            begins=roster_weeks.begins(asked) if asked.seen else None,
            errors=errors or {},
            prospect=prospect,
            people=roster_weeks.people(work, function),
            can_change=roster_weeks.can_change(work),
        )


def _known(function: str) -> str:
    if function not in roster_weeks.FUNCTIONS:
        raise NotFound()
    return function


def _monday(text: str) -> date:
    """The week that was chosen; this one when nothing readable was."""
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        chosen = now().astimezone(WITA).date()
    if not roster_weeks.FIRST_YEAR <= chosen.year <= roster_weeks.LAST_YEAR:
        chosen = now().astimezone(WITA).date()
    return roster_weeks.monday_of(chosen)
