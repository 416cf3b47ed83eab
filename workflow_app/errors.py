"""Everything that can go wrong and that somebody must be told about.

`sentence` is shown to people (Indonesian, says what to do); `detail` is for the log and never holds personal data.
"""

from collections.abc import Mapping
from uuid import UUID


class SentraError(Exception):
    """Base of all errors of the product."""

    sentence = "Terjadi gangguan. Silakan coba lagi; bila berulang, hubungi admin."

    def __init__(self, sentence: str | None = None, *, detail: str = "") -> None:
        if sentence is not None:
            self.sentence = sentence
        self.detail = detail
        super().__init__(detail or self.sentence)


class NotFound(SentraError):
    """The thing does not exist, or the actor may not know that it does."""

    sentence = "Data tidak ditemukan, atau Anda tidak berhak melihatnya."


class Forbidden(SentraError):
    """The actor may know of the thing but may not do this."""

    sentence = "Anda tidak berhak melakukan tindakan ini."


class Conflict(SentraError):
    """Somebody else was faster, or the state does not allow it any more."""

    sentence = "Keadaan berkas sudah berubah. Muat ulang halaman untuk melihat yang terbaru."


class Busy(Conflict):
    """The case is locked by another transaction for longer than we wait."""

    sentence = (
        "Berkas ini sedang diproses, jadi belum ada yang berubah. Tunggu beberapa detik, lalu coba lagi."
    )


class InvalidInput(SentraError):
    """Answers or a file that cannot be accepted; `fields` maps a field name to its sentence."""

    sentence = "Periksa kembali isian yang ditandai."

    def __init__(self, sentence: str | None = None, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.fields = dict(fields or {})


class TooManyTries(SentraError):
    """Somebody guesses, or looks like it; the sentence says how long to wait."""

    sentence = "Terlalu banyak percobaan yang salah. Tunggu satu menit, lalu coba lagi."

    def __init__(self, sentence: str | None = None, *, retry_after: int = 60) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unavailable(SentraError):
    """A part we depend on (database, object store, Tesseract) is away; retrying later may help."""

    sentence = "Layanan pendukung sedang tidak tersedia. Data Anda belum disimpan; coba lagi sebentar lagi."


class NotDelivered(Unavailable):
    """A server did not take a message this time; it is tried again."""

    sentence = "Server pengirim tidak dapat dihubungi."


class Undeliverable(SentraError):
    """A message that no further try will deliver."""

    sentence = "Pesan ini ditolak server pengirim."


class Away(Unavailable):
    """A dependency as a whole is away: what needs it waits as long as it takes, and goes on by itself."""

    retry_after = 15
    """Seconds after which asking again may succeed."""


class DatabaseAway(Away):
    """The database cannot be reached, or does not answer in time."""

    sentence = (
        "Basis data sedang tidak dapat dihubungi, jadi tugas dan berkas belum dapat dibuka atau disimpan. "
        "Yang sudah dinyatakan tersimpan tetap aman. Biarkan isian Anda terbuka, tunggu sebentar, lalu kirim lagi: "
        "isian yang sama tidak tersimpan dua kali."
    )


class DiskFull(Away):
    """There is no room left where the data lies."""

    sentence = (
        "Ruang simpan server penuh, jadi belum ada yang dapat disimpan. Yang sudah tersimpan tetap dapat dibuka. "
        "Minta admin menambah ruang; biarkan isian Anda terbuka, lalu kirim lagi."
    )
    retry_after = 60


class StorageAway(Away):
    """The object store cannot be reached, or cannot take anything."""

    sentence = (
        "Penyimpanan berkas pindaian sedang tidak dapat dihubungi. Anda tetap dapat mengisi dan menyimpan formulir; "
        "unggah dan buka pindaian, cetak surat, dan pengarsipan menunggu, lalu berjalan sendiri setelah pulih."
    )


class ReaderAway(Away):
    """The program that reads papers is not there."""

    sentence = (
        "Mesin pembaca teks (Tesseract) sedang tidak tersedia. Pindaian tetap tersimpan dan dapat dibuka; isinya dibaca "
        "sendiri setelah mesin pulih, dan sampai saat itu belum dapat dicari."
    )
    retry_after = 60


class TaskNotReady(Conflict):
    """The task was completed, cancelled or never existed in this state."""

    sentence = "Tugas ini sudah selesai atau tidak berlaku lagi."


class LoopLimitReached(Conflict):
    """A stretch of rework (`maxVisits`) is used up, and no lead has let the case go on yet. The detail is the element."""

    sentence = (
        "Langkah ini sudah sangat sering diulang, jadi berkas menunggu izin. Halaman berkas menyebut siapa yang perlu "
        "membaca sebabnya lalu mengizinkannya berjalan lagi. Minta yang disebut di sana."
    )


class ProcessFault(SentraError):
    """The process model failed while running; nothing was changed. Becomes an incident that a person can retry."""

    sentence = (
        "Langkah ini gagal karena kesalahan sistem. Sudah dicatat; minta Ka SPKT atau admin mencobanya lagi."
    )

    def __init__(self, element: str, detail: str) -> None:
        super().__init__(detail=detail)
        self.element = element
        self.operation = ""
        self.case_id: UUID | None = None
        self.task_id: UUID | None = None

    def during(self, operation: str, case_id: UUID, task_id: UUID | None) -> "ProcessFault":
        """Say what was being done to which case, so that it can be retried."""
        self.operation, self.case_id, self.task_id = operation, case_id, task_id
        return self


class Stranded(SentraError):
    """An open case that waits for nothing."""

    sentence = (
        "Berkas ini terbuka, tetapi tidak menunggu siapa pun. Coba lagi agar dijalankan dari keadaan terakhirnya; bila "
        "tetap terhenti, hubungi admin."
    )

    def __init__(self) -> None:
        super().__init__(detail="no open task, timer, effect or incident")


class InvalidDefinition(SentraError):
    """A process folder that cannot be used; `detail` names file and reason."""

    sentence = "Definisi proses tidak dapat dipakai."
