"""Forms of values that have several parts: signatory, calendar, schedule, channels, owners.
Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow_app.permissions import LEVELS, ROLES
from workflow_app.services.office_settings import (
    configuration_keys,
    configuration_seeds,
    configuration_shapes,
    message_texts,
    retention_schedule,
)
from workflow_app.services.office_settings.configuration_parts import (
    Choice,
    Choices,
    Count,
    Faults,
    Named,
    Part,
    Posted,
    Record,
    Text,
    Truth,
)
from workflow_app.services.office_settings.configuration_tables import Pairs, Table
from workflow_app.services.office_settings.working_days import CATEGORY_WORDS, WEEKDAYS

LEVEL_WORDS = {name: name.replace("_", " ").capitalize() for name in LEVELS}


@dataclass(frozen=True)
class Known:
    """Words of the office that forms offer: its roles, its calendars, its processes."""

    roles: Mapping[str, str] = field(default_factory=lambda: ROLES)
    calendars: Mapping[str, str] = field(default_factory=dict)
    processes: Mapping[str, str] = field(default_factory=dict)


def signatory(key: str, known: Known) -> Part:
    """Who signs a letter, and for whom."""
    return Record(
        parts={
            "atas_nama": Text(label="Atas nama (a.n.)"),
            "jabatan": Text(label="Jabatan"),
            "nama": Text(label="Nama dan gelar"),
            "pangkat": Text(label="Pangkat"),
            "nrp": Text(label="NRP"),
        },
        # One person: of two who sign one after the other no third one is made.
        together=("jabatan", "nama", "pangkat", "nrp"),
    )


def contacts(key: str, known: Known) -> Part:
    """Where leaders get their messages."""
    parts: dict[str, Part] = {
        "telepon": Text(
            label="Telepon dinas",
            pattern=configuration_shapes.CONTACT["telepon"],
            fault="Tulis nomor dengan angka, seperti 0517 123456.",
            is_optional=True,
        ),
        "surel": Text(
            label="Surel dinas",
            pattern=configuration_shapes.CONTACT["surel"],
            fault="Tulis satu alamat surel, seperti unit@contoh.id.",
            is_optional=True,
        ),
    }
    return Named(
        names=known.roles, part=Record(parts=parts, drops_nothing=False), drops_nothing=False
    )


def complaint_channels(key: str, known: Known) -> Part:
    """The channels of complaints, in their order."""
    codes = {row["kode"]: row["sebutan"] for row in configuration_seeds.COMPLAINT_CHANNELS}
    row = Record(
        parts={
            "sebutan": Text(label="Sebutan pada formulir"),
            "kode": Choice(label="Jenis kanal", options=codes, is_told=False),
            "dilayani": Truth(label="Keadaan", yes="dilayani", no="tidak dilayani"),
        }
    )
    return Table(
        row=row,
        noun="kanal",
        named_by="kode",
        help="Urutan di sini ialah urutan pada formulir. Kanal langsung selalu dilayani.",
    )


def levels(key: str, known: Known) -> Part:
    """With which level papers begin."""
    level = Choice(label="Tingkat akses awal", options=LEVEL_WORDS)
    process = Choice(label="Layanan", options=known.processes)
    parts: dict[str, Part] = {
        "proses": Pairs(
            label="Menurut layanan",
            row=Record(parts={"nama": process, "tingkat": level}),
            noun="layanan",
            is_ordered=False,
            is_optional=True,
        ),
        "dokumen": Pairs(
            label="Menurut nama dokumen",
            help="Nama dokumen mendahului layanan.",
            row=Record(parts={"nama": Text(label="Nama dokumen"), "tingkat": level}),
            noun="dokumen",
            is_ordered=False,
            is_optional=True,
        ),
    }
    return Record(parts=parts)


def retention(key: str, known: Known) -> Part:
    """The schedule of retention."""
    years = retention_schedule.MOST_YEARS
    row = Record(
        parts={
            "kode": Text(label="Kode"),
            "jenis": Text(label="Jenis arsip"),
            "proses": Choice(label="Layanan", options=known.processes, none_words="Semua layanan"),
            "dokumen": Text(label="Nama dokumen", is_optional=True, none_words="semua dokumen"),
            "mulai": Choice(
                label="Dihitung sejak",
                options={str(one): words for one, words in retention_schedule.STARTS.items()},
            ),
            "aktif": Count(label="Tahun aktif", unit="tahun aktif", least=0, most=years),
            "inaktif": Count(label="Tahun inaktif", unit="tahun inaktif", least=0, most=years),
            "nasib": Choice(
                label="Nasib akhir",
                options={str(one): words for one, words in retention_schedule.FATES.items()},
            ),
            "dasar": Text(label="Dasar"),
            "contoh": Truth(label="Keadaan baris", yes="masih contoh", no="sudah ditetapkan"),
        }
    )
    return Table(row=row, noun="baris jadwal", is_ordered=False, named_by="kode")


def message(key: str, known: Known) -> Part:
    """The words of a message."""
    names = ", ".join(f"{{{name}}}" for name in message_texts.PLACEHOLDERS)
    return Record(
        parts={
            "judul": Text(label="Judul", longest=message_texts.LONGEST_TITLE),
            "isi": Text(
                label="Isi pesan",
                longest=message_texts.LONGEST_BODY,
                rows=5,
                help=f"Tanpa nama warga. Yang diganti sendiri: {names}.",
            ),
        }
    )


def calendar(key: str, known: Known) -> Part:
    """Which days count."""
    days = Record(
        parts={"tanggal": Text(label="Tanggal", help="2026-12-31"), "nama": Text(label="Sebabnya")}
    )
    years = {str(year): str(year) for year in configuration_shapes.YEARS if 2024 <= year <= 2035}
    return Record(
        parts={
            "hari": Choices(
                label="Hari yang dihitung", options={day: day.capitalize() for day in WEEKDAYS}
            ),
            "kategori_libur": Choices(
                label="Yang tidak dihitung",
                options=CATEGORY_WORDS,
                none_words="semua hari dihitung",
            ),
            "zona": Choice(
                label="Zona waktu", options={zone: zone for zone in configuration_shapes.ZONES}
            ),
            "libur": Pairs(
                label="Libur tambahan", row=days, noun="hari", is_ordered=False, is_optional=True
            ),
            "masuk": Pairs(
                label="Tetap masuk", row=days, noun="hari", is_ordered=False, is_optional=True
            ),
            "tahun_terverifikasi": Years(
                label="Tahun yang sudah dicocokkan dengan SKB 3 Menteri",
                options=years,
                none_words="belum ada",
            ),
        }
    )


@dataclass(frozen=True, kw_only=True)
class Years(Choices):
    """Some years, kept as numbers."""

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        return [int(year) for year in super().read(name, posted, faults)]


def owners(key: str, known: Known) -> Part:
    """Who answers for each family of keys."""
    owner = Record(
        parts={
            "penanggung_jawab": Choice(label="Penanggung jawab", options=known.roles),
            "pengubah": Choices(
                label="Juga boleh mengubah", options=known.roles, none_words="tidak ada"
            ),
        },
        together=("penanggung_jawab", "pengubah"),
    )
    families = configuration_keys.FAMILIES
    return Named(names={name: family.words for name, family in families.items()}, part=owner)


def edges(clock: str) -> Part:
    """From which event a clock counts, of those that its diagram offers."""
    labels = {"mulai": "Dihitung sejak", "selesai": "Berhenti saat"}
    return Record(
        parts={
            side: Choice(
                label=labels[side],
                options={edge: edge.replace("_", " ").capitalize() for edge in offered},
            )
            for side, offered in configuration_seeds.EDGES[clock].items()
        }
    )
