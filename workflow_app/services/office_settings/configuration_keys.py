"""Every key of the configuration in one table: what it says, who answers for it, what it must look
like, and its seed. Pure.

Keys with the same first part are a family: they mean the same kind of thing and have the same
owner.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow_app.permissions import ROLES
from workflow_app.services.office_settings import (
    configuration_seeds,
    configuration_shapes,
    message_texts,
    retention_schedule,
)

OWNERS = "pemilik_pengaturan"
OF_THE_SITE = frozenset({"mode_demo"})
"""Says how a site began; nobody changes it in the browser."""
OWNER = frozenset({"penanggung_jawab", "pengubah"})


@dataclass(frozen=True)
class Owner:
    """Who answers for a value, and who may change it beside him."""

    answers: str
    changers: frozenset[str] = frozenset()

    @property
    def may_change(self) -> frozenset[str]:
        """All roles that may change it."""
        return self.changers | {self.answers}

    @property
    def value(self) -> dict[str, Any]:
        """The same as the configuration writes it."""
        return {"penanggung_jawab": self.answers, "pengubah": sorted(self.changers)}


POLICY = Owner("pimpinan", frozenset({"ka_spkt"}))
"""The Kapolres decides (2.7: policy, delegation, working days, where the town ends), Ka SPKT may
enter it.
"""
CHIEF = Owner("pimpinan")
"""Who may work in whose place, the chief alone decides."""
SERVICE = Owner("ka_spkt")
"""Ka SPKT, author of the SOP, answers for the service and its targets."""
ROSTER = Owner("ka_spkt", frozenset({"pamapta"}))
TECHNICAL = Owner("ka_spkt", frozenset({"admin"}))
"""Addresses and ways out of the house: who keeps the server may enter them."""
KEEPING = Owner("ka_spkt", frozenset({"arsiparis"}))
"""How papers are kept: the archivist may enter it."""
PROPAM = Owner("piket_propam")
"""What is behind Propam's wall, Propam decides, nobody whom it may concern (R79)."""
SERVER = Owner("admin")


@dataclass(frozen=True)
class Family:
    """The keys `name`, or `name.<part>`."""

    name: str
    words: str
    owner: Owner
    shape: Callable[[Any], str]
    """Why a value cannot be one of it; empty when it can."""
    seeds: Mapping[str, Any] = field(default_factory=dict)
    """By part, "" where the family is one key: what holds until the office says otherwise, from the
    SOP where it has it.
    """
    parts: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    """Shapes by part, where the parts do not all take the same."""
    is_prospective: bool = False
    """A case keeps what held when it was opened, so nothing changes for a time since which cases
    were opened.
    """
    names_all: bool = False
    """Is the value a map with a value for every role or family? Then it is told in part: who is not
    named stays what he is.
    """
    is_open: bool = False
    """May the office name further keys of it? `null` ends one of those."""

    @property
    def keys(self) -> dict[str, Any]:
        """Full keys with their seed."""
        return {
            f"{self.name}.{part}" if part else self.name: seed for part, seed in self.seeds.items()
        }

    def has(self, key: str) -> bool:
        """Is this a key of the family?"""
        part = key.removeprefix(f"{self.name}.")
        return key in self.keys or (
            self.is_open and part != key and configuration_shapes.NAME.fullmatch(part) is not None
        )


def is_known(key: str) -> bool:
    """Is this a key that somebody reads?"""
    family = FAMILIES.get(key.partition(".")[0])
    return family is not None and family.has(key)


def owner(key: str) -> Owner:
    """Who answers for a known key, unless the office says otherwise."""
    return _family(key).owner


def words(key: str) -> str:
    """What a known key says."""
    return _family(key).words


def fault(key: str, value: Any) -> str:
    """Why `value` cannot be the value of a known key; empty when it can."""
    family = _family(key)
    ends_one_of_the_office = value is None and family.is_open and key not in family.keys
    return "" if ends_one_of_the_office else shape(key)(value)


def shape(key: str) -> Callable[[Any], str]:
    """What the value of a known key must look like."""
    family = _family(key)
    return family.parts.get(key.partition(".")[2], family.shape)


def may_change_some(told: Mapping[str, Any], roles: Collection[str]) -> bool:
    """By the owners that the office has set: does one of the roles change anything of the
    office's?
    """
    held = frozenset(roles)
    return any(
        owner_told(told.get(name), each.owner).may_change & held
        for name, each in FAMILIES.items()
        if name not in OF_THE_SITE
    )


def owner_told(told: Mapping[str, Any] | None, otherwise: Owner) -> Owner:
    """An owner as the configuration writes it; where it tells none, the other one."""
    if told is None:
        return otherwise
    return Owner(told["penanggung_jawab"], frozenset(told["pengubah"]))


