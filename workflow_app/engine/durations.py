"""ISO 8601 durations (`P7D`, `PT10M`) as forms and scenarios write them."""

import re
from datetime import timedelta


def read_duration(text: str) -> timedelta:
    """The span a duration names. Days are the largest unit. Raises `ValueError`."""
    match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    if match is None or not any(match.groups()):
        raise ValueError(f"duration {text}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
