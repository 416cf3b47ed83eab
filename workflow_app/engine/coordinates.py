"""A point on the map as people bring it: two numbers, or the link that a phone shares. Pure; nothing is refused here."""

import re

_PAIR = re.compile(
    r"(?<![\d.])(-?\d{1,2}\.\d{3,20})(?:\s*[,;]\s*|\s+|%2C)(?:\+|%2B)?(-?\d{1,3}\.\d{3,20})(?!\d|\.\d)"
)


def read(text: str) -> tuple[float, float] | None:
    """Latitude and longitude, wherever they stand in the text; None when there is no such pair."""
    for found in _PAIR.finditer(text):
        latitude, longitude = float(found[1]), float(found[2])
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
    return None


def normal(text: str) -> str:
    """The pair as it is written here (`-2.7845, 115.2712`); what holds none stays as it is typed."""
    point = read(text)
    return text if point is None else ", ".join(_written(number) for number in point)


def _written(number: float) -> str:
    """Six digits behind the point, four at least: never what could be a time of day."""
    return re.sub("0{1,2}$", "", f"{number:.6f}")
