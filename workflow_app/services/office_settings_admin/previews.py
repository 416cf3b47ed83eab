"""What a change of the configuration would do, or taking one back, before it is done: the real code
runs with and without it at the instant from which it would hold, in transactions that are rolled
back (decision 0044).

Who reads a value of the configuration: places, processes with their steps, and how many open
cases still come there.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from ocr.arranging import Source, draw_page
from ocr.errors import OcrError
from workflow_app.domain import Actor, SentraError
from workflow_app.models import Case
from workflow_app.services.calendars import calendars
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import quality_check
from workflow_app.services.letters import printing
from workflow_app.services.office_settings import (
    configuration,
    configuration_readers,
    retention_schedule,
)
from workflow_app.services.office_settings_admin import case_previews, document_previews, samples
from workflow_app.services.office_settings_admin.document_previews import Sheet
from workflow_app.services.office_settings_admin.wording import Turn
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of

Sights = dict[str, list[str]]
"""What is looked at, and how it is."""
Sight = Callable[[UnitOfWork, str, datetime], Sights]
Kept = Callable[[UnitOfWork, str, Turn], list[str]]
Act = Callable[[UnitOfWork, datetime], None]
"""What is looked at before it is done, from an instant on."""
LETTERS = (
    "kop_surat",
    "nama_unit",
    "tempat_terbit",
    "penandatangan",
    "masa_berlaku",
    "ketentuan",
    "pola_nomor",
)
"""Families that are seen on a letter."""
NO_LETTER = "Contoh surat tidak dapat ditampilkan. "
SIGHTS: dict[str, Sight] = {
    "target": case_previews.of_target,
    "kalender": case_previews.of_calendar,
    "tepi_jam": case_previews.of_edges,
    "pola_nomor": document_previews.of_number,
    "wilayah": case_previews.of_area,
    "kanal_pengaduan": case_previews.of_offer,
    "rute_rujukan": case_previews.of_route,
    "rute_laporan": case_previews.of_route,
    "rute_htck": case_previews.of_route,
    "tenggat_pemberitahuan": case_previews.of_period,
    retention_schedule.KEY: document_previews.of_schedule,
    "tingkat_akses": document_previews.of_levels,
    "foto_ponsel": document_previews.of_photos,
    "propam": case_previews.of_leadership,
    "serah_terima": case_previews.of_receivers,
    "pengganti_peran": case_previews.of_substitutes,
    "publikasi": case_previews.of_figures,
    "pesan": document_previews.of_text,
    "telepon_unit": document_previews.of_text,
    "saluran_pesan": document_previews.of_ways,
    "kontak_peran": document_previews.of_ways,
}
KEPT: dict[str, Kept] = {
    "target": case_previews.kept_by_target,
    "kalender": case_previews.kept_by_calendar,
    "tepi_jam": case_previews.kept_by_edges,
    **dict.fromkeys(LETTERS, document_previews.kept_by_letters),
    "pola_nomor": document_previews.kept_by_numbers,
    "wilayah": case_previews.kept_by_area,
    "kanal_pengaduan": case_previews.kept_by_offers,
    retention_schedule.KEY: document_previews.kept_by_schedule,
    "tingkat_akses": document_previews.kept_by_levels,
    "foto_ponsel": document_previews.kept_by_photos,
    "propam": case_previews.kept_by_leadership,
    "serah_terima": case_previews.kept_by_receivers,
    "pengganti_peran": case_previews.kept_by_substitutes,
    "publikasi": case_previews.kept_by_figures,
    **dict.fromkeys(
        ("pesan", "telepon_unit", "saluran_pesan", "kontak_peran"),
        document_previews.kept_by_messages,
    ),
}


@dataclass(frozen=True)
class Reader:
    """A process that reads a value."""

    process: str
    steps: list[str]
    """By name, in the order of the drawing."""
    passed: int
    """Open cases that have done one of them."""
    ahead: int
    """Open cases that have done none."""

    @property
    def open(self) -> int:
        """All its open cases."""
        return self.passed + self.ahead


@dataclass(frozen=True)
class Readers:
    """All who read a value."""

    place: str
    """Beside the steps; a sentence."""
    processes: list[Reader]

    @property
    def passed(self) -> int:
        """Open cases of all of them."""
        return sum(one.passed for one in self.processes)

    @property
    def ahead(self) -> int:
        """Open cases of all of them."""
        return sum(one.ahead for one in self.processes)


@dataclass(frozen=True)
class Compared:
    """One thing as it would be without the change, and with it."""

    about: str
    before: list[str]
    after: list[str]


@dataclass(frozen=True)
class Later:
    """A value that was set already for later, as it would be without the change, and with it."""

    valid_from: datetime
    before: Any
    after: Any


@dataclass(frozen=True)
class Preview:
    """What a change would do."""

    before: Any
    """The value that would hold at that instant without the change."""
    after: Any
    until: datetime | None
    """When a later value that was set already takes its place; None where none does, or it goes on
    in them.
    """
    later: list[Later]
    """Values set already for later that go on with it."""
    readers: Readers
    """Who reads the value."""
    kept: list[str]
    """What stays as it is, and what takes the new value."""
    compared: list[Compared]
    """What would be otherwise."""
    is_same: bool
    """Nothing that was looked at would be otherwise."""
    picture: bytes | None
    """The next letter as a WebP, marked as a sample."""
    no_picture: str
    """Why there is none, where there should be one."""


def preview(works: Works, actor: Actor, key: str, value: Any, start: datetime | None) -> Preview:
    """Look at a change that is not made. Raises `InvalidInput` and `Forbidden` as
    `configuration.set_value` does.
    """

    def set_it(work: UnitOfWork, at: datetime) -> None:
        configuration.set_value(work, key, value, at)

    turn = Turn(f"sejak {formatting.moment(start)}" if start else "sejak disimpan")
    return _look(works, actor, key, start, turn, set_it)


def preview_withdrawal(works: Works, actor: Actor, key: str, start: datetime) -> Preview:
    """Look at how it would be if a value that is still to come were taken back. Raises as
    `configuration.withdraw` does.
    """

    def take_it_back(work: UnitOfWork, at: datetime) -> None:
        configuration.withdraw(work, key, at)

    turn = Turn(f"sejak {formatting.moment(start)}", is_new=False)
    return _look(works, actor, key, start, turn, take_it_back)


def _look(
    works: Works, actor: Actor, key: str, begins: datetime | None, turn: Turn, act: Act
) -> Preview:
    """How it would be from an instant on (None: now) without the act and with it."""
    now = works.clock()
    start = begins or now
    at = max(start, now)
    family = key.partition(".")[0]
    with samples.undone(works, actor, now) as work:
        instants = [
            one.valid_from for one in configuration.history(work, key) if one.valid_from > start
        ]
        old, *planned = (configuration.value(work, key, instant) for instant in (start, *instants))
        found = readers_of(work, key)
        kept = _kept(work, key, found, turn)
    with samples.undone(works, actor, at) as work:
        before = _sights(work, family, key, now)
    with samples.undone(works, actor, now) as work:
        act(work, start)
        new, *with_it = (configuration.value(work, key, instant) for instant in (start, *instants))
        after = _sights(samples.at(work, at), family, key, now)
    sheet: Sheet | None = None
    refusal = ""
    if family in LETTERS:
        with samples.undone(works, actor, now) as work:
            act(work, start)
            try:
                sheet = document_previews.sheet(samples.at(work, at), key)
            except SentraError as error:
                refusal = error.sentence
    picture = _drawn(sheet) if sheet else None
    compared = [
        Compared(about, before.get(about, []), after.get(about, []))
        for about in dict.fromkeys([*before, *after])
        if before.get(about) != after.get(about)
    ]
    later = [Later(*told) for told in zip(instants, planned, with_it, strict=True)]
    return Preview(
        before=old,
        after=new,
        until=next(
            (one.valid_from for one in later if old != new and one.before == one.after), None
        ),
        later=[one for one in later if one.before != one.after],
        readers=found,
        kept=kept,
        compared=compared,
        is_same=bool(before or after) and not compared,
        picture=picture,
        no_picture=NO_LETTER + refusal if refusal or (sheet and picture is None) else "",
    )


def _kept(work: UnitOfWork, key: str, found: Readers, turn: Turn) -> list[str]:
    told = KEPT.get(key.partition(".")[0])
    return told(work, key, turn) if told is not None else kept_by_readers(found, turn)


def _sights(work: UnitOfWork, family: str, key: str, now: datetime) -> Sights:
    return SIGHTS[family](work, key, now) if family in SIGHTS else {}


def _drawn(sheet: Sheet) -> bytes | None:
    """The first page of a letter as a picture. Outside of the transaction: nobody waits for a
    number meanwhile.
    """
    pdf, _ = printing.typeset(sheet.html, sheet.metadata)
    try:
        return draw_page(Source([pdf], "application/pdf"), 1, 0, quality_check.DRAWN)
    except OcrError:
        return None


def readers_of(work: UnitOfWork, key: str) -> Readers:
    """Who reads a key; open cases are those of the unit that the actor may know of, by the version
    that each of them runs in.
    """
    keys = {key, *_counted_by(work, key)}
    passed, ahead = Counter[str](), Counter[str]()
    query = select(Case.process_key, Case.definition_id, Case.passed, func.count())
    query = query.where(*samples.open_cases(work)).group_by(
        Case.process_key, Case.definition_id, Case.passed
    )
    for process, definition_id, done, count in work.session.execute(query):
        if steps := configuration_readers.steps(definition_of(work, definition_id), keys):
            is_done = not {step.id for step in steps}.isdisjoint(done or ())
            (passed if is_done else ahead)[process] += count
    found = []
    for definition in definitions.current_definitions(work):
        names = [step.name or step.id for step in configuration_readers.steps(definition, keys)]
        if names or passed[definition.key] or ahead[definition.key]:
            told = list(dict.fromkeys(names))
            found.append(
                Reader(definition.name, told, passed[definition.key], ahead[definition.key])
            )
    family = key.partition(".")[0]
    return Readers(
        configuration_readers.PLACES.get(family, ""), sorted(found, key=lambda one: one.process)
    )


def kept_by_readers(readers: Readers, turn: Turn) -> list[str]:
    """What open cases keep, and what takes the new value."""
    if not readers.processes:
        return [
            (
                f"Nilai {turn.which} dipakai untuk semua yang dikerjakan {turn.since}, juga pada "
                "berkas yang sudah terbuka."
            )
        ]
    return [
        (
            f"{readers.passed} berkas terbuka sudah melewati langkah yang membaca nilai ini; yang "
            "sudah dibaca tidak berubah."
        ),
        (
            f"{readers.ahead} berkas terbuka belum sampai di sana. Langkah yang dijalankan "
            f"{turn.since} memakai yang {turn.which}."
        ),
    ]


def _counted_by(work: UnitOfWork, key: str) -> set[str]:
    """The targets that are counted by a calendar: whoever starts their clocks reads it."""
    if not key.startswith(calendars.PREFIX):
        return set()
    name = key.removeprefix(calendars.PREFIX)
    targets = {
        each.key: each.value
        for each in configuration.list_values(work)
        if each.key.startswith("target.")
    }
    return {
        target
        for target, told in targets.items()
        if isinstance(told, dict) and told["kalender"] == name
    }
