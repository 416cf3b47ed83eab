"""Static files: addresses that change with the content, so that browsers may keep them, and gzip for what is text."""

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import current_app, request, url_for
from flask.wrappers import Response

SMALLEST = 1024
TEXT = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})


def asset(path: str) -> str:
    """Address of a file below `static/`, with its content's hash."""
    folder = Path(current_app.static_folder or "")
    return url_for("static", filename=path, v=_version(folder / path))


def limit_age(response: Response) -> Response:
    """After each request: what is asked for without its content's hash is asked again every time."""
    if request.endpoint == "static" and "v" not in request.args:
        response.headers["Cache-Control"] = "no-cache"
    return response


def compress(response: Response) -> Response:
    """After each request: gzip static text. Pages are not compressed: they hold secrets beside what was typed."""
    if (
        request.endpoint != "static"
        or response.status_code != 200
        or response.mimetype not in TEXT
        or not request.accept_encodings["gzip"]
    ):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < SMALLEST:
        return response
    response.set_data(_compressed(body))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(f"{etag}-gzip")
    return response


@cache
def _version(file: Path) -> str:
    try:
        return sha256(file.read_bytes()).hexdigest()[:10]
    except FileNotFoundError:
        return "0"


@cache
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
