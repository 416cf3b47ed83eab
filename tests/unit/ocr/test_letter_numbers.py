"""The month in the number of a letter is Roman."""

import pytest

from ocr.engine import with_roman_months


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("LP/B/307/X11/2026/SPKT", "LP/B/307/XII/2026/SPKT"),
        ("LP/B/700/VI11/2022/SPKT", "LP/B/700/VIII/2022/SPKT"),
        ("Nomor: B/9/l/2026 tanggal", "Nomor: B/9/I/2026 tanggal"),
        ("SKTLK/1/|X/2026", "SKTLK/1/IX/2026"),
        ("LP/B/3/111/2025", "LP/B/3/III/2025"),
    ],
)
def test_strokes_before_a_year_become_the_month(read: str, written: str) -> None:
    assert with_roman_months(read) == written


@pytest.mark.parametrize(
    "text",
    [
        "LP/B/307/XII/2026/SPKT",
        "LP/B/3/11/2025",
        "B/3/1/2025",
        "17/11/2025",
        "X11/2026",
        "LP/B/7/XXI/2026",
        "LP/B/7/X11/26",
        "LP/B/X11/7/2026",
        "",
    ],
)
def test_what_may_be_meant_stays_as_it_was_read(text: str) -> None:
    assert with_roman_months(text) == text
