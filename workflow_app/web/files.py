"""Handing out bytes that people brought in: never as something the browser would run."""

from flask import Response

from workflow_app.services.documents import Content

SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; object-src 'self'; frame-ancestors 'none'"
"""For the browser's own viewer; nothing in the file may load or run."""


def inline(content: Content) -> Response:
    """Shown in the browser when that is safe, else offered for saving."""
    return _answer(content, "inline" if content.media_type in SHOWN else "attachment")


def attachment(content: Content) -> Response:
    """Offered for saving."""
    return _answer(content, "attachment")


def _answer(content: Content, disposition: str) -> Response:
    response = Response(content.data, mimetype=content.media_type)
    response.headers.set("Content-Disposition", disposition, filename=content.download_name)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
