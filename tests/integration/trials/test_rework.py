"""Rework makes a case no dearer: late rounds ask the database for as much as the first. How long it
takes is not judged here.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from tests.integration.conftest import PROCESSES, TestClock
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Task
from workflow_app.services.core.unit_of_work import Works
from workflow_app.tools.load import rework


def test_a_case_that_was_sent_back_often_asks_for_no_more_than_a_new_one(
    works: Works, clock: TestClock, budi: Actor, sari: Actor, sktlk: str
) -> None:
    def going_on() -> datetime:
        clock.advance(milliseconds=1)
        return clock.at

    works, folder = replace(works, clock=going_on), PROCESSES / sktlk

    result = rework.run(
        works, {"petugas": budi, "ka_spkt": sari}, folder, loops=60, warm_up=1, window=1
    )

    with works.begin(SYSTEM) as work:
        per_case = (
            select(func.count())
            .select_from(Task)
            .where(Task.element == "persetujuan")
            .group_by(Task.case_id)
        )
        assert sorted(work.session.scalars(per_case)) == [4, 31]
    first, last = result.first, result.last
    assert first.rows > 0
    assert (last.statements, last.rows) == (first.statements, first.rows)
    assert last.bytes < 1.05 * first.bytes
    assert last.state_bytes < 1.05 * first.state_bytes
