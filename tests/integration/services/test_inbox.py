"""The inbox: what is mine, what waits for my roles, what I may see; page by page."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from tests.integration.conftest import TestClock
from tests.integration.services import list_plans
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Task
from workflow_app.services.cases import inbox
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.workflow import cases, tasks

Play = Callable[..., UUID]


@pytest.fixture
def seven(works: Works, sktlk: str, budi: Actor, clock: TestClock) -> list[str]:
    """Numbers of seven cases that Budi started, a minute apart."""
    numbers = []
    for _ in range(7):
        clock.at += timedelta(minutes=1)
        with works.begin(budi) as work:
            numbers.append(cases.get(work, cases.start(work, sktlk).case_id).number)
    return numbers


def test_pages_follow_each_other_without_gap_or_repetition(
    works: Works, seven: list[str], budi: Actor
) -> None:
    seen: list[str] = []
    after = None
    for _ in range(3):
        with works.begin(budi) as work:
            page = inbox.page(work, "mine", after=after, limit=3)
        seen += [row.case_number for row in page.rows]
        after = page.next

    assert seen == seven
    assert after is None


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "ZGVmfGdoaQ=="])
def test_an_unreadable_cursor_means_the_first_page(
    works: Works, seven: list[str], budi: Actor, cursor: str
) -> None:
    with works.begin(budi) as work:
        assert inbox.page(work, "mine", after=cursor, limit=3).rows[0].case_number == seven[0]


def test_a_list_is_searched_by_part_of_a_number(
    works: Works, seven: list[str], budi: Actor
) -> None:
    with works.begin(budi) as work:
        found = inbox.page(work, "mine", query=seven[3][-3:]).rows
        none = inbox.page(work, "mine", query="%").rows

    assert [row.case_number for row in found] == [seven[3]]
    assert none == []


def test_a_list_is_narrowed_to_a_process(works: Works, seven: list[str], budi: Actor) -> None:
    with works.begin(budi) as work:
        assert len(inbox.page(work, "mine", process="sktlk").rows) == 7
        assert inbox.page(work, "mine", process="lp").rows == []


def test_my_tasks_are_nobody_elses_and_colleagues_see_them_under_all(
    works: Works, seven: list[str], budi: Actor, person: Callable[..., Actor]
) -> None:
    rina = person("rina", "petugas")
    with works.begin(rina) as work:
        page = inbox.page(work, "mine")
        everything = inbox.page(work, "all").rows

    assert page.rows == []
    assert page.counts == {"mine": 0, "queue": 0, "all": 7}
    assert {row.assignee_name for row in everything} == {"Contoh Budi"}


def test_an_approval_waits_for_the_role_until_somebody_takes_it(
    works: Works, play: Play, sari: Actor, person: Callable[..., Actor]
) -> None:
    dewi = person("dewi", "ka_spkt")
    play("sktlk_ktp", 6)
    with works.begin(sari) as work:
        waiting = inbox.page(work, "queue").rows
        tasks.claim(work, waiting[0].task_id)

    with works.begin(dewi) as work:
        assert inbox.page(work, "queue").rows == []
    with works.begin(sari) as work:
        mine = inbox.page(work, "mine").rows
    assert [row.step for row in waiting] == [row.step for row in mine]
    assert mine[0].from_whom == "Contoh Budi"
    assert mine[0].due_at is not None


def test_other_units_see_nothing(works: Works, seven: list[str], tono: Actor) -> None:
    for tab in inbox.TABS:
        with works.begin(tono) as work:
            page = inbox.page(work, tab)
        assert page.rows == []
        assert page.counts[tab] == 0


def test_what_one_began_is_an_index_read_in_order(
    works: Works, seven: list[str], budi: Actor
) -> None:
    """Whatever the statistics say of open tasks among a million done ones."""
    with works.begin(budi) as work:
        plan = list_plans.plan_of_all(work)
    assert "ix_task_begun" in plan
    assert "Nested Loop" not in plan


def test_the_lists_of_who_began_a_case_have_its_task_in_whosever_hands(
    works: Works, seven: list[str], budi: Actor, sari: Actor
) -> None:
    with works.begin(budi) as work:
        held = inbox.page(work, "mine").rows[0]
    with works.begin(SYSTEM) as work:
        work.session.execute(
            update(Task)
            .where(Task.id == held.task_id)
            .values(role="ka_spkt", assignee_id=sari.user_id)
        )
    with works.begin(budi) as work:
        assert held.case_number in [row.case_number for row in inbox.page(work, "all").rows]
        assert inbox.page(work, "all").counts["all"] == 7
        assert held.case_number not in [row.case_number for row in inbox.page(work, "mine").rows]
