"""Errors as pages: one place maps the family of `errors.py` and HTTP's own to a status and a sentence."""

import errno
import logging

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from workflow_app import errors
from workflow_app.web.logs import request_id

logger = logging.getLogger("workflow_app.web")

STATUSES: tuple[tuple[type[errors.SentraError], int], ...] = (
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (errors.Conflict, 409),
    (errors.InvalidInput, 400),
    (errors.TooManyTries, 429),
    (errors.Unavailable, 503),
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
    400: "Halaman ini sudah terlalu lama terbuka atau tidak lengkap terkirim. Muat ulang, lalu kirim lagi.",
    401: "Waktu masuk Anda sudah habis. Masuk lagi untuk melanjutkan; isian yang tersimpan tidak hilang.",
    403: errors.Forbidden.sentence,
    404: "Halaman ini tidak ada, atau Anda tidak berhak melihatnya. Periksa alamatnya atau kembali ke beranda.",
    405: "Tindakan ini tidak tersedia di halaman ini. Kembali ke beranda, lalu mulai dari sana.",
    413: "Kiriman ini terlalu besar, jadi tidak ada yang disimpan. Kirim file satu per satu dengan resolusi 300 dpi, dan pendekkan isian yang sangat panjang.",
}

TITLE = "Terjadi gangguan"
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def register(app: Flask) -> None:
    """Answer every error of this application with a sentence."""
    app.register_error_handler(errors.SentraError, _answer_ours)
    app.register_error_handler(CSRFError, _answer_stale_form)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def status_of(error: errors.SentraError) -> int:
    """HTTP status of one of our errors."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def _answer_ours(error: errors.SentraError) -> ResponseReturnValue:
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
    return _page(status, SENTENCES.get(status, errors.SentraError.sentence))


def _answer_unexpected(error: Exception) -> ResponseReturnValue:
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return _answer_ours(errors.DiskFull(detail=error.strerror or ""))
    logger.error("unexpected: %s", type(error).__name__, exc_info=error)
    return _page(500, errors.SentraError.sentence)


def pause_of(error: errors.SentraError) -> dict[str, str]:
    """The header that says after how many seconds the same request may succeed; nothing when waiting does not help."""
    if isinstance(error, errors.Away | errors.TooManyTries):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": "5"} if isinstance(error, errors.Unavailable) else {}


def _page(status: int, sentence: str, headers: dict[str, str] | None = None) -> ResponseReturnValue:
    if request.accept_mimetypes.best == "application/json":
        return jsonify(sentence=sentence, request_id=request_id()), status, headers or {}
    title = TITLES.get(status, TITLE)
    page = render_template(
        "failures/show.html", status=status, title=title, sentence=sentence, request_id=request_id()
    )
    return page, status, headers or {}
