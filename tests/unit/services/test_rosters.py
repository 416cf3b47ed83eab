"""Gaps and overlaps of a duty roster."""

from datetime import UTC, datetime, timedelta

from workflow_app.services.roster.rosters import Doubt, Shift, gaps, overlaps, unable

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
END = NOW + timedelta(hours=48)
FUNCTION = "piket_reskrim"


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def shift(start: float, end: float, *people: str) -> Shift:
    return Shift(FUNCTION, at(start), at(end), people)


def spans(found: list[Doubt]) -> list[tuple[float, float]]:
    return [
        ((d.starts_at - NOW) / timedelta(hours=1), (d.ends_at - NOW) / timedelta(hours=1))
        for d in found
    ]


def test_duties_that_follow_each_other_leave_nothing_to_say() -> None:
    roster = [shift(-1, 23, "a"), shift(23, 47, "b"), shift(47, 71, "a")]
    assert gaps(FUNCTION, roster, NOW, END) == overlaps(FUNCTION, roster, NOW) == []


def test_every_time_without_a_period_is_named() -> None:
    roster = [shift(2, 23, "a"), shift(24, 40, "b")]
    assert spans(gaps(FUNCTION, roster, NOW, END)) == [(0, 2), (23, 24), (40, 48)]
    assert spans(gaps(FUNCTION, [shift(60, 80, "a")], NOW, END)) == [(0, 48)]
    assert spans(gaps(FUNCTION, [], NOW, END)) == [(0, 48)]


def test_a_period_inside_a_longer_one_opens_no_gap_and_is_an_overlap() -> None:
    roster = [shift(-5, 50, "a"), shift(1, 2, "b"), shift(3, 60, "c")]
    assert gaps(FUNCTION, roster, NOW, END) == []
    assert spans(overlaps(FUNCTION, roster, NOW)) == [(1, 2), (3, 50)]


def test_an_overlap_that_is_over_is_not_told() -> None:
    assert overlaps(FUNCTION, [shift(-9, -1, "a"), shift(-2, 23, "b")], NOW) == []


def test_a_period_in_which_nobody_serves_is_meant() -> None:
    assert gaps(FUNCTION, [shift(-1, 50)], NOW, END) == []


def test_who_cannot_serve_any_more_is_named() -> None:
    (doubt,) = unable(FUNCTION, [shift(-1, 23, "a", "b"), shift(23, 47, "a"), shift(47, 50)], {"a"})
    assert (doubt.people, spans([doubt])) == (("b",), [(-1, 23)])
    assert doubt.sentence.startswith("jadwal_piket.piket_reskrim: b tidak dapat bertugas dari")


def test_the_sentence_names_the_key_and_what_to_do() -> None:
    gap = Doubt(FUNCTION, "gap", NOW, END)
    assert gap.sentence == (
        "jadwal_piket.piket_reskrim: belum ada piket dari 1 Desember 2026 09.00 WITA sampai 3 "
        "Desember 2026 09.00 WITA. "
        "Isi di menu Jadwal piket, atau lewat ./spkt config import."
    )
    assert "bertindihan" in Doubt(FUNCTION, "overlap", NOW, END).sentence
