"""The board of all running cases: figures against cases that are counted by hand, what is hidden,
what is new.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.services.standing_cases import APPROVAL, WORK, Office, Span
from tests.integration.web.statements import statements
from workflow_app.domain import SYSTEM, Actor, Forbidden
from workflow_app.permissions import OVERSEERS, ROLES
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.reporting import boards, service_reports
from workflow_app.services.reporting.boards import Board

NIGHT = datetime(2026, 11, 23, 15, 50, tzinfo=UTC)
"""Monday, 23 November 2026, 23.50 WITA."""


@pytest.fixture
def office(works: Works, clock: TestClock, sktlk: str) -> Office:
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "complaint")
    return Office(works, clock, sktlk)


@pytest.fixture
def counted(office: Office) -> dict[str, UUID]:
    """Nine o'clock in the morning. Every figure of this office can be counted on this page."""
    late, soon, calm = Span(-20, -5), Span(-8, 2), Span(-10, 60 * 24)
    return {
        "late": office.case(late, waits=[APPROVAL]),
        "later": office.case(Span(-90, -80), Span(-90, name="kedatangan"), opened=-90),
        "soon": office.case(soon, waits=[WORK]),
        "calm": office.case(calm, opened=-60 * 24, waits=[APPROVAL]),
        "without": office.case(process="complaint", status="stopped", opened=-60 * 48),
        "done": office.case(Span(-40, -30, -35), opened=-50, closed=-30),
        "done_late": office.case(Span(-40, -30, -10), opened=-50, closed=-10),
        "yesterday": office.case(Span(-1000, -990, -980), opened=-1000, closed=-970),
        "cancelled": office.case(Span(-40, -30, -20), opened=-50, closed=-20, status="cancelled"),
    }


MOST = 10
"""Questions to the database for a board or a page of its lists."""


def read(works: Works, actor: Actor, days: int = 30) -> Board:
    with works.begin(actor) as work:
        return boards.read(work, days)


def walk(
    works: Works, actor: Actor, kind: boards.Kind, *, process: str | None = None, limit: int = 2
) -> list[UUID]:
    """Every page of a list."""
    found: list[UUID] = []
    after = None
    while True:
        with works.begin(actor) as work:
            page = boards.page(work, kind, process=process, after=after, limit=limit)
        found += [row.case.case_id for row in page.rows]
        after = page.next
        if after is None:
            return found


def test_figures_are_those_that_are_counted_by_hand(
    works: Works, counted: dict[str, UUID], sari: Actor
) -> None:
    board = read(works, sari)

    assert (board.running, board.late, board.due_today, board.waiting) == (5, 2, 1, 2)
    assert (board.today.received, board.today.finished) == (6, 2)
    assert board.today.breached == 4, (
        "two that run, one that stopped late, one that was cancelled late"
    )
    assert [(group.key, group.running, group.late, group.due_today) for group in board.groups] == [
        ("sktlk", 4, 2, 1),
        ("complaint", 1, 0, 0),
    ]
    shown = [case.case_id for case in board.groups[0].cases]
    assert shown == [counted[name] for name in ("later", "late", "soon", "calm")], (
        "breaches first, then nearest"
    )
    first = board.groups[0].cases[0]
    assert [clock.label for clock in first.clocks] == ["Sejak berkas lengkap", "Sejak warga datang"]
    assert board.groups[0].cases[1].waits_for == ["Periksa dan setujui (Ka SPKT)"]
    assert board.groups[1].cases[0].is_stopped


