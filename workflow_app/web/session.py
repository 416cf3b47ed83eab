"""The sign-in session: a signed cookie that names the user and the epoch of their credentials, and ends when idle."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app, g, request
from flask import session as cookie

from workflow_app.permissions import has_role
from workflow_app.services import users
from workflow_app.types import PUBLIC, Actor
from workflow_app.web.parts import now, sentra

TOUCH_EVERY = timedelta(minutes=1)
LONGEST = timedelta(hours=12)
BACKGROUND_HEADER = "X-Sentra-Background"
"""Sent by requests a page makes by itself: they must not keep an abandoned session alive."""


def begin(user: users.UserView) -> None:
    """Start a fresh session for `user`; nothing of the one before it survives."""
    cookie.clear()
    instant = int(now().timestamp())
    cookie.update(user=str(user.id), epoch=user.session_epoch, began=instant, seen=instant)
    g.user = user


def end() -> None:
    """Forget the user and everything the session held."""
    cookie.clear()
    g.user = None


def load() -> None:
    """Before each request: find the user of the session, or forget it when it has ended."""
    g.user = None
    if "user" not in cookie or request.endpoint == "static":
        return
    instant = now()
    user = _load_user() if _is_alive(instant) else None
    if user is None:
        cookie.clear()
        return
    g.user = user
    is_background = BACKGROUND_HEADER in request.headers
    if not is_background and instant - _instant("seen") > TOUCH_EVERY:
        cookie["seen"] = int(instant.timestamp())


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


def _is_alive(instant: datetime) -> bool:
    try:
        idle, age = instant - _instant("seen"), instant - _instant("began")
    except (KeyError, TypeError, ValueError, OverflowError):
        return False
    limit: Any = current_app.config["SESSION_IDLE"]
    return bool(idle <= limit and age <= LONGEST)


def _load_user() -> users.UserView | None:
    with sentra().works.begin(PUBLIC) as work:
        return users.load(work, UUID(cookie["user"]), int(cookie["epoch"]))


def _instant(name: str) -> datetime:
    return datetime.fromtimestamp(int(cookie[name]), tz=now().tzinfo)
