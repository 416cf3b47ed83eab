"""What no request may hold, whichever page it goes to. What one answer may hold is judged with its form."""

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from flask import request

from workflow_app.engine.forms import PAGE_FIELDS
from workflow_app.errors import InvalidInput

NUL = "\x00"
PLAIN_FORM = "application/x-www-form-urlencoded"
FORMS = frozenset({PLAIN_FORM, "multipart/form-data"})
LONGEST_PLAIN_FORM = 256 * 1024
"""Bytes of a form that brings no files: taking a million nameless fields apart would cost seconds."""
TECHNICAL = PAGE_FIELDS
"""Fields that our pages fill and nobody types."""
LONGEST_TECHNICAL = 2000

_NUL = "Isian memuat karakter yang tidak dapat disimpan. Hapus isian itu, ketik ulang, lalu kirim lagi."
_BROKEN = (
    "Sebagian huruf isian ini rusak di jalan, jadi tidak ada yang disimpan. "
    "Kembali ke formulir, ketik ulang bagian itu, lalu kirim lagi."
)
_NO_FORM = "Kiriman ini tidak utuh, jadi tidak ada yang disimpan. Muat ulang halaman, lalu kirim lagi."


def bound() -> None:
    """Before anything reads the form: how much of it is taken apart at all."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LONGEST_PLAIN_FORM


def check_encoding() -> None:
    """Before anything reads the form: answer 400 when it is not UTF-8, which would be kept as percent signs, or as no form.

    In a form in parts such bytes become U+FFFD, and the field that holds one is refused with its form.
    """
    if request.mimetype != PLAIN_FORM:
        return
    try:
        unquote_to_bytes(request.get_data()).decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(_BROKEN) from error


def refuse() -> None:
    """Before each request that may pass: answer 400 when a NUL is in path, address or form, or the form is none of ours.

    An empty form would wipe a draft; a technical field of any length would end up in an index of the database.
    """
    if any(NUL in text for text in _texts()):
        raise InvalidInput(_NUL)
    if request.method == "POST" and (request.mimetype not in FORMS or not request.form):
        raise InvalidInput(_NO_FORM)
    if any(len(text) > LONGEST_TECHNICAL for name in TECHNICAL for text in request.form.getlist(name)):
        raise InvalidInput(_NO_FORM)


def _texts() -> Iterator[str]:
    yield request.path
    for name, text in (*request.args.items(multi=True), *request.form.items(multi=True)):
        yield name
        yield text
