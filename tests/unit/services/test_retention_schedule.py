"""The retention schedule: which row is about a paper, and its years counted in the days of WITA
(decision 0036).
"""

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest

from workflow_app.services.office_settings import (
    configuration_keys,
    configuration_seeds,
    retention_schedule,
)
from workflow_app.services.office_settings.retention_schedule import (
    Fate,
    Row,
    Since,
    Term,
    day_of,
    governing,
    last_day,
)

SEED = configuration_seeds.RETENTION


def row(code: str = "A", **changes: Any) -> Row:
    given: dict[str, Any] = {
        "words": "Surat",
        "process": None,
        "label": None,
        "since": Since.END_OF_CASE,
        "active": 1,
        "inactive": 2,
        "fate": Fate.DESTROY,
        "basis": "Contoh",
        "is_example": True,
    }
    return Row(code=code, **{**given, **changes})


@pytest.mark.parametrize(
    ("begun", "years", "until"),
    [
        (date(2020, 5, 17), 5, date(2025, 5, 17)),
        (date(2024, 2, 29), 1, date(2025, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2096, 2, 29), 4, date(2100, 3, 1)),
        (date(2025, 12, 31), 1, date(2026, 12, 31)),
        (date(2026, 1, 1), 0, date(2026, 1, 1)),
    ],
)
def test_years_end_on_the_same_day_of_a_later_year_and_never_early(
    begun: date, years: int, until: date
) -> None:
    assert last_day(begun, years) == until


def test_the_day_is_the_one_here() -> None:
    """A case that ends at 23.59 WITA on the last day of a year ended in that year, a minute later
    in the next.
    """
    assert day_of(datetime(2025, 12, 31, 15, 59, tzinfo=UTC)) == date(2025, 12, 31)
    assert day_of(datetime(2025, 12, 31, 16, 0, tzinfo=UTC)) == date(2026, 1, 1)


def test_a_term_counts_active_and_inactive_years_from_the_same_day() -> None:
    term = Term(row(active=2, inactive=3), date(2024, 2, 29))
    assert (term.active_until, term.kept_until) == (date(2026, 3, 1), date(2029, 3, 1))
    assert Term(row(), None).kept_until is None
    forever = Term(row(fate=Fate.KEEP), date(2024, 1, 1))
    assert (forever.active_until, forever.kept_until) == (date(2025, 1, 1), None)


def test_the_row_that_says_most_is_the_one() -> None:
    rows = [
        row("semua"),
        row("proses", process="sktlk"),
        row("dokumen", label="KTP"),
        row("keduanya", process="sktlk", label="KTP"),
    ]

    def code(process: str | None, label: str, among: list[Row] = rows) -> str | None:
        found = retention_schedule.row_for(among, process, label)
        return found.code if found else None

    assert code("sktlk", "KTP") == "keduanya"
    assert code("lp", "KTP") == "dokumen"
    assert code("sktlk", "Foto") == "proses"
    assert code(None, "Arsip") == "semua"
    assert code(None, "Arsip", rows[1:]) is None


def test_of_several_terms_the_one_that_says_most_against_destroying_governs() -> None:
    early = Term(row("cepat"), date(2020, 1, 1))
    late = Term(row("lambat", active=9), date(2020, 1, 1))
    open_case = Term(row("terbuka"), None)
    appraised = Term(row("nilai", fate=Fate.APPRAISE), date(2001, 1, 1))
    kept = Term(row("tetap", fate=Fate.KEEP), date(2001, 1, 1))
    for terms, expected in (
        ([early, late], late),
        ([late, open_case, early], open_case),
        ([open_case, appraised], appraised),
        ([kept, appraised, open_case], kept),
        ([], None),
    ):
        assert governing(terms) is expected


def test_the_seed_is_a_schedule_and_every_row_of_it_says_that_it_is_an_example() -> None:
    assert retention_schedule.fault(SEED) == ""
    assert all(one["contoh"] and "ontoh" in one["dasar"] for one in SEED)
    assert configuration_keys.owner(retention_schedule.KEY).may_change == {"ka_spkt"}


def _changed(**changes: Any) -> list[dict[str, Any]]:
    value = deepcopy(SEED)
    value[0] = {**value[0], **changes}
    return value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "daftar baris"),
        ("C-01", "daftar baris"),
        ([{"kode": "A"}], "tepat"),
        (_changed(kode=" "), "satu baris tulisan"),
        (_changed(proses=""), "null"),
        (_changed(mulai="dibuka"), "akhir_berkas"),
        (_changed(nasib="bakar"), "musnah"),
        (_changed(aktif=-1), "jumlah tahun"),
        (_changed(aktif=True), "jumlah tahun"),
        (_changed(aktif=0, inaktif=0), "paling sedikit satu tahun"),
        (_changed(contoh="ya"), "true atau false"),
        (_changed(kode=SEED[1]["kode"]), "kode yang sama"),
        (_changed(proses=SEED[1]["proses"]), "dua baris"),
    ],
)
def test_what_is_no_schedule_is_told_why(value: Any, words: str) -> None:
    assert words in retention_schedule.fault(value)
