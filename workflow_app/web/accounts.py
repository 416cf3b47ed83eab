"""Signing in and out, one's own password, one's own sessions.

The members and their accounts: the list, a new one, roles and unit from a day on, locking, first
passwords; each looked at first.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from workflow_app.domain import InvalidInput, NotFound
from workflow_app.permissions import ROLES, STAFF_KEEPERS, STAFF_READERS, has_role
from workflow_app.services.accounts import members, role_changes, sessions, users
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.workflow import transfers
from workflow_app.web import limits, requests
from workflow_app.web.forms import read_day
from workflow_app.web.requests import access, local_path, public, unit_of_work

logger = logging.getLogger("workflow_app.web")

blueprint = Blueprint("users", __name__)

WRONG = "Nama pengguna atau kata sandi salah. Periksa huruf besar dan kecil, lalu coba lagi."
UNEQUAL = "Kedua kata sandi baru tidak sama. Ketik ulang keduanya."


@blueprint.get("/masuk")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    following = local_path(request.args.get("lanjut"), url_for("inbox.show_inbox"))
    if requests.current_user():
        return redirect(following)
    return render_template("users/sign_in.html", following=following, username="", sentence="")


@blueprint.post("/masuk")
@public
def authenticate() -> ResponseReturnValue:
    """Check user name and password; a fresh session begins. The try is counted before, in a
    transaction of its own.
    """
    username = request.form.get("nama_pengguna", "").strip()
    following = local_path(request.form.get("lanjut"), url_for("inbox.show_inbox"))
    tries = limits.of_sign_in(username)
    with unit_of_work() as work:
        wait = sessions.charge(work, tries)
    if wait:
        logger.warning("sign-in slowed account=%s", limits.fingerprint(username))
        return _refused(following, username, wait)
    with unit_of_work() as work:
        user = users.authenticate(work, username, request.form.get("kata_sandi", ""))
        if user is not None:
            sessions.forgive(work, tries)
            requests.begin(work, user)
            users.record_sign_in(work, user)
    if user is None:
        logger.warning("sign-in refused account=%s", limits.fingerprint(username))
        return _refused(following, username)
    return limits.know_device(make_response(redirect(following)), username)


def _refused(
    following: str, username: str, wait: timedelta = sessions.NO_WAIT
) -> ResponseReturnValue:
    sentence = limits.sentence(wait) if wait else WRONG
    page = render_template(
        "users/sign_in.html", following=following, username=username, sentence=sentence
    )
    return (page, 429, {"Retry-After": str(limits.seconds(wait))}) if wait else (page, 401)


@blueprint.post("/keluar")
@access()
def sign_out() -> ResponseReturnValue:
    """End the session, here and for every copy of the cookie."""
    with unit_of_work() as work:
        sessions.sign_out(work, requests.session_id())
    requests.forget()
    flash("Anda sudah keluar.")
    response = make_response(redirect(url_for("users.sign_in")))
    # Not "cookies": that would also forget that this device is known.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.get("/sesi")
@access()
def renew() -> ResponseReturnValue:
    """A fresh token for a form that stayed open while its user signed in again."""
    return jsonify(token=generate_csrf())


@blueprint.get("/akun")
@access()
def account() -> ResponseReturnValue:
    """Where one is signed in."""
    with unit_of_work() as work:
        found = sessions.of_actor(work, requests.session_id(), current_app.config["SESSION_IDLE"])
    return render_template("users/account.html", sessions=found)


@blueprint.post("/akun/sesi/<uuid:session_id>/akhiri")
@access()
def end_session(session_id: UUID) -> ResponseReturnValue:
    """End one of one's other sessions."""
    if session_id == requests.session_id():
        return sign_out()
    with unit_of_work() as work:
        sessions.end_own(work, session_id)
    flash("Sesi itu sudah diakhiri.")
    return redirect(url_for("users.account"))


@blueprint.get("/akun/sandi")
@access()
def change_password() -> ResponseReturnValue:
    """The page to change one's own password."""
    return render_template("users/password.html", errors={})


@blueprint.post("/akun/sandi")
@access()
def replace_password() -> ResponseReturnValue:
    """Change it; every other session of the account ends, this one goes on under a new token."""
    user = requests.current_user()
    if user is None:
        raise NotFound()
    new = request.form.get("baru", "")
    if new != request.form.get("ulang", ""):
        return _unchanged({"repeat": UNEQUAL})
    tries = limits.of_old_password(user.username)
    with unit_of_work() as work:
        wait = sessions.charge(work, tries)
    if wait:
        page, _ = _unchanged({"old": limits.sentence(wait)})
        return page, 429, {"Retry-After": str(limits.seconds(wait))}
    try:
        with unit_of_work() as work:
            changed = users.change_own_password(work, request.form.get("lama", ""), new)
            sessions.forgive(work, tries)
            requests.begin(work, changed)
    except InvalidInput as error:
        return _unchanged(error.fields or {"": error.sentence})
    flash("Kata sandi diganti. Sesi Anda di perangkat lain sudah berakhir.")
    return redirect(url_for("inbox.show_inbox"))


def _unchanged(errors: dict[str, str]) -> tuple[str, int]:
    return render_template("users/password.html", errors=errors), 400


staff_blueprint = Blueprint("staff", __name__, url_prefix="/pengaturan/anggota")

SAVE = "simpan"
"""The button that does what any other button shows."""


@staff_blueprint.get("")
@access(*STAFF_READERS)
def show_all() -> ResponseReturnValue:
    """All accounts."""
    with unit_of_work() as work:
        return render_template(
            "staff/list.html",
            members=members.listed(work),
            labels={role: role_label(work, role) for role in ROLES},
            can_add=has_role(work.actor, STAFF_KEEPERS),
        )


