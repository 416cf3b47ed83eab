"""Scenarios played on a site with the real clock: what happens in them happens now."""

from datetime import UTC, datetime

from workflow_app.engine.form_rules import Order, judge
from workflow_app.services.demo.seeding import happening_now

HANDED_OVER = {
    "diserahkan": (
        Order("at_least", (("terima", "arrived_at"),), "Waktu ini mendahului kedatangan."),
    )
}


def test_what_is_typed_in_the_same_minute_does_not_lie_before_a_step_that_was_played() -> None:
    now = datetime(2026, 11, 23, 1, 2, 33, 456, tzinfo=UTC)
    played = happening_now(
        {"arrived_at": "2026-11-23T08:58:00+08:00", "tanggal_lahir": "1985-07-01"}, now
    )
    assert played == {"arrived_at": "2026-11-23T01:02:00+00:00", "tanggal_lahir": "1985-07-01"}

    typed = {"diserahkan": "2026-11-23T09:02:00+08:00"}
    assert judge(HANDED_OVER, typed, {"terima": played}) == {}
    a_minute_before = {"diserahkan": "2026-11-23T09:01:00+08:00"}
    assert judge(HANDED_OVER, a_minute_before, {"terima": played}) != {}
