"""What can go wrong in the archive. Every error carries the Indonesian sentence for the person at
the screen (`sentence`) and whether the same call may succeed later (`is_retryable`).
"""


class ArchiveError(Exception):
    """Family of all errors of this library."""

    is_retryable = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class StoreUnavailable(ArchiveError):
    """The object store does not answer, or answers with an error of its own."""

    is_retryable = True

    def __init__(self) -> None:
        super().__init__(
            "Penyimpanan arsip sedang tidak dapat dihubungi. Dokumen belum disimpan; coba "
            "lagi beberapa saat lagi."
        )


class StoreRefused(ArchiveError):
    """The object store answers, but refuses: wrong keys, no right, bucket missing."""

    def __init__(self) -> None:
        super().__init__(
            "Penyimpanan arsip menolak permintaan. Hubungi admin untuk memeriksa pengaturan S3."
        )


class StoreNotLocked(ArchiveError):
    """The bucket keeps no versions or has no object lock, so nothing stored there is safe from
    change.
    """

    def __init__(self) -> None:
        super().__init__(
            "Penyimpanan arsip tidak mengunci dokumen. Hubungi admin: bucket harus dibuat "
            "dengan object lock."
        )


class BlobMissing(ArchiveError):
    """No object with this hash in the store."""

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
    """Somebody else has made a newer version than the one that was looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Dokumen ini baru saja diubah orang lain. Muat ulang untuk melihat versi terbarunya."
        )


class NoSuchPage(ArchiveError):
    """The version has no such page or word, or would be left without any page."""

    def __init__(self) -> None:
        super().__init__("Halaman atau kata itu tidak ada di versi ini. Muat ulang halaman.")


class DocumentMissing(ArchiveError):
    """No document with this id."""

    def __init__(self) -> None:
        super().__init__("Dokumen ini tidak ada di arsip.")


class DocumentDisposed(ArchiveError):
    """The document was disposed of; only its row is left."""

    def __init__(self) -> None:
        super().__init__("Dokumen ini sudah dimusnahkan; yang tersisa hanya keterangannya.")


class BlobLocked(ArchiveError):
    """The store still keeps the bytes under lock or legal hold."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            "Dokumen ini masih dikunci penyimpanan arsip, jadi belum dapat dimusnahkan."
        )
        self.sha256 = sha256
