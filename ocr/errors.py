"""Errors of reading a document.

Every error carries the Indonesian sentence for the user who added the file (`sentence`) and whether
a retry may succeed (`is_retryable`).
"""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class OcrError(Exception):
    """Base class of all errors of this library."""

    is_retryable = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Refused(OcrError):
    """The file is not acceptable; a retry with the same bytes gives the same result."""


class EmptyFile(Refused):
    """The file has no bytes."""

    def __init__(self) -> None:
        super().__init__("File ini kosong. Pindai atau foto ulang, lalu unggah lagi.")


class FileTooLarge(Refused):
    """The file has more bytes than the limit."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"File ini {_millions(size)} MB, paling besar {_millions(limit)} MB. "
            "Pindai dengan resolusi 300 dpi atau bagi menjadi beberapa file."
        )


class RecordingTooLarge(Refused):
    """The recording has more bytes than the limit of recordings."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"Rekaman ini {_millions(size)} MB, paling besar {_millions(limit)} MB. "
            "Simpan sebagai MP3 atau OGG, atau bagi menjadi beberapa rekaman."
        )


class UnknownType(Refused):
    """The content is of no accepted type, whatever the file name says."""

    def __init__(self, found: str = "", *, with_recordings: bool = False) -> None:
        wanted, kinds = "gambar atau PDF", "JPEG, PNG, TIFF, HEIC, WebP, BMP, GIF, atau PDF"
        if with_recordings:
            wanted = "gambar, PDF, atau rekaman suara"
            kinds = "JPEG, PNG, TIFF, HEIC, WebP, BMP, GIF, PDF, WAV, MP3, OGG, atau M4A"
        what = f"File ini adalah {found}, bukan {wanted}." if found else f"File ini bukan {wanted}."
        super().__init__(f"{what} Unggah {kinds}.")
        self.found = found


class TooManyPixels(Refused):
    """One page has more pixels than the limit, according to the header; nothing was decoded."""

    def __init__(self, width: int, height: int, megapixels: int) -> None:
        super().__init__(
            f"Gambar ini {width} x {height} piksel ({_millions(width * height)} megapiksel), "
            f"paling besar {megapixels} megapiksel per halaman. Pindai ulang dengan resolusi "
            "300 dpi."
        )


class TooManyPages(Refused):
    """The file has more pages than the limit."""

    def __init__(self, pages: int, limit: int) -> None:
        super().__init__(
            f"File ini {pages} halaman, paling banyak {limit} halaman. Bagi menjadi beberapa file."
        )


class NoPages(Refused):
    """The PDF or TIFF has no page."""

    def __init__(self) -> None:
        super().__init__("File ini tidak mempunyai halaman. Buat ulang file itu, lalu unggah lagi.")


class EncryptedPdf(Refused):
    """The PDF opens only with a password."""

    def __init__(self) -> None:
        super().__init__(
            "PDF ini dikunci dengan kata sandi. Simpan salinannya tanpa kata sandi, lalu "
            "unggah salinan itu."
        )


class TruncatedFile(Refused):
    """The file ends before its content does."""

    def __init__(self) -> None:
        super().__init__(
            "File ini terpotong, sebagian isinya tidak ada. Salin atau pindai ulang, lalu "
            "unggah lagi."
        )


class DamagedFile(Refused):
    """The structure of the file is broken."""

    def __init__(self) -> None:
        super().__init__(
            "File ini rusak dan tidak dapat dibuka. Pindai atau foto ulang, lalu unggah lagi."
        )


class TruncatedRecording(Refused):
    """The recording ends before its content does."""

    def __init__(self) -> None:
        super().__init__(
            "Rekaman ini terpotong, sebagian isinya tidak ada. Salin lagi dari alat "
            "perekamnya, lalu unggah lagi."
        )


class DamagedRecording(Refused):
    """The structure of the recording is broken."""

    def __init__(self) -> None:
        super().__init__(
            "Rekaman ini rusak dan tidak dapat diputar. Salin lagi dari alat perekamnya, lalu "
            "unggah lagi."
        )


class TooComplex(Refused):
    """Inspecting the PDF exceeded the time or memory limit, or crashed the decoder."""

    def __init__(self) -> None:
        super().__init__(
            "PDF ini terlalu rumit untuk dibuka dengan aman. Cetak ke PDF biasa atau pindai "
            "kertasnya, lalu unggah lagi."
        )


