"""What a change of the configuration would do, or taking one back, before it is done: the real code
runs with and without it at the instant from which it would hold, in transactions that are rolled
back (decision 0044).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ocr.arranging import Source, draw_page
from ocr.errors import OcrError
from workflow_app.domain import Actor, SentraError
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import quality_check
from workflow_app.services.letters import printing
from workflow_app.services.office_settings import configuration, retention_schedule
from workflow_app.services.office_settings_admin import (
    choice_previews,
    clock_previews,
    letter_previews,
    message_previews,
    paper_previews,
    readers,
    samples,
    sight_previews,
)
from workflow_app.services.office_settings_admin.letter_previews import Sheet
from workflow_app.services.office_settings_admin.readers import Readers
from workflow_app.services.office_settings_admin.wording import Turn

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
    "target": clock_previews.of_target,
    "kalender": clock_previews.of_calendar,
    "tepi_jam": clock_previews.of_edges,
    "pola_nomor": letter_previews.of_number,
    "wilayah": choice_previews.of_area,
    "kanal_pengaduan": choice_previews.of_offer,
    "rute_rujukan": choice_previews.of_route,
    "rute_laporan": choice_previews.of_route,
    "rute_htck": choice_previews.of_route,
    "tenggat_pemberitahuan": choice_previews.of_period,
    retention_schedule.KEY: paper_previews.of_schedule,
    "tingkat_akses": paper_previews.of_levels,
    "foto_ponsel": paper_previews.of_photos,
    "propam": sight_previews.of_leadership,
    "serah_terima": sight_previews.of_receivers,
    "pengganti_peran": sight_previews.of_substitutes,
    "publikasi": sight_previews.of_figures,
    "pesan": message_previews.of_text,
    "telepon_unit": message_previews.of_text,
    "saluran_pesan": message_previews.of_ways,
    "kontak_peran": message_previews.of_ways,
}
KEPT: dict[str, Kept] = {
    "target": clock_previews.kept_by_target,
    "kalender": clock_previews.kept_by_calendar,
    "tepi_jam": clock_previews.kept_by_edges,
    **dict.fromkeys(LETTERS, letter_previews.kept_by_letters),
    "pola_nomor": letter_previews.kept_by_numbers,
    "wilayah": choice_previews.kept_by_area,
    "kanal_pengaduan": choice_previews.kept_by_offers,
    retention_schedule.KEY: paper_previews.kept_by_schedule,
    "tingkat_akses": paper_previews.kept_by_levels,
    "foto_ponsel": paper_previews.kept_by_photos,
    "propam": sight_previews.kept_by_leadership,
    "serah_terima": sight_previews.kept_by_receivers,
    "pengganti_peran": sight_previews.kept_by_substitutes,
    "publikasi": sight_previews.kept_by_figures,
    **dict.fromkeys(
        ("pesan", "telepon_unit", "saluran_pesan", "kontak_peran"),
        message_previews.kept_by_messages,
    ),
}


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
        found = readers.of(work, key)
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
                sheet = letter_previews.sheet(samples.at(work, at), key)
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
    return told(work, key, turn) if told is not None else readers.kept(found, turn)


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
