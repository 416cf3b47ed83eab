"""The form of every key, made from the shape of its values: one mechanism, and no page by hand.
Pure.

The part of a form that is an area: desa and kelurahan chosen in their kecamatan, or a kecamatan
as a whole (R63). Pure.

The part of a form that is a target: minutes, working days by a calendar, or nothing but measured
(R34, R52, R57). Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, ClassVar

from workflow_app.permissions import ROLES
from workflow_app.services.core import formatting
from workflow_app.services.office_settings import (
    configuration_keys,
    configuration_parts,
    configuration_shapes,
    configuration_sheets,
    configuration_titles,
    message_texts,
    regions,
    retention_schedule,
)
from workflow_app.services.office_settings.configuration_parts import (
    Choice,
    Choices,
    Count,
    Faults,
    Lines,
    Named,
    Part,
    Posted,
    Record,
    Text,
    Told,
    Truth,
    Typed,
    text_of,
)
from workflow_app.services.office_settings.configuration_sheets import Known

NAME = "nilai"
"""Of the input of a value; its parts follow behind dots."""
BY_TABLE = "Menurut tabel proses"
STEP_WORDS = {
    "kronologi": "Menyusun kronologi",
    "bukti_saksi": "Mencatat bukti dan saksi",
    "kajian_awal": "Kajian awal",
    "baca_ulang": "Membacakan ulang laporan",
    "tenggat": "Memeriksa tenggat pemberitahuan",
    "persyaratan": "Memeriksa persyaratan",
    "bukti": "Memberi bukti penerimaan yang dapat dilacak",
}
TRUTHS = {
    "propam.pimpinan_melihat": (
        "Pimpinan melihat berkas yang dibatasi pada Propam",
        "Pimpinan tidak melihatnya",
    ),
    "serah_terima.penerima_membaca": (
        "Fungsi penerima membaca surat dan naskah berkas yang dipegangnya",
        "Fungsi penerima tidak membacanya",
    ),
}
UNITS = {
    "toleransi.waktu_mulai": "menit",
    "publikasi.ambang": "pengaduan",
    "publikasi.selang_hari": "hari",
    "foto_ponsel.hari_simpan": "hari",
}
CHANNEL_WORDS = {"telepon": "SMS", "surel": "surel"}


def part(key: str, known: Known) -> Part | None:
    """What the form of a key is made of; None where nobody changes it in the browser."""
    if key in configuration_keys.OF_THE_SITE:
        return None
    make = _BY_SHAPE.get(configuration_keys.shape(key))
    if make is not None:
        return make(key, known)
    family, _, name = key.partition(".")
    return configuration_sheets.edges(name) if family == "tepi_jam" else None


def read(key: str, form: Part, posted: Posted) -> tuple[Any, Faults]:
    """The value that was sent, and by input what is wrong with it. What the form cannot see, the
    shape of the key does.
    """
    faults: Faults = {}
    value = form.read(NAME, posted, faults)
    if not faults and (sentence := configuration_keys.fault(key, value)):
        about, _, words = sentence.partition(": ")
        parts = form.parts if isinstance(form, Record) else {}
        is_of_a_part = about in parts
        faults[f"{NAME}.{about}" if is_of_a_part else NAME] = (
            words[:1].upper() + words[1:] if is_of_a_part else sentence
        )
    return value, faults


def _line(key: str, known: Known) -> Part:
    return Text(label=configuration_keys.words(key))


def _pattern(key: str, known: Known) -> Part:
    return Text(
        label="Pola nomor",
        help=(
            "{urut} menjadi nomor urut, {bulan} bulan dengan angka Romawi, {tahun} tahun. {urut} "
            "dan {tahun} harus ada."
        ),
    )


def _lines(key: str, known: Known) -> Part:
    return Lines(label=configuration_keys.words(key))


def _notices(key: str, known: Known) -> Part:
    return Lines(
        label=configuration_keys.words(key),
        help="Satu baris satu pengumuman, tanpa nama orang. Kosongkan bila tidak ada.",
        none_words="tidak ada pengumuman",
    )


def _target(key: str, known: Known) -> Part:
    return Target(label="Batas waktu", calendars=known.calendars)


def _count(key: str, known: Known) -> Part:
    return Count(
        label="Berlaku berapa hari",
        unit="hari",
        none_words="tidak dicetak pada surat",
        help="Kosongkan bila masa berlaku tidak dicetak.",
    )


def _limited(most: int) -> Callable[[str, Known], Part]:
    def make(key: str, known: Known) -> Part:
        return Count(
            label=configuration_titles.plain_title(key), unit=UNITS.get(key, ""), most=most
        )

    return make


def _truth(key: str, known: Known) -> Part:
    yes, no = TRUTHS.get(key, ("Ya", "Tidak"))
    return Truth(label=configuration_keys.words(key), yes=yes, no=no)


def _area(key: str, known: Known) -> Part:
    return Area(label="Desa, kelurahan, atau kecamatan")


def _steps(key: str, known: Known) -> Part:
    return Choices(
        label="Langkah yang dijalankan",
        options={
            step: STEP_WORDS[step]
            for step in configuration_shapes.DERIVED_STEPS[key.partition(".")[0]]
        },
        none_words="tidak ada langkah tambahan",
    )


def _period(key: str, known: Known) -> Part:
    return Period(
        label="Tenggat sebelum kegiatan",
        help="Seperti “72 jam” atau “7 hari kerja”. Kosongkan bila menurut tabel proses.",
        none_words=BY_TABLE,
        is_optional=True,
    )


def _substitutes(key: str, known: Known) -> Part:
    options = {role: known.roles.get(role, ROLES[role]) for role in configuration_shapes.PASSED_ON}
    parts = {
        role: Choices(
            label=words,
            options={other: label for other, label in options.items() if other != role},
            none_words="tidak ada",
        )
        for role, words in options.items()
    }
    return Record(parts=parts, drops_nothing=False)


def _route(roles: tuple[str, ...]) -> Callable[[str, Known], Part]:
    def make(key: str, known: Known) -> Part:
        return Choice(
            label="Fungsi penerima",
            options={role: known.roles.get(role, role) for role in roles},
            none_words=BY_TABLE,
        )

    return make


def _labels(key: str, known: Known) -> Part:
    return Named(names=ROLES, part=Text())


def _channels(key: str, known: Known) -> Part:
    single = [(code,) for code in configuration_shapes.CHANNELS]
    orders = [*single, *permutations(configuration_shapes.CHANNELS)]
    return Order(
        label="Jalan keluar",
        options={
            " ".join(order): ", lalu ".join(CHANNEL_WORDS[code] for code in order).capitalize()
            for order in orders
        },
        none_words="Semua pesan dicetak sebagai slip",
    )


@dataclass(frozen=True, kw_only=True)
class Order(Choice):
    """Some of several in an order of their own, kept as a list."""

    def typed(self, name: str, value: Any) -> Typed:
        return super().typed(name, " ".join(value))

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        return (super().read(name, posted, faults) or "").split()

    def told(self, value: Any) -> Told:
        return super().told(" ".join(value) or None)


_BY_SHAPE: dict[Callable[[Any], str], Callable[[str, Known], Part]] = {
    configuration_shapes.line: _line,
    configuration_shapes.lines: _lines,
    configuration_shapes.notices: _notices,
    configuration_shapes.pattern: _pattern,
    configuration_shapes.signatory: configuration_sheets.signatory,
    configuration_shapes.target: _target,
    configuration_shapes.count: _count,
    configuration_shapes.publication: _limited(configuration_shapes.MOST_DAYS),
    configuration_shapes.leeway: _limited(configuration_shapes.MOST_LEEWAY),
    configuration_shapes.truth: _truth,
    configuration_shapes.codes: _area,
    **{
        configuration_shapes.derived_step_fault(process): _steps
        for process in configuration_shapes.DERIVED_STEPS
    },
    configuration_shapes.notice_fault: _period,
    configuration_shapes.receiver: _route(configuration_shapes.RECEIVERS),
    configuration_shapes.investigator: _route(configuration_shapes.INVESTIGATORS),
    configuration_shapes.asked: _route(configuration_shapes.ASKED),
    configuration_shapes.asked_of_spkt: _route(configuration_shapes.ASKED_OF_SPKT),
    configuration_shapes.only_propam: _route(()),
    configuration_shapes.substitutes: _substitutes,
    configuration_shapes.labels: _labels,
    configuration_shapes.channels: _channels,
    configuration_shapes.contacts: configuration_sheets.contacts,
    configuration_shapes.complaint_channels: configuration_sheets.complaint_channels,
    configuration_shapes.levels: configuration_sheets.levels,
    configuration_shapes.calendar: configuration_sheets.calendar,
    retention_schedule.fault: configuration_sheets.retention,
    message_texts.fault: configuration_sheets.message,
    configuration_keys.owners: configuration_sheets.owners,
}


FEW = 6
"""Names that are told one by one."""


@dataclass(frozen=True)
class District:
    """A kecamatan with what lies in it, for choosing."""

    code: str
    name: str
    villages: Mapping[str, str]
    """Those that the search left, code to name."""
    chosen: int
    total: int
    is_whole: bool
    is_open: bool
    """Something in it is chosen, or was found."""


@dataclass(frozen=True, kw_only=True)
class Area(Part):
    """Codes of kecamatan, desa and kelurahan."""

    kind: ClassVar[str] = "area"

    def typed(self, name: str, value: Any) -> Typed:
        return {name: list(value)}

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        sent = {code for code in posted.get(name, ()) if code}
        known = regions.names()
        if not sent:
            faults[name] = "Pilih paling sedikit satu kecamatan, desa, atau kelurahan."
        if not sent <= set(known):
            faults[name] = "Pilih dari daftar wilayah."
        return _in_order(sent)

    def over(self, before: Any, own: Any, onto: Any) -> Any:
        return _in_order(configuration_parts.merged_selection(before, own, onto))

    def told(self, value: Any) -> Told:
        known = regions.names()
        found: Told = []
        for code, name in known.items():
            if code.count(".") == regions.KECAMATAN:
                inside = [known[one] for one in value if one.startswith(f"{code}.")]
                if code in value:
                    found.append((name, "seluruh kecamatan"))
                elif inside:
                    more = f", dan {len(inside) - FEW} lainnya" if len(inside) > FEW else ""
                    found.append((name, ", ".join(inside[:FEW]) + more))
            elif code.count(".") < regions.KECAMATAN and code in value:
                found.append((name, "seluruh kabupaten"))
        return found

    def districts(self, posted: Posted, name: str) -> list[District]:
        """All kecamatan with what was chosen in them; where something is looked for, those that
        have it first open.
        """
        wanted = text_of(posted, f"{name}_cari").casefold()
        sent: Sequence[str] = list(posted.get(name, ()))
        known = regions.names()
        found = []
        for code, words in known.items():
            if code.count(".") != regions.KECAMATAN:
                continue
            inside = {one: label for one, label in known.items() if one.startswith(f"{code}.")}
            chosen = sum(one in sent for one in inside)
            is_found = bool(wanted) and (
                wanted in words.casefold()
                or any(wanted in label.casefold() for label in inside.values())
            )
            found.append(
                District(
                    code,
                    words,
                    inside,
                    chosen,
                    len(inside),
                    code in sent,
                    is_found or (not wanted and (chosen > 0 or code in sent)),
                )
            )
        return found

    def finds(self, posted: Posted, name: str, label: str) -> bool:
        """Is this name one that was looked for?"""
        wanted = text_of(posted, f"{name}_cari").casefold()
        return bool(wanted) and wanted in label.casefold()


def _in_order(chosen: set[str]) -> list[str]:
    """Regions as the list has them, without those that lie in another one."""
    return [code for code in regions.names() if code in chosen and not _above(code) & chosen]


def _above(code: str) -> set[str]:
    """The codes of what a region lies in."""
    parts = code.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}


MEASURED, MINUTES, DAYS = "ukur", "menit", "hari"
WAYS = {MINUTES: "Dalam menit", DAYS: "Dalam hari kerja", MEASURED: "Hanya diukur, tanpa batas"}
MOST_MINUTES = 525_600
"""A year."""


@dataclass(frozen=True, kw_only=True)
class Target(Part):
    """How long something may take."""

    kind: ClassVar[str] = "target"
    calendars: Mapping[str, str]

    @property
    def ways(self) -> Mapping[str, str]:
        """What can be chosen first."""
        return WAYS

    @property
    def minutes(self) -> Count:
        """The number that goes with minutes."""
        return Count(label="Berapa menit", unit="menit", most=MOST_MINUTES)

    @property
    def days(self) -> Count:
        """The number that goes with working days."""
        return Count(label="Berapa hari", unit="hari", most=configuration_shapes.MOST_DAYS)

    @property
    def calendar(self) -> Choice:
        """By what days are counted."""
        return Choice(label="Menurut kalender", options=self.calendars)

    def typed(self, name: str, value: Any) -> Typed:
        if value is None:
            return {f"{name}.cara": [MEASURED]}
        if isinstance(value, dict):
            return {
                f"{name}.cara": [DAYS],
                f"{name}.hari": [str(value["hari_kerja"])],
                f"{name}.kalender": [value["kalender"]],
            }
        return {f"{name}.cara": [MINUTES], f"{name}.menit": [str(value)]}

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        way = text_of(posted, f"{name}.cara")
        if way == MINUTES:
            return self.minutes.read(f"{name}.menit", posted, faults)
        if way == DAYS:
            return {
                "hari_kerja": self.days.read(f"{name}.hari", posted, faults),
                "kalender": self.calendar.read(f"{name}.kalender", posted, faults),
            }
        if way != MEASURED:
            faults[f"{name}.cara"] = "Pilih salah satu."
        return None

    def told(self, value: Any) -> Told:
        return [("", formatting.target(value) or "hanya diukur, tanpa batas")]


@dataclass(frozen=True, kw_only=True)
class Period(Text):
    """A notice period as people write it: hours, or working days."""

    def typed(self, name: str, value: Any) -> Typed:
        return super().typed(name, _with_spaces(value))

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        text = super().read(name, posted, faults)
        return text and text.lower().replace("hari kerja", "hari_kerja")

    def told(self, value: Any) -> Told:
        return super().told(_with_spaces(value))


def _with_spaces(value: str | None) -> str | None:
    return value and value.replace("_", " ")
