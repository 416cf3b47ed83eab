"""Response headers: what the browser may load, and what it may keep.

Handing out bytes that people brought in: never as something the browser would run. Errors as pages:
one place maps the family of `errors.py` and HTTP's own to a status and a sentence. Static files:
addresses that change with the content, so that browsers may keep them, and gzip for what is text.
One log line per request: which route, who by id, how long. Never an address with what was typed in
it.
"""

import errno
import gzip
import logging
import re
import time
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

from flask import Flask, current_app, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import Range
from werkzeug.exceptions import HTTPException

from workflow_app import domain, logs
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import documents
from workflow_app.services.documents.documents import Content, Recording
from workflow_app.web.requests import ACCESS_PUBLIC, current_user, declared

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self'",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Scripts and styles come from files of ours only: nothing inline, nothing from elsewhere."""

FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def add(response: Response) -> Response:
    """After each request: set the headers a view has not set itself."""
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault(
            "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
        )
    if request.endpoint != "static" and "no-store" not in response.headers.get("Cache-Control", ""):
        response.headers["Cache-Control"] = "no-cache" if _is_public(current_app) else "no-store"
    return response


def _is_public(app: Flask) -> bool:
    return request.endpoint is not None and declared(app, request.endpoint) == ACCESS_PUBLIC


SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})
CLOSED = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
FILE_POLICY = f"{CLOSED}; img-src 'self' data:; sandbox"
"""Nothing in the file may load or run, and it belongs to no origin."""
PDF_POLICY = CLOSED.replace("object-src 'none'", "object-src 'self'")
"""To some browsers their own viewer is an embedded object of ours, and a sandbox would take it
away. Nothing runs there either.
"""


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
    return _closed(
        response, disposition, content.download_name, PDF_POLICY if is_pdf else FILE_POLICY
    )


def _closed(response: Response, disposition: str, name: str, policy: str = FILE_POLICY) -> Response:
    response.headers.set("Content-Disposition", disposition, filename=name)
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    return response


def sound(work: UnitOfWork, document_id: UUID, disposition: str) -> Response:
    """A recording, or the bytes of it that were asked for (RFC 9110, 14): at most a piece, as
    players ask for the next.
    """
    recording, wanted = documents.get_recording(work, document_id), _wanted()
    if wanted is None:
        return _sounding(recording, documents.whole(work, recording), recording.size, disposition)
    found = wanted.range_for_length(recording.size)
    if found is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{recording.size}"})
    start, data = found[0], documents.piece(work, recording, *found)
    response = _sounding(recording, [data], len(data), disposition)
    response.status_code = 206
    response.headers["Content-Range"] = f"bytes {start}-{start + len(data) - 1}/{recording.size}"
    return response


def _wanted() -> Range | None:
    """The one range that was asked for; None for all of it. What has no validator matches no
    condition.
    """
    wanted = request.range
    is_one = wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1
    return wanted if is_one and "If-Range" not in request.headers else None


def _sounding(
    recording: Recording, data: Iterable[bytes], length: int, disposition: str
) -> Response:
    response = Response(data, mimetype=recording.media_type)
    response.content_length = length
    response.headers["Accept-Ranges"] = "bytes"
    return _closed(response, disposition, recording.download_name)


SMALLEST = 1024
TEXT = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})


def asset(path: str) -> str:
    """Address of a file below `static/`, with its content's hash."""
    folder = Path(current_app.static_folder or "")
    return url_for("static", filename=path, v=_version(folder / path))


def limit_age(response: Response) -> Response:
    """After each request: what is asked for without its content's hash is asked again every
    time.
    """
    if request.endpoint == "static" and "v" not in request.args:
        response.headers["Cache-Control"] = "no-cache"
    return response


def compress(response: Response) -> Response:
    """After each request: gzip static text. Pages are not compressed: they hold secrets beside what
    was typed.
    """
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


logger = logging.getLogger("workflow_app.web")

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[0-9A-Za-z_-]{8,64}")
UNLOGGED = frozenset({"static", "health.alive", "health.ready", "metrics.show"})
"""Asked for every few seconds by machines; what fails there is logged all the same."""


def begin() -> None:
    """Before each request: give it an id that the error page shows, the log carries and its jobs
    inherit.
    """
    g.request_id = _given_id() or uuid4().hex[:12]
    g.began = time.perf_counter()
    logs.begin(request=g.request_id)


