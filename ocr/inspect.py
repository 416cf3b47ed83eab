"""Inspection of a file before decoding: its type, the size it claims, and whether it is accepted.

A voice recording is only inspected; nothing in this library decodes it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ocr import headers, recordings
from ocr import sandbox as ocr_sandbox
from ocr.errors import (
    DamagedFile,
    DecodeFailed,
    EmptyFile,
    EncryptedPdf,
    FileTooLarge,
    InspectionBusy,
    NoPages,
    PageUnreadable,
    RecordingTooLarge,
    TooComplex,
    TooManyPages,
    TooManyPixels,
    TruncatedFile,
    UnknownType,
)
from ocr.sandbox import Sandbox
from ocr.types import Inspection, Limits

_MEASURES = {
    headers.JPEG: headers.jpeg,
    headers.PNG: headers.png,
    headers.GIF: headers.gif,
    headers.BMP: headers.bmp,
    headers.WEBP: headers.webp,
    headers.HEIC: headers.measure,
}
_FOUND: dict[str, type] = dict.fromkeys(
    ("needs_password", "opens", "encrypted", "has_text", "signed", "xfa"), bool
)
_FOUND |= dict.fromkeys(("pages", "width", "height"), int)
_DEFAULT_LIMITS = Limits()
_AT_ONCE = threading.BoundedSemaphore(2)
"""Limits the PDFs that one process inspects at the same time, so that several hostile ones cannot
add up their memory.
"""
_WITH_WAITING = threading.BoundedSemaphore(3)
"""Limits the inspections together with those that wait, so that a web process is not blocked longer
than one wait.
"""

_RESTRICTED = "PDF ini dibatasi oleh pembuatnya (cetak atau salin), tetapi dapat dibaca."
_MAYBE_CUT = (
    "Rekaman ini mungkin terpotong di ujungnya. Aslinya disimpan apa adanya; periksa alat "
    "perekamnya bila ada yang kurang."
)
_MOVING = (
    "Gambar ini bergerak. Hanya gambar pertamanya menjadi halaman; aslinya disimpan apa adanya."
)
_SIGNED = (
    "PDF ini bertanda tangan digital. File asli disimpan apa adanya, tanpa salinan yang diubah."
)
_XFA = (
    "PDF ini formulir XFA. Bila isinya tidak tampak, cetak formulir itu ke PDF biasa, lalu unggah "
    "lagi."
)


def inspect(
    data: bytes, limits: Limits = _DEFAULT_LIMITS, *, is_preloaded: bool = False
) -> Inspection:
    """Return the facts about the file, or refuse it. Raises a subclass of `Refused`.

    Type, size, pages and pixels come from headers; a PDF is opened in a separate process with
    limits (for `is_preloaded` see `ocr.sandbox.Sandbox`).
    """
    if not data:
        raise EmptyFile
    if (recording := recordings.kind_of(data)) is not None:
        return _inspect_recording(data, recording, limits)
    if len(data) > limits.max_bytes:
        raise FileTooLarge(len(data), limits.max_bytes)
    media_type = _paper_type_of(data, limits)
    if media_type == headers.PDF:
        return _inspect_pdf(data, limits, is_preloaded)
    return _inspect_picture(data, media_type, limits)


def _paper_type_of(data: bytes, limits: Limits) -> str:
    try:
        return headers.media_type_of(data)
    except UnknownType as refusal:
        raise UnknownType(refusal.found, with_recordings=limits.max_recording_bytes > 0) from None


def _inspect_recording(data: bytes, media_type: str, limits: Limits) -> Inspection:
    if not limits.max_recording_bytes:
        raise UnknownType("rekaman suara")
    if len(data) > limits.max_recording_bytes:
        raise RecordingTooLarge(len(data), limits.max_recording_bytes)
    sound = recordings.measure(data, media_type)
    return Inspection(
        media_type, 0, 0, 0, seconds=sound.seconds, reason="" if sound.is_whole else _MAYBE_CUT
    )


def _inspect_picture(data: bytes, media_type: str, limits: Limits) -> Inspection:
    if media_type == headers.TIFF:
        measure = headers.measure_tiff(data, limits.max_pages)
    else:
        measure = _MEASURES[media_type](data)
    if measure.pages == 0:
        raise NoPages
    if not measure.width or not measure.height:
        raise DamagedFile
    if measure.width * measure.height > limits.max_megapixels * 1_000_000:
        raise TooManyPixels(measure.width, measure.height, limits.max_megapixels)
    if measure.pages > limits.max_pages:
        raise TooManyPages(measure.pages, limits.max_pages)
    reason = _MOVING if measure.is_moving else ""
    return Inspection(media_type, measure.pages, measure.width, measure.height, reason=reason)


def _inspect_pdf(data: bytes, limits: Limits, is_preloaded: bool) -> Inspection:
    _check_pdf_end(data)
    own = replace(limits, decode_memory=limits.inspect_memory)
    with (
        turn_to_look(limits.inspect_wait),
        TemporaryDirectory(prefix="periksa-") as folder,
        Sandbox(own, Path(folder), is_preloaded=is_preloaded) as sandbox,
    ):
        path = Path(folder) / "file"
        path.write_bytes(data)
        try:
            answer = sandbox.call("inspect_pdf", seconds=limits.inspect_seconds, path=str(path))
            found = ocr_sandbox.checked(answer, _FOUND)
        except PageUnreadable as error:
            raise DamagedFile from error
        except DecodeFailed as error:
            raise TooComplex from error
    if found["needs_password"]:
        raise EncryptedPdf
    if not found["opens"]:
        raise DamagedFile
    if found["pages"] == 0:
        raise NoPages
    if found["pages"] > limits.max_pages:
        raise TooManyPages(found["pages"], limits.max_pages)
    notes = ((found["encrypted"], _RESTRICTED), (found["signed"], _SIGNED), (found["xfa"], _XFA))
    return Inspection(
        headers.PDF,
        found["pages"],
        found["width"],
        found["height"],
        encrypted=found["encrypted"],
        has_text=found["has_text"],
        signed=found["signed"],
        xfa=found["xfa"],
        reason=" ".join(sentence for holds, sentence in notes if holds),
    )


@contextmanager
def turn_to_look(seconds: float) -> Iterator[None]:
    """Reserve the right to inspect or make a PDF. Raises `InspectionBusy` after `seconds`, or at
    once when too many wait.
    """
    if not _WITH_WAITING.acquire(blocking=False):
        raise InspectionBusy
    try:
        if not _AT_ONCE.acquire(timeout=seconds):
            raise InspectionBusy
        try:
            yield
        finally:
            _AT_ONCE.release()
    finally:
        _WITH_WAITING.release()


def _check_pdf_end(data: bytes) -> None:
    """Refuse a truncated PDF, which has objects after its last end mark or no end mark. The decoder
    would repair such a file and silently lose pages.
    """
    end = data.rfind(b"%%EOF")
    if end < 0 or b" obj" in data[end:]:
        raise TruncatedFile
