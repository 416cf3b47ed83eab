"""Two people and one task: one effect, and who comes second reads who did what and when."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.integration.races.meeting import outcome, second_comes_while_first_holds, together
from tests.integration.races.office import NINE, Office
from workflow_app.domain import (
    SYSTEM,
    Actor,
    Answers,
    Conflict,
    Forbidden,
    InvalidInput,
    SentraError,
    TaskNotReady,
)
from workflow_app.models import User, UserRole
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.workflow import tasks

LOST: Answers = {"peristiwa": "hilang"}
APPROVED: Answers = {"keputusan": "setuju"}


def completing(task_id: UUID, answers: Answers = LOST, token: str | None = None) -> object:
    return lambda work: tasks.complete(work, task_id, answers, token or str(uuid4()))


@pytest.fixture
def question(office: Office) -> UUID:
    """An open task with one question, in the queue of the desk."""
    task = office.task(office.play("sktlk_ktp", 2))
    with office.works.begin(office.people["budi"]) as work:
        tasks.release(work, task.id)
    return task.id


@pytest.fixture
def approval(office: Office) -> UUID:
    """An approval that waits for a Ka SPKT."""
    return office.task(office.play("sktlk_ktp", 6)).id


def test_two_officers_complete_one_task_and_the_second_reads_who_and_when(
    office: Office, question: UUID
) -> None:
    budi, rina = office.people["budi"], office.people["rina"]

    done, late = second_comes_while_first_holds(
        office.works, (budi, completing(question)), (rina, completing(question))
    )

    assert done.next_task_id
    assert isinstance(late, TaskNotReady)
    assert late.sentence == f"Tugas ini sudah diselesaikan oleh Contoh Budi pada {NINE}."
    assert [kept.submitted_by for kept in office.submissions(question)] == [budi.user_id]


@pytest.mark.parametrize("turn", range(3))
def test_a_double_click_that_arrives_four_times_at_once_is_done_once(
    office: Office, question: UUID, turn: int
) -> None:
    token = str(uuid4())
    clicks = [
        lambda: outcome(office.works, office.people["budi"], completing(question, token=token))
    ] * 4

    answers = together(*clicks)

    assert len(set(answers)) == 1, "every click reads the same answer"
    assert len(office.submissions(question)) == 1


def test_one_token_sent_to_two_tasks_at_once_counts_for_one(office: Office) -> None:
    """A forged form; the second is told, the server does not fail."""
    budi = office.people["budi"]
    first, second = (office.task(office.play("sktlk_ktp", 2)).id for _ in range(2))
    token = str(uuid4())

    done, late = second_comes_while_first_holds(
        office.works,
        (budi, completing(first, token=token)),
        (budi, completing(second, token=token)),
    )

    assert done.next_task_id
    assert isinstance(late, Conflict)
    assert "tugas lain" in late.sentence
    assert office.submissions(second) == []


def test_claim_against_claim(office: Office, approval: UUID) -> None:
    sari, dewi = office.people["sari"], office.people["dewi"]

    _, late = second_comes_while_first_holds(
        office.works,
        (sari, lambda work: tasks.claim(work, approval)),
        (dewi, lambda work: tasks.claim(work, approval)),
    )

    assert isinstance(late, Conflict)
    assert late.sentence == f"Tugas ini sudah diambil Contoh Sari pada {NINE}."


def test_two_ka_spkt_approve_one_case_and_one_letter_is_issued(
    office: Office, approval: UUID
) -> None:
    sari, dewi = office.people["sari"], office.people["dewi"]

    _, late = second_comes_while_first_holds(
        office.works, (sari, completing(approval, APPROVED)), (dewi, completing(approval, APPROVED))
    )

    assert isinstance(late, TaskNotReady)
    assert f"diselesaikan oleh Contoh Sari pada {NINE}" in late.sentence
    assert office.events(office.submissions(approval)[0].case_id).count("letter.issued") == 1


def reassigning(task_id: UUID, to: Actor, **seen: object) -> object:
    assert to.user_id is not None
    return lambda work: tasks.reassign(work, task_id, to.user_id, **seen)


def test_a_claim_after_a_reassignment_reads_who_gave_it_to_whom(
    office: Office, question: UUID
) -> None:
    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["sari"], reassigning(question, office.people["rina"])),
        (office.people["budi"], lambda work: tasks.claim(work, question)),
    )

    assert isinstance(late, Conflict)
    assert late.sentence == f"Tugas ini sudah dialihkan Contoh Sari kepada Contoh Rina pada {NINE}."


def test_a_lead_who_saw_the_task_free_does_not_take_it_from_who_claimed_it_meanwhile(
    office: Office, question: UUID
) -> None:
    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["budi"], lambda work: tasks.claim(work, question)),
        (office.people["sari"], reassigning(question, office.people["rina"], seen_holder=None)),
    )

    assert isinstance(late, Conflict)
    assert late.sentence.startswith(f"Tugas ini sudah diambil Contoh Budi pada {NINE}.")
    assert office.task(office.task_case(question)).assignee_id == office.people["budi"].user_id


def test_two_leads_give_one_task_to_two_people(office: Office, question: UUID) -> None:
    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["sari"], reassigning(question, office.people["rina"], seen_holder=None)),
        (office.people["dewi"], reassigning(question, office.people["budi"], seen_holder=None)),
    )

    assert isinstance(late, Conflict)
    assert "dialihkan Contoh Sari kepada Contoh Rina" in late.sentence


@pytest.mark.parametrize("loss", ["disabled", "role lost"])
def test_a_task_is_not_given_to_somebody_who_leaves_at_that_moment(
    office: Office, question: UUID, loss: str
) -> None:
    leaver = office.newcomer("petugas")

    def leave(work: UnitOfWork) -> None:
        user = work.session.get_one(User, leaver.user_id)
        if loss == "disabled":
            users.disable(work, user.username)
        else:
            work.session.get_one(User, leaver.user_id, with_for_update={"key_share": True})
            work.session.delete(work.session.get_one(UserRole, (leaver.user_id, "petugas")))

    _, late = second_comes_while_first_holds(
        office.works, (SYSTEM, leave), (office.people["sari"], reassigning(question, leaver))
    )

    assert isinstance(late, InvalidInput)
    assert late.sentence
    assert office.task(office.task_case(question)).assignee_id is None


def test_a_release_after_the_task_was_completed_reads_who_completed_it(
    office: Office, question: UUID
) -> None:
    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["budi"], completing(question)),
        (office.people["pama"], lambda work: tasks.release(work, question)),
    )

    assert isinstance(late, TaskNotReady)
    assert late.sentence == f"Tugas ini sudah diselesaikan oleh Contoh Budi pada {NINE}."


def test_completing_a_task_that_was_released_and_taken_says_who_holds_it(
    office: Office, question: UUID
) -> None:
    with office.works.begin(office.people["budi"]) as work:
        tasks.claim(work, question)

    def take_over(work: UnitOfWork) -> None:
        tasks.reassign(work, question, office.people["rina"].user_id or uuid4())

    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["sari"], take_over),
        (office.people["budi"], completing(question)),
    )

    assert isinstance(late, Conflict)
    assert f"sudah dialihkan Contoh Sari kepada Contoh Rina pada {NINE}" in late.sentence
    assert office.submissions(question) == []


def test_a_holder_who_lost_the_task_cannot_release_it_and_reads_why(
    office: Office, question: UUID
) -> None:
    with office.works.begin(office.people["budi"]) as work:
        tasks.claim(work, question)
    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["sari"], reassigning(question, office.people["rina"])),
        (office.people["budi"], lambda work: tasks.release(work, question)),
    )

    assert isinstance(late, SentraError)
    assert "dialihkan Contoh Sari kepada Contoh Rina" in late.sentence


def test_who_gets_the_approver_role_between_recording_and_sending_still_does_not_approve(
    office: Office,
) -> None:
    """The four eyes are checked on what was recorded, under the lock, not on what the page said."""
    recorder, stage_people = office.newcomer("petugas"), dict(office.people)
    office.people["budi"] = recorder
    try:
        approval = office.task(office.play("sktlk_ktp", 6)).id
    finally:
        office.people.update(stage_people)
    with office.works.begin(SYSTEM) as work:
        name = work.session.get_one(User, recorder.user_id).username
        users.set_roles(work, name, ["petugas", "ka_spkt"])
    both = replace(recorder, roles=recorder.roles | {"ka_spkt"})

    found = outcome(office.works, both, completing(approval, APPROVED))

    assert isinstance(found, Forbidden)
    assert "mencatat berkas ini" in found.sentence
    assert office.task(office.task_case(approval)).status == "open"


def test_the_next_task_does_not_go_to_somebody_who_has_lost_its_role(office: Office) -> None:
    leaver = office.newcomer("petugas")
    stage_people = dict(office.people)
    office.people["budi"] = leaver
    try:
        case_id = office.play("sktlk_ktp", 6)
    finally:
        office.people.update(stage_people)
    with office.works.begin(SYSTEM) as work:
        work.session.delete(work.session.get_one(UserRole, (leaver.user_id, "petugas")))

    with office.works.begin(office.people["sari"]) as work:
        tasks.complete(
            work,
            office.task(case_id).id,
            {"keputusan": "kembalikan", "bagian": "uraian", "alasan": "Uraian belum jelas."},
            str(uuid4()),
        )

    assert office.task(case_id).assignee_id is None, "it waits in the queue, where others see it"
