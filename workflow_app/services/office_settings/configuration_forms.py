"""The form of every key, made from the shape of its values: one mechanism, and no page by hand.
Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from workflow_app.permissions import ROLES
from workflow_app.services.office_settings import (
    configuration_keys,
    configuration_roles,
    configuration_shapes,
    configuration_sheets,
    configuration_titles,
    derived_steps,
    message_texts,
    notice_periods,
    retention_schedule,
)
from workflow_app.services.office_settings.configuration_areas import Area
from workflow_app.services.office_settings.configuration_parts import (
    Choice,
    Choices,
    Count,
    Faults,
    Lines,
    Part,
    Posted,
    Text,
    Told,
    Truth,
    Typed,
)
from workflow_app.services.office_settings.configuration_records import Named, Record
from workflow_app.services.office_settings.configuration_sheets import Known
from workflow_app.services.office_settings.configuration_targets import Period, Target

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
        options={step: STEP_WORDS[step] for step in derived_steps.KNOWN[key.partition(".")[0]]},
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
    options = {role: known.roles.get(role, ROLES[role]) for role in configuration_roles.PASSED_ON}
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
    **{derived_steps.fault(process): _steps for process in derived_steps.KNOWN},
    notice_periods.fault: _period,
    configuration_roles.receiver: _route(configuration_roles.RECEIVERS),
    configuration_roles.investigator: _route(configuration_roles.INVESTIGATORS),
    configuration_roles.asked: _route(configuration_roles.ASKED),
    configuration_roles.asked_of_spkt: _route(configuration_roles.ASKED_OF_SPKT),
    configuration_roles.only_propam: _route(()),
    configuration_roles.substitutes: _substitutes,
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
