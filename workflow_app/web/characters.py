"""What no text of a request may hold: the database cannot store NUL, and nobody types it."""

from collections.abc import Iterator

from flask import request

from workflow_app.errors import InvalidInput

NUL = "\x00"


def refuse_nul() -> None:
    """Before each request that may pass: answer 400 when path, address or form holds a NUL."""
    if any(NUL in text for text in _texts()):
        raise InvalidInput(
            "Isian memuat karakter yang tidak dapat disimpan. Hapus isian itu, ketik ulang, lalu kirim lagi."
        )


def _texts() -> Iterator[str]:
    yield request.path
    for name, text in (*request.args.items(multi=True), *request.form.items(multi=True)):
        yield name
        yield text
