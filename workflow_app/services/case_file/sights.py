"""Conditions on what somebody sees, made once and kept for the next question: making one takes longer than to ask the database.

They are expressions without data of any case, so every thread may use them. What decides how they look is their key: who asks, and
what the office allows him. Everything else they ask of the database each time.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from workflow_app.services.ground.unit_of_work import UnitOfWork

Made = TypeVar("Made")

MOST = 400
"""Then all are made anew: more than the people of an office need, and no more memory than a few pages take."""
_made: dict[object, Any] = {}


def kept(work: UnitOfWork, make: Callable[[UnitOfWork], Made], *allowed: bool) -> Made:
    """What `make` makes for this actor, who is `allowed` this much."""
    key = (make, work.actor, allowed)
    known: Made | None = _made.get(key)
    if known is None:
        if len(_made) >= MOST:
            _made.clear()
        known = _made[key] = make(work)
    return known
