"""What configured values must look like: each says in words why a value does not fit, or nothing.
Pure.

How long before an event notice of it is due, where the office has laid that down itself. Pure.

The table `tenggat_kegiatan` of the process `sttp` has the periods with their sources; a value here
goes before it.

Steps of processes that the text of the SOP lacks (R46, R67): which there are, and the shape of a
choice among them. Pure.

What values must look like that name who receives something, or who may stand in for whom.
Pure.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cache
from typing import Any

from workflow_app.engine import clocks
from workflow_app.permissions import (
    EXAMINERS,
    FIELD_ROLES,
    LEADS,
    LEVELS,
    NEVER_PASSED_ON,
    ROLES,
    UNITS,
)
from workflow_app.services.office_settings import numbers, regions
from workflow_app.services.office_settings.working_days import CATEGORIES, WEEKDAYS

SIGNATORY = ("atas_nama", "jabatan", "nama", "pangkat", "nrp")
LONGEST = 200
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""Of something that the office has named itself."""
CALENDAR = ("hari", "kategori_libur", "zona", "libur", "masuk", "tahun_terverifikasi")
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
MOST_DAYS = 366
MOST_NOTICES = 5
"""On a page for citizens; more are not read."""
MOST_LEEWAY = 60
REGION_EXAMPLES = '"63.06.05" (kecamatan) atau "63.06.05.1001" (desa, kelurahan)'
COMPLAINT_CHANNELS = (
    "langsung", "kotak_pengaduan", "surat", "telepon_110", "sms", "whatsapp", "faksimili", "surel",
    "situs_web",
    "media_siaran_sosial",
)  # fmt: skip
"""The ways in which a complaint can come (R18 to R21), each with its own questions in the process.
"""
AT_THE_DESK = "langsung"
CHANNELS = ("telepon", "surel")
"""The ways a message can leave the house; a slip is always possible."""
CONTACT = {"telepon": r"\+?[0-9][0-9 ()./-]{1,24}", "surel": r"[^\s@]+@[^\s@]+\.[^\s@]+"}
YEARS = range(2000, 2101)
"""Of which holidays can be known: the package ends there."""


def is_line(value: Any) -> bool:
    return (
        isinstance(value, str)
        and len(value.strip()) > 0
        and len(value) <= LONGEST
        and value.isprintable()
    )


def line(value: Any) -> str:
    return "" if is_line(value) else "Isi dengan satu baris tulisan."


def lines(value: Any) -> str:
    is_right = isinstance(value, list) and value and all(is_line(item) for item in value)
    return "" if is_right else "Isi dengan daftar baris, paling sedikit satu."


def notices(value: Any) -> str:
    is_right = isinstance(value, list) and len(value) <= MOST_NOTICES and all(map(is_line, value))
    return (
        ""
        if is_right
        else f"Isi dengan daftar kalimat, paling banyak {MOST_NOTICES}; boleh kosong."
    )


def signatory(value: Any) -> str:
    is_right = (
        isinstance(value, dict)
        and set(value) == set(SIGNATORY)
        and all(map(is_line, value.values()))
    )
    return (
        ""
        if is_right
        else f"Isi dengan objek yang memuat tepat {', '.join(SIGNATORY)}; semuanya tulisan."
    )


def codes(value: Any) -> str:
    if not (isinstance(value, list) and value and all(isinstance(code, str) for code in value)):
        return f"Isi dengan daftar kode wilayah, paling sedikit satu, seperti {REGION_EXAMPLES}."
    if unknown := [code for code in value if code not in regions.names()]:
        return f"Kode {unknown[0]} tidak ada dalam daftar wilayah. Contoh kode: {REGION_EXAMPLES}."
    return ""


def is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def count(value: Any) -> str:
    is_right = value is None or is_count(value)
    return (
        ""
        if is_right
        else "Isi dengan bilangan bulat lebih dari nol, atau null bila tidak ditetapkan."
    )


def publication(value: Any) -> str:
    is_right = is_count(value) and value <= MOST_DAYS
    return "" if is_right else f"Isi dengan bilangan bulat 1 sampai {MOST_DAYS}."


def leeway(value: Any) -> str:
    is_right = is_count(value) and value <= MOST_LEEWAY
    return "" if is_right else f"Isi dengan bilangan bulat menit, 1 sampai {MOST_LEEWAY}."


def target(value: Any) -> str:
    if value is None or is_count(value) or _is_working_days(value):
        return ""
    return (
        "Isi dengan bilangan bulat menit lebih dari nol, dengan hari kerja seperti "
        f'{{"hari_kerja": 3, "kalender": "hari_kerja"}} (1 sampai {MOST_DAYS} hari; nama '
        'kalender tanpa "kalender."), '
        "atau dengan null bila hanya diukur."
    )


