"""Log lines: one JSON object each, with the request or job to which they belong. Standard library
only.

The message of an exception is not logged, because it may repeat what a user typed. Only texts meant
for the log (`detail`) and those of the operating system are; otherwise the class name and the code
locations.
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
    "weasyprint": "ERROR",
}
"""Minimum levels of libraries whose lines repeat ours or contain data."""

_origin: ContextVar[Facts] = ContextVar("origin", default={})  # noqa: B039 - replaced, never changed


def begin(**facts: str | int | None) -> None:
    """Bind exactly these facts to further lines of this thread, at the begin of a request."""
    _origin.set(facts)


@contextmanager
def bound(**facts: str | int | None) -> Iterator[None]:
    """Bind exactly these facts to the lines of the block."""
    token = _origin.set(facts)
    try:
        yield
    finally:
        _origin.reset(token)


def request_id() -> str | None:
    """Return the request that this thread handles, or that caused its job."""
    found = _origin.get().get("request")
    return None if found is None else str(found)


class JsonFormatter(logging.Formatter):
    """Formatter for one JSON object per line: time, level, logger, message, request or job, and the
    facts given as `extra`.
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
    """Formatter of the same content for a terminal."""

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
    """Filter for the web server's lines on requests it could not serve: they repeat the address, so
    only the kind is kept.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        for kind in ("Invalid request", "Error handling request"):
            if str(record.msg).startswith(kind):
                record.msg, record.args = kind, ()
        return True


FORMATTERS = {"json": JsonFormatter, "text": TextFormatter}


def words_of(error: BaseException) -> str:
    """Return an exception for the log: its name, and its text when it is meant for the log."""
    detail = getattr(error, "detail", None)
    if isinstance(error, OSError):
        detail = error.strerror
    elif isinstance(error, ImportError):
        detail = str(error)
    name = type(error).__name__
    return f"{name}: {detail}" if isinstance(detail, str) and detail else name


def places(error: BaseException) -> str:
    """Return the code locations of the error and of its causes, without any message."""
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
    """Return the configuration for `logging.config.dictConfig`: all lines go to standard error, in
    LOG_FORMAT and LOG_LEVEL.
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