def is_prospective(key: str) -> bool:
    """Is a known key changed only for cases to come?"""
    return _family(key).is_prospective


def names_all(key: str) -> bool:
    """Is a known key a map that is told in part, because all its names have a value at any time?"""
    return _family(key).names_all


def _family(key: str) -> Family:
    return FAMILIES[key.partition(".")[0]]


def owners(value: Any) -> str:
    """The shape of who answers for what."""
    is_right = (
        isinstance(value, dict)
        and set(value) <= set(FAMILIES)
        and all(map(_is_owner, value.values()))
    )
    return (
        ""
        if is_right
        else 'Isi dengan objek seperti {"target": {"penanggung_jawab": "ka_spkt", "pengubah": '
        '["pamapta"]}}. '
        f"Kelompok yang dikenal: {', '.join(FAMILIES)}. Peran yang dikenal: {', '.join(ROLES)}."
    )


def _is_owner(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == OWNER
        and configuration_shapes.is_among(value["penanggung_jawab"], ROLES)
        and configuration_shapes.is_choice(value["pengubah"], ROLES)
    )


def _of_the_roster(_: Any) -> str:
    return "Isi jadwal piket lewat ./spkt config import."


_FAMILIES = (
    Family(
        "kop_surat",
        "Kepala surat, baris demi baris",
        POLICY,
        configuration_shapes.lines,
        {"": configuration_seeds.LETTERHEAD},
    ),
    Family(
        "nama_unit",
        "Nama unit pelayanan",
        POLICY,
        configuration_shapes.line,
        {"": "SPKT Polres Hulu Sungai Selatan"},
    ),
    Family(
        "tempat_terbit",
        "Tempat surat diterbitkan",
        POLICY,
        configuration_shapes.line,
        {"": "Kandangan"},
    ),
    Family(
        "penandatangan",
        "Pejabat penanda tangan surat",
        POLICY,
        configuration_shapes.signatory,
        configuration_seeds.SIGNATORIES,
    ),
    Family(
        "kotak_pengaduan",
        "Nama kotak pengaduan",
        SERVICE,
        configuration_shapes.lines,
        {"": configuration_seeds.BOXES},
    ),
    Family(
        "kanal_pengaduan",
        "Kanal pengaduan yang dilayani, urutan, dan sebutannya",
        SERVICE,
        configuration_shapes.complaint_channels,
        {"": configuration_seeds.COMPLAINT_CHANNELS},
    ),
    Family(
        "target",
        "Batas waktu sebuah jam",
        SERVICE,
        configuration_shapes.target,
        configuration_seeds.TARGETS,
    ),
    Family(
        "toleransi",
        "Selisih yang belum ditanyakan sebabnya, menit",
        SERVICE,
        configuration_shapes.leeway,
        configuration_seeds.LEEWAY,
    ),
    Family(
        "tepi_jam",
        "Dari mana sebuah jam dihitung, dan kapan berhenti",
        SERVICE,
        configuration_shapes.truth,
        configuration_seeds.FIRST_EDGES,
        {
            clock: configuration_shapes.edges(offered)
            for clock, offered in configuration_seeds.EDGES.items()
        },
        is_prospective=True,
    ),
    Family(
        "wilayah",
        "Wilayah menurut kode",
        POLICY,
        configuration_shapes.codes,
        configuration_seeds.AREAS,
    ),
    Family(
        "lp",
        "Langkah Laporan Polisi yang dijalankan",
        SERVICE,
        configuration_shapes.derived_step_fault("lp"),
        configuration_shapes.derived_step_seed("lp"),
    ),
    Family(
        "sttp",
        "Langkah STTP yang dijalankan",
        SERVICE,
        configuration_shapes.derived_step_fault("sttp"),
        configuration_shapes.derived_step_seed("sttp"),
    ),
    Family(
        "skld",
        "Langkah SKLD yang dijalankan",
        SERVICE,
        configuration_shapes.derived_step_fault("skld"),
        configuration_shapes.derived_step_seed("skld"),
    ),
    Family(
        "tenggat_pemberitahuan",
        "Tenggat pemberitahuan sebuah kegiatan",
        SERVICE,
        configuration_shapes.notice_fault,
        configuration_shapes.NOTICE_SEED,
    ),
    Family(
        "rute_rujukan",
        "Fungsi penerima sebuah keperluan",
        SERVICE,
        configuration_shapes.receiver,
        configuration_seeds.ROUTES,
    ),
    Family(
        "rute_laporan",
        "Fungsi yang menangani sebuah perkara",
        SERVICE,
        configuration_shapes.investigator,
        configuration_seeds.REPORT_ROUTES,
    ),
    Family(
        "rute_htck",
        "Yang menerima permintaan antarfungsi",
        SERVICE,
        configuration_shapes.asked,
        configuration_seeds.INTERNAL_ROUTES,
        {
            kind: configuration_shapes.asked_of_spkt
            for kind in configuration_seeds.INTERNAL_ROUTES
            if kind.startswith("masuk_")
        }
        | dict.fromkeys(("anggota", "propam_lain"), configuration_shapes.only_propam),
    ),
    Family(
        "masa_berlaku",
        "Masa berlaku surat dalam hari",
        SERVICE,
        configuration_shapes.count,
        configuration_seeds.VALIDITY,
    ),
    Family(
        "ketentuan",
        "Kalimat hukum pada surat",
        SERVICE,
        configuration_shapes.lines,
        configuration_seeds.PROVISIONS,
    ),
    Family(
        "pola_nomor",
        "Pola nomor surat dan berkas",
        SERVICE,
        configuration_shapes.pattern,
        configuration_seeds.NUMBERS,
    ),
    Family(
        "label_peran",
        "Sebutan peran",
        SERVICE,
        configuration_shapes.labels,
        {"": ROLES},
        names_all=True,
    ),
    Family(
        "kalender",
        "Kalender hari kerja",
        POLICY,
        configuration_shapes.calendar,
        configuration_seeds.CALENDARS,
        is_open=True,
    ),
    # R79: the chief sees complaints against members that went to Propam, unless one names him.
    Family(
        "propam",
        "Yang melihat berkas Propam",
        PROPAM,
        configuration_shapes.truth,
        {"pimpinan_melihat": True},
    ),
    # Not in the SOP: a function to which a case is handed on reads its letters and papers here,
    # until it returns the case.
    Family(
        "serah_terima",
        "Hak baca fungsi penerima",
        SERVICE,
        configuration_shapes.truth,
        {"penerima_membaca": True},
    ),
    Family(
        "tingkat_akses",
        "Tingkat akses awal naskah",
        KEEPING,
        configuration_shapes.levels,
        {"": configuration_seeds.LEVELS},
    ),
    # Not in the SOP: for so long photos wait that an officer has not sent, or has taken off.
    Family(
        "foto_ponsel",
        "Hari penyimpanan foto ponsel yang tidak menjadi dokumen",
        KEEPING,
        configuration_shapes.publication,
        {"hari_simpan": 7},
    ),
    # Who proposes what goes does not say what may go.
    Family(
        retention_schedule.KEY,
        "Jadwal retensi arsip (JRA)",
        SERVICE,
        retention_schedule.fault,
        {"": configuration_seeds.RETENTION},
    ),
    # The preferred way first; until the office decides, all messages are printed and handed over.
    Family(
        "saluran_pesan", "Jalan keluar pesan", TECHNICAL, configuration_shapes.channels, {"": []}
    ),
    # Where leaders get theirs, such as {"pimpinan": {"surel": "..."}}.
    Family(
        "kontak_peran",
        "Alamat dinas tiap peran",
        TECHNICAL,
        configuration_shapes.contacts,
        {"": {}},
    ),
    # R16: general information of public interest, on the pages that need no account.
    Family(
        "pengumuman", "Pengumuman kepada warga", SERVICE, configuration_shapes.notices, {"": []}
    ),
    Family("telepon_unit", "Nomor telepon unit", TECHNICAL, configuration_shapes.line, {"": "110"}),
    Family(
        "publikasi",
        "Publikasi jumlah pengaduan",
        SERVICE,
        configuration_shapes.publication,
        configuration_seeds.PUBLICATION,
    ),
    Family("pesan", "Kalimat pesan kepada warga", SERVICE, message_texts.fault, message_texts.SEED),
    Family("jadwal_piket", "Jadwal piket tiap fungsi", ROSTER, _of_the_roster),
    # Not in the SOP: until the chief allows it, only who holds a role stands in for an absent
    # holder of it.
    Family(
        "pengganti_peran",
        "Peran yang boleh menggantikan peran lain",
        CHIEF,
        configuration_shapes.substitutes,
        {"": {}},
    ),
    # On a site to try things out letters may carry the example signatory, and each says that it is
    # an example.
    Family("mode_demo", "Situs untuk mencoba", SERVER, configuration_shapes.truth, {"": False}),
)

FAMILIES: dict[str, Family] = {
    each.name: each
    for each in (*_FAMILIES, Family(OWNERS, "Pemilik tiap pengaturan", POLICY, owners))
}
SEED_OWNERS = {name: each.owner.value for name, each in FAMILIES.items()}
FAMILIES[OWNERS] = Family(
    OWNERS, "Pemilik tiap pengaturan", POLICY, owners, {"": SEED_OWNERS}, names_all=True
)
SEED: dict[str, Any] = {key: seed for each in FAMILIES.values() for key, seed in each.keys.items()}
"""Every key that the product comes with."""
