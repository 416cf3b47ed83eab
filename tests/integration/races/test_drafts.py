"""Drafts against everything else: nothing typed is lost unsaid, nothing reappears behind a
completion.
"""

from uuid import UUID, uuid4

import pytest

from tests.integration.races.meeting import outcome, second_comes_while_first_holds, together
from tests.integration.races.office import NINE, Office
from workflow_app.domain import Conflict, Forbidden, TaskNotReady
from workflow_app.models import Case, Draft, Task
from workflow_app.services.workflow import cases, drafts, tasks
from workflow_app.services.workflow.drafts import Saved

LOST = {"peristiwa": "hilang"}


@pytest.fixture
def question(office: Office) -> UUID:
    """An open task with one question that Budi holds."""
    return office.task(office.play("sktlk_ktp", 2)).id


def saving(task_id: UUID, answer: str = "dicuri", **page: str) -> object:
    return lambda work: drafts.save(work, task_id, {"peristiwa": answer}, **page)


def completing(task_id: UUID, token: str, seen: str | None = None) -> object:
    return lambda work: tasks.complete(work, task_id, dict(LOST), token, seen)


def test_autosave_that_arrives_while_the_task_is_completed_leaves_no_draft(
    office: Office, question: UUID
) -> None:
    budi = office.people["budi"]
    _, late = second_comes_while_first_holds(
        office.works, (budi, completing(question, "halaman-1a")), (budi, saving(question))
    )

    assert isinstance(late, TaskNotReady)
    assert late.sentence == f"Tugas ini sudah diselesaikan oleh Anda sendiri pada {NINE}."
    assert office.drafts(question) == 0


def test_autosave_that_arrives_while_the_case_is_cancelled_reads_who_cancelled(
    office: Office, question: UUID
) -> None:
    case_id = office.task_case(question)
    _, late = second_comes_while_first_holds(
        office.works,
        (
            office.people["sari"],
            lambda work: cases.cancel(work, case_id, "Contoh: warga mengurungkan"),
        ),
        (office.people["budi"], saving(question)),
    )

    assert isinstance(late, TaskNotReady)
    assert late.sentence == f"Berkas ini sudah dibatalkan oleh Contoh Sari pada {NINE}."
    assert office.drafts(question) == 0


def test_completing_while_autosave_is_under_way_leaves_no_draft(
    office: Office, question: UUID
) -> None:
    budi = office.people["budi"]
    saved, done = second_comes_while_first_holds(
        office.works,
        (budi, saving(question, page="halaman-1b", seen="")),
        (budi, completing(question, "halaman-1b", seen="")),
    )

    assert saved.sentence == ""
    assert done.next_task_id
    assert office.drafts(question) == 0


@pytest.mark.parametrize("turn", range(3))
def test_four_saves_at_once_keep_one_draft_and_fail_nowhere(
    office: Office, question: UUID, turn: int
) -> None:
    budi = office.people["budi"]
    answers = together(
        *[lambda: outcome(office.works, budi, saving(question, page="satu", seen=""))] * 4
    )

    assert all(isinstance(answer, Saved) for answer in answers)
    assert office.drafts(question) == 1


def test_who_lost_the_task_while_typing_keeps_the_draft_and_reads_who_has_it(
    office: Office, question: UUID
) -> None:
    budi, rina = office.people["budi"], office.people["rina"]

    _, late = second_comes_while_first_holds(
        office.works,
        (
            office.people["sari"],
            lambda work: tasks.reassign(work, question, rina.user_id or uuid4()),
        ),
        (budi, saving(question)),
    )

    assert late.sentence == (
        f"Tugas ini sudah dialihkan Contoh Sari kepada Contoh Rina pada {NINE}. "
        "Isian Anda tersimpan dan ada lagi bila Anda mengambil tugas ini."
    )
    with office.works.begin(rina) as work:
        assert tasks.get(work, question).answers_from != "draft", "it is Budi's own"
        tasks.release(work, question)
    with office.works.begin(budi) as work:
        tasks.claim(work, question)
        assert tasks.get(work, question).answers == {"peristiwa": "dicuri"}


def test_only_who_may_do_the_task_keeps_a_draft_of_it(office: Office, question: UUID) -> None:
    found = outcome(office.works, office.people["sari"], saving(question))

    assert isinstance(found, Forbidden)
    assert office.drafts(question) == 0


def test_a_second_tab_is_told_that_a_newer_draft_exists(office: Office, question: UUID) -> None:
    budi = office.people["budi"]
    assert (
        outcome(office.works, budi, saving(question, "hilang", page="tab-1", seen="")).sentence
        == ""
    )

    late = outcome(office.works, budi, saving(question, "dicuri", page="tab-2", seen=""))

    assert isinstance(late, Conflict)
    assert f"dari tab atau perangkat lain pada {NINE}" in late.sentence
    with office.works.begin(budi) as work:
        seen = tasks.get(work, question)
    assert seen.answers == {"peristiwa": "hilang"}
    again = outcome(
        office.works, budi, saving(question, "dicuri", page="tab-2", seen=seen.draft_version)
    )
    assert isinstance(again, Saved), "who has read it may go on with the words of this tab"


def test_the_first_tab_is_told_when_the_second_has_gone_on(office: Office, question: UUID) -> None:
    budi = office.people["budi"]
    outcome(office.works, budi, saving(question, "hilang", page="tab-1", seen=""))
    with office.works.begin(budi) as work:
        seen = tasks.get(work, question).draft_version
    office.clock.advance(seconds=5)
    assert isinstance(outcome(office.works, budi, saving(question, page="tab-2", seen=seen)), Saved)

    assert isinstance(
        outcome(office.works, budi, saving(question, page="tab-1", seen="")), Conflict
    )


def test_completing_from_an_old_tab_does_not_drop_unsaid_what_another_tab_saved(
    office: Office, question: UUID
) -> None:
    budi = office.people["budi"]
    outcome(office.works, budi, saving(question, page="tab-2", seen=""))

    late = outcome(office.works, budi, completing(question, "tab-1", seen=""))

    assert isinstance(late, Conflict)
    assert office.drafts(question) == 1
    assert office.submissions(question) == []
    with office.works.begin(budi) as work:
        seen = tasks.get(work, question).draft_version
    assert outcome(office.works, budi, completing(question, "tab-1", seen=seen)).case_id


def test_a_draft_of_release_0_1_is_still_read(office: Office, question: UUID) -> None:
    budi = office.people["budi"]
    with office.works.begin(budi) as work:
        case = work.session.get_one(Case, work.session.get_one(Task, question).case_id)
        sealed = work.vault.seal(
            case.data_key, {"peristiwa": "dicuri"}, f"draft:{question}:{budi.user_id}"
        )
        work.session.add(
            Draft(task_id=question, user_id=budi.user_id, sealed=sealed, saved_at=work.clock())
        )
    with office.works.begin(budi) as work:
        assert tasks.get(work, question).answers == {"peristiwa": "dicuri"}
