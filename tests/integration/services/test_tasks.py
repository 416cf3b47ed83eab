"""Tasks: who may take, give and complete them; one effect, and a sentence for the other person."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.integration.conftest import TestClock
from tests.integration.open_tasks import task_of
from tests.integration.services.desk import IDENTITY
from workflow_app.domain import (
    SYSTEM,
    Actor,
    Answers,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    TaskNotReady,
)
from workflow_app.models import Submission, Task
from workflow_app.services.accounts import users
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.workflow import cases, drafts, tasks

Play = Callable[..., UUID]
STOLEN: Answers = {"peristiwa": "hilang"}


@pytest.fixture
def question(works: Works, play: Play) -> Task:
    """An open task with one question (lost or stolen), held by Budi."""
    return task_of(works, play("sktlk_ktp", 2))


@pytest.fixture
def approval(works: Works, play: Play) -> Task:
    """An approval that waits in the queue of Ka SPKT; Budi has recorded the case."""
    return task_of(works, play("sktlk_ktp", 6))


def test_the_next_task_stays_with_who_serves_the_citizen(question: Task, budi: Actor) -> None:
    assert question.element == "peristiwa"
    assert question.assignee_id == budi.user_id


def test_completing_opens_my_next_task_of_the_case(
    works: Works, question: Task, budi: Actor
) -> None:
    with works.begin(budi) as work:
        done = tasks.complete(work, question.id, STOLEN, "token-1")

    assert done.next_task_id == task_of(works, question.case_id).id


def test_a_double_click_has_one_effect(works: Works, question: Task, budi: Actor) -> None:
    results = []
    for _ in range(2):
        with works.begin(budi) as work:
            results.append(tasks.complete(work, question.id, STOLEN, "token-1"))

    with works.begin(SYSTEM) as work:
        count = work.session.scalar(
            select(func.count()).select_from(Submission).where(Submission.task_id == question.id)
        )
    assert results[0] == results[1]
    assert count == 1


def test_a_form_sent_again_with_other_answers_is_not_said_to_be_saved(
    works: Works, question: Task, budi: Actor
) -> None:
    """The line died after the commit; the officer corrected a slip and sent the form again."""
    with works.begin(budi) as work:
        tasks.complete(work, question.id, STOLEN, "token-1")

    with pytest.raises(TaskNotReady) as caught, works.begin(budi) as work:
        tasks.complete(work, question.id, {"peristiwa": "dicuri"}, "token-1")

    assert caught.value.sentence.startswith(
        "Tugas ini sudah Anda selesaikan pada 23 November 2026 09.00 WITA"
    )
    assert "Perubahan ini tidak disimpan" in caught.value.sentence


def test_personal_answers_of_a_form_sent_again_are_compared_too(
    works: Works, play: Play, budi: Actor
) -> None:
    identity = task_of(works, play("sktlk_ktp", 1))
    results = []
    for _ in range(2):
        with works.begin(budi) as work:
            results.append(tasks.complete(work, identity.id, dict(IDENTITY), "token-1"))
    assert results[0] == results[1]

    with pytest.raises(TaskNotReady, match="tidak disimpan"), works.begin(budi) as work:
        tasks.complete(work, identity.id, {**IDENTITY, "nama": "Contoh Warga Lain"}, "token-1")


def test_a_form_of_another_task_is_refused_in_words(
    works: Works, question: Task, budi: Actor
) -> None:
    with works.begin(budi) as work:
        tasks.complete(work, question.id, STOLEN, "token-1")
    following = task_of(works, question.case_id)
    answers: Answers = {
        "jenis": "KTP",
        "pemilik": "sendiri",
        "jumlah": 1,
        "satuan": "kartu",
        "barang": "KTP",
        "tempat_hilang": "pasar",
        "tanggal_hilang": "2026-11-22",
        "kronologi": "Jatuh di jalan.",
        "sudah_dicari": True,
    }

    with pytest.raises(Conflict, match="tugas lain"), works.begin(budi) as work:
        tasks.complete(work, following.id, answers, "token-1")


def test_who_comes_second_reads_who_was_first(
    works: Works, question: Task, budi: Actor, person: Callable[..., Actor]
) -> None:
    rina = person("rina", "petugas")
    with works.begin(budi) as work:
        tasks.complete(work, question.id, STOLEN, "token-1")

    with pytest.raises(TaskNotReady, match="Contoh Budi"), works.begin(rina) as work:
        tasks.complete(work, question.id, STOLEN, "token-2")


def test_a_task_that_somebody_holds_is_not_completed_by_another(
    works: Works, question: Task, person: Callable[..., Actor]
) -> None:
    rina = person("rina", "petugas")

    with pytest.raises(Conflict, match="sedang dikerjakan Contoh Budi"), works.begin(rina) as work:
        tasks.complete(work, question.id, STOLEN, "token-1")


def test_wrong_answers_change_nothing_and_name_the_field(
    works: Works, question: Task, budi: Actor
) -> None:
    with pytest.raises(InvalidInput) as caught, works.begin(budi) as work:
        tasks.complete(work, question.id, {"peristiwa": "entah"}, "token-1")

    assert "peristiwa" in caught.value.fields
    assert task_of(works, question.case_id).id == question.id


def test_a_task_of_another_unit_does_not_exist(works: Works, question: Task, tono: Actor) -> None:
    for attempt in (
        lambda work: tasks.get(work, question.id),
        lambda work: tasks.claim(work, question.id),
        lambda work: tasks.complete(work, question.id, STOLEN, "token-1"),
        lambda work: drafts.save(work, question.id, STOLEN),
        lambda work: cases.get(work, question.case_id),
    ):
        with pytest.raises(NotFound), works.begin(tono) as work:
            attempt(work)


def test_r55_who_recorded_does_not_approve_even_with_the_role(
    works: Works, approval: Task, budi: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        users.set_roles(work, "budi", ["petugas", "ka_spkt"])
    both = replace(budi, roles=budi.roles | {"ka_spkt"})

    with pytest.raises(Forbidden, match="orang lain"), works.begin(both) as work:
        tasks.claim(work, approval.id)
    with pytest.raises(Forbidden, match="orang lain"), works.begin(both) as work:
        tasks.complete(work, approval.id, {"keputusan": "setuju"}, "token-1")


def test_r55_an_approval_is_not_reassigned_to_who_recorded(
    works: Works, play: Play, person: Callable[..., Actor]
) -> None:
    chief = person("chief", "ka_spkt", "pamapta")
    double = person("double", "petugas", "ka_spkt")
    approval = task_of(works, play("sktlk_ktp", 6, petugas=double))

    with pytest.raises(Forbidden, match="ikut mencatat"), works.begin(chief) as work:
        assert double.user_id is not None
        tasks.reassign(work, approval.id, double.user_id)


def test_an_approval_waits_in_the_queue_of_its_role(approval: Task) -> None:
    assert (approval.element, approval.role, approval.assignee_id) == (
        "persetujuan",
        "ka_spkt",
        None,
    )


def test_claimed_by_another_says_by_whom(
    works: Works, approval: Task, sari: Actor, person: Callable[..., Actor]
) -> None:
    dewi = person("dewi", "ka_spkt")
    with works.begin(sari) as work:
        tasks.claim(work, approval.id)

    with pytest.raises(Conflict, match="Contoh Sari"), works.begin(dewi) as work:
        tasks.claim(work, approval.id)


def test_a_task_that_came_back_does_not_tell_who_was_given_the_earlier_one(
    works: Works,
    play: Play,
    budi: Actor,
    sari: Actor,
    clock: TestClock,
    person: Callable[..., Actor],
) -> None:
    rina = person("rina", "petugas")
    earlier = task_of(works, play("dikembalikan_uraian", 6))
    with works.begin(sari) as work:
        assert rina.user_id is not None
        tasks.reassign(work, earlier.id, rina.user_id)
    for _ in range(2):
        clock.advance(minutes=1)
        task_id = task_of(works, earlier.case_id).id
        with works.begin(rina) as work:
            tasks.complete(work, task_id, tasks.get(work, task_id).answers, str(task_id))
    with works.begin(sari) as work:
        returned: Answers = {
            "keputusan": "kembalikan",
            "bagian": "uraian",
            "alasan": "Uraian belum jelas.",
        }
        tasks.complete(work, task_of(works, earlier.case_id).id, returned, "token-1")
    again = task_of(works, earlier.case_id)

    assert (again.element, again.assignee_id) == (earlier.element, rina.user_id)
    with pytest.raises(Conflict) as caught, works.begin(budi) as work:
        tasks.claim(work, again.id)
    assert caught.value.sentence == "Tugas ini sedang dikerjakan Contoh Rina."


def test_a_released_task_is_open_to_all_of_its_role(
    works: Works, approval: Task, sari: Actor
) -> None:
    with works.begin(sari) as work:
        tasks.claim(work, approval.id)
        tasks.release(work, approval.id)

    assert task_of(works, approval.case_id).assignee_id is None


def test_only_a_lead_reassigns_and_only_to_the_role(
    works: Works, question: Task, budi: Actor, sari: Actor, person: Callable[..., Actor]
) -> None:
    rina = person("rina", "petugas")
    assert rina.user_id is not None
    assert sari.user_id is not None
    with pytest.raises(Forbidden), works.begin(budi) as work:
        tasks.reassign(work, question.id, rina.user_id)
    with pytest.raises(InvalidInput, match="tidak memegang peran"), works.begin(sari) as work:
        tasks.reassign(work, question.id, sari.user_id)

    with works.begin(sari) as work:
        tasks.reassign(work, question.id, rina.user_id)

    assert task_of(works, question.case_id).assignee_id == rina.user_id


def test_a_draft_survives_and_is_gone_after_completion(
    works: Works, question: Task, budi: Actor
) -> None:
    with works.begin(budi) as work:
        drafts.save(work, question.id, {"peristiwa": "dicuri", "unknown": "x"})
    with works.begin(budi) as work:
        seen = tasks.get(work, question.id)
        assert (seen.answers, seen.answers_from) == ({"peristiwa": "dicuri"}, "draft")
        tasks.complete(work, question.id, STOLEN, "token-1")

    with pytest.raises(TaskNotReady), works.begin(budi) as work:
        drafts.save(work, question.id, {"peristiwa": "dicuri"})


def test_a_returned_form_is_filled_with_its_last_answers_but_a_decision_is_not(
    works: Works, play: Play, budi: Actor
) -> None:
    returned = task_of(works, play("dikembalikan_identitas", 7))
    with works.begin(budi) as work:
        seen = tasks.get(work, returned.id)

    assert returned.element == "identitas"
    assert seen.answers_from == "earlier"
    assert seen.answers["nama"]


def test_every_change_of_a_task_is_an_event_of_its_case(
    works: Works, approval: Task, sari: Actor
) -> None:
    with works.begin(sari) as work:
        tasks.claim(work, approval.id)
        tasks.release(work, approval.id)
        assert list(unit_of_work.verify_chains(work)) == []
        actions = [
            event.action
            for event in work.session.scalars(
                select(unit_of_work.AuditEvent)
                .where(unit_of_work.AuditEvent.case_id == approval.case_id)
                .order_by(unit_of_work.AuditEvent.position)
            )
        ]
    assert actions[0] == "case.opened"
    assert actions[-2:] == ["task.claimed", "task.released"]
    assert actions.count("task.completed") == 5
