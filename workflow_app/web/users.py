"""Signing in and out, and one's own password."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import generate_csrf

from workflow_app.errors import InvalidInput
from workflow_app.services import users
from workflow_app.web import limits, session
from workflow_app.web.access import access, public
from workflow_app.web.addresses import local_path
from workflow_app.web.failures import SENTENCES
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("users", __name__)

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
@limits.limiter.limit(limits.PER_ACCOUNT, key_func=limits.account_at_address, deduct_when=limits.has_failed)
@limits.limiter.limit(limits.PER_ADDRESS, deduct_when=limits.has_failed)
def authenticate() -> ResponseReturnValue:
    """Check user name and password; a fresh session begins."""
    username = request.form.get("nama_pengguna", "").strip()
    following = local_path(request.form.get("lanjut"), url_for("inbox.show"))
    with unit_of_work() as work:
        answer = users.authenticate(work, username, request.form.get("kata_sandi", ""))
    if answer.user is None:
        return _refused(following, username, answer.sentence, 401)
    session.begin(answer.user)
    return redirect(following)


@blueprint.errorhandler(RateLimitExceeded)
def _wait(_error: RateLimitExceeded) -> ResponseReturnValue:
    return _refused(url_for("inbox.show"), request.form.get("nama_pengguna", ""), SENTENCES[429], 429)


def _refused(following: str, username: str, sentence: str, status: int) -> ResponseReturnValue:
    page = render_template("users/sign_in.html", following=following, username=username, sentence=sentence)
    return page, status


@blueprint.post("/keluar")
@access()
def sign_out() -> ResponseReturnValue:
    """End the session."""
    session.end()
    flash("Anda sudah keluar.")
    return redirect(url_for("users.sign_in"))


@blueprint.get("/sesi")
@access()
def renew() -> ResponseReturnValue:
    """A fresh token for a form that stayed open while its user signed in again."""
    return jsonify(token=generate_csrf())


@blueprint.get("/akun/sandi")
@access()
def change_password() -> ResponseReturnValue:
    """The page to change one's own password."""
    return render_template("users/password.html", errors={})


@blueprint.post("/akun/sandi")
@access()
def replace_password() -> ResponseReturnValue:
    """Change it; every other session of the account ends, this one goes on."""
    new = request.form.get("baru", "")
    if new != request.form.get("ulang", ""):
        return render_template("users/password.html", errors={"repeat": UNEQUAL}), 400
    try:
        with unit_of_work() as work:
            user = users.change_own_password(work, request.form.get("lama", ""), new)
    except InvalidInput as error:
        return render_template("users/password.html", errors=error.fields or {"": error.sentence}), 400
    session.begin(user)
    flash("Kata sandi diganti. Sesi Anda di perangkat lain sudah berakhir.")
    return redirect(url_for("inbox.show"))
