"""Light, dark, or as the device says: kept in a cookie, without an account."""

from datetime import timedelta

from flask import Blueprint, current_app, redirect, request
from flask.typing import ResponseReturnValue

from workflow_app.web.access import public
from workflow_app.web.addresses import local_path
from workflow_app.web.pages import THEMES, theme_cookie

blueprint = Blueprint("appearance", __name__)


@blueprint.post("/tampilan")
@public
def choose() -> ResponseReturnValue:
    """Remember the chosen look and go back."""
    chosen = request.form.get("tampilan", "auto")
    response = redirect(local_path(request.form.get("kembali"), "/"))
    if chosen in THEMES:
        response.set_cookie(
            theme_cookie(),
            chosen,
            max_age=timedelta(days=365),
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response
