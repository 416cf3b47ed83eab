"""Addresses that come from the browser: only paths of this application are followed."""

from urllib.parse import urlsplit


def local_path(text: str | None, default: str) -> str:
    """`text` when it is a path here, else `default`. Refuses other hosts, also as `//host` and `/\\host`."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return default
    if any(ord(character) < 33 or character == "\\" for character in text):
        return default
    parts = urlsplit(text)
    return default if parts.scheme or parts.netloc else text