def test_every_figure_leads_to_exactly_its_cases(
    works: Works, counted: dict[str, UUID], sari: Actor
) -> None:
    board = read(works, sari)
    figures: dict[boards.Kind, int] = {
        "running": board.running,
        "late": board.late,
        "due_today": board.due_today,
        "waiting": board.waiting,
        "received": board.today.received,
        "finished": board.today.finished,
        "breached": board.today.breached,
        "measured": sum(span.n for span in board.spans),
        "measured_late": sum(span.late for span in board.spans),
    }
    lists = {kind: walk(works, sari, kind) for kind in figures}

    assert {kind: len(found) for kind, found in lists.items()} == figures
    assert [len(set(found)) for found in lists.values()] == list(figures.values()), "none twice"
    names = {case_id: name for name, case_id in counted.items()}
    told = {kind: [names[case_id] for case_id in found] for kind, found in lists.items()}
    assert told["running"] == ["later", "late", "soon", "calm", "without"]
    assert told["waiting"] == ["calm", "late"], "who waits longest comes first"
    assert told["measured"] == ["done_late", "done", "yesterday"]
    assert told["measured_late"] == ["done_late", "yesterday"]
    assert walk(works, sari, "running", process="complaint") == [counted["without"]]


def test_a_median_is_told_of_five_and_a_p90_of_ten(
    works: Works, office: Office, sari: Actor
) -> None:
    def span() -> service_reports.Span:
        return next(one for one in read(works, sari).spans if one.clock.process_key == "sktlk")

    for took in (2, 4, 6, 8):
        office.case(Span(-took - 10, -10, -10), closed=-10)
    assert (span().n, span().median, span().p90) == (4, None, None)
    office.case(Span(-40, -30, -10), closed=-10)
    assert (span().n, span().late, span().median, span().p90) == (5, 1, timedelta(minutes=6), None)
    for took in (1, 3, 5, 7, 9):
        office.case(Span(-took - 10, -10, -10), closed=-10)
    assert (span().n, span().median) == (10, timedelta(minutes=5, seconds=30))
    assert span().p90 == timedelta(minutes=11, seconds=6), (
        "between the ninth (9) and the tenth (30)"
    )
    assert (span().clock.label, span().clock.target) == ("Sejak berkas lengkap", "10 menit")


def test_a_period_counts_whole_local_days(works: Works, office: Office, sari: Actor) -> None:
    """Nine o'clock: a week begins at midnight six days ago."""
    week = -6 * 24 * 60 - 9 * 60
    for minutes in (week - 1, week + 1):
        office.case(Span(minutes - 5, minutes, minutes), opened=minutes - 5, closed=minutes)

    counts = {
        days: sum(span.n for span in read(works, sari, days).spans)
        for days in service_reports.PERIODS
    }
    assert counts == {7: 1, 30: 2, 90: 2}


def test_the_day_begins_at_midnight_in_wita(
    works: Works, office: Office, clock: TestClock, sari: Actor
) -> None:
    clock.at = NIGHT
    office.case(Span(-60, 5), opened=-60)
    office.case(Span(-60, 20), opened=-60)
    before = read(works, sari)
    assert (before.today.received, before.due_today, before.late) == (2, 1, 0), (
        "the second is due tomorrow"
    )
    with works.begin(sari) as work:
        known = boards.word(work)

    clock.advance(minutes=11)
    after = read(works, sari)
    assert (after.today.received, after.today.breached) == (0, 0), "the limit passed yesterday"
    assert (after.due_today, after.late) == (1, 1)
    with works.begin(sari) as work:
        assert boards.word(work) != known


def test_what_one_may_not_see_is_in_no_figure_and_in_no_list(
    works: Works, office: Office, sari: Actor, person: Callable[..., Actor]
) -> None:
    auditor = person("wasrik", "auditor")
    for hiding in ({"hidden_from": [sari]}, {"confined_to": "piket_propam"}, {"unit": "lain"}):
        office.case(Span(-20, -5), waits=[APPROVAL], **hiding)  # type: ignore[arg-type]  # one of the three
        office.case(Span(-20, -15, -10), closed=-10, **hiding)  # type: ignore[arg-type]  # as above

    board = read(works, sari)
    assert (board.groups, board.approvals, board.waiting) == ([], [], 0)
    assert (board.today.received, board.today.finished, board.today.breached) == (0, 0, 0)
    assert [(span.n, span.late) for span in board.spans] == [(0, 0)] * len(board.spans)
    kinds: tuple[boards.Kind, ...] = (
        "running",
        "late",
        "waiting",
        "received",
        "finished",
        "breached",
        "measured",
    )
    assert [walk(works, sari, kind) for kind in kinds] == [[]] * len(kinds)
    seen = read(works, auditor)
    assert (seen.running, seen.waiting, seen.today.finished) == (2, 2, 2), (
        "not those of another unit"
    )


