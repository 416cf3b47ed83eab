"""What every template may use: formats as filters, the clock, the user, addresses of assets.

The places that the bar of every page leads to: who has them, under which keys, and which of them
stand in the bar itself. Light, dark, or as the device says: kept in a cookie, without an account.
Templates as they were compiled once: kept in a folder of the operator's, so that a start need not
do it again.

What lies there is run, so one to which others may write is left alone. Without such a folder, and
where it is full, each start compiles anew.
"""

import hashlib
import inspect
import json
import logging
import os
import stat
import sys
from collections.abc import Set
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
from workflow_app.permissions import (
    ARCHIVE_BOX_KEEPERS,
    BAG_ORDERERS,
    BEGINNERS,
    BOARD_READERS,
    BOX_OPENERS,
    CHECKERS,
    DISPOSAL_PROPOSERS,
    INCIDENT_READERS,
    OUTBOX_KEEPERS,
    OVERSEERS,
    PROCESS_KEEPERS,
    PROCESS_READERS,
    PROOF_READERS,
    REPORT_READERS,
    STACK_BRINGERS,
    STAFF_READERS,
)
from workflow_app.services.core import formatting
from workflow_app.web import formats, requests
from workflow_app.web.forms import ACCEPTED, RECORDINGS, as_text, most_megabytes, typed_date
from workflow_app.web.requests import local_path, now, public, sentra
from workflow_app.web.responses import asset

ROOM = 6
"""So many places stand beside each other in the bar; of more, those that are not of every hour go
into its menu, and what is one too many even so.
"""


@dataclass(frozen=True)
class Place:
    """A place of the site."""

    endpoint: str
    label: str
    key: str
    """Pressed after `g`."""
    roles: Set[str] = frozenset()
    """Who has it; everybody who is signed in where none is named."""
    parts: tuple[str, ...] = ()
    """Blueprints whose pages belong to it, beside that of the endpoint."""
    is_hourly: bool = True
    """People go there all day long."""

    @property
    def is_here(self) -> bool:
        """Does the page of this request belong to it?"""
        return request.blueprint in (self.endpoint.partition(".")[0], *self.parts)


PLACES = (
    Place("inbox.show_inbox", "Beranda", "i"),
    Place("processes.choose", "Mulai layanan", "m", BEGINNERS, ("archive_boxes", "boxes")),
    Place("boards.show", "Papan SPKT", "b", OVERSEERS),
    Place("dispatches.board", "Papan TKP", "p", BOARD_READERS),
    Place("search.show_search", "Cari", "c"),
    Place("stacks.show", "Tumpukan", "t", STACK_BRINGERS),
    Place("checks.show_waiting", "Periksa mutu", "q", CHECKERS),
    Place(
        "process_pages.show_all",
        "Proses",
        "s",
        PROCESS_READERS,
        ("process_versions",),
        is_hourly=False,
    ),
    Place(
        "process_versions.show_all",
        "Versi proses",
        "v",
        PROCESS_KEEPERS - PROCESS_READERS,
        is_hourly=False,
    ),
    Place(
        "service_reports.show_service_report",
        "Laporan layanan",
        "l",
        REPORT_READERS,
        is_hourly=False,
    ),
    Place("disposals.show_due", "Retensi", "r", DISPOSAL_PROPOSERS, is_hourly=False),
    Place(
        "archive_proofs.show_archive_proof", "Keadaan arsip", "a", PROOF_READERS, is_hourly=False
    ),
    Place("bag_orders.show_bag_order", "Tas arsip", "u", BAG_ORDERERS, is_hourly=False),
    Place("incidents.show_open", "Gangguan", "k", INCIDENT_READERS, is_hourly=False),
    Place("messages.show_outbox", "Kotak keluar", "o", OUTBOX_KEEPERS, is_hourly=False),
)


@dataclass(frozen=True)
class Bar:
    """What the bar of this request shows."""

    places: list[Place]
    """All places of who is signed in."""
    here: Place | None
    """The one to which the page belongs."""
    shown: list[Place]
    """Those that stand beside each other. Where the bar is narrow only the one where he is does;
    all are in its menu.
    """


def bar() -> Bar:
    """The places of who is signed in. Where he is stands in the bar always."""
    places = [place for place in PLACES if not place.roles or requests.holds(*place.roles)]
    here = next((place for place in places if place.is_here), None)
    if len(places) <= ROOM:
        return Bar(places, here, places)
    first = [place for place in places if place.is_hourly][: ROOM - 1]
    return Bar(places, here, [place for place in places if place in first or place is here])


THEMES = {"auto": "Ikut perangkat", "light": "Terang", "dark": "Gelap"}
INPUT_TYPES = {"datetime": "datetime-local", "tel": "tel", "email": "email"}
"""HTML input type of a widget; all others are plain text. Dates are typed: day-month-year whatever
the browser speaks.
"""


def register(app: Flask) -> None:
    """Add filters, globals and the values of each page to `app`."""
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
        holds=requests.holds,
        may_configure=requests.may_configure,
        navigation=bar,
        current_time=now,
        condition_values=_condition_values,
        accepted_files=ACCEPTED,
        accepted_recordings=RECORDINGS,
        most_megabytes=most_megabytes,
        input_types=INPUT_TYPES,
        PROCESS_KEEPERS=PROCESS_KEEPERS,
        BAG_ORDERERS=BAG_ORDERERS,
        OVERSEERS=OVERSEERS,
        ARCHIVE_BOX_KEEPERS=ARCHIVE_BOX_KEEPERS,
        BOX_OPENERS=BOX_OPENERS,
        CHECKERS=CHECKERS,
        BEGINNERS=BEGINNERS,
        STAFF_READERS=STAFF_READERS,
        DISPOSAL_PROPOSERS=DISPOSAL_PROPOSERS,
        PROOF_READERS=PROOF_READERS,
    )
    app.context_processor(_of_page)


def theme_cookie() -> str:
    """Name of the cookie that keeps the look; bound to this host as the session's is."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}-tampilan"


def theme() -> str:
    """The look the visitor chose: auto, light or dark."""
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
    """The values that show a field, for the script that shows and hides."""
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


log = logging.getLogger(__name__)


class CompiledPages(FileSystemBytecodeCache):
    """What was compiled from other sources, by other filters or by another Jinja is compiled again:
    filters of what is written out in a template are applied when it is compiled.
    """

    def __init__(self, folder: Path, environment: Environment) -> None:
        super().__init__(str(folder))
        self._code = _digest(environment)

    def get_source_checksum(self, source: str) -> str:
        """The template and everything else that the compiled form depends on."""
        return hashlib.sha256(f"{self._code}\0{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """What cannot be read was not kept."""
        try:
            super().load_bytecode(bucket)
        except Exception as error:  # half a file has many ways to be wrong
            log.debug("compiled template: %s", type(error).__name__)
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """A full disk is no reason to show no page."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def register_compiled_page(app: Flask, folder: str) -> None:
    """Keep what is compiled in this folder, where one is named, can be made, and is written to by
    nobody else.
    """
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
    """Have every template at hand."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def _digest(environment: Environment) -> str:
    """Of what templates are compiled with: Jinja, the options, the code of the filters."""
    modules = {inspect.getmodule(one) for one in environment.filters.values()}
    ours = {
        sys.modules[__name__],
        *(one for one in modules if one is not None and one.__name__.startswith("workflow_app.")),
    }
    digest = hashlib.sha256(version("jinja2").encode())
    for source in sorted(str(one.__file__) for one in ours):
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()
