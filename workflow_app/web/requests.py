"""What the assembly hands to the web: how to open units of work, what one upload may weigh, how the
parts are.

The session of this request. The signed cookie carries a random token; everything else is a row
(`services/accounts/sessions.py`). The transaction of a request: leaving the `with` commits all of
it or nothing. Redirect or render afterwards. Who may use a route. Every view declares it; a request
to a view that does not is refused. The key of a page with a form: the same page sent twice does its
work once. Addresses that come from the browser: only paths of this application are followed. Pages
that refresh themselves tell what they show already, and are answered 204 while nothing is new. Who
runs the site, as far as a request can tell: may read figures and details, but no data. What no
request may hold, whichever page it goes to. What one answer may hold is judged with its form.
"""

import hmac
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import unquote_to_bytes, urlsplit
from uuid import UUID, uuid4

from flask import Flask, current_app, g, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Unauthorized

from workflow_app.domain import PUBLIC, Actor, Away, Forbidden, InvalidInput, NotFound, SentraError
from workflow_app.engine.forms import PAGE_FIELDS
from workflow_app.permissions import has_role
from workflow_app.services.accounts import sessions, users
from workflow_app.services.cases import incidents
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.operations.health import Vitals, Watch
from workflow_app.services.reporting import boards

EXTENSION = "sentra"


@dataclass(frozen=True)
class Sentra:
    """The parts of one running application."""

    works: Works
    max_upload_mb: int
    max_recording_mb: int
    watch: Watch
    public_url: str
    """Where citizens reach the site; stands on what is printed for them."""
    release: Path
    """Folder of the processes of this release, with the record of what was proven of them."""


def sentra() -> Sentra:
    """The parts this application was assembled from."""
    return cast(Sentra, current_app.extensions[EXTENSION])


def now() -> datetime:
    """The current instant by the clock of the application, in UTC."""
    return sentra().works.clock()


TOKEN = "token"  # noqa: S105  # the name under which the cookie carries it
SCREEN = "screen"
"""The cookie says that this session was given to a screen on a wall: it shows that and nothing
else, as long as somebody serves.
"""
OF_SCREEN = frozenset({"dispatches.screen", "users.sign_out"})
BACKGROUND_HEADER = "X-Sentra-Background"
"""Sent by requests a page makes by itself: they must not keep an abandoned session alive."""


def load() -> None:
    """Before each request: find the session of the cookie. Who has no cookie of a session costs no
    statement.
    """
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
    """From now on the session shows the screen only: whoever stands before it cannot go anywhere
    else. Signing in anew ends it.
    """
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
    """For templates: does a role of the signed-in user change something of the office's
    configuration?
    """
    return bool(g.get("may_configure"))


def unit_of_work() -> AbstractContextManager[UnitOfWork]:
    """A unit of work in which the signed-in user (or the public) acts. A fault of a process model
    is recorded.
    """
    return incidents.unit_of_work(sentra().works, current_actor())


def instant() -> AbstractContextManager[UnitOfWork]:
    """The same for a page that sets several answers about what others change side by side: all are
    of one instant, and only read.
    """
    return sentra().works.instant(current_actor())


View = TypeVar("View", bound=Callable[..., Any])

ACCESS_PUBLIC: frozenset[str] = frozenset({"*"})
FIRST = frozenset(
    {"users.change_password", "users.replace_password", "users.sign_out", "users.renew"}
)
"""What somebody reaches who still has the password that another gave him."""


def public(view: View) -> View:
    """The view is open to everybody, without an account."""
    view.__dict__["access"] = ACCESS_PUBLIC
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
    if needed == ACCESS_PUBLIC:
        return None
    user = current_user()
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


LONGEST = 64


def sent() -> str:
    """The key of the page that was sent; a new one where it had none."""
    return request.form.get("kunci", "")[:LONGEST] or str(uuid4())


def local_path(text: str | None, default: str) -> str:
    """`text` when it is a path here, else `default`. Refuses other hosts, also as `//host` and
    `/\\host`.
    """
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return default
    if any(ord(character) < 33 or character == "\\" for character in text):
        return default
    parts = urlsplit(text)
    return default if parts.scheme or parts.netloc else text


HEADER = "X-Sentra-Known"
NOTHING_NEW = ("", 204)


def word(work: UnitOfWork, vitals: Vitals, *choices: object) -> str:
    """What the page will show, as one word: the state of the cases, of the background process, and
    what was chosen.
    """
    alive = ["late" if sign.is_late else "alive" for sign in vitals.signs]
    return "-".join([boards.word(work), *alive, *map(str, choices)])


def is_known(current: str) -> bool:
    """Does the page that asks show just this?"""
    return request.headers.get(HEADER) == current


FORWARDED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)
LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


def is_operator() -> bool:
    """With METRICS_TOKEN: who sends it. Without: who asks from this machine itself, not through a
    proxy.
    """
    token: str = current_app.config["METRICS_TOKEN"]
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    is_forwarded = any(name in request.headers for name in FORWARDED)
    return not is_forwarded and request.environ.get("REMOTE_ADDR", "") in LOOPBACK


NUL = "\x00"
PLAIN_FORM = "application/x-www-form-urlencoded"
FORMS = frozenset({PLAIN_FORM, "multipart/form-data"})
LONGEST_PLAIN_FORM = 256 * 1024
"""Bytes of a form that brings no files: taking a million nameless fields apart would cost seconds.
"""
TECHNICAL = PAGE_FIELDS
"""Fields that our pages fill and nobody types."""
LONGEST_TECHNICAL = 2000

_NUL = (
    "Isian memuat karakter yang tidak dapat disimpan. Hapus isian itu, ketik ulang, lalu kirim "
    "lagi."
)
_BROKEN = (
    "Sebagian huruf isian ini rusak di jalan, jadi tidak ada yang disimpan. "
    "Kembali ke formulir, ketik ulang bagian itu, lalu kirim lagi."
)
_NO_FORM = (
    "Kiriman ini tidak utuh, jadi tidak ada yang disimpan. Muat ulang halaman, lalu kirim lagi."
)


def bound() -> None:
    """Before anything reads the form: how much of it is taken apart at all."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LONGEST_PLAIN_FORM


def check_encoding() -> None:
    """Before anything reads the form: answer 400 when it is not UTF-8, which would be kept as
    percent signs, or as no form.

    In a form in parts such bytes become U+FFFD, and the field that holds one is refused with its
    form.
    """
    if request.mimetype != PLAIN_FORM:
        return
    try:
        unquote_to_bytes(request.get_data()).decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(_BROKEN) from error


def refuse() -> None:
    """Before each request that may pass: answer 400 when a NUL is in path, address or form, or the
    form is none of ours.

    An empty form would wipe a draft; a technical field of any length would end up in an index of
    the database.
    """
    if any(NUL in text for text in _texts()):
        raise InvalidInput(_NUL)
    if request.method == "POST" and (request.mimetype not in FORMS or not request.form):
        raise InvalidInput(_NO_FORM)
    if any(
        len(text) > LONGEST_TECHNICAL for name in TECHNICAL for text in request.form.getlist(name)
    ):
        raise InvalidInput(_NO_FORM)


def _texts() -> Iterator[str]:
    yield request.path
    for name, text in (*request.args.items(multi=True), *request.form.items(multi=True)):
        yield name
        yield text
