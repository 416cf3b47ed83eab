"""Handing out bytes that people brought in: never as something the browser would run."""

from flask import Response

from workflow_app.services.papers.documents import Content

SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})
CLOSED = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
POLICY = f"{CLOSED}; img-src 'self' data:; sandbox"
"""Nothing in the file may load or run, and it belongs to no origin."""
PDF_POLICY = CLOSED.replace("object-src 'none'", "object-src 'self'")
"""To some browsers their own viewer is an embedded object of ours, and a sandbox would take it away. Nothing runs there either."""


def inline(content: Content) -> Response:
    """Shown in the browser when that is safe, else offered for saving."""
    return _answer(content, "inline" if content.media_type in SHOWN else "attachment")


def attachment(content: Content) -> Response:
    """Offered for saving."""
    return _answer(content, "attachment")


def _answer(content: Content, disposition: str) -> Response:
    response = Response(content.data, mimetype=content.media_type)
    response.headers.set("Content-Disposition", disposition, filename=content.download_name)
    is_pdf = disposition == "inline" and content.media_type == "application/pdf"
    response.headers["Content-Security-Policy"] = PDF_POLICY if is_pdf else POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
