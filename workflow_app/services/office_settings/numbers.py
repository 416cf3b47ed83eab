"""Gapless numbers: one row per series and year, incremented under its lock in the transaction that
issues the paper.

What numbers on papers look like: which patterns make them, and what they are read by. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workflow_app.domain import WITA, Conflict, InvalidInput, NotFound, SentraError
from workflow_app.models import LetterNumber, NumberSeries
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration

FIELDS = frozenset({"urut", "bulan", "tahun"})
NEEDS = frozenset({"urut", "tahun"})
"""Without these two, two papers would carry the same number."""
SAMPLES = ((1, 2026), (2, 2027), (1000, 2030))
"""Of a sequence and a year: 1000 is where a pattern could group digits."""


def is_pattern(value: Any) -> bool:
    """May numbers be made with this? It names {urut} and {tahun}, perhaps {bulan}, and nothing
    else, and the first two stand apart from other letters and digits: else nobody could tell them
    in a number that is typed from paper.
    """
    try:
        fields = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
        return NEEDS <= fields <= FIELDS and all(
            _marks(sequence, year)
            <= set(parts_of(value.format(urut=sequence, bulan="I", tahun=year)))
            for sequence, year in SAMPLES
        )
    except (AttributeError, TypeError, ValueError, LookupError):
        return False


def parts_of(number: str) -> list[str]:
    """What a number is made of: `DUMAS`, `12`, `XI`, `2026`."""
    return [part.lstrip("0") or "0" for part in re.findall(r"[0-9A-Z]+", number.upper())]


def is_meant(typed: Sequence[str], number: str, sequence: int, year: int) -> bool:
    """Do these parts begin this number, as far as the sequence and the year at least? Never where
    they do not stand apart.
    """
    whole, marks = parts_of(number), _marks(sequence, year)
    if not marks <= set(whole):
        return False
    needed = max(whole.index(mark) for mark in marks) + 1
    return len(typed) >= needed and list(typed) == whole[: len(typed)]


def _marks(sequence: int, year: int) -> set[str]:
    return {str(sequence), str(year)}


ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")

LONGEST = 200
"""Of a number that somebody types."""


@dataclass(frozen=True)
class Number:
    """A number that was given to one paper."""

    id: UUID
    series: str
    year: int
    sequence: int
    text: str


def allocate(work: UnitOfWork, series: str, at: datetime) -> Number:
    """Give the next number of a series in the year of `at` (WITA).

    The series stays locked until commit, so a rollback leaves no gap and two papers never get the
    same number. The form of the number is the configuration `pola_nomor.<series>` with {urut},
    {bulan} (Roman) and {tahun}.
    """
    local = at.astimezone(WITA)
    pattern = _pattern(work, series, at)
    sequence = work.session.execute(
        insert(NumberSeries)
        .values(series=series, year=local.year, last=1)
        .on_conflict_do_update(
            index_elements=[NumberSeries.series, NumberSeries.year],
            set_={"last": NumberSeries.last + 1},
        )
        .returning(NumberSeries.last)
    ).scalar_one()
    text = pattern.format(urut=sequence, bulan=ROMAN_MONTHS[local.month - 1], tahun=local.year)
    row = LetterNumber(
        id=uuid4(), series=series, year=local.year, sequence=sequence, number=text, given_at=at
    )
    work.session.add(row)
    work.session.flush()
    return Number(row.id, series, local.year, sequence, text)


def void(work: UnitOfWork, number_id: UUID, reason: str) -> None:
    """Take a number out of use. It keeps its row and its reason, a sentence of ours, and is never
    given again.
    """
    if not reason.strip():
        raise InvalidInput(fields={"reason": "Tulis alasan pembatalan nomor."})
    row = work.session.get(LetterNumber, number_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    if row.voided_at is not None:
        raise Conflict("Nomor ini sudah dibatalkan.")
    row.voided_at = work.clock()
    row.voided_by = work.actor.user_id
    row.void_reason = reason.strip()
    work.session.flush()
    unit_of_work.record(
        work,
        f"number:{row.series}:{row.year}",
        "number.voided",
        number=row.number,
        sequence=row.sequence,
        reason=row.void_reason,
    )


def find(work: UnitOfWork, typed: str) -> UUID | None:
    """The number that somebody typed from paper, if it was ever given: whole, or without what is
    the same on every paper.
    """
    parts = parts_of(typed) if len(typed) <= LONGEST else []
    figures = {int(part) for part in parts if part.isdigit() and len(part) < 10}
    query = select(LetterNumber).where(
        LetterNumber.series.in_(select(NumberSeries.series)),
        LetterNumber.year.in_(figures),
        LetterNumber.sequence.in_(figures),
    )
    meant = [
        row.id
        for row in work.session.scalars(query)
        if is_meant(parts, row.number, row.sequence, row.year)
    ]
    return meant[0] if len(meant) == 1 else None


def _pattern(work: UnitOfWork, series: str, at: datetime) -> str:
    pattern = configuration.value(work, f"pola_nomor.{series}", at)
    if not is_pattern(pattern):
        raise SentraError(
            (
                f"Pola nomor {series} belum benar. Hubungi admin: pola harus memuat {{urut}} dan "
                f"{{tahun}} yang berdiri sendiri."
            ),
            detail=f"pola_nomor.{series} is not usable",
        )
    return str(pattern)
