"""Who recorded does not approve: whichever way the task comes to them, and whatever role they are
given later (R57).
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from workflow_app.domain import SYSTEM, Actor, Answers, Forbidden, NotFound
from workflow_app.models import Case, Draft, Submission, Task
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.workflow import drafts, tasks

Play = Callable[..., UUID]
APPROVE: Answers = {"keputusan": "setuju"}


@pytest.fixture
def promoted(works: Works, play: Play, budi: Actor) -> tuple[Actor, UUID]:
    """Budi recorded the case as an officer and became Ka SPKT afterwards; the approval waits in the
    queue.
    """
    case_id = play("sktlk_ktp", 6)
    with works.begin(SYSTEM) as work:
        users.set_roles(work, "budi", ["petugas", "ka_spkt", "pamapta"])
    roles = frozenset({"petugas", "ka_spkt", "pamapta"})
    return replace(budi, roles=roles), open_task(works, case_id)


def open_task(works: Works, case_id: UUID) -> UUID:
    with works.begin(SYSTEM) as work:
        return work.session.scalars(
            select(Task.id).where(Task.case_id == case_id, Task.status == "open")
        ).one()


def give(works: Works, task_id: UUID, user: Actor) -> None:
    """As if a fault had put the task into these hands."""
    with works.begin(SYSTEM) as work:
        work.session.execute(
            update(Task).where(Task.id == task_id).values(assignee_id=user.user_id)
        )


def state(works: Works, task_id: UUID) -> tuple[object, ...]:
    """What an approval would change."""
    with works.begin(SYSTEM) as work:
        task = work.session.get_one(Task, task_id)
        case = work.session.get_one(Case, task.case_id)
        count = work.session.scalar(select(func.count()).select_from(Submission))
        return (task.status, task.assignee_id, task.done_by, case.revision, case.status, count)


def claim(works: Works, actor: Actor, task_id: UUID) -> None:
    with works.begin(actor) as work:
        tasks.claim(work, task_id)


def complete(works: Works, actor: Actor, task_id: UUID) -> None:
    with works.begin(actor) as work:
        tasks.complete(work, task_id, APPROVE, str(uuid4()))


def reassign_to_oneself(works: Works, actor: Actor, task_id: UUID) -> None:
    with works.begin(actor) as work:
        assert actor.user_id is not None
        tasks.reassign(work, task_id, actor.user_id)


@pytest.mark.parametrize("way", [claim, complete, reassign_to_oneself])
def test_an_officer_who_became_chief_cannot_approve_what_they_recorded(
    works: Works, promoted: tuple[Actor, UUID], way: Callable[[Works, Actor, UUID], None]
) -> None:
    actor, task_id = promoted
    before = state(works, task_id)
    with pytest.raises(Forbidden, match="mencatat berkas ini"):
        way(works, actor, task_id)
    assert state(works, task_id) == before


def test_a_colleague_cannot_give_the_approval_to_who_recorded(
    works: Works, promoted: tuple[Actor, UUID], sari: Actor
) -> None:
    actor, task_id = promoted
    claim(works, sari, task_id)
    before = state(works, task_id)
    assert actor.user_id is not None
    with pytest.raises(Forbidden, match="ikut mencatat"), works.begin(sari) as work:
        tasks.reassign(work, task_id, actor.user_id)
    assert state(works, task_id) == before


def test_even_with_the_task_in_hand_it_is_refused_when_it_counts(
    works: Works, promoted: tuple[Actor, UUID]
) -> None:
    """The rule is checked in the transaction that approves, not only on the way to the task."""
    actor, task_id = promoted
    give(works, task_id, actor)
    before = state(works, task_id)
    with works.begin(actor) as work:
        drafts.save(work, task_id, APPROVE)
    with works.begin(actor) as work:
        assert tasks.get(work, task_id).answers_from == "draft"
    with pytest.raises(Forbidden, match="mencatat berkas ini"):
        complete(works, actor, task_id)
    assert state(works, task_id) == before


def test_a_released_approval_is_for_another_person_only(
    works: Works, promoted: tuple[Actor, UUID], sari: Actor
) -> None:
    actor, task_id = promoted
    claim(works, sari, task_id)
    with works.begin(sari) as work:
        tasks.release(work, task_id)
    with pytest.raises(Forbidden):
        claim(works, actor, task_id)
    claim(works, sari, task_id)
    complete(works, sari, task_id)
    assert state(works, task_id)[2] == sari.user_id


def test_a_return_does_not_wash_the_recorder_clean(
    works: Works, play: Play, budi: Actor, person: Callable[..., Actor]
) -> None:
    """Recorded by Budi, returned, recorded again by Rina: neither of them approves."""
    rina = person("rina", "petugas")
    task_id = open_task(works, play("dikembalikan_uraian", 6))
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Task, task_id).element == "uraian"
    give(works, task_id, rina)
    with works.begin(rina) as work:
        earlier = tasks.get(work, task_id).answers
        case_id = tasks.complete(work, task_id, earlier, str(uuid4())).case_id
    checklist = open_task(works, case_id)
    give(works, checklist, rina)
    with works.begin(rina) as work:
        tasks.complete(work, checklist, tasks.get(work, checklist).answers, str(uuid4()))
    approval = open_task(works, case_id)
    for recorder, name in ((budi, "budi"), (rina, "rina")):
        with works.begin(SYSTEM) as work:
            users.set_roles(work, name, ["petugas", "ka_spkt"])
        chief = replace(recorder, roles=frozenset({"petugas", "ka_spkt"}))
        with pytest.raises(Forbidden, match="mencatat berkas ini"):
            claim(works, chief, approval)


def test_who_lost_the_role_of_a_held_task_neither_sees_its_answers_nor_completes_it(
    works: Works, play: Play, budi: Actor
) -> None:
    task_id = open_task(works, play("sktlk_ktp", 5))
    with works.begin(budi) as work:
        drafts.save(work, task_id, {"catatan": "Contoh"})
        assert tasks.get(work, task_id).is_mine
    with works.begin(SYSTEM) as work:
        users.set_roles(work, "budi", ["pimpinan"])
    moved = replace(budi, roles=frozenset({"pimpinan"}))
    with works.begin(moved) as work:
        seen = tasks.get(work, task_id)
        assert (seen.is_mine, seen.answers, seen.answers_from) == (False, {}, None)
    with pytest.raises(Forbidden):
        complete(works, moved, task_id)
    with pytest.raises(Forbidden), works.begin(moved) as work:
        drafts.save(work, task_id, {"catatan": "lagi"})


def test_a_draft_is_read_by_its_author_only(
    works: Works, play: Play, budi: Actor, person: Callable[..., Actor]
) -> None:
    """Another officer who gets the task starts with an empty form; in another unit it does not
    exist.
    """
    rina, far = person("rina", "petugas"), person("far", "petugas", unit="lain")
    task_id = open_task(works, play("sktlk_ktp", 5))
    with works.begin(budi) as work:
        drafts.save(work, task_id, {"catatan": "Contoh Rahasia"})
    give(works, task_id, rina)
    with works.begin(rina) as work:
        assert tasks.get(work, task_id).answers_from != "draft"
    with pytest.raises(NotFound), works.begin(far) as work:
        drafts.save(work, task_id, {"catatan": "x"})
    with works.begin(SYSTEM) as work:
        assert work.session.scalars(select(Draft.user_id)).all() == [budi.user_id]


def test_a_role_that_the_account_does_not_hold_counts_for_nothing(
    works: Works, play: Play, person: Callable[..., Actor]
) -> None:
    """What the session said is not believed when it counts."""
    task_id = open_task(works, play("sktlk_ktp", 6))
    claimed = replace(person("dewi", "petugas"), roles=frozenset({"petugas", "ka_spkt"}))
    before = state(works, task_id)
    for way in (claim, complete):
        with pytest.raises(Forbidden, match="Peran akun Anda baru saja diubah"):
            way(works, claimed, task_id)
    assert state(works, task_id) == before
