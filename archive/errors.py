"""Errors of the archive.

Every error carries the Indonesian sentence for the user (`sentence`) and whether the same call may
succeed later (`is_retryable`).
"""


class ArchiveError(Exception):
    """Base class of all errors of this library."""

    is_retryable = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class StoreUnavailable(ArchiveError):
    """The object store does not answer, or answers with an internal error."""

    is_retryable = True

    def __init__(self) -> None:
        super().__init__(
            "Penyimpanan arsip sedang tidak dapat dihubungi. Dokumen belum disimpan; coba "
            "lagi beberapa saat lagi."
        )


class StoreRefused(ArchiveError):
    """The object store refuses the request: wrong keys, missing permission or missing bucket."""

    def __init__(self) -> None:
        super().__init__(
            "Penyimpanan arsip menolak permintaan. Hubungi admin untuk memeriksa pengaturan S3."
        )


class StoreNotLocked(ArchiveError):
    """The bucket has no versioning or no object lock, so its contents are not protected against
    change.
    """

    def __init__(self) -> None:
        super().__init__(
            "Penyimpanan arsip tidak mengunci dokumen. Hubungi admin: bucket harus dibuat "
            "dengan object lock."
        )


class BlobMissing(ArchiveError):
    """The store has no object with this hash."""

    def __init__(self, sha256: str) -> None:
        super().__init__("Dokumen ini tidak ditemukan di penyimpanan arsip. Hubungi arsiparis.")
        self.sha256 = sha256


class BlobDamaged(ArchiveError):
    """The bytes in the store no longer have the hash under which they were stored."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            "Isi dokumen ini di penyimpanan arsip telah berubah. Hubungi arsiparis, jangan "
            "pakai dokumennya."
        )
        self.sha256 = sha256


class VersionOvertaken(ArchiveError):
    """Another user has made a newer version than the one that was viewed."""

    def __init__(self) -> None:
        super().__init__(
            "Dokumen ini baru saja diubah orang lain. Muat ulang untuk melihat versi terbarunya."
        )


class NoSuchPage(ArchiveError):
    """The version has no such page or word, or would be left without any page."""

    def __init__(self) -> None:
        super().__init__("Halaman atau kata itu tidak ada di versi ini. Muat ulang halaman.")


class DocumentMissing(ArchiveError):
    """There is no document with this id."""

    def __init__(self) -> None:
        super().__init__("Dokumen ini tidak ada di arsip.")


class DocumentDisposed(ArchiveError):
    """The document was disposed of; only its row remains."""

    def __init__(self) -> None:
        super().__init__("Dokumen ini sudah dimusnahkan; yang tersisa hanya keterangannya.")


class BlobLocked(ArchiveError):
    """The store still keeps the bytes under lock or legal hold."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            "Dokumen ini masih dikunci penyimpanan arsip, jadi belum dapat dimusnahkan."
        )
        self.sha256 = sha256
