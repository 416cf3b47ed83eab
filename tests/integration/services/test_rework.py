"""A case that was sent back very often is held, not lost: a lead reads why and lets it go on, with
a reason (decision 0028).
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.open_tasks import task_of
from tests.integration.stretches import use_up
from workflow_app.domain import (
    SYSTEM,
    Actor,
    Answers,
    Conflict,
    Forbidden,
    InvalidInput,
    LoopLimitReached,
    TaskNotReady,
)
from workflow_app.models import AuditEvent, Case
from workflow_app.services.cases import history, incidents
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import consistency_cases
from workflow_app.services.workflow import cases, tasks

Play = Callable[..., UUID]
SEND_BACK: Answers = {
    "keputusan": "kembalikan",
    "bagian": "persyaratan",
    "alasan": "Contoh: surat belum terbaca.",
}
REASON = "Surat pengantar warga memang perlu diurus lagi."


@dataclass
class Held:
    """A case at the desk that its approver has sent back until the stretch was used up."""

    case_id: UUID
    task_id: UUID
    incident_id: UUID
    answers: Answers


def complete(works: Works, actor: Actor, case_id: UUID, given: Answers) -> None:
    with works.begin(actor) as work:
        tasks.complete(work, task_of(works, case_id).id, given, str(uuid4()))


@pytest.fixture
def held(works: Works, play: Play, sari: Actor, budi: Actor) -> Held:
    """The approver sends it back once more than a stretch allows."""
    case_id = play("sktlk_ktp", 6)
    use_up(works, case_id)
    complete(works, sari, case_id, SEND_BACK)
    task_id = task_of(works, case_id).id
    with works.begin(budi) as work:
        answers = tasks.get(work, task_id).answers
    return Held(case_id, task_id, open_incidents(works, sari, case_id)[0].id, answers)


def open_incidents(works: Works, actor: Actor, case_id: UUID) -> list[incidents.IncidentView]:
    with works.begin(actor) as work:
        return cases.get(work, case_id).incidents


def test_the_step_that_led_to_a_held_task_is_stored_and_the_task_waits_for_a_lead(
    works: Works, held: Held, budi: Actor, sari: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, held.case_id)
        before, status = case.state, case.status
    assert status == "running", "clocks and timers of the case run on"
    with pytest.raises(LoopLimitReached, match="periksa_persyaratan") as refused:
        complete(works, budi, held.case_id, held.answers)
    assert "halaman berkas" in refused.value.sentence.lower()
    assert "Ka SPKT" not in refused.value.sentence, "of a confined case others decide"
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Case, held.case_id).state == before
    (notice,) = open_incidents(works, sari, held.case_id)
    assert (notice.task_id, notice.is_held, notice.can_let_on, notice.can_retry) == (
        held.task_id,
        True,
        True,
        False,
    )
    assert "sudah 20 kali dilalui" in notice.sentence
    assert "Ka SPKT" in notice.sentence
    assert not open_incidents(works, budi, held.case_id)[0].can_let_on


def test_a_lead_lets_the_case_go_on_with_a_reason_on_record_and_the_desk_works_on(
    works: Works, held: Held, budi: Actor, sari: Actor
) -> None:
    for _ in range(2):  # a double click
        with works.begin(sari) as work:
            cases.let_on(work, held.incident_id, REASON)
    assert open_incidents(works, sari, held.case_id) == []
    complete(works, budi, held.case_id, held.answers)
    complete(works, sari, held.case_id, SEND_BACK)
    assert open_incidents(works, sari, held.case_id) == [], (
        "every step of the case has a new stretch"
    )
    with works.begin(sari) as work:
        told = [entry.what for entry in history.timeline(work, held.case_id)]
        query = select(AuditEvent).where(AuditEvent.case_id == held.case_id)
        events = [
            (event.action, event.actor_id, str(event.details))
            for event in work.session.scalars(query)
        ]
        assert list(consistency_cases.check_consistency_case(work)) == []
    assert told.count("Berkas diizinkan berjalan lagi dengan alasan tertulis") == 1
    assert [who for action, who, _ in events if action == cases.ALLOWED] == [sari.user_id]
    assert not any(REASON in details for _, _, details in events), "the reason is sealed"


def test_only_a_lead_lets_a_case_go_on_only_with_a_reason_and_only_while_it_is_held(
    works: Works, held: Held, budi: Actor, sari: Actor, dewi: Actor
) -> None:
    with pytest.raises(Forbidden), works.begin(budi) as work:
        cases.let_on(work, held.incident_id, REASON)
    with works.begin(sari) as work:
        assert cases.look(work, held.incident_id).allowed == []
    with pytest.raises(Forbidden), works.begin(budi) as work:
        cases.look(work, held.incident_id)
    with pytest.raises(InvalidInput), works.begin(sari) as work:
        cases.let_on(work, held.incident_id, "ya")
    with works.begin(sari) as work:
        cases.let_on(work, held.incident_id, REASON)
    with pytest.raises(Conflict), works.begin(dewi) as work:
        cases.let_on(work, held.incident_id, REASON)


def test_another_step_that_failed_in_a_held_case_waits_for_no_permission_and_is_tried_again(
    works: Works, held: Held, sari: Actor
) -> None:
    """Only what the limit itself has stopped waits for a lead."""
    for operation, task_id, error in (
        ("wake", None, ZeroDivisionError()),
        ("stranded", uuid4(), LoopLimitReached(detail="periksa_persyaratan")),
    ):
        with works.begin(SYSTEM) as work:
            incidents.record(work, held.case_id, operation, task_id, "", error)
    shown = open_incidents(works, sari, held.case_id)
    assert [(each.is_held, each.can_let_on, each.can_retry) for each in shown] == [
        (True, True, False),
        (False, False, True),
        (True, True, False),
    ]


def test_the_id_of_another_failed_step_lets_no_held_case_go_on(
    works: Works, held: Held, sari: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        incidents.record(work, held.case_id, "wake", None, "", ZeroDivisionError())
    (other,) = (each for each in open_incidents(works, sari, held.case_id) if not each.is_held)

    with pytest.raises(TaskNotReady), works.begin(sari) as work:
        cases.look(work, other.id)
    with pytest.raises(TaskNotReady), works.begin(sari) as work:
        cases.let_on(work, other.id, REASON)

    assert sorted(each.is_held for each in open_incidents(works, sari, held.case_id)) == [
        False,
        True,
    ]
    with works.begin(sari) as work:
        cases.let_on(work, held.incident_id, REASON)
    assert [each.id for each in open_incidents(works, sari, held.case_id)] == [other.id]


def test_a_held_case_can_still_be_cancelled_and_waits_for_nobody_then(
    works: Works, held: Held, sari: Actor
) -> None:
    with works.begin(sari) as work:
        cases.cancel(work, held.case_id, "Contoh: warga tidak melanjutkan.")
    assert open_incidents(works, sari, held.case_id) == []
