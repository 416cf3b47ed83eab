"""Where a list goes on: the position of its last row, written into an address. Anything unreadable
is the first page.
"""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any

SEPARATOR = "|"
LARGEST = 2**31


def write(*position: object) -> str:
    """The cursor of a position."""
    words = (part.isoformat() if isinstance(part, datetime) else str(part) for part in position)
    return base64.urlsafe_b64encode(SEPARATOR.join(words).encode()).decode()


def read(text: str | None, *kinds: Callable[[str], Any]) -> list[Any] | None:
    """The position in a cursor, each part as its kind."""
    if not text:
        return None
    try:
        words = base64.urlsafe_b64decode(text.encode()).decode().split(SEPARATOR)
        return [kind(word) for kind, word in zip(kinds, words, strict=True)]
    except (ValueError, binascii.Error):
        return None


def small(text: str) -> int:
    """A part that is a number of the database's size; raises `ValueError` for any other."""
    number = int(text)
    if abs(number) >= LARGEST:
        raise ValueError(text)
    return number
