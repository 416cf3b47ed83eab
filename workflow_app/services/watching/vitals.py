"""Signs of life of the background process, for those who must watch the clocks themselves when it stands still."""

from dataclasses import dataclass
from datetime import timedelta

from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.watching import health

LABELS = {"counter": "Pekerjaan latar belakang", "scheduler": "Penjadwal"}
ALARMS = {
    "counter": "Pekerjaan latar belakang sedang berhenti, jadi peringatan batas waktu, pesan, dan surat tidak keluar sendiri. Awasi "
    "jamnya di sini, sampaikan lewat radio atau telepon, dan beri tahu admin sekarang. Formulir tetap dapat diisi dan disimpan.",
    "scheduler": "Penjadwal sedang berhenti, jadi peringatan batas waktu dapat tertinggal. Awasi jamnya di sini dan beri tahu admin.",
}


@dataclass(frozen=True)
class Sign:
    """When a part was last seen at work; None when it never was."""

    label: str
    age: timedelta | None
    is_late: bool


@dataclass(frozen=True)
class Vitals:
    """All signs, what is to be done when one is missing, and which sentence for everybody that makes superfluous."""

    signs: tuple[Sign, ...]
    alarm: str
    replaces: str


def read(work: UnitOfWork) -> Vitals:
    """How the background process is now. A worker that is away explains its scheduler."""
    parts = {part.name: part for part in health.beats(work) if part.name in LABELS}
    late = [name for name in LABELS if parts[name].state != health.OK]
    signs = tuple(
        Sign(label, _age(parts[name].facts["age_seconds"]), name in late) for name, label in LABELS.items()
    )
    alarm = ALARMS[late[0]] if late else ""
    return Vitals(signs, alarm, health.SENTENCES.get(late[0], "") if late else "")


def _age(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=max(0.0, seconds))
