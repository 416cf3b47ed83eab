"""How long before an event notice of it is due, where the office has laid that down itself. Pure.

The table `tenggat_kegiatan` of the process `sttp` has the periods with their sources; a value here
goes before it.
"""

from typing import Any

from workflow_app.engine import clocks

SEED: dict[str, Any] = dict.fromkeys(
    (
        "penyampaian_pendapat", "penyampaian_pendapat_perubahan", "kegiatan_lain",
        "kegiatan_lain_perubahan", "kampanye",
        "kampanye_perubahan", "keramaian_lokal", "keramaian_nasional", "keramaian_internasional",
    )
)  # fmt: skip
"""By kind of event: as the table says."""


def fault(value: Any) -> str:
    """Why a value cannot be a period; empty when it can."""
    if value is None or (isinstance(value, str) and clocks.is_period(value)):
        return ""
    return (
        'Isi dengan jangka seperti "72 jam" atau "7 hari_kerja" (1 sampai 999); null bila menurut '
        "tabel proses."
    )
