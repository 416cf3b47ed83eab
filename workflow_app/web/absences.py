"""Absences and substitutes: the list for everybody of the unit, entering or ending one with a look at what it does."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import InvalidInput
from workflow_app.services.accounts import absence_rules, absences
from workflow_app.services.accounts.absence_rules import Asked
from workflow_app.web.access import access
from workflow_app.web.forms import read_day
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("absences", __name__, url_prefix="/pengaturan/penggantian")


@blueprint.get("")
@access()
def show() -> ResponseReturnValue:
    """Who is away, who stands in, and the form."""
    return _page(Asked())


@blueprint.post("")
@access()
def enter() -> ResponseReturnValue:
    """Show what an absence would do, or record it, as the pressed button says."""
    form = request.form
    people = (form.get(name, "") for name in ("anggota", "pengganti"))
    days = (read_day(form.get(name, "")) for name in ("mulai", "sampai"))
    asked = Asked(*people, *days)
    try:
        if form.get("tombol") != "catat":
            with unit_of_work() as work:
                found = absences.prospect(work, asked)
            return _page(asked, prospect=found)
        with unit_of_work() as work:
            absences.enter(work, asked)
    except InvalidInput as error:
        return _page(asked, error.fields or {"": error.sentence}), 400
    flash("Penggantian tercatat. Mulai dan berakhirnya berjalan sendiri.")
    return redirect(url_for("absences.show"))


@blueprint.post("/<uuid:absence_id>/akhiri")
@access()
def end(absence_id: UUID) -> ResponseReturnValue:
    """Show what ending one now, or withdrawing it before it begins, would do, or do it."""
    if request.form.get("tombol") != "simpan":
        with unit_of_work() as work:
            return render_template("absences/end.html", item=absences.ending(work, absence_id))
    with unit_of_work() as work:
        has_held = absences.end(work, absence_id)
    flash("Penggantian berakhir." if has_held else "Penggantian dibatalkan.")
    return redirect(url_for("absences.show"))


def _page(
    asked: Asked, errors: Mapping[str, str] | None = None, prospect: absences.Prospect | None = None
) -> str:
    with unit_of_work() as work:
        return render_template(
            "absences/show.html",
            asked=asked,
            errors=errors or {},
            prospect=prospect,
            known=absences.of_unit(work),
            enterable=absences.enterable(work),
            colleagues=absence_rules.colleagues(work),
            allowed=absences.allowed(work),
        )
