"""What every template uses: filters, globals, the navigation bar, the theme cookie, and the cache
of compiled templates.

The cache is a folder of the operator, so that a start need not compile again. Its content is
executed, so a folder that others may write to is not used. Without the folder, or when it is full,
each start compiles anew.
"""

import hashlib
import inspect
import json
import logging
import os
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from jinja2 import Environment, StrictUndefined
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from workflow_app.domain import WITA
from workflow_app.engine.forms import Condition
from workflow_app.permissions import Act
from workflow_app.services.core import formatting
from workflow_app.web import formats, requests
from workflow_app.web.forms import ACCEPTED, RECORDINGS, as_text, most_megabytes, typed_date
from workflow_app.web.requests import local_path, now, public, sentra
from workflow_app.web.responses import asset

ROOM = 6
"""Number of places shown in the bar. Of more, those not used hourly go into its menu, then those
beyond the limit.
"""


@dataclass(frozen=True)
class Place:
    """A place of the site in the navigation bar."""

    endpoint: str
    label: str
    key: str
    """Pressed after `g`."""
    act: Act | None = None
    """What one may do who has it; everybody who is signed in has it where none is named."""
    parts: tuple[str, ...] = ()
    """Further blueprints whose pages belong to the place."""
    is_hourly: bool = True
    """People go there all day long."""
    unless: Act | None = None
    """Who may do this reaches it from another place."""

    @property
    def is_here(self) -> bool:
        """True if the page of this request belongs to it."""
        return request.blueprint in (self.endpoint.partition(".")[0], *self.parts)


PLACES = (
    Place("inbox.show_inbox", "Beranda", "i"),
    Place("processes.choose", "Mulai layanan", "m", Act.BEGIN_CASES, ("archive_boxes", "boxes")),
    Place("boards.show", "Papan SPKT", "b", Act.SEE_ALL_CASES),
    Place("dispatches.board", "Papan TKP", "p", Act.READ_DISPATCH_BOARD),
    Place("search.show_search", "Cari", "c"),
    Place("stacks.show", "Tumpukan", "t", Act.BRING_STACKS),
    Place("checks.show_waiting", "Periksa mutu", "q", Act.CHECK_QUALITY),
    Place(
        "process_pages.show_all",
        "Proses",
        "s",
        Act.READ_PROCESS_FIGURES,
        ("process_versions",),
        is_hourly=False,
    ),
    Place(
        "process_versions.show_all",
        "Versi proses",
        "v",
        Act.KEEP_PROCESSES,
        is_hourly=False,
        unless=Act.READ_PROCESS_FIGURES,
    ),
    Place(
        "service_reports.show_service_report",
        "Laporan layanan",
        "l",
        Act.READ_SERVICE_REPORTS,
        is_hourly=False,
    ),
    Place("disposals.show_due", "Retensi", "r", Act.PROPOSE_DISPOSAL, is_hourly=False),
    Place(
        "archive_proofs.show_archive_proof",
        "Keadaan arsip",
        "a",
        Act.READ_ARCHIVE_PROOFS,
        is_hourly=False,
    ),
    Place("bag_orders.show_bag_order", "Tas arsip", "u", Act.ORDER_BAGS, is_hourly=False),
    Place("incidents.show_open", "Gangguan", "k", Act.READ_INCIDENTS, is_hourly=False),
    Place("messages.show_outbox", "Kotak keluar", "o", Act.KEEP_OUTBOX, is_hourly=False),
)


@dataclass(frozen=True)
class Bar:
    """The navigation bar of this request."""

    places: list[Place]
    """All places of the signed-in user."""
    here: Place | None
    """The place to which the page belongs."""
    shown: list[Place]
    """Places in the bar itself. A narrow bar shows only the current one; its menu holds all."""


def bar() -> Bar:
    """Return the navigation bar of the signed-in user. The current place is always shown."""
    places = [place for place in PLACES if _is_for_user(place)]
    here = next((place for place in places if place.is_here), None)
    if len(places) <= ROOM:
        return Bar(places, here, places)
    first = [place for place in places if place.is_hourly][: ROOM - 1]
    return Bar(places, here, [place for place in places if place in first or place is here])


def _is_for_user(place: Place) -> bool:
    if place.unless is not None and requests.allows(place.unless):
        return False
    return place.act is None or requests.allows(place.act)


THEMES = {"auto": "Ikut perangkat", "light": "Terang", "dark": "Gelap"}
INPUT_TYPES = {"datetime": "datetime-local", "tel": "tel", "email": "email"}
"""HTML input type of a widget; all others are plain text. Dates are plain text too, because they
are typed as day-month-year whatever the browser's language.
"""


