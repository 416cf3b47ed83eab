"""Times, spans and sizes in Indonesian words."""

from datetime import UTC, date, datetime, timedelta

import pytest
from markupsafe import Markup

from workflow_app.services.core import formatting
from workflow_app.web import formats

NOW = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)


def test_time_of_day_is_written_with_a_dot_and_wita() -> None:
    assert formats.clock_time(NOW) == "14.20 WITA"


def test_the_day_is_the_day_in_kalimantan_not_in_greenwich() -> None:
    late = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert formats.full_time(late) == "1 Januari 2027 pukul 00.30 WITA"
    assert formats.long_date(late) == "Jumat, 1 Januari 2027"


def test_a_plain_date_is_not_moved_between_zones() -> None:
    assert formats.plain_date(date(2026, 11, 23)) == "23 November 2026"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW, "14.20 WITA"),
        (NOW - timedelta(hours=14), "00.20 WITA"),
        (NOW - timedelta(hours=15), "kemarin 23.20"),
        (NOW - timedelta(days=2), "21 Nov 14.20"),
        (datetime(2025, 8, 17, 2, 0, tzinfo=UTC), "17 Agu 2025"),
    ],
)
def test_a_moment_is_as_short_as_it_stays_clear(at: datetime, words: str) -> None:
    assert formats.moment(at, NOW) == words


def test_a_time_of_a_week_keeps_its_hour_in_another_year_too() -> None:
    assert formats.day_time(datetime(2027, 1, 3, 0, 0, tzinfo=UTC)) == "3 Jan 08.00"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "0 detik"),
        (timedelta(seconds=59.9), "59 detik"),
        (timedelta(minutes=12, seconds=59), "12 menit"),
        (timedelta(hours=2), "2 jam"),
        (timedelta(hours=1, minutes=20), "1 jam 20 menit"),
        (timedelta(days=3, hours=4, minutes=59), "3 hari 4 jam"),
        (-timedelta(days=1), "1 hari"),
    ],
)
def test_spans_are_rounded_down(span: timedelta, words: str) -> None:
    assert formatting.duration(span) == words


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(minutes=12), "12 menit lagi"),
        (timedelta(seconds=30), "kurang dari 1 menit lagi"),
        (timedelta(), "baru saja"),
        (-timedelta(minutes=5), "5 menit lalu"),
    ],
)
def test_relative_times(gap: timedelta, words: str) -> None:
    assert formats.relative(NOW + gap, NOW) == words


def test_a_passed_limit_says_so() -> None:
    assert formats.countdown(NOW - timedelta(minutes=3, seconds=5), NOW) == "lewat 3 menit"
    assert formats.countdown(NOW - timedelta(seconds=5), NOW) == "lewat 5 detik"
    assert formats.countdown(NOW + timedelta(minutes=9), NOW) == "9 menit lagi"


@pytest.mark.parametrize(
    ("left", "state"),
    [(4, "calm"), (3, "soon"), (0, "soon"), (-1, "late")],
)
def test_the_colour_of_a_clock(left: int, state: str) -> None:
    assert formats.urgency(NOW + timedelta(minutes=left), NOW) == state


def test_without_a_limit_there_is_no_colour() -> None:
    assert formats.urgency(None, NOW) == "none"


@pytest.mark.parametrize(
    ("size", "words"), [(812, "812 B"), (45_400, "45 KB"), (1_230_000, "1,2 MB")]
)
def test_sizes(size: int, words: str) -> None:
    assert formats.file_size(size) == words


def test_a_letter_number_may_break_after_slashes_and_stays_escaped() -> None:
    assert formats.breakable("SKTLK/1/<b>") == Markup("SKTLK/<wbr>1/<wbr>&lt;b&gt;")


def test_minutes_of_a_wall_clock_stop_counting_seconds_at_a_hundred() -> None:
    spans = (
        timedelta(seconds=-1),
        timedelta(seconds=65),
        timedelta(minutes=99, seconds=59),
        timedelta(minutes=100, seconds=1),
    )
    assert [formats.minutes(span) for span in spans] == ["0.00", "1.05", "99.59", "100"]


def test_r60_a_point_in_a_sentence_is_opened_by_the_phone_and_nothing_else_is_a_link() -> None:
    shown = formats.mapped("Koordinat: -2.7845, 115.2712. <b>")
    address = "geo:-2.7845,115.2712?q=-2.7845,115.2712"
    assert (
        shown == f'Koordinat: <a href="{address}">-2.7845, 115.2712 (buka di peta)</a>. &lt;b&gt;'
    )
    for words in (
        "Diserahkan 14.20, 15.30 WITA",
        "Rp1.234.567, 8.901",
        "192.168.10.12, 10.11.12.13",
        "",
    ):
        assert "<a" not in formats.mapped(words)
