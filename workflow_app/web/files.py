"""Handing out bytes that people brought in: never as something the browser would run."""

from collections.abc import Iterable
from uuid import UUID

from flask import Response, request
from werkzeug.datastructures import Range

from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import recordings
from workflow_app.services.papers.documents import Content
from workflow_app.services.papers.recordings import Recording

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


def whole_file(chunks: Iterable[bytes], size: int, media_type: str, name: str) -> Response:
    """Offered for saving, as it comes from the store."""
    response = Response(chunks, mimetype=media_type)
    response.content_length = size
    return _closed(response, "attachment", name)


def _answer(content: Content, disposition: str) -> Response:
    response = Response(content.data, mimetype=content.media_type)
    is_pdf = disposition == "inline" and content.media_type == "application/pdf"
    return _closed(response, disposition, content.download_name, PDF_POLICY if is_pdf else POLICY)


def _closed(response: Response, disposition: str, name: str, policy: str = POLICY) -> Response:
    response.headers.set("Content-Disposition", disposition, filename=name)
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    return response


def sound(work: UnitOfWork, document_id: UUID, disposition: str) -> Response:
    """A recording, or the bytes of it that were asked for (RFC 9110, 14): at most a piece, as players ask for the next."""
    recording, wanted = recordings.get(work, document_id), _wanted()
    if wanted is None:
        return _sounding(recording, recordings.whole(work, recording), recording.size, disposition)
    found = wanted.range_for_length(recording.size)
    if found is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{recording.size}"})
    start, data = found[0], recordings.piece(work, recording, *found)
    response = _sounding(recording, [data], len(data), disposition)
    response.status_code = 206
    response.headers["Content-Range"] = f"bytes {start}-{start + len(data) - 1}/{recording.size}"
    return response


def _wanted() -> Range | None:
    """The one range that was asked for; None for all of it. What has no validator matches no condition."""
    wanted = request.range
    is_one = wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1
    return wanted if is_one and "If-Range" not in request.headers else None


def _sounding(recording: Recording, data: Iterable[bytes], length: int, disposition: str) -> Response:
    response = Response(data, mimetype=recording.media_type)
    response.content_length = length
    response.headers["Accept-Ranges"] = "bytes"
    return _closed(response, disposition, recording.download_name)
