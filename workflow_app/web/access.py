"""Who may use a route. Every view declares it; a request to a view that does not is refused."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Unauthorized

from workflow_app.errors import Forbidden, SentraError
from workflow_app.web import session

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC: frozenset[str] = frozenset({"*"})
FIRST = frozenset({"users.change_password", "users.replace_password", "users.sign_out", "users.renew"})
"""What somebody reaches who still has the password that another gave him."""


def public(view: View) -> View:
    """The view is open to everybody, without an account."""
    view.__dict__["access"] = PUBLIC
    return view


def access(*roles: str) -> Callable[[View], View]:
    """The view is open to these roles; to every signed-in user when no role is named."""

    def declare(view: View) -> View:
        view.__dict__["access"] = frozenset(roles)
        return view

    return declare


def declared(app: Flask, endpoint: str) -> frozenset[str] | None:
    """What the view behind an endpoint declares; None when it declares nothing."""
    found: frozenset[str] | None = getattr(app.view_functions[endpoint], "access", None)
    return found


def enforce() -> ResponseReturnValue | None:
    """Before each request: let it pass, send it to the sign-in page, or refuse it."""
    if request.endpoint is None:
        return None
    needed = declared(current_app, request.endpoint)
    if needed is None:
        raise SentraError(detail=f"view {request.endpoint} declares no access")
    if needed == PUBLIC:
        return None
    user = session.current_user()
    if user is None:
        return _ask_to_sign_in()
    if user.is_password_temporary and request.endpoint not in FIRST:
        return redirect(url_for("users.change_password"))
    if needed and user.roles.isdisjoint(needed):
        raise Forbidden()
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    if "HX-Request" in request.headers or request.accept_mimetypes.best == "application/json":
        raise Unauthorized()
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("users.sign_in", lanjut=target if target != "/" else None))
