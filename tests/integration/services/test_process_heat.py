"""Figures of a process are those of the cases the reader may see, live and from tallies, and lead
to their cases.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from tests.integration.conftest import MONDAY, TestClock
from tests.integration.services import logged
from tests.integration.services.logged import Stay
from workflow_app.domain import SYSTEM, Actor, Forbidden, NotFound
from workflow_app.models import Case, CaseStep, CaseWall, StayTally
from workflow_app.services.cases.event_log import StayEnd
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.reporting import process_figures, stays
from workflow_app.services.reporting.process_figures import Period, StepFigures
from workflow_app.services.reporting.stays import PRECISION
from workflow_app.services.workflow import cases

Play = Callable[..., UUID]
LENGTHS = (3, 200, 950, 70_000, 400_000)
"""Seconds that the cases of the tests stand before their third step."""


@pytest.fixture
def many(works: Works, play: Play, clock: TestClock) -> list[UUID]:
    """Cases of several days, each of which stood at a step for another time; some are over, some
    are not.
    """
    made = []
    for number, seconds in enumerate(LENGTHS):
        made.append(play("sktlk_ktp", None if number % 2 else 4))
        stretch(works, made[-1], seconds)
        clock.advance(hours=9)
    return made


def stretch(works: Works, case_id: UUID, seconds: float) -> None:
    """As if every stay of the case had begun so much earlier."""
    with works.begin(SYSTEM) as work:
        for row in work.session.scalars(select(CaseStep).where(CaseStep.case_id == case_id)):
            row.stay_since = [since - timedelta(seconds=seconds) for since in row.stay_since]


def exact(stays: Iterable[Stay], element: str, share: int) -> timedelta:
    """By the nearest rank, of the lengths themselves."""
    lengths = sorted(stay.length for stay in stays if stay.element == element)
    return lengths[-(-len(lengths) * share // 100) - 1]


def check_exact(works: Works, cases: Iterable[UUID], found: dict[str, StepFigures]) -> None:
    stays = [stay for case_id in cases for stay in logged.stays_of(works, case_id)]
    assert {"terima_warga", "persetujuan"} <= found.keys()
    for element, step in found.items():
        own = [stay for stay in stays if stay.element == element]
        assert step.stays == len(own)
        assert step.timed == sum(bool(stay.ends & StayEnd.TIMED) for stay in own)
        assert step.late == sum(bool(stay.ends & StayEnd.LATE) for stay in own)
        if not own:
            continue
        for told, share in ((step.median, 50), (step.p90, 90)):
            truth = max(exact(stays, element, share), timedelta(seconds=1))
            assert told is not None
            assert abs(told - truth) <= truth * PRECISION * 1.001 + timedelta(milliseconds=1)


def test_figures_are_exact_live_and_from_tallies(
    works: Works, many: list[UUID], sari: Actor, clock: TestClock
) -> None:
    live = logged.figures_of(works, sari, "sktlk")
    check_exact(works, many, live)

    clock.advance(days=1)
    stays.keep_up(works)
    tallied = logged.figures_of(works, sari, "sktlk")

    with works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.sum(StayTally.stays)))
        assert stays.open_days(work) == []
    assert tallied == live


def test_counting_a_day_again_changes_nothing(
    works: Works, many: list[UUID], sari: Actor, clock: TestClock
) -> None:
    clock.advance(days=2)
    stays.keep_up(works)
    before = logged.figures_of(works, sari, "sktlk")
    with works.begin(SYSTEM) as work:
        stays.tally(work, date(2026, 11, 23))
        stays.tally(work, date(2026, 11, 23))

    assert logged.figures_of(works, sari, "sktlk") == before


def test_a_day_ends_at_midnight_in_wita_and_is_left_open_a_little(
    works: Works, play: Play, sari: Actor, clock: TestClock
) -> None:
    midnight = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    clock.at = midnight - timedelta(seconds=1)
    first = play("sktlk_ktp", 2)
    clock.at = midnight
    second = play("sktlk_ktp", 1)
    assert first != second

    def told(day: int) -> int:
        with works.begin(sari) as work:
            chosen = process_figures.choose(work, "sktlk")
            period = Period(date(2026, 11, day), date(2026, 11, day))
            return process_figures.figures(work, chosen, period)["terima_warga"].stays

    assert (told(23), told(24)) == (1, 1)
    clock.at = midnight + timedelta(minutes=59)
    with works.begin(SYSTEM) as work:
        assert stays.open_days(work) == []
    clock.at = midnight + timedelta(minutes=61)
    with works.begin(SYSTEM) as work:
        assert stays.open_days(work) == [date(2026, 11, 23)]
    stays.keep_up(works)
    assert (told(23), told(24)) == (1, 1)


def test_a_clock_that_was_set_back_or_ran_ahead_leaves_no_wrong_day(
    works: Works, play: Play, sari: Actor, clock: TestClock
) -> None:
    def told(day: date) -> int:
        with works.begin(sari) as work:
            figures = process_figures.figures(
                work, process_figures.choose(work, "sktlk"), Period(day, day)
            )
            return figures["terima_warga"].stays if "terima_warga" in figures else 0

    monday = clock.at
    play("sktlk_ktp", 1)
    clock.advance(days=9)
    stays.keep_up(works)  # seven days too many: the clock was a week ahead
    clock.at = monday + timedelta(days=2)
    play("sktlk_ktp", 1)
    assert told(date(2026, 11, 25)) == 1
    clock.at = monday + timedelta(hours=1)
    play("sktlk_ktp", 1)  # set back into a day that is counted already

    clock.at = monday + timedelta(days=3)
    stays.keep_up(works)
    assert [told(date(2026, 11, day)) for day in (23, 24, 25)] == [2, 0, 1]
    with works.begin(SYSTEM) as work:
        assert stays.differing(work) == []


@pytest.mark.parametrize("days", [0, 2], ids=["live", "tallied"])
def test_r79_cases_kept_from_a_reader_are_in_none_of_his_figures(
    works: Works,
    many: list[UUID],
    sari: Actor,
    person: Callable[..., Actor],
    clock: TestClock,
    days: int,
) -> None:
    """Also those that were counted before the wall rose."""
    auditor, other = person("auditor", "auditor"), person("pamapta", "pamapta")
    clock.advance(days=days)
    if days:
        stays.keep_up(works)
    whole = logged.figures_of(works, sari, "sktlk")
    confined, walled, *rest = many
    with works.begin(SYSTEM) as work:
        work.session.execute(
            update(Case).where(Case.id == confined).values(confined_to="piket_propam")
        )
        work.session.add(
            CaseWall(
                case_id=walled,
                user_id=sari.user_id,
                since=work.clock(),
                reason_key="lapor.terlapor",
            )
        )

    check_exact(works, rest, logged.figures_of(works, sari, "sktlk"))
    check_exact(works, [walled, *rest], logged.figures_of(works, other, "sktlk"))
    assert logged.figures_of(works, auditor, "sktlk") == whole
    with works.begin(sari) as work:
        chosen, period = (
            process_figures.choose(work, "sktlk"),
            Period(date(2026, 11, 20), date(2026, 11, 30)),
        )
        for element in chosen.steps:
            if not chosen.numbers_of(element.id):
                continue
            for which in process_figures.WHICH:
                rows = process_figures.page(work, chosen, element.id, which, period).rows
                assert not {row.case_id for row in rows} & {confined, walled}
        day = process_figures.watch(work, chosen, date(2026, 11, 23))
        assert not {one.move.case_id for one in day.moves} & {confined, walled}


def test_another_unit_has_its_own_figures(
    works: Works, many: list[UUID], person: Callable[..., Actor], clock: TestClock
) -> None:
    stranger = person("jauh", "ka_spkt", unit="lain")
    assert logged.figures_of(works, stranger, "sktlk") == {}
    clock.advance(days=2)
    stays.keep_up(works)
    assert logged.figures_of(works, stranger, "sktlk") == {}


def test_who_may_look(
    works: Works, many: list[UUID], budi: Actor, person: Callable[..., Actor]
) -> None:
    for reader in (budi, person("arsip", "arsiparis"), person("admin", "admin")):
        with works.begin(reader) as work, pytest.raises(Forbidden):
            process_figures.choose(work, "sktlk")
    for role in ("pamapta", "pimpinan", "auditor"):
        with works.begin(person(f"pembaca_{role}", role)) as work:
            assert process_figures.choose(work, "sktlk").steps
            with pytest.raises(NotFound):
                process_figures.choose(work, "tidak_ada")
            with pytest.raises(NotFound):
                process_figures.choose(work, "sktlk", 99)


def test_every_figure_leads_to_its_cases(
    works: Works, many: list[UUID], sari: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_figures, "PAGE", 2)
    found = logged.figures_of(works, sari, "sktlk")
    with works.begin(sari) as work:
        chosen = process_figures.choose(work, "sktlk")
        period = Period(date(2026, 11, 20), date(2026, 12, 20))
        for element, step in found.items():
            counts = {"kini": step.standing, "selesai": step.stays, "lewat": step.late}
            for which in process_figures.WHICH:
                rows, after = [], None
                while True:
                    page = process_figures.page(work, chosen, element, which, period, after)
                    rows += page.rows
                    after = page.next
                    if after is None:
                        break
                assert len(rows) == len({*rows}) == counts[which], (element, which)
                order = [row.since if which == "kini" else row.until for row in rows]
                assert order == sorted(order, reverse=which != "kini")
        broken = process_figures.page(
            work, chosen, "terima_warga", "selesai", period, "bukan-kursor"
        )
        assert broken.rows


def test_a_day_begins_where_the_cases_stood_and_ends_where_they_stand(
    works: Works, play: Play, budi: Actor, sari: Actor, clock: TestClock
) -> None:
    for steps in (2, 4, None):
        case_id = play("sktlk_ktp", steps)
        clock.advance(hours=30)
        if steps == 2:
            with works.begin(budi) as work:
                cases.cancel(work, case_id, "Contoh: warga membatalkan.")

    here: dict[str, int] = {}
    with works.begin(sari) as work:
        chosen = process_figures.choose(work, "sktlk")
        for day in (MONDAY.date() + timedelta(days=number) for number in range(4)):
            found = process_figures.watch(work, chosen, day)
            assert {element: count for element, count in here.items() if count} == found.standing
            for one in found.moves:
                for element in one.move.left:
                    here[element] -= 1
                for element in one.move.entered:
                    here[element] = here.get(element, 0) + 1
            assert min(here.values()) >= 0
        assert sum(here.values()) == 1, "one of the three is not over"
        with pytest.raises(NotFound):
            process_figures.watch(work, chosen, MONDAY.date() - timedelta(days=200))


def test_a_day_with_very_many_moves_goes_on_where_it_stopped(
    works: Works, many: list[UUID], sari: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with works.begin(sari) as work:
        chosen = process_figures.choose(work, "sktlk")
        whole = process_figures.watch(work, chosen, MONDAY.date())
        monkeypatch.setattr(process_figures, "MOST", 1)
        first = process_figures.watch(work, chosen, MONDAY.date())
        assert first.next is not None
        second = process_figures.watch(work, chosen, MONDAY.date(), first.next)

    assert [one.move for one in whole.moves][: len(first.moves)] == [
        one.move for one in first.moves
    ]
    assert second.begins_at == first.next
