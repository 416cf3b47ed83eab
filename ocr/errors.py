"""What can go wrong while reading a paper. Every error carries the Indonesian sentence for the
person who brought the file (`sentence`) and the one fact the caller needs (`is_retryable`).
"""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class OcrError(Exception):
    """Family of all errors of this library."""

    is_retryable = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Refused(OcrError):
    """The file itself cannot be accepted; trying the same bytes again changes nothing."""


class EmptyFile(Refused):
    """There is not one byte in the file."""

    def __init__(self) -> None:
        super().__init__("File ini kosong. Pindai atau foto ulang, lalu unggah lagi.")


class FileTooLarge(Refused):
    """More bytes than the limit."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"File ini {_millions(size)} MB, paling besar {_millions(limit)} MB. "
            "Pindai dengan resolusi 300 dpi atau bagi menjadi beberapa file."
        )


class RecordingTooLarge(Refused):
    """More bytes than the limit of recordings."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"Rekaman ini {_millions(size)} MB, paling besar {_millions(limit)} MB. "
            "Simpan sebagai MP3 atau OGG, atau bagi menjadi beberapa rekaman."
        )


class UnknownType(Refused):
    """Nothing that is taken here, whatever its name says."""

    def __init__(self, found: str = "", *, with_recordings: bool = False) -> None:
        wanted, kinds = "gambar atau PDF", "JPEG, PNG, TIFF, HEIC, WebP, BMP, GIF, atau PDF"
        if with_recordings:
            wanted = "gambar, PDF, atau rekaman suara"
            kinds = "JPEG, PNG, TIFF, HEIC, WebP, BMP, GIF, PDF, WAV, MP3, OGG, atau M4A"
        what = f"File ini adalah {found}, bukan {wanted}." if found else f"File ini bukan {wanted}."
        super().__init__(f"{what} Unggah {kinds}.")
        self.found = found


class TooManyPixels(Refused):
    """One page has more pixels than the limit (the header says so; nothing was decoded)."""

    def __init__(self, width: int, height: int, megapixels: int) -> None:
        super().__init__(
            f"Gambar ini {width} x {height} piksel ({_millions(width * height)} megapiksel), "
            f"paling besar {megapixels} megapiksel per halaman. Pindai ulang dengan resolusi "
            "300 dpi."
        )


class TooManyPages(Refused):
    """More pages than the limit."""

    def __init__(self, pages: int, limit: int) -> None:
        super().__init__(
            f"File ini {pages} halaman, paling banyak {limit} halaman. Bagi menjadi beberapa file."
        )


class NoPages(Refused):
    """A PDF or TIFF without a single page."""

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
    """Looking into the PDF took more time or memory than allowed, or ended the decoder."""

    def __init__(self) -> None:
        super().__init__(
            "PDF ini terlalu rumit untuk dibuka dengan aman. Cetak ke PDF biasa atau pindai "
            "kertasnya, lalu unggah lagi."
        )


class InspectionBusy(OcrError):
    """Other PDFs are being looked into, and it takes them long."""

    is_retryable = True

    def __init__(self) -> None:
        super().__init__(
            "Beberapa PDF lain sedang diperiksa, jadi file ini belum disimpan. Tunggu "
            "setengah menit, lalu unggah lagi."
        )


class BrokenPhotos(Refused):
    """Photos that were to become pages of one document cannot be shown."""

    def __init__(self, pages: Sequence[int]) -> None:
        named = ", ".join(str(no) for no in pages)
        super().__init__(
            f"Foto halaman {named} rusak dan tidak dapat dibuka. Ulangi foto halaman itu."
        )
        self.pages = tuple(pages)


class DecodeFailed(OcrError):
    """The separate process could not turn the page into pixels. `ocr.sandbox` raises only the
    subclasses.
    """


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
    """The decoder said that this page is broken."""

    def __init__(self) -> None:
        super().__init__("Halaman ini rusak dan tidak dapat dibuka. Pindai ulang halaman ini.")


class DocumentTimeout(OcrError):
    """The pages before this one used up the time of the document."""

    def __init__(self) -> None:
        super().__init__(
            "Waktu membaca dokumen ini habis sebelum halaman ini. Bagi menjadi beberapa file, "
            "lalu unggah lagi."
        )


class TooMuchText(OcrError):
    """The pages before this one brought as much text as one document may have."""

    def __init__(self) -> None:
        super().__init__(
            "Dokumen ini memuat terlalu banyak teks, jadi halaman ini tidak dibaca. Bagi "
            "menjadi beberapa file, lalu unggah lagi."
        )


class Lack(OcrError):
    """The machine lacks something to work with. Says nothing about the paper: another try may
    succeed.
    """

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
    """No process could be started: too many of them, or no memory for one."""

    def __init__(self) -> None:
        super().__init__(
            "Server sedang terlalu sibuk, jadi file ini belum dapat dibaca. File tetap "
            "tersimpan dan dibaca sendiri nanti."
        )


def lack_of(error: OSError) -> Lack | None:
    """What the machine lacked when it refused this; None when that is not the reason."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoRoom()
    if error.errno in (errno.EAGAIN, errno.ENOMEM):
        return NoProcess()
    return None


@contextmanager
def lacks_named() -> Iterator[None]:
    """Raise what the machine lacks in the place of what it said."""
    try:
        yield
    except OSError as error:
        raise lack_of(error) or error from None


class EngineError(OcrError):
    """The recognition engine; the paper itself may be fine, so a later try can succeed."""

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
    """Tesseract ended with an error or gave back something that is no result."""

    def __init__(self) -> None:
        super().__init__(
            "Mesin pembaca teks gagal pada halaman ini. Coba baca ulang, atau pindai ulang "
            "halaman ini."
        )


def _millions(number: int) -> str:
    return f"{number / 1_000_000:.1f}".removesuffix(".0").replace(".", ",")
