"""What a change does to papers: which are due by a schedule, the level they begin with, until when
photos stay.
"""

from datetime import datetime, timedelta

from workflow_app.models import Case
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import classification
from workflow_app.services.intake import captures
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings_admin.wording import Turn
from workflow_app.services.processes import definitions
from workflow_app.services.retention import schedule


def of_schedule(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """How many papers could be proposed for disposal, by row of the schedule; of very many only the
    oldest are counted.
    """
    counted, is_all = schedule.counted(work)
    part = "" if is_all else f" di antara {schedule.LOOKED_AT} dokumen pertama"
    found = {
        f"Dapat diusulkan musnah, {row}": [f"{count} dokumen{part}"]
        for row, count in counted.items()
    }
    return {"Dapat diusulkan musnah, semua": [f"{counted.total()} dokumen{part}"], **found}


def of_levels(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """The level with which the next paper begins: of each process, and of each kind of paper that
    has one of its own.
    """
    labels = configuration.value(work, classification.CONFIGURED)["dokumen"]
    found: dict[str, list[str]] = {}
    for view in definitions.list_current(work):
        case = Case(definition_id=definitions.current(work, view.key).id)
        usual = classification.default_of(work, case, "")
        found[f"{view.name}: dokumen pada umumnya"] = [classification.LABELS[usual]]
        for label in labels:
            if (level := classification.default_of(work, case, label)) != usual:
                found[f"{view.name}: {label}"] = [classification.LABELS[level]]
    return found


def of_photos(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """Until when a photo stays that becomes no paper."""
    ends = work.clock() + timedelta(days=captures.kept_days(work))
    return {
        f"Foto yang diambil {formatting.moment(work.clock())}": [
            f"dihapus mulai {formatting.moment(ends)}"
        ]
    }


def kept_by_schedule(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """What was proposed or disposed of stays so."""
    return [
        "Yang sudah diusulkan atau dimusnahkan tetap menurut baris jadwal saat diusulkan.",
        (
            f"Daftar yang dibuka {turn.since} dihitung dengan jadwal {turn.which}, juga untuk "
            "dokumen lama."
        ),
    ]


def kept_by_levels(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Papers that are there keep their level."""
    return [
        "Dokumen yang sudah ada tetap pada tingkatnya.",
        (
            f"Dokumen yang masuk {turn.since} mulai dengan tingkat {turn.which}, juga pada berkas "
            "yang sudah terbuka."
        ),
    ]


def kept_by_photos(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Photos that wait are counted anew."""
    return [
        (
            f"Pembersihan {turn.since} memakai lama yang {turn.which}, juga untuk foto yang sudah "
            "menunggu."
        )
    ]
