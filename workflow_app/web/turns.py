"""Requests that only compute take turns in a process.

Python computes one thread at a time. Four requests that compute at once are each four times as slow and pay for the changes
on top: measured, the same officers complete a third more tasks when requests wait for their turn. A request that waits for
something else (a file, the object store, a password check) takes no turn, and nobody waits for a turn longer than `LONGEST`:
the order is for speed only, correctness never depends on it.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, request

View = TypeVar("View", bound=Callable[..., Any])

LONGEST = 0.5
"""Seconds to wait for a turn before computing beside the other request."""
SMALL = 256 * 1024
"""Bytes of a body up to which a request is expected only to compute."""

_turn = threading.Semaphore(1)


def unhurried(view: View) -> View:
    """The view waits for something outside of the process most of its time, so it takes no turn."""
    view.__dict__["unhurried"] = True
    return view


def take() -> None:
    """Before each request."""
    view = current_app.view_functions.get(request.endpoint or "")
    if (
        request.endpoint == "static"
        or getattr(view, "unhurried", False)
        or (request.content_length or 0) > SMALL
    ):
        return
    g.has_turn = _turn.acquire(timeout=LONGEST)


def give_back(_error: BaseException | None = None) -> None:
    """After each request, however it ended."""
    if g.pop("has_turn", False):
        _turn.release()