def _is_working_days(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"hari_kerja", "kalender"}
        and is_count(value["hari_kerja"])
        and value["hari_kerja"] <= MOST_DAYS
        and isinstance(value["kalender"], str)
        and NAME.fullmatch(value["kalender"]) is not None
    )


def calendar(value: Any) -> str:
    if not isinstance(value, dict) or set(value) != set(CALENDAR):
        return f"Isi dengan objek yang memuat tepat {', '.join(CALENDAR)}."
    faults = (
        (
            ""
            if value["hari"] and is_choice(value["hari"], WEEKDAYS)
            else "hari: paling sedikit satu dari " + ", ".join(WEEKDAYS)
        ),
        (
            ""
            if is_choice(value["kategori_libur"], CATEGORIES)
            else "kategori_libur: daftar dari " + ", ".join(CATEGORIES) + ", boleh kosong"
        ),
        ("" if is_among(value["zona"], ZONES) else "zona: salah satu dari " + ", ".join(ZONES)),
        *(
            ""
            if _are_named_days(value[part])
            else f'{part}: objek tanggal ke nama, seperti {{"2026-12-31": "Cuti bersama"}}'
            for part in ("libur", "masuk")
        ),
        (
            ""
            if is_choice(value["tahun_terverifikasi"], YEARS)
            else f"tahun_terverifikasi: daftar tahun {YEARS[0]} sampai {YEARS[-1]}, boleh kosong"
        ),
    )
    found = "; ".join(filter(None, faults))
    if found:
        return f"Perbaiki bagian kalender ini. {found}."
    both = sorted(set(value["libur"]) & set(value["masuk"]))
    return f"Pilih salah satu, libur atau masuk, untuk {', '.join(both)}." if both else ""


def edges(offered: Mapping[str, Collection[str]]) -> Callable[[Any], str]:
    """The shape of a choice among the edges that the diagram of a clock offers."""

    def fault(value: Any) -> str:
        is_right = isinstance(value, dict) and set(value) == set(offered)
        if is_right and all(is_among(value[side], offered[side]) for side in offered):
            return ""
        choices = "; ".join(f"{side}: {' atau '.join(offered[side])}" for side in offered)
        example = ", ".join(f'"{side}": "{next(iter(offered[side]))}"' for side in offered)
        return f"Isi dengan objek seperti {{{example}}}. Pilihannya {choices}."

    return fault


def is_among(value: Any, known: Collection[Any]) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and value in known


def is_choice(value: Any, known: Collection[Any]) -> bool:
    is_right = isinstance(value, list) and all(is_among(item, known) for item in value)
    return is_right and len(set(value)) == len(value)


def _are_named_days(value: Any) -> bool:
    return isinstance(value, dict) and all(
        _is_day(day) and is_line(name) for day, name in value.items()
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def pattern(value: Any) -> str:
    is_right = is_line(value) and numbers.is_pattern(value)
    return (
        ""
        if is_right
        else "Pola harus memuat {urut} dan {tahun}, masing-masing berdiri sendiri, seperti "
        "DUMAS/{urut}/{bulan}/{tahun}; "
        "selain itu hanya {bulan} yang boleh dipakai."
    )


def labels(value: Any) -> str:
    is_right = (
        isinstance(value, dict) and set(value) <= set(ROLES) and all(map(is_line, value.values()))
    )
    return (
        ""
        if is_right
        else f"Isi dengan objek peran ke sebutan. Peran yang dikenal: {', '.join(ROLES)}."
    )


def channels(value: Any) -> str:
    return (
        ""
        if is_choice(value, CHANNELS)
        else f"Isi dengan daftar dari {', '.join(CHANNELS)}; boleh kosong."
    )


def complaint_channels(value: Any) -> str:
    """R17, no wrong door: whoever comes to the desk is received, whatever else is out of
    service.
    """
    if not isinstance(value, list) or not all(map(_is_choice_offered, value)):
        return (
            'Isi dengan daftar kanal menurut urutannya, seperti [{"kode": "langsung", '
            '"sebutan": "Langsung", '
            f'"dilayani": true}}]. Kode yang dikenal: {", ".join(COMPLAINT_CHANNELS)}.'
        )
    if len({item["kode"] for item in value}) < len(value):
        return "Tulis tiap kanal satu kali saja."
    if not any(item["kode"] == AT_THE_DESK and item["dilayani"] for item in value):
        return (
            "Kanal langsung harus dilayani: siapa pun yang datang diterima, apa pun kanal lain "
            "yang berhenti (R17)."
        )
    return ""


def _is_choice_offered(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"kode", "sebutan", "dilayani"}
        and is_among(value["kode"], COMPLAINT_CHANNELS)
        and is_line(value["sebutan"])
        and isinstance(value["dilayani"], bool)
    )


def contacts(value: Any) -> str:
    is_right = (
        isinstance(value, dict)
        and set(value) <= set(ROLES)
        and all(map(_is_contact, value.values()))
    )
    return (
        ""
        if is_right
        else "Isi dengan objek peran ke alamat dinasnya, seperti "
        f'{{"pimpinan": {{"surel": "pimpinan@contoh.id"}}}}. Peran yang dikenal: '
        f"{', '.join(ROLES)}."
    )