def request_id() -> str:
    """The id of this request."""
    return str(g.get("request_id", "-"))


def seconds() -> float:
    """How long this request has taken so far."""
    return time.perf_counter() - float(g.get("began", time.perf_counter()))


def finish(response: Response) -> Response:
    """After each request: write its line."""
    if "began" not in g:
        return response
    if request.endpoint not in UNLOGGED:
        user = current_user()
        rule = request.url_rule.rule if request.url_rule else "-"
        facts = {
            "route": rule,
            "status": response.status_code,
            "duration_ms": round(seconds() * 1000, 1),
            "user": str(user.id) if user else None,
        }
        logger.info("%s %s", request.method, rule, extra={"facts": facts})
    response.headers[HEADER] = request_id()
    return response


def _given_id() -> str | None:
    """The id that a reverse proxy of ours has given; what anybody else sends is not taken over."""
    if not current_app.config["TRUSTED_PROXIES"]:
        return None
    given = request.headers.get(HEADER, "")
    return given if WELL_FORMED.fullmatch(given) else None


STATUSES: tuple[tuple[type[domain.SentraError], int], ...] = (
    (domain.NotFound, 404),
    (domain.Forbidden, 403),
    (domain.Conflict, 409),
    (domain.InvalidInput, 400),
    (domain.TooManyTries, 429),
    (domain.Unavailable, 503),
)

TITLES = {
    400: "Permintaan tidak dapat dibaca",
    401: "Masuk dahulu",
    403: "Tidak berhak",
    404: "Tidak ditemukan",
    405: "Tindakan tidak tersedia",
    409: "Keadaan sudah berubah",
    413: "Kiriman terlalu besar",
    429: "Terlalu banyak percobaan",
    503: "Sedang tidak tersedia",
}

SENTENCES = {
    400: (
        "Halaman ini sudah terlalu lama terbuka atau tidak lengkap terkirim. Muat ulang, lalu "
        "kirim lagi."
    ),
    401: (
        "Waktu masuk Anda sudah habis. Masuk lagi untuk melanjutkan; isian yang tersimpan tidak "
        "hilang."
    ),
    403: domain.Forbidden.sentence,
    404: (
        "Halaman ini tidak ada, atau Anda tidak berhak melihatnya. Periksa alamatnya atau kembali "
        "ke beranda."
    ),
    405: "Tindakan ini tidak tersedia di halaman ini. Kembali ke beranda, lalu mulai dari sana.",
    413: (
        "Kiriman ini terlalu besar, jadi tidak ada yang disimpan. Kirim file satu per satu dengan "
        "resolusi 300 dpi, dan pendekkan isian yang sangat panjang."
    ),
}

TITLE = "Terjadi gangguan"
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def register(app: Flask) -> None:
    """Answer every error of this application with a sentence."""
    app.register_error_handler(domain.SentraError, _answer_ours)
    app.register_error_handler(CSRFError, _answer_stale_form)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def status_of(error: domain.SentraError) -> int:
    """HTTP status of one of our errors."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def _answer_ours(error: domain.SentraError) -> ResponseReturnValue:
    status = status_of(error)
    if status >= 500:
        logger.error("failed: %s", type(error).__name__, exc_info=error)
    return _page(status, error.sentence, pause_of(error))


def _answer_stale_form(_error: CSRFError) -> ResponseReturnValue:
    return _page(400, SENTENCES[400])


def _answer_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    return _page(status, SENTENCES.get(status, domain.SentraError.sentence))


def _answer_unexpected(error: Exception) -> ResponseReturnValue:
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return _answer_ours(domain.DiskFull(detail=error.strerror or ""))
    logger.error("unexpected: %s", type(error).__name__, exc_info=error)
    return _page(500, domain.SentraError.sentence)


def pause_of(error: domain.SentraError) -> dict[str, str]:
    """The header that says after how many seconds the same request may succeed; nothing when
    waiting does not help.
    """
    if isinstance(error, domain.Away | domain.TooManyTries):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": "5"} if isinstance(error, domain.Unavailable) else {}


def _page(status: int, sentence: str, headers: dict[str, str] | None = None) -> ResponseReturnValue:
    if request.accept_mimetypes.best == "application/json":
        return jsonify(sentence=sentence, request_id=request_id()), status, headers or {}
    title = TITLES.get(status, TITLE)
    page = render_template(
        "failures/show.html", status=status, title=title, sentence=sentence, request_id=request_id()
    )
    return page, status, headers or {}
