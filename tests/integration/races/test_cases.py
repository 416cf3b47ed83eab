"""Two people and one case: approving against cancelling, jobs and timers against officers, papers
against completing.
"""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from tests.integration.conftest import PROCESSES
from tests.integration.races.meeting import outcome, second_comes_while_first_holds, together
from tests.integration.races.office import NINE, Office, answers_of, approving
from workflow_app.domain import SYSTEM, Conflict, TaskNotReady
from workflow_app.models import Case, PendingEffect
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import documents
from workflow_app.services.workflow import cases, drafts, steps, tasks

REASON = "Contoh: warga mengurungkan niatnya"


def cancelling(case_id: UUID, reason: str = REASON) -> Callable[[UnitOfWork], None]:
    return lambda work: cases.cancel(work, case_id, reason)


def test_a_cancellation_that_comes_after_the_approval_reads_who_approved(
    office: Office, waiting_case: UUID
) -> None:
    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["sari"], approving(office.task(waiting_case).id)),
        (office.people["budi"], cancelling(waiting_case)),
    )

    assert isinstance(late, Conflict)
    assert late.sentence.startswith(f"Surat sudah terbit: disetujui oleh Contoh Sari pada {NINE}.")
    assert office.case(waiting_case).status == "running"


def test_an_approval_that_comes_after_the_cancellation_reads_who_cancelled_and_issues_nothing(
    office: Office, waiting_case: UUID
) -> None:
    approval = office.task(waiting_case).id
    with office.works.begin(office.people["sari"]) as work:
        tasks.claim(work, approval)
        drafts.save(work, approval, {"keputusan": "setuju"})

    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["budi"], cancelling(waiting_case)),
        (office.people["sari"], approving(approval)),
    )

    assert isinstance(late, TaskNotReady)
    assert late.sentence == f"Berkas ini sudah dibatalkan oleh Contoh Budi pada {NINE}."
    assert office.case(waiting_case).status == "cancelled"
    assert "letter.issued" not in office.events(waiting_case)
    assert office.drafts(approval) == 0, "the draft of a task that is over goes with it"


def test_cancel_against_cancel(office: Office) -> None:
    case_id = office.begin()

    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["budi"], cancelling(case_id)),
        (office.people["sari"], cancelling(case_id, "Contoh: sebab yang lain sekali")),
    )

    assert isinstance(late, TaskNotReady)
    assert late.sentence == f"Berkas ini sudah dibatalkan oleh Contoh Budi pada {NINE}."
    assert office.events(case_id).count("case.cancelled") == 1


def test_a_double_click_on_cancel_is_answered_twice_and_done_once(office: Office) -> None:
    case_id = office.begin()

    answers = together(
        *[lambda: outcome(office.works, office.people["budi"], cancelling(case_id))] * 3
    )

    assert answers == [None] * 3
    assert office.events(case_id).count("case.cancelled") == 1


def test_complete_against_cancel(office: Office) -> None:
    case_id = office.play("sktlk_ktp", 2)
    question = office.task(case_id).id
    budi = office.people["budi"]

    done, _ = second_comes_while_first_holds(
        office.works,
        (budi, lambda work: tasks.complete(work, question, {"peristiwa": "hilang"}, str(uuid4()))),
        (office.people["sari"], cancelling(case_id)),
    )

    with (
        pytest.raises(TaskNotReady, match="dibatalkan oleh Contoh Sari"),
        office.works.begin(budi) as work,
    ):
        tasks.get(work, done.next_task_id)
        tasks.complete(work, done.next_task_id, {}, str(uuid4()))
    assert office.case(case_id).status == "cancelled"


def test_a_case_is_started_once_by_a_double_click(office: Office) -> None:
    token = str(uuid4())
    click = lambda: outcome(  # noqa: E731 - a verb, as the others
        office.works, office.people["budi"], lambda work: cases.start(work, "sktlk", token)
    )

    answers = together(*[click] * 4)

    assert len({started.case_id for started in answers}) == 1
    with office.works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).where(Case.start_token == token)) == 1


def test_a_job_that_comes_back_while_an_officer_cancels_changes_nothing_any_more(
    office: Office,
) -> None:
    """The papers of a referral are being archived when the officer cancels, or the other way round:
    one end.
    """
    case_id = office.play("dicuri_fungsi", 8)
    reskrim = office.person("reskrim", "piket_reskrim")
    with office.works.begin(reskrim) as work:
        task = office.task(case_id, "rujukan_terima")
        tasks.complete(work, task.id, answers_of("dicuri_fungsi", task.element), str(uuid4()))
    with office.works.begin(SYSTEM) as work:
        effect = work.session.scalars(
            select(PendingEffect.task_id).where(PendingEffect.case_id == case_id)
        ).first()
    assert effect is not None

    _, late = second_comes_while_first_holds(
        office.works,
        (SYSTEM, lambda work: steps.resolve_effect(work, effect, None)),
        (office.people["budi"], cancelling(case_id)),
    )

    assert isinstance(late, Conflict)
    assert late.sentence == (
        f"Berkas ini sudah berakhir pada {NINE}; tugas terakhirnya diselesaikan oleh "
        f"{reskrim.name}."
    )
    assert office.case(case_id).status == "done"
    assert (
        outcome(office.works, SYSTEM, lambda work: steps.resolve_effect(work, effect, None)) is None
    )


def test_a_timer_that_fires_while_the_letter_is_approved_fires_once(
    office: Office, waiting_case: UUID
) -> None:
    office.clock.advance(minutes=11)

    together(
        lambda: outcome(office.works, SYSTEM, lambda work: steps.wake(work, waiting_case)),
        lambda: outcome(office.works, SYSTEM, lambda work: steps.wake(work, waiting_case)),
        lambda: outcome(
            office.works,
            office.people["sari"],
            approving(office.task(waiting_case, "persetujuan").id),
        ),
    )

    events = office.events(waiting_case)
    assert events.count("timer.fired") == 1
    assert events.count("letter.issued") == 1


def test_a_paper_that_arrives_while_its_task_is_completed_is_refused_in_words(
    office: Office,
) -> None:
    case_id = office.play("sktlk_ktp", 5)
    task = office.task(case_id)
    budi = office.people["budi"]
    picture = (PROCESSES.parent / "docs" / "img" / "berkas.png").read_bytes()

    _, late = second_comes_while_first_holds(
        office.works,
        (
            budi,
            lambda work: tasks.complete(
                work, task.id, answers_of("sktlk_ktp", "periksa_persyaratan"), str(uuid4())
            ),
        ),
        (
            budi,
            lambda work: documents.upload(
                work, case_id, element="", label="Dokumen lain", data=picture, task_id=task.id
            ),
        ),
    )

    assert isinstance(late, Conflict)
    assert late.sentence.startswith(f"Tugas ini sudah diselesaikan oleh Anda sendiri pada {NINE}.")
    assert "tambahkan di halaman berkas" in late.sentence
    assert "document.added" not in office.events(case_id)
