"""The retention schedule (JRA): which row is about a paper, and until which day it wants the paper
kept. Pure.

Years are counted in the days of the calendar (WITA), from the day on which counting begins: the
last day is the same day of a later year, and a paper is due on the day after it. 29 February has
its anniversary on 1 March: never a day too early.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from workflow_app.domain import WITA

KEY = "jadwal_retensi"
MOST_YEARS = 100
MOST_ROWS = 200
LONGEST = 200
FIELDS = (
    "kode",
    "jenis",
    "proses",
    "dokumen",
    "mulai",
    "aktif",
    "inaktif",
    "nasib",
    "dasar",
    "contoh",
)


class Since(StrEnum):
    """When counting begins."""

    END_OF_CASE = "akhir_berkas"
    ACCEPTANCE = "diterima_arsip"


class Fate(StrEnum):
    """What the schedule wants when all years are over."""

    DESTROY = "musnah"
    APPRAISE = "dinilai_kembali"
    KEEP = "permanen"


FATES = {
    Fate.DESTROY: "Musnah",
    Fate.APPRAISE: "Dinilai kembali",
    Fate.KEEP: "Permanen, disimpan selamanya",
}
STARTS = {Since.END_OF_CASE: "berkas berakhir", Since.ACCEPTANCE: "dokumen diterima sebagai arsip"}
_WEIGHT = (Fate.DESTROY, Fate.APPRAISE, Fate.KEEP)


@dataclass(frozen=True)
class Row:
    """One row of the schedule."""

    code: str
    words: str
    process: str | None
    """Papers of cases of this process only; None for papers of any case and of none."""
    label: str | None
    """Papers that are called so only."""
    since: Since
    active: int
    inactive: int
    fate: Fate
    basis: str
    is_example: bool
    """Invented, and by the office not yet confirmed: outside of a demo nothing becomes due by it.
    """

    @property
    def years(self) -> int:
        """How long a paper is kept altogether."""
        return self.active + self.inactive


def fault(value: Any) -> str:
    """Why a value cannot be a schedule; empty when it can."""
    if not (isinstance(value, list) and value and len(value) <= MOST_ROWS):
        return f"Isi dengan daftar baris jadwal, 1 sampai {MOST_ROWS}."
    for no, row in enumerate(value, 1):
        if found := _fault_of(row):
            return f"Baris {no}: {found}"
    codes = [row["kode"] for row in value]
    if len(set(codes)) < len(codes):
        return "Setiap baris mempunyai kode sendiri; ada kode yang sama."
    subjects = [(row["proses"], row["dokumen"]) for row in value]
    if len(set(subjects)) < len(subjects):
        return "Ada dua baris untuk proses dan dokumen yang sama. Gabungkan keduanya."
    return ""


def _fault_of(row: Any) -> str:
    if not (isinstance(row, dict) and set(row) == set(FIELDS)):
        return f"isi dengan objek yang memuat tepat {', '.join(FIELDS)}."
    if not all(_is_line(row[name]) for name in ("kode", "jenis", "dasar")):
        return "kode, jenis, dan dasar diisi dengan satu baris tulisan."
    if not all(row[name] is None or _is_line(row[name]) for name in ("proses", "dokumen")):
        return "proses dan dokumen diisi dengan tulisan, atau null bila untuk semuanya."
    if row["mulai"] not in list(Since) or row["nasib"] not in list(Fate):
        return f"mulai salah satu dari {', '.join(Since)}; nasib salah satu dari {', '.join(Fate)}."
    if not all(_is_years(row[name]) for name in ("aktif", "inaktif")):
        return f"aktif dan inaktif diisi dengan jumlah tahun, 0 sampai {MOST_YEARS}."
    if row["aktif"] + row["inaktif"] == 0 and row["nasib"] != Fate.KEEP:
        return (
            "paling sedikit satu tahun, supaya tidak ada yang jatuh tempo pada hari berkas "
            "berakhir."
        )
    if not isinstance(row["contoh"], bool):
        return "contoh diisi dengan true atau false."
    return ""


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST and value.isprintable()


def _is_years(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_YEARS


def rows_of(value: Sequence[dict[str, Any]]) -> list[Row]:
    """The rows of a configured schedule."""
    return [
        Row(
            code=row["kode"],
            words=row["jenis"],
            process=row["proses"],
            label=row["dokumen"],
            since=Since(row["mulai"]),
            active=row["aktif"],
            inactive=row["inaktif"],
            fate=Fate(row["nasib"]),
            basis=row["dasar"],
            is_example=row["contoh"],
        )
        for row in value
    ]


def row_for(rows: Sequence[Row], process: str | None, label: str) -> Row | None:
    """The row about a paper that is called `label` in a case of `process` (None: in no case): the
    one that says most about it, the name of the paper before the process. None when the schedule
    has none.
    """
    about = [row for row in rows if row.process in (None, process) and row.label in (None, label)]
    return max(
        about, key=lambda row: (row.label is not None, row.process is not None), default=None
    )


def day_of(instant: datetime) -> date:
    """The day on which something happened, here."""
    return instant.astimezone(WITA).date()


def last_day(begun: date, years: int) -> date:
    """The last day on which a paper is kept, `years` after the day on which counting began."""
    year = begun.year + years
    if (begun.month, begun.day) == (2, 29) and not _has_leap_day(year):
        return date(year, 3, 1)
    return begun.replace(year=year)


def _has_leap_day(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@dataclass(frozen=True)
class Term:
    """What a row says about one paper: since when it counts, and until when it wants the paper
    kept.
    """

    row: Row
    begun: date | None
    """None while counting has not begun: its case is open."""

    @property
    def active_until(self) -> date | None:
        """Last day of the active years."""
        return None if self.begun is None else last_day(self.begun, self.row.active)

    @property
    def kept_until(self) -> date | None:
        """Last day of all its years; None while they do not count, and for what is kept for
        ever.
        """
        return None if self.row.fate == Fate.KEEP else self.over_on

    @property
    def over_on(self) -> date | None:
        """Last day of all its years, whatever the schedule wants then; None while they do not
        count.
        """
        return None if self.begun is None else last_day(self.begun, self.row.years)


def governing(terms: Sequence[Term]) -> Term | None:
    """Of several terms (a paper of several cases) the one that says most against destroying it: its
    fate first, then its last day.
    """
    return max(
        terms,
        key=lambda term: (
            _WEIGHT.index(term.row.fate),
            term.begun is None,
            term.kept_until or date.max,
        ),
        default=None,
    )
