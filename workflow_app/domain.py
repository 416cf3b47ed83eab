"""Small values that several layers exchange. Standard library only, no behaviour beyond reading
them.

Everything that can go wrong and that somebody must be told about.

`sentence` is shown to people (Indonesian, says what to do); `detail` is for the log and never holds
personal data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from uuid import UUID
from zoneinfo import ZoneInfo

WITA = ZoneInfo("Asia/Makassar")
"""Time zone of Kalimantan Selatan (UTC+8, no daylight saving). Times are stored in UTC and shown in
this zone.
"""

Clock = Callable[[], datetime]
"""Returns the current instant, timezone-aware, in UTC."""

Answer = str | int | bool | list["Answer"] | dict[str, "Answer"] | None
"""A form answer as JSON."""

Answers = dict[str, Answer]

Variables = Mapping[str, str | int | bool | list[str] | None]
"""Control variables: the only case data the engine ever sees. Never personal."""


class AccessLevel(IntEnum):
    """How far access to a paper is restricted, as archives classify (R37). Each includes those
    below it.
    """

    ORDINARY = 0
    RESTRICTED = 1
    SECRET = 2
    TOP_SECRET = 3


@dataclass(frozen=True)
class Principal:
    """Somebody who is absent, and for whom a substitute does tasks of these roles meanwhile."""

    user_id: UUID
    name: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Actor:
    """Who does something: a signed-in user, or the system itself (`SYSTEM`)."""

    user_id: UUID | None
    name: str
    """Name shown in the history of a case. Empty for the public."""
    roles: frozenset[str] = frozenset()
    unit: str = "spkt"
    stands_for: tuple[Principal, ...] = ()
    """The absent members whose tasks reach this one. It opens no case and gives no right beside the
    tasks (decision 0045).
    """

    @property
    def working_roles(self) -> frozenset[str]:
        """The roles whose tasks reach the actor: the own ones, and those of the members he stands
        in for.
        """
        return self.roles.union(*(principal.roles for principal in self.stands_for))


SYSTEM = Actor(user_id=None, name="Sistem")
PUBLIC = Actor(user_id=None, name="Masyarakat", unit="")


@dataclass(frozen=True)
class OpenTask:
    """A user task that waits for a person."""

    id: UUID
    element: str
    """Id of the BPMN element."""
    name: str
    lane: str
    """Role key of the lane (`petugas`, `ka_spkt`, ...)."""
    properties: Mapping[str, str] = field(default_factory=dict)
    is_held: bool = False
    """It was entered more often than a stretch of rework allows; a lead must let the case go on
    first.
    """


@dataclass(frozen=True)
class Effect:
    """A service task that was reached and waits for `resolve_effect`."""

    task_id: UUID
    element: str
    operation: str
    parameters: Mapping[str, str | int | bool | None]


@dataclass(frozen=True)
class Step:
    """What the engine computed: the whole next state of a case, ready to be stored."""

    state: bytes
    """Compressed serialisation without the specification; store as `bytea`, never as jsonb."""
    open_tasks: tuple[OpenTask, ...]
    effects: tuple[Effect, ...]
    next_wake_at: datetime | None
    """When a timer is due next (aware UTC), or None."""
    outcome: str | None
    """Outcome of the end event reached, or None while the case runs."""
    completed: tuple[str, ...] = ()
    """Element ids completed in this step, in order."""
    entered: tuple[str, ...] = ()
    """Call activities whose process is under way."""
    standing: tuple[tuple[UUID, str], ...] = ()
    """Where the case waits: id of the task and its element, frames and called processes included.
    """
    variables: Variables = field(default_factory=dict)
    had_effects: bool = False
    """Service tasks waited for their result before this step."""
    flows: tuple[tuple[str, str], ...] = ()
    """Sequence flows taken in this step, each as source and target."""
    rows: tuple[tuple[str, str], ...] = ()
    """Rows of decision tables that applied in this step, each as id of the table and of the row."""


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
        "Berkas ini sedang diproses, jadi belum ada yang berubah. Tunggu beberapa detik, lalu "
        "coba lagi."
    )


class InvalidInput(SentraError):
    """Answers or a file that cannot be accepted; `fields` maps a field name to its sentence."""

    sentence = "Periksa kembali isian yang ditandai."

    def __init__(
        self, sentence: str | None = None, *, fields: Mapping[str, str] | None = None
    ) -> None:
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

    sentence = (
        "Layanan pendukung sedang tidak tersedia. Data Anda belum disimpan; coba lagi sebentar "
        "lagi."
    )


class NotDelivered(Unavailable):
    """A server did not take a message this time; it is tried again."""

    sentence = "Server pengirim tidak dapat dihubungi."


class Undeliverable(SentraError):
    """A message that no further try will deliver."""

    sentence = "Pesan ini ditolak server pengirim."


class Away(Unavailable):
    """A dependency as a whole is away: what needs it waits as long as it takes, and goes on by
    itself.
    """

    retry_after = 15
    """Seconds after which asking again may succeed."""


class DatabaseAway(Away):
    """The database cannot be reached, or does not answer in time."""

    sentence = (
        "Basis data sedang tidak dapat dihubungi, jadi tugas dan berkas belum dapat dibuka "
        "atau disimpan. "
        "Yang sudah dinyatakan tersimpan tetap aman. Biarkan isian Anda terbuka, tunggu "
        "sebentar, lalu kirim lagi: "
        "isian yang sama tidak tersimpan dua kali."
    )


class DiskFull(Away):
    """There is no room left where the data lies."""

    sentence = (
        "Ruang simpan server penuh, jadi belum ada yang dapat disimpan. Yang sudah tersimpan "
        "tetap dapat dibuka. "
        "Minta admin menambah ruang; biarkan isian Anda terbuka, lalu kirim lagi."
    )
    retry_after = 60


class StorageAway(Away):
    """The object store cannot be reached, or cannot take anything."""

    sentence = (
        "Penyimpanan berkas pindaian sedang tidak dapat dihubungi. Anda tetap dapat mengisi "
        "dan menyimpan formulir; "
        "unggah dan buka pindaian, cetak surat, dan pengarsipan menunggu, lalu berjalan "
        "sendiri setelah pulih."
    )


class ReaderAway(Away):
    """The program that reads papers is not there."""

    sentence = (
        "Mesin pembaca teks (Tesseract) sedang tidak tersedia. Pindaian tetap tersimpan dan "
        "dapat dibuka; isinya dibaca "
        "sendiri setelah mesin pulih, dan sampai saat itu belum dapat dicari."
    )
    retry_after = 60


class TaskNotReady(Conflict):
    """The task was completed, cancelled or never existed in this state."""

    sentence = "Tugas ini sudah selesai atau tidak berlaku lagi."


class LoopLimitReached(Conflict):
    """A stretch of rework (`maxVisits`) is used up, and no lead has let the case go on yet. The
    detail is the element.
    """

    sentence = (
        "Langkah ini sudah sangat sering diulang, jadi berkas menunggu izin. Halaman berkas "
        "menyebut siapa yang perlu "
        "membaca sebabnya lalu mengizinkannya berjalan lagi. Minta yang disebut di sana."
    )


class ProcessFault(SentraError):
    """The process model failed while running; nothing was changed. Becomes an incident that a
    person can retry.
    """

    sentence = (
        "Langkah ini gagal karena kesalahan sistem. Sudah dicatat; minta Ka SPKT atau admin "
        "mencobanya lagi."
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
        "Berkas ini terbuka, tetapi tidak menunggu siapa pun. Coba lagi agar dijalankan dari "
        "keadaan terakhirnya; bila "
        "tetap terhenti, hubungi admin."
    )

    def __init__(self) -> None:
        super().__init__(detail="no open task, timer, effect or incident")


class InvalidDefinition(SentraError):
    """A process folder that cannot be used; `detail` names file and reason."""

    sentence = "Definisi proses tidak dapat dipakai."
