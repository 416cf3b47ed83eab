"""The members and their accounts: the list, a new one, roles and unit from a day on, locking, first passwords; each looked at first."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import InvalidInput
from workflow_app.permissions import has_role
from workflow_app.roles import ROLES, STAFF_KEEPERS, STAFF_READERS
from workflow_app.services.accounts import role_changes, staff
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office.configuration import role_label
from workflow_app.services.running import leaving
from workflow_app.web.access import access
from workflow_app.web.forms import read_day
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("staff", __name__, url_prefix="/pengaturan/anggota")

SAVE = "simpan"
"""The button that does what any other button shows."""


@blueprint.get("")
@access(*STAFF_READERS)
def show_all() -> ResponseReturnValue:
    """All accounts."""
    with unit_of_work() as work:
        return render_template(
            "staff/list.html",
            members=staff.listed(work),
            labels={role: role_label(work, role) for role in ROLES},
            can_add=has_role(work.actor, STAFF_KEEPERS),
        )


@blueprint.get("/baru")
@access(*STAFF_KEEPERS)
def ask_new() -> ResponseReturnValue:
    """The form for a new member."""
    return _new(staff.Asked())


@blueprint.post("/baru")
@access(*STAFF_KEEPERS)
def add() -> ResponseReturnValue:
    """Show the account, or make it, as the pressed button says. Its first password stands on the page that answers, and nowhere else."""
    form = request.form
    asked = staff.Asked(
        form.get("nama_pengguna", ""),
        form.get("nama", ""),
        form.get("pangkat", ""),
        form.get("nrp", ""),
        tuple(form.getlist("peran")),
    )
    try:
        if form.get("tombol") != SAVE:
            with unit_of_work() as work:
                staff.check_new(work, asked)
            return _new(asked, is_looked_at=True)
        with unit_of_work() as work:
            made, password = staff.add(work, asked)
    except InvalidInput as error:
        return _new(asked, error.fields or {"": error.sentence}), 400
    return render_template("staff/password.html", member=made, password=password, is_new=True)


@blueprint.get("/<uuid:user_id>")
@access(*STAFF_READERS)
def show(user_id: UUID) -> ResponseReturnValue:
    """One member."""
    return _page(user_id)


@blueprint.post("/<uuid:user_id>/peran")
@access(*STAFF_READERS)
def change(user_id: UUID) -> ResponseReturnValue:
    """Show what a change of roles or unit does, or make it, as the pressed button says."""
    form = request.form
    asked = role_changes.Asked(
        tuple(form.getlist("peran")), form.get("unit", "").strip(), read_day(form.get("mulai", ""))
    )
    try:
        if form.get("tombol") != SAVE:
            with unit_of_work() as work:
                found = role_changes.checked(work, user_id, asked)
                effect = leaving.prospect(work, found)
                waits = found.valid_from if asked.mulai else None
            return _page(user_id, asked, effect=effect, waits=waits)
        with unit_of_work() as work:
            done = role_changes.enter(work, user_id, asked)
            is_done = done.valid_from <= work.clock()
    except InvalidInput as error:
        return _page(user_id, asked, error.fields or {"": error.sentence}), 400
    flash("Perubahan berlaku." if is_done else "Perubahan tercatat dan berlaku sendiri pada waktunya.")
    return redirect(url_for("staff.show", user_id=user_id))


@blueprint.post("/perubahan/<uuid:change_id>/tarik")
@access(*STAFF_READERS)
def withdraw(change_id: UUID) -> ResponseReturnValue:
    """Show what taking back a change does that is still to come, or take it back."""
    if request.form.get("tombol") != SAVE:
        with unit_of_work() as work:
            row = role_changes.withdrawable(work, change_id)
            return _look(work, "withdraw", row.user_id, change=row)
    with unit_of_work() as work:
        user_id = role_changes.withdraw(work, change_id)
    flash("Perubahan ditarik.")
    return redirect(url_for("staff.show", user_id=user_id))


@blueprint.post("/<uuid:user_id>/kunci")
@access(*STAFF_KEEPERS)
def lock(user_id: UUID) -> ResponseReturnValue:
    """Show what closing the account does, or close it; its sessions end."""
    if request.form.get("tombol") != SAVE:
        with unit_of_work() as work:
            return _look(work, "lock", user_id, effect=leaving.prospect_of_lock(work, user_id))
    with unit_of_work() as work:
        staff.lock(work, user_id)
    flash("Akun dikunci. Sesinya berakhir, dan tugasnya kembali ke antrean.")
    return redirect(url_for("staff.show", user_id=user_id))


@blueprint.post("/<uuid:user_id>/buka")
@access(*STAFF_KEEPERS)
def unlock(user_id: UUID) -> ResponseReturnValue:
    """Show what opening the account again does, or open it."""
    if request.form.get("tombol") != SAVE:
        with unit_of_work() as work:
            staff.openable(work, user_id)
            return _look(work, "unlock", user_id)
    with unit_of_work() as work:
        staff.unlock(work, user_id)
    flash("Akun dibuka lagi.")
    return redirect(url_for("staff.show", user_id=user_id))


@blueprint.post("/<uuid:user_id>/sandi")
@access(*STAFF_READERS)
def renew_password(user_id: UUID) -> ResponseReturnValue:
    """Show what a new first password does, or make one, on the page that answers and nowhere else."""
    if request.form.get("tombol") != SAVE:
        with unit_of_work() as work:
            sessions = leaving.sessions_of(work, staff.renewable(work, user_id))
            return _look(work, "renew_password", user_id, sessions=sessions)
    with unit_of_work() as work:
        member, password = staff.renew_password(work, user_id)
    return render_template("staff/password.html", member=member, password=password, is_new=False)


def _look(work: UnitOfWork, act: str, user_id: UUID, **told: object) -> str:
    """What an act does to a member, with the button that does it."""
    return render_template(
        "staff/look.html",
        act=act,
        member=staff.one(work, user_id),
        labels={role: role_label(work, role) for role in ROLES},
        to_come=role_changes.to_come(work, user_id),
        **told,
    )


def _new(asked: staff.Asked, errors: Mapping[str, str] | None = None, *, is_looked_at: bool = False) -> str:
    with unit_of_work() as work:
        roles = [(role, role_label(work, role)) for role in staff.givable(work.actor)]
        unit = work.actor.unit
    return render_template(
        "staff/new.html", asked=asked, errors=errors or {}, roles=roles, unit=unit, is_looked_at=is_looked_at
    )


def _page(
    user_id: UUID,
    asked: role_changes.Asked | None = None,
    errors: Mapping[str, str] | None = None,
    effect: leaving.Prospect | None = None,
    waits: object = None,
) -> str:
    with unit_of_work() as work:
        member = staff.one(work, user_id)
        is_own = member.id == work.actor.user_id
        return render_template(
            "staff/show.html",
            member=member,
            asked=asked or role_changes.Asked(tuple(member.roles), member.unit),
            errors=errors or {},
            effect=effect,
            waits=waits,
            labels={role: role_label(work, role) for role in ROLES},
            givable=staff.givable(work.actor),
            to_come=role_changes.to_come(work, user_id),
            is_own=is_own,
            keeps=has_role(work.actor, STAFF_KEEPERS) and not is_own,
            can_renew=not is_own and staff.can_renew(work, member.id, member.roles),
        )
