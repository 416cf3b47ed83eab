"""Two people who plan changes of different parts of one value, by the forms that they see today."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from workflow_app.domain import Actor
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import SEED
from workflow_app.services.office_settings_admin import changes, previews

NOW = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
FIRST = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""1 December 2026, 00.00 WITA."""
LATER = FIRST + timedelta(days=4)
INSTANT = timedelta(microseconds=1)
CHANNELS = SEED["kanal_pengaduan"]


def contact(**addresses: str) -> dict[str, list[str]]:
    return {f"nilai.{role}.surel": [address] for role, address in addresses.items()}


def channel(code: str, part: str, text: str) -> dict[str, list[str]]:
    no = next(no for no, row in enumerate(CHANNELS) if row["kode"] == code)
    return {f"nilai.{no}.{part}": [text]}


@dataclass(frozen=True)
class Two:
    """Two changes of different parts as forms of today send them, and what each alone makes of a
    part of the value.
    """

    key: str
    one: dict[str, list[str]]
    other: dict[str, list[str]]
    seen: Callable[[Any], tuple[Any, Any]]
    before: tuple[Any, Any]
    after: tuple[Any, Any]


def row(value: Any, code: str) -> Any:
    return next(row for row in value if row["kode"] == code)


PAIRS = [
    Two(
        "kontak_peran",
        contact(pimpinan="pimpinan@contoh.id"),
        contact(admin="admin@contoh.id"),
        lambda value: (value.get("pimpinan"), value.get("admin")),
        (None, None),
        ({"surel": "pimpinan@contoh.id"}, {"surel": "admin@contoh.id"}),
    ),
    Two(
        "tingkat_akses",
        {"nilai.proses.0.tingkat": ["rahasia"]},
        {"nilai.dokumen.baris": ["1"], "nilai.dokumen.0.nama": ["KTP"],
            "nilai.dokumen.0.tingkat": ["terbatas"]},
        lambda value: (sorted(value["proses"].values()), value["dokumen"]),
        (["terbatas"] * 4, {}),
        (["rahasia", *["terbatas"] * 3], {"KTP": "terbatas"}),
    ),
    Two(
        "pengganti_peran",
        {"nilai.ka_spkt": ["pamapta"]},
        {"nilai.pamapta": ["petugas"]},
        lambda value: (value.get("ka_spkt"), value.get("pamapta")),
        (None, None),
        (["pamapta"], ["petugas"]),
    ),
    Two(
        "tepi_jam.berkas_lengkap",
        {"nilai.mulai": ["kedatangan"]},
        {"nilai.selesai": ["pengesahan"]},
        lambda value: (value["mulai"], value["selesai"]),
        ("berkas_lengkap", "penyerahan"),
        ("kedatangan", "pengesahan"),
    ),
    Two(
        "kanal_pengaduan",
        channel("sms", "dilayani", "tidak"),
        channel("surat", "sebutan", "Surat pos"),
        lambda value: (row(value, "sms")["dilayani"], row(value, "surat")["sebutan"]),
        (True, "Surat"),
        (False, "Surat pos"),
    ),
    Two(
        "jadwal_retensi",
        {"nilai.0.aktif": ["7"]},
        {"nilai.0.dasar": ["Ketetapan uji"]},
        lambda value: (value[0]["aktif"], value[0]["dasar"]),
        (2, "Contoh, belum ditetapkan"),
        (7, "Ketetapan uji"),
    ),
    Two(
        "kalender.hari_kerja",
        {"nilai.libur.baris": ["1"], "nilai.libur.0.tanggal": ["2026-12-24"],
            "nilai.libur.0.nama": ["Uji"]},
        {"nilai.hari": ["senin", "selasa", "rabu", "kamis", "jumat", "sabtu"]},
        lambda value: (value["libur"], "sabtu" in value["hari"]),
        ({}, False),
        ({"2026-12-24": "Uji"}, True),
    ),
    Two(
        "pengumuman",
        {"nilai": ["Loket A pindah."]},
        {"nilai": ["Loket B tutup."]},
        lambda value: ("Loket A pindah." in value, "Loket B tutup." in value),
        (False, False),
        (True, True),
    ),
    Two(
        "wilayah.dalam_kota",
        {"nilai": [*SEED["wilayah.dalam_kota"], "63.06.01"]},
        {"nilai": SEED["wilayah.dalam_kota"][:-1]},
        lambda value: ("63.06.01" in value, SEED["wilayah.dalam_kota"][-1] in value),
        (False, True),
        (True, False),
    ),
    Two(
        "penandatangan.sktlk",
        {"nilai.atas_nama": ["a.n. UJI"]},
        {"nilai.nama": ["CONTOH PENGGANTI"]},
        lambda value: (value["atas_nama"], value["nama"]),
        (SEED["penandatangan.sktlk"]["atas_nama"], "CONTOH PEJABAT, S.H."),
        ("a.n. UJI", "CONTOH PENGGANTI"),
    ),
]  # fmt: skip


def plan(
    works: Works,
    actor: Actor,
    key: str,
    sent: dict[str, list[str]],
    start: datetime | None,
    filled: datetime | None = None,
) -> Any:
    """A change by the form as a browser sends it: filled with what holds now (or with a plan), some
    of it typed over. Returns what the preview said that would hold, which is what holds then.
    """
    with works.begin(actor) as work:
        page = changes.page(work, key, filled)
        said, faults = changes.read(work, key, {**page.typed, **sent}, start, filled)
        assert not faults
    seen = previews.preview(works, actor, key, said.value, start)
    with works.begin(actor) as work:
        changes.change(work, key, said, start, page.seen)
    return _as_seen(works, actor, key, start, seen)


def take_back(works: Works, actor: Actor, key: str, start: datetime) -> Any:
    """Take back what is planned, looked at before. Returns what the preview said that would hold,
    which is what holds then.
    """
    seen = previews.preview_withdrawal(works, actor, key, start)
    with works.begin(actor) as work:
        assert changes.withdraw(work, key, start, changes.fingerprint(work, key))
    return _as_seen(works, actor, key, start, seen)


def _as_seen(works: Works, actor: Actor, key: str, start: datetime, seen: Any) -> Any:
    """What the preview said holds then, and so do the plans that follow."""
    with works.begin(actor) as work:
        assert configuration.value(work, key, start) == seen.after
        for later in seen.later:
            assert configuration.value(work, key, later.valid_from) == later.after
        assert list(unit_of_work.verify_chains(work)) == []
    return seen
