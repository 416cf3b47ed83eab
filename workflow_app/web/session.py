"""The session of this request. The signed cookie carries a random token; everything else is a row (`services/accounts/sessions.py`)."""

from uuid import UUID

from flask import current_app, g, request
from flask import session as cookie

from workflow_app.errors import Away, NotFound
from workflow_app.permissions import has_role
from workflow_app.services.accounts import sessions, users
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.types import PUBLIC, Actor
from workflow_app.web.parts import sentra

TOKEN = "token"  # noqa: S105  # the name under which the cookie carries it
SCREEN = "screen"
"""The cookie says that this session was given to a screen on a wall: it shows that and nothing else, as long as somebody serves."""
OF_SCREEN = frozenset({"dispatches.screen", "users.sign_out"})
BACKGROUND_HEADER = "X-Sentra-Background"
"""Sent by requests a page makes by itself: they must not keep an abandoned session alive."""


def load() -> None:
    """Before each request: find the session of the cookie. Who has no cookie of a session costs no statement."""
    g.user, g.session_id, g.may_configure = None, None, False
    token = cookie.get(TOKEN)
    if token is None or request.endpoint == "static":
        return
    try:
        with sentra().works.glance(PUBLIC) as work:
            found = sessions.find(
                work,
                str(token),
                current_app.config["SESSION_IDLE"],
                is_background=BACKGROUND_HEADER in request.headers and not is_on_screen(),
            )
    except Away:
        if not _is_public():
            raise
        return
    if found is None:
        cookie.clear()
        return
    g.session_id = found.id
    if not is_on_screen() or request.endpoint in OF_SCREEN:
        g.user, g.may_configure = found.user, found.may_configure


def is_on_screen() -> bool:
    """Was this session given to a screen? Everywhere else nobody is signed in then."""
    return bool(cookie.get(SCREEN))


def give_to_screen() -> None:
    """From now on the session shows the screen only: whoever stands before it cannot go anywhere else. Signing in anew ends it."""
    cookie[SCREEN] = True


def _is_public() -> bool:
    """Pages that need no account are shown without one while the session cannot be looked up."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "access", None) == frozenset({"*"})


def begin(work: UnitOfWork, user: users.UserView) -> None:
    """Start a fresh session for `user`; nothing of the one before it survives."""
    token = sessions.begin(work, user, replaced=g.get("session_id"))
    cookie.clear()
    cookie[TOKEN] = token


def forget() -> None:
    """Drop the token and everything the cookie held."""
    cookie.clear()
    g.user, g.session_id, g.may_configure = None, None, False


def session_id() -> UUID:
    """The session of this request; raises `NotFound` for the public."""
    found: UUID | None = g.get("session_id")
    if found is None:
        raise NotFound()
    return found


def current_user() -> users.UserView | None:
    """The signed-in user of this request."""
    found: users.UserView | None = g.get("user")
    return found


def current_actor() -> Actor:
    """The actor for services: the signed-in user, or the public."""
    user = current_user()
    return users.actor_of(user) if user else PUBLIC


def holds(*roles: str) -> bool:
    """For templates: does the signed-in user hold one of the roles?"""
    return has_role(current_actor(), roles)


def may_configure() -> bool:
    """For templates: does a role of the signed-in user change something of the office's configuration?"""
    return bool(g.get("may_configure"))