@staff_blueprint.get("/baru")
@access(*STAFF_KEEPERS)
def ask_new() -> ResponseReturnValue:
    """The form for a new member."""
    return _new(members.Asked())


@staff_blueprint.post("/baru")
@access(*STAFF_KEEPERS)
def add() -> ResponseReturnValue:
    """Show the account, or make it, as the pressed button says. Its first password stands on the
    page that answers, and nowhere else.
    """
    form = request.form
    asked = members.Asked(
        form.get("nama_pengguna", ""),
        form.get("nama", ""),
        form.get("pangkat", ""),
        form.get("nrp", ""),
        tuple(form.getlist("peran")),
    )
    try:
        if form.get("tombol") != SAVE:
            with unit_of_work() as work:
                members.check_new(work, asked)
            return _new(asked, is_looked_at=True)
        with unit_of_work() as work:
            made, password = members.add(work, asked)
    except InvalidInput as error:
        return _new(asked, error.fields or {"": error.sentence}), 400
    return render_template("staff/password.html", member=made, password=password, is_new=True)


@staff_blueprint.get("/<uuid:user_id>")
@access(*STAFF_READERS)
def show(user_id: UUID) -> ResponseReturnValue:
    """One member."""
    return _page(user_id)


@staff_blueprint.post("/<uuid:user_id>/peran")
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
                effect = transfers.prospect(work, found)
                waits = found.valid_from if asked.mulai else None
            return _page(user_id, asked, effect=effect, waits=waits)
        with unit_of_work() as work:
            done = role_changes.enter(work, user_id, asked)
            is_done = done.valid_from <= work.clock()
    except InvalidInput as error:
        return _page(user_id, asked, error.fields or {"": error.sentence}), 400
    flash(
        "Perubahan berlaku." if is_done else "Perubahan tercatat dan berlaku sendiri pada waktunya."
    )
    return redirect(url_for("staff.show", user_id=user_id))


@staff_blueprint.post("/perubahan/<uuid:change_id>/tarik")
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


@staff_blueprint.post("/<uuid:user_id>/kunci")
@access(*STAFF_KEEPERS)
def lock(user_id: UUID) -> ResponseReturnValue:
    """Show what closing the account does, or close it; its sessions end."""
    if request.form.get("tombol") != SAVE:
        with unit_of_work() as work:
            return _look(work, "lock", user_id, effect=transfers.prospect_of_lock(work, user_id))
    with unit_of_work() as work:
        members.lock(work, user_id)
    flash("Akun dikunci. Sesinya berakhir, dan tugasnya kembali ke antrean.")
    return redirect(url_for("staff.show", user_id=user_id))


@staff_blueprint.post("/<uuid:user_id>/buka")
@access(*STAFF_KEEPERS)
def unlock(user_id: UUID) -> ResponseReturnValue:
    """Show what opening the account again does, or open it."""
    if request.form.get("tombol") != SAVE:
        with unit_of_work() as work:
            members.openable(work, user_id)
            return _look(work, "unlock", user_id)
    with unit_of_work() as work:
        members.unlock(work, user_id)
    flash("Akun dibuka lagi.")
    return redirect(url_for("staff.show", user_id=user_id))


@staff_blueprint.post("/<uuid:user_id>/sandi")
@access(*STAFF_READERS)
def renew_password(user_id: UUID) -> ResponseReturnValue:
    """Show what a new first password does, or make one, on the page that answers and nowhere
    else.
    """
    if request.form.get("tombol") != SAVE:
        with unit_of_work() as work:
            sessions = transfers.sessions_of(work, members.renewable(work, user_id))
            return _look(work, "renew_password", user_id, sessions=sessions)
    with unit_of_work() as work:
        member, password = members.renew_password(work, user_id)
    return render_template("staff/password.html", member=member, password=password, is_new=False)


def _look(work: UnitOfWork, act: str, user_id: UUID, **told: object) -> str:
    """What an act does to a member, with the button that does it."""
    return render_template(
        "staff/look.html",
        act=act,
        member=members.one(work, user_id),
        labels={role: role_label(work, role) for role in ROLES},
        to_come=role_changes.to_come(work, user_id),
        **told,
    )


def _new(
    asked: members.Asked, errors: Mapping[str, str] | None = None, *, is_looked_at: bool = False
) -> str:
    with unit_of_work() as work:
        roles = [(role, role_label(work, role)) for role in members.givable(work.actor)]
        unit = work.actor.unit
    return render_template(
        "staff/new.html",
        asked=asked,
        errors=errors or {},
        roles=roles,
        unit=unit,
        is_looked_at=is_looked_at,
    )


def _page(
    user_id: UUID,
    asked: role_changes.Asked | None = None,
    errors: Mapping[str, str] | None = None,
    effect: transfers.Prospect | None = None,
    waits: object = None,
) -> str:
    with unit_of_work() as work:
        member = members.one(work, user_id)
        is_own = member.id == work.actor.user_id
        return render_template(
            "staff/show.html",
            member=member,
            asked=asked or role_changes.Asked(tuple(member.roles), member.unit),
            errors=errors or {},
            effect=effect,
            waits=waits,
            labels={role: role_label(work, role) for role in ROLES},
            givable=members.givable(work.actor),
            to_come=role_changes.to_come(work, user_id),
            is_own=is_own,
            keeps=has_role(work.actor, STAFF_KEEPERS) and not is_own,
            can_renew=not is_own and members.can_renew(work, member.id, member.roles),
        )