@pytest.mark.usefixtures("counted")
def test_who_oversees_reads_the_board_and_nobody_else(
    works: Works, person: Callable[..., Actor]
) -> None:
    for role in ROLES:
        actor = person(f"orang_{role}", role)
        if role in OVERSEERS:
            assert read(works, actor).running == 5
        else:
            for act in (lambda work: boards.read(work), lambda work: boards.page(work, "running")):
                with pytest.raises(Forbidden), works.begin(actor) as work:
                    act(work)


def test_the_word_changes_with_an_event_or_a_limit_and_with_nothing_else(
    works: Works, counted: dict[str, UUID], clock: TestClock, sari: Actor
) -> None:
    def word() -> str:
        with works.begin(sari) as work:
            return boards.word(work)

    known = word()
    assert word() == known
    clock.advance(seconds=119)
    assert word() == known, "time alone is nothing new"
    clock.advance(seconds=2)
    passed = word()
    assert passed != known, "the limit of a running case has passed"
    with works.begin(SYSTEM) as work:
        unit_of_work.record_case(work, counted["late"], "case.confined", role="piket_propam")
    assert word() != passed


def test_an_event_that_is_committed_after_a_newer_one_is_new_too(fresh_works: Works) -> None:
    """Its number is given when it is written, and seen when it is committed."""
    with fresh_works.begin(SYSTEM) as slow:
        unit_of_work.record(slow, "uji:lambat", "case.opened")
        slow.session.flush()
        with fresh_works.begin(SYSTEM) as quick:
            unit_of_work.record(quick, "uji:cepat", "case.opened")
        with fresh_works.begin(SYSTEM) as reader:
            known = boards.word(reader)
    with fresh_works.begin(SYSTEM) as reader:
        assert boards.word(reader) != known


def test_a_board_asks_as_often_for_many_cases_as_for_few(
    works: Works, office: Office, sari: Actor, db_engine: Engine
) -> None:
    def asked(act: Callable[[], object]) -> list[str]:
        with statements(db_engine) as sent:
            act()
        return [" ".join(statement.split())[:200] for statement in sent]

    acts: tuple[Callable[[], object], ...] = (
        lambda: read(works, sari),
        lambda: walk(works, sari, "running", limit=100),
        lambda: walk(works, sari, "measured", limit=100),
    )
    few: list[list[str]] = []
    many: list[list[str]] = []
    for counts in (few, many):
        for process in ("sktlk", "complaint") * (1 if counts is few else 15):
            office.case(Span(-20, -5), waits=[APPROVAL, WORK], process=process)
            office.case(Span(-20, -15, -10), closed=-10, process=process)
        counts += [asked(act) for act in acts]
    assert [Counter(more) - Counter(less) for less, more in zip(few, many, strict=True)] == [
        Counter()
    ] * len(acts)
    assert max(map(len, few)) <= MOST, few


@pytest.mark.usefixtures("office")
def test_the_clock_of_a_process_is_its_first_with_a_target(works: Works) -> None:
    """Where the office takes a target away, the next that has one; an office without any is still
    measured.
    """
    with works.begin(SYSTEM) as work:
        assert {one.process_key: one.name for one in service_reports.clocks(work)} == {
            "sktlk": "berkas_lengkap",
            "complaint": "tanggapan_awal",
        }
        configuration.set_value(work, "target.kedatangan", 30, work.clock())
        configuration.set_value(work, "target.berkas_lengkap", None, work.clock())
        assert {one.process_key: (one.name, one.target) for one in service_reports.clocks(work)}[
            "sktlk"
        ] == (
            "kedatangan",
            "30 menit",
        )
        configuration.set_value(work, "target.kedatangan", None, work.clock())
        assert {one.process_key: (one.name, one.target) for one in service_reports.clocks(work)}[
            "sktlk"
        ] == (
            "berkas_lengkap",
            "",
        )
