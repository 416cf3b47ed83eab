"""Cases that beget cases: begun in the same transaction, shown on both sides, and hidden from who
may not see the other.
"""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from tests.integration.deploying import deploy
from tests.integration.services import away
from tests.unit.engine.family import CALL, CALLER, REASON, REPORT, call, report
from tests.unit.engine.folder import Folder
from workflow_app.domain import SYSTEM, Actor, ProcessFault
from workflow_app.engine import runner
from workflow_app.models import Case, CaseKinship, Task
from workflow_app.services.cases import history, incidents, related_cases
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.workflow import cases, tasks

Person = Callable[..., Actor]


def begin(works: Works, actor: Actor) -> tuple[UUID, UUID]:
    """A call that was just taken; its case and its first task."""
    with works.begin(actor) as work:
        started = cases.start(work, CALL)
    assert started.task_id is not None
    return started.case_id, started.task_id


def go_on(works: Works, actor: Actor) -> tuple[UUID, tasks.Completion]:
    """A call whose report has begun; its case, and what completing it led to."""
    case_id, task_id = begin(works, actor)
    with incidents.unit_of_work(works, actor) as work:
        return case_id, tasks.complete(work, task_id, dict(CALLER), str(uuid4()))


def child_of(works: Works, case_id: UUID) -> UUID:
    with works.begin(SYSTEM) as work:
        return work.session.scalars(
            select(CaseKinship.child_id).where(CaseKinship.parent_id == case_id)
        ).one()


def family(works: Works, actor: Actor, case_id: UUID) -> related_cases.Family:
    with works.begin(actor) as work:
        return related_cases.of_case(work, work.session.get_one(Case, case_id))


def told(works: Works, actor: Actor, case_id: UUID) -> list[str]:
    with works.begin(actor) as work:
        return [entry.what for entry in history.timeline(work, case_id)]


@pytest.fixture
def deployed(works: Works, tmp_path: Path) -> None:
    deploy(works, tmp_path, report(), call())


def test_a_step_begins_a_case_and_its_first_task_stays_with_the_officer(
    works: Works, deployed: None, budi: Actor
) -> None:
    case_id, done = go_on(works, budi)

    child_id = child_of(works, case_id)
    with works.begin(budi) as work:
        child, parent = work.session.get_one(Case, child_id), work.session.get_one(Case, case_id)
        first = work.session.scalars(select(Task).where(Task.case_id == child_id)).one()
        stands = runner.standing(
            definition_of(work, parent.definition_id), parent.state, work.clock()
        )
        assert (child.process_key, child.unit, child.opened_by) == (REPORT, "spkt", budi.user_id)
        assert (first.element, first.assignee_id) == ("catat", budi.user_id)
        assert done.next_task_id == first.id, "the officer goes on where the citizen is served"
        assert stands.variables["berkas_lanjutan"] == str(child_id)


def test_a_substitute_is_led_to_the_first_task_of_the_case_that_follows(
    works: Works, deployed: None, budi: Actor, rina: Actor
) -> None:
    case_id, done = go_on(works, budi)
    away.send_away(works, budi, rina)
    with works.begin(away.now(works, rina)) as work:
        assert related_cases.next_task(work, case_id) == done.next_task_id, (
            "it stays at the desk of the absent one"
        )
    with works.begin(rina) as work:
        assert related_cases.next_task(work, case_id) is None, "for herself there is nothing"


def test_both_pages_and_both_trails_tell_of_the_other(
    works: Works, deployed: None, budi: Actor
) -> None:
    case_id, _ = go_on(works, budi)
    child_id = child_of(works, case_id)

    (child,) = family(works, budi, case_id).kin
    (parent,) = family(works, budi, child_id).kin
    assert (child.relation, child.case_id, child.state, child.reason) == (
        "child",
        child_id,
        "Masih berjalan",
        REASON,
    )
    assert (parent.relation, parent.case_id) == ("parent", case_id)
    assert f"Berkas lanjutan dibuka: {REASON}" in told(works, budi, case_id)
    assert "Dibuka sebagai lanjutan berkas lain" in told(works, budi, child_id)
    with works.begin(SYSTEM) as work:
        assert list(unit_of_work.verify_chains(work)) == []


