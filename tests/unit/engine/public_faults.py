"""Faults of what the public hears, by their names: the folder, the rule that finds it, and where
(R36, R40).
"""

from typing import Any

from tests.unit.engine.counter import service_counter
from tests.unit.engine.folder import Folder

META = "letters/surat.json"
BASE = {"title": "Surat", "series": "SURAT"}
STAGE = {"title": "Diterima", "words": "Sudah diterima.", "after": ["isi"]}
ENDED = {"selesai": "Sudah selesai.", "dibatalkan": "Dibatalkan."}


def tracked(**stage: Any) -> Folder:
    """A counter whose letter carries a secret code, with one stage that is declared like this."""
    told = {"stages": [STAGE | stage], "ended": ENDED, "held_back": "Sedang ditangani."}
    return service_counter().json(META, BASE | {"tracking": told})


def counted(**publication: Any) -> Folder:
    """A counter whose cases are counted for the public."""
    return service_counter().json(META, BASE | {"publication": publication})


FAULTS: dict[str, tuple[Folder, str, str]] = {
    "tracking after an unknown task": (tracked(after=["hantu"]), "letter-tracking", META),
    "tracking by an unknown clock": (tracked(clock="hantu"), "letter-tracking", META),
    "tracking without a stage that can be read": (
        tracked(words=""),
        "letter-unreadable",
        "letters/surat.html",
    ),
    "counts by an unknown choice": (
        counted(channel=["isi.hantu"], clock="hantu"),
        "letter-publication",
        META,
    ),
    "counts without a clock": (
        counted(channel=["isi.hantu"]),
        "letter-unreadable",
        "letters/surat.html",
    ),
}
