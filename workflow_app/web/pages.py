"""What every template may use: formats as filters, the clock, the user, addresses of assets."""

import json
from datetime import datetime
from typing import Any

from flask import Flask, current_app, request
from jinja2 import StrictUndefined

from workflow_app.engine.forms import Condition
from workflow_app.permissions import (
    ARCHIVE_BOX_KEEPERS,
    BAG_ORDERERS,
    BEGINNERS,
    BOX_OPENERS,
    CHECKERS,
    DISPOSAL_PROPOSERS,
    OVERSEERS,
    PROCESS_KEEPERS,
    PROOF_READERS,
)
from workflow_app.roles import STAFF_READERS
from workflow_app.services.office import readable
from workflow_app.types import WITA
from workflow_app.web import formats, navigation, session
from workflow_app.web.assets import asset
from workflow_app.web.forms import as_text, typed_date
from workflow_app.web.parts import now, sentra
from workflow_app.web.uploads import ACCEPTED, RECORDINGS, most_megabytes

THEMES = {"auto": "Ikut perangkat", "light": "Terang", "dark": "Gelap"}
INPUT_TYPES = {"datetime": "datetime-local", "tel": "tel", "email": "email"}
"""HTML input type of a widget; all others are plain text. Dates are typed: day-month-year whatever the browser speaks."""


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
        duration=readable.duration,
        file_size=formats.file_size,
        breakable=formats.breakable,
        mapped=formats.mapped,
        thousands=formats.thousands,
        minutes=formats.minutes,
        moment=_moment,
        local_time=formats.local_time,
        relative=_relative,
        countdown=_countdown,
        may_move=readable.may_move,
        urgency=_urgency,
        typed_date=_typed_date,
    )
    app.jinja_env.globals.update(
        asset=asset,
        holds=session.holds,
        may_configure=session.may_configure,
        navigation=navigation.bar,
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
        "current_user": session.current_user(),
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
