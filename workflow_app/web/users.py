"""Signing in and out, one's own password, one's own sessions."""

import logging
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

from workflow_app.errors import InvalidInput, NotFound
from workflow_app.services.accounts import attempts, sessions, users
from workflow_app.web import limits, session
from workflow_app.web.access import access, public
from workflow_app.web.addresses import local_path
from workflow_app.web.transaction import unit_of_work

logger = logging.getLogger("workflow_app.web")

blueprint = Blueprint("users", __name__)

WRONG = "Nama pengguna atau kata sandi salah. Periksa huruf besar dan kecil, lalu coba lagi."
UNEQUAL = "Kedua kata sandi baru tidak sama. Ketik ulang keduanya."


@blueprint.get("/masuk")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    following = local_path(request.args.get("lanjut"), url_for("inbox.show"))
    if session.current_user():
        return redirect(following)
    return render_template("users/sign_in.html", following=following, username="", sentence="")


@blueprint.post("/masuk")
@public
def authenticate() -> ResponseReturnValue:
    """Check user name and password; a fresh session begins. The try is counted before, in a transaction of its own."""
    username = request.form.get("nama_pengguna", "").strip()
    following = local_path(request.form.get("lanjut"), url_for("inbox.show"))
    tries = limits.of_sign_in(username)
    with unit_of_work() as work:
        wait = attempts.charge(work, tries)
    if wait:
        logger.warning("sign-in slowed account=%s", limits.fingerprint(username))
        return _refused(following, username, wait)
    with unit_of_work() as work:
        user = users.authenticate(work, username, request.form.get("kata_sandi", ""))
        if user is not None:
            attempts.forgive(work, tries)
            session.begin(work, user)
            users.record_sign_in(work, user)
    if user is None:
        logger.warning("sign-in refused account=%s", limits.fingerprint(username))
        return _refused(following, username)
    return limits.know_device(make_response(redirect(following)), username)


def _refused(following: str, username: str, wait: timedelta = attempts.NO_WAIT) -> ResponseReturnValue:
    sentence = limits.sentence(wait) if wait else WRONG
    page = render_template("users/sign_in.html", following=following, username=username, sentence=sentence)
    return (page, 429, {"Retry-After": str(limits.seconds(wait))}) if wait else (page, 401)


@blueprint.post("/keluar")
@access()
def sign_out() -> ResponseReturnValue:
    """End the session, here and for every copy of the cookie."""
    with unit_of_work() as work:
        sessions.sign_out(work, session.session_id())
    session.forget()
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
        found = sessions.of_actor(work, session.session_id(), current_app.config["SESSION_IDLE"])
    return render_template("users/account.html", sessions=found)


@blueprint.post("/akun/sesi/<uuid:session_id>/akhiri")
@access()
def end_session(session_id: UUID) -> ResponseReturnValue:
    """End one of one's other sessions."""
    if session_id == session.session_id():
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
    user = session.current_user()
    if user is None:
        raise NotFound()
    new = request.form.get("baru", "")
    if new != request.form.get("ulang", ""):
        return _unchanged({"repeat": UNEQUAL})
    tries = limits.of_old_password(user.username)
    with unit_of_work() as work:
        wait = attempts.charge(work, tries)
    if wait:
        page, _ = _unchanged({"old": limits.sentence(wait)})
        return page, 429, {"Retry-After": str(limits.seconds(wait))}
    try:
        with unit_of_work() as work:
            changed = users.change_own_password(work, request.form.get("lama", ""), new)
            attempts.forgive(work, tries)
            session.begin(work, changed)
    except InvalidInput as error:
        return _unchanged(error.fields or {"": error.sentence})
    flash("Kata sandi diganti. Sesi Anda di perangkat lain sudah berakhir.")
    return redirect(url_for("inbox.show"))


def _unchanged(errors: dict[str, str]) -> tuple[str, int]:
    return render_template("users/password.html", errors=errors), 400