def register(app: Flask) -> None:
    """Add filters, globals and page values to `app`."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        clock_time=formats.clock_time,
        clock_seconds=formats.clock_seconds,
        day_and_seconds=formats.day_and_seconds,
        day_time=formats.day_time,
        plain_date=formats.plain_date,
        month=formats.month,
        long_date=formats.long_date,
        full_time=formats.full_time,
        duration=formatting.duration,
        file_size=formats.file_size,
        breakable=formats.breakable,
        mapped=formats.mapped,
        thousands=formats.thousands,
        minutes=formats.minutes,
        moment=_moment,
        local_time=formats.local_time,
        relative=_relative,
        countdown=_countdown,
        may_move=formatting.may_move,
        urgency=_urgency,
        typed_date=_typed_date,
    )
    app.jinja_env.globals.update(
        asset=asset,
        Act=Act,
        may=requests.allows,
        may_configure=requests.may_configure,
        navigation=bar,
        current_time=now,
        condition_values=_condition_values,
        accepted_files=ACCEPTED,
        accepted_recordings=RECORDINGS,
        most_megabytes=most_megabytes,
        input_types=INPUT_TYPES,
    )
    app.context_processor(_of_page)


def theme_cookie() -> str:
    """Return the name of the theme cookie, bound to this host like the session's."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}-tampilan"


def theme() -> str:
    """Return the theme that the visitor chose: auto, light or dark."""
    chosen = request.cookies.get(theme_cookie(), "auto")
    return chosen if chosen in THEMES else "auto"


def _of_page() -> dict[str, Any]:
    return {
        "current_user": requests.current_user(),
        "away": sentra().watch.known().sentences,
        "vitals": None,
        "now": now(),
        "today": now().astimezone(WITA).date(),
        "theme": theme(),
        "themes": THEMES,
    }


def _condition_values(condition: Condition) -> str:
    """Return the values that show a field, for the script that shows and hides it."""
    return json.dumps([as_text(value) for value in condition.values], ensure_ascii=False)


def _typed_date(text: str | None) -> str:
    return typed_date(text) if text else ""


def _moment(at: datetime) -> str:
    return formats.moment(at, now())


def _relative(at: datetime) -> str:
    return formats.relative(at, now())


def _countdown(at: datetime) -> str:
    return formats.countdown(at, now())


def _urgency(at: datetime | None) -> str:
    return formats.urgency(at, now())


blueprint = Blueprint("appearance", __name__)


@blueprint.post("/tampilan")
@public
def choose() -> ResponseReturnValue:
    """Store the chosen theme and go back."""
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


log = logging.getLogger(__name__)


class CompiledPages(FileSystemBytecodeCache):
    """A cache of compiled templates that is invalid after a change of templates, filters or Jinja.
    Filters count too, because they are applied to constant text at compile time.
    """

    def __init__(self, folder: Path, environment: Environment) -> None:
        super().__init__(str(folder))
        self._code = _digest(environment)

    def get_source_checksum(self, source: str) -> str:
        """Return the digest of the template and everything else that its compiled form
        depends on.
        """
        return hashlib.sha256(f"{self._code}\0{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Treat an unreadable entry as missing."""
        try:
            super().load_bytecode(bucket)
        except Exception as error:  # a truncated file can fail in many ways
            log.debug("compiled template: %s", type(error).__name__)
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store an entry; a full disk must not prevent the page."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def register_compiled_page(app: Flask, folder: str) -> None:
    """Use this folder as the cache, if it is set, can be created, and only we may write to it."""
    if not folder:
        return
    with suppress(OSError):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        told = Path(folder).stat()
        if told.st_uid != os.geteuid() or told.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            log.warning(
                "others may write to COMPILED_PAGES_FOLDER: nothing is kept there, and nothing read"
            )
            return
        app.jinja_env.bytecode_cache = CompiledPages(Path(folder), app.jinja_env)


def read_all(app: Flask) -> None:
    """Compile or load every template."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def _digest(environment: Environment) -> str:
    """Return the digest of Jinja's version and the code of our filters."""
    modules = {inspect.getmodule(one) for one in environment.filters.values()}
    ours = {
        sys.modules[__name__],
        *(one for one in modules if one is not None and one.__name__.startswith("workflow_app.")),
    }
    digest = hashlib.sha256(version("jinja2").encode())
    for source in sorted(str(one.__file__) for one in ours):
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()
