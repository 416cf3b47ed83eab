"""Lines of the log: one JSON object each, with the request or job they belong to. Standard library
only.

What an exception says is not written: it may repeat what somebody typed. Only words that a class
keeps for the log (`detail`) and those of the system are; else its name and the places it passed.
"""

import json
import logging
import os
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

Facts = Mapping[str, str | int | float | None]

QUIET = {
    "procrastinate": "ERROR",
    "procrastinate.worker": "CRITICAL",
    "urllib3": "ERROR",
    "fontTools": "ERROR",
    "weasyprint": "CRITICAL",
}
"""Libraries whose lines repeat ours, or name what they work on: WeasyPrint logs the address of a
picture it cannot show, and a drawn signature is such an address.
"""

_origin: ContextVar[Facts] = ContextVar("origin", default={})  # noqa: B039 - replaced, never changed


def begin(**facts: str | int | None) -> None:
    """From here on, lines of this thread carry exactly these facts: a request begins."""
    _origin.set(facts)


@contextmanager
def bound(**facts: str | int | None) -> Iterator[None]:
    """Lines of the block carry exactly these facts."""
    token = _origin.set(facts)
    try:
        yield
    finally:
        _origin.reset(token)


def request_id() -> str | None:
    """The request that this thread works for, or that caused the job it does."""
    found = _origin.get().get("request")
    return None if found is None else str(found)


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message, whose line it is, and the facts given
    as `extra`.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_origin.get(),
            **_facts(record),
        }
        if record.exc_info and record.exc_info[1]:
            line |= {"error": words_of(record.exc_info[1]), "places": places(record.exc_info[1])}
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """The same for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone()
        facts = {**_origin.get(), **_facts(record)}
        words = " ".join(f"{name}={value}" for name, value in facts.items() if value is not None)
        line = (
            f"{at:%H:%M:%S} {record.levelname:<7} {record.name}: {record.getMessage()} {words}"
        ).rstrip()
        if record.exc_info and record.exc_info[1]:
            line += f"\n{words_of(record.exc_info[1])}\n{places(record.exc_info[1])}"
        return line


class WithoutRequests(logging.Filter):
    """What the web server says about a request it could not serve repeats the address; of that only
    the kind stays.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        for kind in ("Invalid request", "Error handling request"):
            if str(record.msg).startswith(kind):
                record.msg, record.args = kind, ()
        return True


FORMATTERS = {"json": JsonFormatter, "text": TextFormatter}


def words_of(error: BaseException) -> str:
    """An exception for the log: its name, and its words when they are meant for the log."""
    detail = getattr(error, "detail", None)
    if isinstance(error, OSError):
        detail = error.strerror
    elif isinstance(error, ImportError):
        detail = str(error)
    name = type(error).__name__
    return f"{name}: {detail}" if isinstance(detail, str) and detail else name


def places(error: BaseException) -> str:
    """Where it happened, and where what caused it happened, without any message."""
    seen: list[str] = []
    current: BaseException | None = error
    while current is not None and len(seen) < 5:
        frames = "".join(traceback.format_tb(current.__traceback__))
        seen.append(frames if current is error else f"caused by {type(current).__name__}\n{frames}")
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    return "".join(seen)


def configuration() -> dict[str, Any]:
    """For `logging.config.dictConfig`: every line of the process to standard error, as LOG_FORMAT
    and LOG_LEVEL say.
    """
    kind = os.environ.get("LOG_FORMAT") or "json"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": FORMATTERS.get(kind, JsonFormatter)}},
        "filters": {"without_requests": {"()": WithoutRequests}},
        "handlers": {"line": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": os.environ.get("LOG_LEVEL") or "INFO", "handlers": ["line"]},
        "loggers": {
            "gunicorn.error": {
                "level": "INFO",
                "handlers": [],
                "propagate": True,
                "filters": ["without_requests"],
            },
            **{name: {"level": level} for name, level in QUIET.items()},
        },
    }


def _facts(record: logging.LogRecord) -> Facts:
    facts: Facts = getattr(record, "facts", {})
    return facts