class InspectionBusy(OcrError):
    """Other PDFs are being inspected, and it takes a long time."""

    is_retryable = True

    def __init__(self) -> None:
        super().__init__(
            "Beberapa PDF lain sedang diperiksa, jadi file ini belum disimpan. Tunggu "
            "setengah menit, lalu unggah lagi."
        )


class BrokenPhotos(Refused):
    """Photos that were to become pages of one document cannot be decoded."""

    def __init__(self, pages: Sequence[int]) -> None:
        named = ", ".join(str(no) for no in pages)
        super().__init__(
            f"Foto halaman {named} rusak dan tidak dapat dibuka. Ulangi foto halaman itu."
        )
        self.pages = tuple(pages)


class DecodeFailed(OcrError):
    """The sandbox could not turn the page into pixels. `ocr.sandbox` raises only the subclasses."""


class DecodeTimeout(DecodeFailed):
    """Decoding took longer than allowed and was stopped."""

    def __init__(self) -> None:
        super().__init__(
            "Halaman ini terlalu lama dibuka dan dihentikan. Pindai ulang halaman ini dengan "
            "resolusi 300 dpi."
        )


class DecodeOutOfMemory(DecodeFailed):
    """Decoding needed more memory than allowed."""

    def __init__(self) -> None:
        super().__init__(
            "Halaman ini terlalu besar untuk dibuka. Pindai ulang halaman ini dengan resolusi "
            "300 dpi."
        )


class DecodeCrashed(DecodeFailed):
    """The decoding process died."""

    def __init__(self) -> None:
        super().__init__("Halaman ini membuat pembaca file berhenti. Pindai ulang halaman ini.")


class PageUnreadable(DecodeFailed):
    """The decoder reported that this page is broken."""

    def __init__(self) -> None:
        super().__init__("Halaman ini rusak dan tidak dapat dibuka. Pindai ulang halaman ini.")


class DocumentTimeout(OcrError):
    """The earlier pages used up the time of the document."""

    def __init__(self) -> None:
        super().__init__(
            "Waktu membaca dokumen ini habis sebelum halaman ini. Bagi menjadi beberapa file, "
            "lalu unggah lagi."
        )


class TooMuchText(OcrError):
    """The earlier pages used up the text limit of the document."""

    def __init__(self) -> None:
        super().__init__(
            "Dokumen ini memuat terlalu banyak teks, jadi halaman ini tidak dibaca. Bagi "
            "menjadi beberapa file, lalu unggah lagi."
        )


class Lack(OcrError):
    """The machine lacks a resource. The document may be fine, and a retry may succeed."""

    is_retryable = True


class NoRoom(Lack):
    """The disk of the temporary files is full."""

    def __init__(self) -> None:
        super().__init__(
            "Ruang simpan server penuh, jadi file ini belum dapat dibaca. File tetap "
            "tersimpan dan dibaca sendiri setelah ada "
            "ruang. Minta admin menambah ruang."
        )


class NoProcess(Lack):
    """No process could be started: there are too many processes, or there is no memory for one."""

    def __init__(self) -> None:
        super().__init__(
            "Server sedang terlalu sibuk, jadi file ini belum dapat dibaca. File tetap "
            "tersimpan dan dibaca sendiri nanti."
        )


def lack_of(error: OSError) -> Lack | None:
    """Return the missing resource that this error means; None for any other error."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoRoom()
    if error.errno in (errno.EAGAIN, errno.ENOMEM):
        return NoProcess()
    return None


@contextmanager
def lacks_named() -> Iterator[None]:
    """Convert operating system errors that mean a missing resource into `Lack` errors."""
    try:
        yield
    except OSError as error:
        raise lack_of(error) or error from None


class EngineError(OcrError):
    """The recognition engine failed; the document may be fine, so a retry can succeed."""

    is_retryable = True


class EngineMissing(EngineError):
    """Tesseract is not installed, too old, or lacks a language."""


class EngineTimeout(EngineError):
    """Recognising one page took longer than allowed."""

    def __init__(self) -> None:
        super().__init__(
            "Membaca halaman ini terlalu lama dan dihentikan. Coba baca ulang, atau pindai "
            "ulang halaman ini."
        )


class EngineFailed(EngineError):
    """Tesseract ended with an error or returned an invalid result."""

    def __init__(self) -> None:
        super().__init__(
            "Mesin pembaca teks gagal pada halaman ini. Coba baca ulang, atau pindai ulang "
            "halaman ini."
        )


def _millions(number: int) -> str:
    return f"{number / 1_000_000:.1f}".removesuffix(".0").replace(".", ",")
