"""Everything about an incoming request: the application's parts, its session and actor, its unit of
work, who may use a route, and limits on its content.

The signed session cookie carries a random token; everything else is a row
(`services/accounts/sessions.py`). Every view declares its access; a request to one that does not is
refused. A page's form has a key, so that sending it twice does its work once. Redirects follow only
paths of this application. Pages that refresh themselves are answered 204 while nothing is new.
Operators may read figures and details, but no data.
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

from workflow_app.domain import PUBLIC, Actor, Away, InvalidInput, NotFound, SentraError
from workflow_app.engine.forms import PAGE_FIELDS
from workflow_app.permissions import Act, check_act, may
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
    """The address at which citizens reach the site; it is printed for them."""
    release: Path
    """Folder of the processes of this release, with the record of their proofs."""


def sentra() -> Sentra:
    """Return the parts from which this application was assembled."""
    return cast(Sentra, current_app.extensions[EXTENSION])


def now() -> datetime:
    """Return the current instant by the application's clock, in UTC."""
    return sentra().works.clock()


TOKEN = "token"  # noqa: S105  # the name under which the cookie carries it
SCREEN = "screen"
"""Cookie key of a session that is restricted to a wall screen, as long as its user is on duty."""
OF_SCREEN = frozenset({"dispatches.screen", "users.sign_out"})
BACKGROUND_HEADER = "X-Sentra-Background"
"""Header of requests that a page makes by itself; they must not keep an abandoned session alive."""


def load() -> None:
    """Find the session of the cookie before each request. Without a session cookie no statement is
    run.
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
    """True if this session is restricted to a wall screen; nobody is signed in on other
    pages then.
    """
    return bool(cookie.get(SCREEN))


def give_to_screen() -> None:
    """Restrict the session to the wall screen, so that passers-by cannot open other pages. A new
    sign-in ends this.
    """
    cookie[SCREEN] = True


def _is_public() -> bool:
    """True for public pages, which are shown without an account while the session cannot be looked
    up.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "access", None) == frozenset({"*"})


def begin(work: UnitOfWork, user: users.UserView) -> None:
    """Start a new session for `user`; nothing of the former one remains."""
    token = sessions.begin(work, user, replaced=g.get("session_id"))
    cookie.clear()
    cookie[TOKEN] = token


def forget() -> None:
    """Delete the token and everything else in the cookie."""
    cookie.clear()
    g.user, g.session_id, g.may_configure = None, None, False


def session_id() -> UUID:
    """Return the session of this request; raises `NotFound` for the public."""
    found: UUID | None = g.get("session_id")
    if found is None:
        raise NotFound()
    return found


def current_user() -> users.UserView | None:
    """Return the signed-in user of this request."""
    found: users.UserView | None = g.get("user")
    return found


def current_actor() -> Actor:
    """Return the actor for services: the signed-in user, or the public."""
    user = current_user()
    return users.actor_of(user) if user else PUBLIC


def allows(act: Act) -> bool:
    """Return whether a role of the signed-in user allows the act."""
    return may(current_actor(), act)


def may_configure() -> bool:
    """True if the signed-in user may change something of the office's configuration.
    For templates.
    """
    return bool(g.get("may_configure"))


def unit_of_work() -> AbstractContextManager[UnitOfWork]:
    """Open a unit of work of the signed-in user (or the public). Leaving it commits all or nothing,
    so redirect or render afterwards. A fault of a process model is recorded.
    """
    return incidents.unit_of_work(sentra().works, current_actor())


def instant() -> AbstractContextManager[UnitOfWork]:
    """Open a read-only unit of work on one snapshot, for a page that combines several answers about
    changing data.
    """
    return sentra().works.instant(current_actor())


View = TypeVar("View", bound=Callable[..., Any])

ACCESS_PUBLIC = "public"
ACCESS_SIGNED_IN = "signed in"
FIRST = frozenset(
    {"users.change_password", "users.replace_password", "users.sign_out", "users.renew"}
)
"""Endpoints open to a user whose password is still the one set by another person."""


def public(view: View) -> View:
    """Declare a view open to everybody, without an account."""
    view.__dict__["access"] = ACCESS_PUBLIC
    return view


def access(act: Act | None = None) -> Callable[[View], View]:
    """Declare that a view is open to whom a role allows this act; to everybody who is signed in
    where no act is named.
    """

    def declare(view: View) -> View:
        view.__dict__["access"] = act or ACCESS_SIGNED_IN
        return view

    return declare


def declared(app: Flask, endpoint: str) -> Act | str | None:
    """Return what the view behind an endpoint declares: an `Act`, `ACCESS_PUBLIC` or
    `ACCESS_SIGNED_IN`; None when it declares nothing.
    """
    found: Act | str | None = getattr(app.view_functions[endpoint], "access", None)
    return found


def enforce() -> ResponseReturnValue | None:
    """Check access before each request: let it pass, redirect to the sign-in page, or refuse it."""
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
    if isinstance(needed, Act):
        check_act(current_actor(), needed)
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    if "HX-Request" in request.headers or request.accept_mimetypes.best == "application/json":
        raise Unauthorized()
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("users.sign_in", lanjut=target if target != "/" else None))


LONGEST = 64


def sent() -> str:
    """Return the key of the sent page; a new one where it had none."""
    return request.form.get("kunci", "")[:LONGEST] or str(uuid4())


def local_path(text: str | None, default: str) -> str:
    """Return `text` if it is a path of this application, else `default`. Other hosts are refused,
    also as `//host` and `/\\host`.
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
    """Return a digest of what the page will show: the state of the cases and of the background
    process, and its choices.
    """
    alive = ["late" if sign.is_late else "alive" for sign in vitals.signs]
    return "-".join([boards.word(work), *alive, *map(str, choices)])


def is_known(current: str) -> bool:
    """True if the requesting page already shows this state."""
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
    """True for an operator: with METRICS_TOKEN a request that carries it; without it a request from
    this machine that came through no proxy.
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
"""Bytes of a form without files: parsing a million fields would take seconds."""
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
    """Limit the size of a form before anything reads it."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LONGEST_PLAIN_FORM


def check_encoding() -> None:
    """Answer 400 before anything reads a form that is not UTF-8, which would otherwise be stored
    with percent signs, or lost.

    In a multipart form such bytes become U+FFFD, and the field that holds one is refused with its
    form.
    """
    if request.mimetype != PLAIN_FORM:
        return
    try:
        unquote_to_bytes(request.get_data()).decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(_BROKEN) from error


def refuse() -> None:
    """Answer 400 to a request with a NUL in path, address or form, or with a form that is not ours.

    An empty form would erase a draft; a long technical field would end up in a database index.
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