def _is_contact(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= set(CONTACT)
        and all(is_line(text) and re.fullmatch(CONTACT[name], text) for name, text in value.items())
    )


def levels(value: Any) -> str:
    parts = ("proses", "dokumen")
    is_right = (
        isinstance(value, dict)
        and set(value) == set(parts)
        and all(
            isinstance(part, dict)
            and all(is_line(name) and is_among(level, LEVELS) for name, level in part.items())
            for part in value.values()
        )
    )
    return (
        ""
        if is_right
        else f"Isi dengan objek yang memuat tepat {', '.join(parts)}, masing-masing objek nama ke "
        "tingkat seperti "
        f'{{"complaint": "terbatas"}}. Tingkat yang dikenal: {", ".join(LEVELS)}.'
    )


def truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "Isi dengan true atau false."


NOTICE_SEED: dict[str, Any] = dict.fromkeys(
    (
        "penyampaian_pendapat", "penyampaian_pendapat_perubahan", "kegiatan_lain",
        "kegiatan_lain_perubahan", "kampanye",
        "kampanye_perubahan", "keramaian_lokal", "keramaian_nasional", "keramaian_internasional",
    )
)  # fmt: skip
"""By kind of event: as the table says."""


def notice_fault(value: Any) -> str:
    """Why a value cannot be a period; empty when it can."""
    if value is None or (isinstance(value, str) and clocks.is_period(value)):
        return ""
    return (
        'Isi dengan jangka seperti "72 jam" atau "7 hari_kerja" (1 sampai 999); null bila menurut '
        "tabel proses."
    )


DERIVED_STEPS: Mapping[str, tuple[str, ...]] = {
    "lp": ("kronologi", "bukti_saksi", "kajian_awal", "baca_ulang"),
    "sttp": ("tenggat", "bukti"),
    "skld": ("persyaratan", "bukti"),
}
"""By process; the diagram asks for each by its name."""


def derived_step_seed(process: str) -> dict[str, Any]:
    """All of them are done, until the office says otherwise."""
    return {"langkah_turunan": list(DERIVED_STEPS[process])}


@cache
def derived_step_fault(process: str) -> Callable[[Any], str]:
    """Why a value cannot be a choice among the derived steps of a process; empty when it can. Of
    one process always the same.
    """
    known = DERIVED_STEPS[process]

    def judge(value: Any) -> str:
        is_right = isinstance(value, list) and is_choice(value, known)
        return "" if is_right else f"Isi dengan daftar langkah, boleh kosong: {', '.join(known)}."

    return judge


RECEIVERS = tuple(role for role in ROLES if role in FIELD_ROLES and role != "piket_propam")
INVESTIGATORS = tuple(role for role in RECEIVERS if role in EXAMINERS)
ASKED = tuple(role for role in ROLES if role in UNITS or role in RECEIVERS)
"""Whom SPKT asks."""
ASKED_OF_SPKT = tuple(role for role in ROLES if role in LEADS)
PASSED_ON = tuple(role for role in ROLES if role not in NEVER_PASSED_ON)


def receiver(value: Any) -> str:
    """A function to which citizens are referred. Propam has a way of its own, behind its wall
    (R79).
    """
    return _one_of(value, RECEIVERS)


def investigator(value: Any) -> str:
    """A function that investigates what is reported."""
    return _one_of(value, INVESTIGATORS)


def asked(value: Any) -> str:
    """A unit or function that SPKT asks for something."""
    return _one_of(value, ASKED)


def asked_of_spkt(value: Any) -> str:
    """Who answers in SPKT what others ask of it."""
    return _one_of(value, ASKED_OF_SPKT)


def only_propam(value: Any) -> str:
    """Nobody sends elsewhere what Propam is asked about members (R79)."""
    return (
        ""
        if value is None
        else "Permintaan kepada Sie Propam tidak dialihkan ke fungsi lain. Isi dengan null."
    )


def _one_of(value: Any, roles: Collection[str]) -> str:
    if value is None or is_among(value, roles):
        return ""
    return (
        f"Isi dengan peran penerima, salah satu dari {', '.join(roles)}; null bila menurut tabel "
        "proses."
    )


def substitutes(value: Any) -> str:
    """Who watches, keeps the server or works behind Propam's wall is stood in for by his like only
    (R79).
    """
    is_right = isinstance(value, dict) and all(
        role in PASSED_ON and is_choice(others, PASSED_ON) and role not in others
        for role, others in value.items()
    )
    return (
        ""
        if is_right
        else 'Isi dengan objek peran ke daftar peran penggantinya, seperti {"ka_spkt": '
        '["pamapta"]}. '
        f"Peran yang dikenal: {', '.join(PASSED_ON)}."
    )
