"""Answers in words: what was stored once is always shown, however odd."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.unit.processes.folder import sktlk
from workflow_app.services.core import formatting


def test_an_instant_at_the_ends_of_the_calendar_is_shown_and_never_raises() -> None:
    first = datetime.min.replace(tzinfo=timezone(timedelta(hours=8)))
    last = datetime.max.replace(tzinfo=UTC)
    assert formatting.moment(first).startswith("0001-01-01")
    assert formatting.moment(last).startswith("9999-12-31")


@pytest.mark.parametrize(
    "stored", ["0001-01-01T00:00:00+07:57", "kemarin", "2026-11-23T01:00:00+00:00"]
)
def test_r57_whatever_is_stored_as_arrival_has_words(stored: str) -> None:
    field = sktlk().form("terima_warga").fields["arrived_at"]
    assert formatting.answer(sktlk(), field, stored)


@pytest.mark.parametrize(
    ("configured", "words"),
    [
        (10, "10 menit"),
        (90, "90 menit"),
        (14 * 24 * 60, "14 hari"),
        (None, ""),
        ({"hari_kerja": 3, "kalender": "hari_kerja"}, "3 hari kerja"),
        ({"hari_kerja": 14, "kalender": "setiap_hari"}, "14 hari"),
    ],
)
def test_a_target_has_words_in_its_own_unit(
    configured: int | dict[str, int | str] | None, words: str
) -> None:
    assert formatting.target(configured) == words