def test_an_end_is_told_in_the_words_of_its_model(
    works: Works, deployed: None, budi: Actor, sari: Actor
) -> None:
    case_id, _ = go_on(works, budi)
    with works.begin(sari) as work:
        task = work.session.scalars(
            select(Task.id).where(Task.case_id == case_id, Task.status == "open")
        ).one()
        tasks.complete(work, task, {}, str(uuid4()))

    assert [kin.state for kin in family(works, budi, child_of(works, case_id)).kin] == ["Selesai"]


def test_who_may_not_see_a_relative_learns_nothing_of_it(
    works: Works, deployed: None, budi: Actor, person: Person
) -> None:
    case_id, _ = go_on(works, budi)
    child_id = child_of(works, case_id)
    with works.begin(budi) as work:
        task = work.session.scalars(
            select(Task.id).where(Task.case_id == child_id, Task.status == "open")
        ).one()
        tasks.complete(work, task, {}, str(uuid4()))
    reskrim = person("edo", "piket_reskrim")

    assert family(works, reskrim, child_id) == related_cases.Family([], has_hidden=True)
    words = " ".join(told(works, reskrim, child_id))
    with works.begin(SYSTEM) as work:
        number = work.session.get_one(Case, case_id).number
    assert number not in words
    assert REASON not in words


def test_a_case_without_relatives_has_none(works: Works, deployed: None, budi: Actor) -> None:
    case_id, _ = begin(works, budi)

    assert family(works, budi, case_id) == related_cases.Family([], has_hidden=False)


def test_the_same_form_sent_twice_begins_one_case(
    works: Works, deployed: None, budi: Actor
) -> None:
    case_id, task_id = begin(works, budi)
    found = []
    for _ in range(2):
        with works.begin(budi) as work:
            found.append(tasks.complete(work, task_id, dict(CALLER), "token-1"))

    assert found[0] == found[1]
    assert child_of(works, case_id)


def test_a_process_that_is_not_deployed_leaves_everything_as_it_was(
    works: Works, tmp_path: Path, budi: Actor
) -> None:
    deploy(works, tmp_path, call("laporan_lain"))
    with works.begin(SYSTEM) as work:
        before = work.session.scalar(select(func.count()).select_from(Case))
    case_id, task_id = begin(works, budi)

    with (
        pytest.raises(ProcessFault, match="laporan_lain"),
        incidents.unit_of_work(works, budi) as work,
    ):
        tasks.complete(work, task_id, dict(CALLER), str(uuid4()))

    with works.begin(budi) as work:
        seen = cases.get(work, case_id)
        after = work.session.scalar(select(func.count()).select_from(Case))
    assert [task.id for task in seen.open_tasks] == [task_id]
    assert [(found.element, found.sentence) for found in seen.incidents] == [
        (
            "lanjutkan",
            "Langkah ini belum disimpan karena layanan lanjutannya (laporan_lain) belum terpasang. "
            "Minta admin memasangnya, lalu kirim lagi.",
        )
    ]
    assert after == (before or 0) + 1


def test_processes_that_begin_each_other_without_a_person_come_to_an_end(
    works: Works, tmp_path: Path, budi: Actor
) -> None:
    folder = Folder("gema").start()
    folder.service("ulangi", "start_case", process='"gema"', reason='"Gema"').end("selesai")
    deploy(works, tmp_path, folder.flow("mulai", "ulangi", "selesai"))

    with pytest.raises(ProcessFault, match="begin each other"), works.begin(budi) as work:
        cases.start(work, "gema")


def test_a_bond_is_written_once(works: Works, deployed: None, budi: Actor) -> None:
    child_id = child_of(works, go_on(works, budi)[0])

    for statement in ("update case_kinship set reason = 'x'", "delete from case_kinship"):
        with pytest.raises(DatabaseError, match="append-only"), works.begin(SYSTEM) as work:
            work.session.execute(text(statement))
    assert family(works, budi, child_id).kin
