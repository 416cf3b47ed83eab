"""Configured values and their seed. What the SOP or the Polres may change is here, never in code that uses it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from workflow_app.models.configuration import Configuration
from workflow_app.permissions import ROLES
from workflow_app.services import audit
from workflow_app.services.unit_of_work import UnitOfWork

SOP_IN_FORCE = datetime(2025, 1, 1, 16, 0, tzinfo=UTC)
"""R82: in force from 2 January 2025, 00.00 WITA."""

SEED: dict[str, Any] = {
    "kop_surat": [
        "KEPOLISIAN NEGARA REPUBLIK INDONESIA",
        "DAERAH KALIMANTAN SELATAN",
        "RESOR HULU SUNGAI SELATAN",
    ],
    "nama_unit": "SPKT Polres Hulu Sungai Selatan",
    "tempat_terbit": "Kandangan",
    "penandatangan.sktlk": {
        "atas_nama": "a.n. KEPALA KEPOLISIAN RESOR HULU SUNGAI SELATAN",
        "jabatan": "KA SPKT",
        "nama": "CONTOH PEJABAT, S.H.",
        "pangkat": "INSPEKTUR POLISI DUA",
        "nrp": "00000000",
    },
    # R57: at most 10 minutes from complete papers to the letter in hand; the time since arrival is measured only.
    "target.berkas_lengkap": 10,
    "target.kedatangan": None,
    # Not in the SOP: nothing is printed until Ka SPKT decides (pitfall 24).
    "masa_berlaku.sktlk": None,
    "pola_nomor.SKTLK": (
        "SKTLK/{urut}/{bulan}/{tahun}/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"
    ),
    "pola_nomor.BERKAS": "B-{tahun}-{urut:06d}",
    "label_peran": ROLES,
}


def value(work: UnitOfWork, key: str, at: datetime | None = None) -> Any:
    """The value of `key` in force at `at` (now when left out), or the SOP's seed."""
    found = work.session.execute(
        select(Configuration.value)
        .where(Configuration.key == key, Configuration.valid_from <= (at or work.clock()))
        .order_by(Configuration.valid_from.desc())
        .limit(1)
    ).first()
    return found[0] if found else SEED.get(key)


def set_value(work: UnitOfWork, key: str, new: Any, valid_from: datetime) -> None:
    """Let `new` hold from `valid_from` on. Raises KeyError for a key nobody reads."""
    if key not in SEED:
        raise KeyError(key)
    work.session.merge(
        Configuration(
            key=key, valid_from=valid_from, value=new, set_at=work.clock(), set_by=work.actor.user_id
        )
    )
    work.session.flush()
    audit.record(
        work, f"configuration:{key}", "configuration.set", value=new, valid_from=valid_from.isoformat()
    )


def role_label(work: UnitOfWork, role: str) -> str:
    """What a role is called here and now (Kanit is now Pamapta)."""
    labels: dict[str, str] = value(work, "label_peran")
    return labels.get(role, role)
