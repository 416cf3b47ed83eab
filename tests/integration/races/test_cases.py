"""Two people and one case: approving against cancelling, jobs against officers, withdrawing, retrying, deploying."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

from tests.integration.conftest import PROCESSES
from tests.integration.races.meeting import outcome, second_comes_while_first_holds, together
from tests.integration.races.office import FILES, NINE, Office
from workflow_app.engine import scenarios
from workflow_app.errors import Conflict, ProcessFault, TaskNotReady
from workflow_app.models.case import Case
from workflow_app.models.definition import Definition
from workflow_app.models.effect import PendingEffect
from workflow_app.models.incident import Incident
from workflow_app.models.letter import Letter
from workflow_app.services import (
    audit,
    cases,
    documents,
    drafts,
    incidents,
    letters,
    performing,
    processes,
    rehearsal,
    tasks,
    wakes,
)
from workflow_app.services.unit_of_work import UnitOfWork
from workflow_app.types import SYSTEM

REASON = "Contoh: warga mengurungkan niatnya"


def cancelling(case_id: UUID, reason: str = REASON) -> Callable[[UnitOfWork], None]:
    return lambda work: cases.cancel(work, case_id, reason)


def approving(task_id: UUID) -> Callable[[UnitOfWork], Any]:
    return lambda work: tasks.complete(work, task_id, {"keputusan": "setuju"}, str(uuid4()))


@pytest.fixture
def waiting_case(office: Office) -> UUID:
    """A case that waits for approval."""
    return office.play("sktlk_ktp", 6)


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

    answers = together(*[lambda: outcome(office.works, office.people["budi"], cancelling(case_id))] * 3)

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

    with pytest.raises(TaskNotReady, match="dibatalkan oleh Contoh Sari"), office.works.begin(budi) as work:
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


def test_a_job_that_comes_back_while_an_officer_cancels_changes_nothing_any_more(office: Office) -> None:
    """The papers of a referral are being archived when the officer cancels, or the other way round: one end."""
    case_id = office.play("dicuri", 3)
    with office.works.begin(office.people["budi"]) as work:
        task = office.task(case_id)
        tasks.complete(work, task.id, _answers_of("dicuri", task.element), str(uuid4()))
    with office.works.begin(SYSTEM) as work:
        effect = work.session.scalars(
            select(PendingEffect.task_id).where(PendingEffect.case_id == case_id)
        ).first()
    assert effect is not None

    _, late = second_comes_while_first_holds(
        office.works,
        (SYSTEM, lambda work: wakes.resolve_effect(work, effect, None)),
        (office.people["budi"], cancelling(case_id)),
    )

    assert isinstance(late, Conflict)
    assert late.sentence.startswith("Berkas ini sudah berakhir pada")
    assert office.case(case_id).status == "done"
    assert outcome(office.works, SYSTEM, lambda work: wakes.resolve_effect(work, effect, None)) is None


def _answers_of(scenario: str, element: str) -> Any:
    steps = scenarios.read_scenario(scenario, FILES[f"scenarios/{scenario}.yaml"]).steps
    return next(step.answers for step in steps if getattr(step, "element", "") == element)


def test_a_timer_that_fires_while_the_letter_is_approved_fires_once(
    office: Office, waiting_case: UUID
) -> None:
    office.clock.advance(minutes=11)

    together(
        lambda: outcome(office.works, SYSTEM, lambda work: wakes.wake(work, waiting_case)),
        lambda: outcome(office.works, SYSTEM, lambda work: wakes.wake(work, waiting_case)),
        lambda: outcome(
            office.works, office.people["sari"], approving(office.task(waiting_case, "persetujuan").id)
        ),
    )

    events = office.events(waiting_case)
    assert events.count("timer.fired") == 1
    assert events.count("letter.issued") == 1


@pytest.fixture
def handed_over(office: Office) -> UUID:
    """The letter of a case that has ended."""
    case_id = office.play("sktlk_ktp")
    with office.works.begin(SYSTEM) as work:
        return work.session.scalars(select(Letter.id).where(Letter.case_id == case_id)).one()


def test_two_ka_spkt_withdraw_one_letter(office: Office, handed_over: UUID) -> None:
    _, late = second_comes_while_first_holds(
        office.works,
        (
            office.people["sari"],
            lambda work: letters.withdraw(work, handed_over, "Contoh: keterangan tidak benar"),
        ),
        (
            office.people["dewi"],
            lambda work: letters.withdraw(work, handed_over, "Contoh: salah orang sama sekali"),
        ),
    )

    assert isinstance(late, Conflict)
    assert late.sentence.startswith("Surat ini sudah ditarik oleh Contoh Sari pada 23 November 2026")


def test_a_double_click_on_withdraw_is_done_once(office: Office, handed_over: UUID) -> None:
    reason = "Contoh: keterangan tidak benar"
    click = lambda: outcome(  # noqa: E731 - a verb, as the others
        office.works, office.people["sari"], lambda work: letters.withdraw(work, handed_over, reason)
    )

    assert together(click, click) == [None, None]
    with office.works.begin(SYSTEM) as work:
        case_id = work.session.get_one(Letter, handed_over).case_id
    assert office.events(case_id).count("letter.voided") == 1


def test_a_withdrawal_during_hand_over_waits_its_turn_and_says_what_to_do(office: Office) -> None:
    case_id = office.play("sktlk_ktp", 11)
    hand_over = office.task(case_id)
    assert hand_over.element == "serahkan"
    with office.works.begin(SYSTEM) as work:
        letter = work.session.scalars(select(Letter.id).where(Letter.case_id == case_id)).one()

    done, late = second_comes_while_first_holds(
        office.works,
        (
            office.people["budi"],
            lambda work: tasks.complete(
                work, hand_over.id, _answers_of("sktlk_ktp", "serahkan"), str(uuid4())
            ),
        ),
        (
            office.people["sari"],
            lambda work: letters.withdraw(work, letter, "Contoh: keterangan tidak benar"),
        ),
    )

    assert done.case_id == case_id
    assert isinstance(late, Conflict)
    assert "belum berakhir" in late.sentence
    rehearsal.settle(office.stage(), case_id)
    assert (
        outcome(
            office.works,
            office.people["sari"],
            lambda work: letters.withdraw(work, letter, "Contoh: keterangan tidak benar"),
        )
        is None
    )


@pytest.fixture
def stopped(office: Office, waiting_case: UUID, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A case whose letter could not be printed; its job has given up."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with office.works.begin(office.people["sari"]) as work:
        tasks.complete(work, office.task(waiting_case).id, {"keputusan": "setuju"}, str(uuid4()))
    with monkeypatch.context() as patch:
        patch.setitem(performing.OPERATIONS, "render_letter", fail)
        with pytest.raises(ZeroDivisionError):
            performing.perform(office.works, effect_of(office, waiting_case), public_url="http://127.0.0.1")
    with office.works.begin(SYSTEM) as work:
        work.session.execute(text("update procrastinate_jobs set status = 'failed'"))
    return waiting_case


def effect_of(office: Office, case_id: UUID) -> UUID:
    with office.works.begin(SYSTEM) as work:
        return work.session.scalars(
            select(PendingEffect.task_id).where(PendingEffect.case_id == case_id)
        ).one()


def incident_of(office: Office, case_id: UUID) -> UUID:
    with office.works.begin(SYSTEM) as work:
        return work.session.scalars(select(Incident.id).where(Incident.case_id == case_id)).one()


def test_two_leads_retry_one_incident_and_it_is_tried_once(office: Office, stopped: UUID) -> None:
    incident = incident_of(office, stopped)

    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["sari"], lambda work: incidents.retry(work, incident)),
        (office.people["dewi"], lambda work: incidents.retry(work, incident)),
    )

    assert isinstance(late, Conflict)
    assert late.sentence.startswith(f"Langkah ini sudah dicoba lagi oleh Contoh Sari pada {NINE}.")
    assert office.events(stopped).count("incident.retried") == 1
    rehearsal.settle(office.stage(), stopped)
    found = outcome(office.works, office.people["dewi"], lambda work: incidents.retry(work, incident))
    assert found.sentence == f"Gangguan ini sudah teratasi pada {NINE}."


def test_an_incident_that_is_mended_while_a_lead_presses_retry_is_not_tried_again(
    office: Office, stopped: UUID
) -> None:
    incident, effect = incident_of(office, stopped), effect_of(office, stopped)

    _, late = second_comes_while_first_holds(
        office.works,
        (SYSTEM, lambda work: wakes.resolve_effect(work, effect, None)),
        (office.people["sari"], lambda work: incidents.retry(work, incident)),
    )

    assert isinstance(late, Conflict)
    assert "teratasi" in late.sentence


def test_a_worker_that_gives_up_beside_one_that_succeeds_does_not_stop_the_case(
    office: Office, waiting_case: UUID
) -> None:
    """A job was given to a second worker while the first, thought dead, was still at it."""
    with office.works.begin(office.people["sari"]) as work:
        tasks.complete(work, office.task(waiting_case).id, {"keputusan": "setuju"}, str(uuid4()))
    effect = effect_of(office, waiting_case)

    second_comes_while_first_holds(
        office.works,
        (SYSTEM, lambda work: wakes.resolve_effect(work, effect, None)),
        lambda: performing.give_up(office.works, effect, ZeroDivisionError()),
    )

    assert office.case(waiting_case).status == "running"
    assert "incident.opened" not in office.events(waiting_case)


def test_a_fault_that_is_recorded_after_somebody_else_went_on_is_forgotten(office: Office) -> None:
    case_id = office.begin()
    task = office.task(case_id)

    def fail_late() -> None:
        with incidents.unit_of_work(office.works, office.people["budi"]):
            with office.works.begin(office.people["sari"]) as other:
                cases.cancel(other, case_id, REASON)
            raise ProcessFault(task.element, "boom").during("complete", case_id, task.id)

    with pytest.raises(ProcessFault):
        fail_late()

    assert office.case(case_id).status == "cancelled"
    assert "incident.opened" not in office.events(case_id)


def test_a_paper_that_arrives_while_its_task_is_completed_is_refused_in_words(office: Office) -> None:
    case_id = office.play("sktlk_ktp", 5)
    task = office.task(case_id)
    budi = office.people["budi"]
    picture = (PROCESSES.parent / "docs" / "img" / "berkas.png").read_bytes()

    _, late = second_comes_while_first_holds(
        office.works,
        (
            budi,
            lambda work: tasks.complete(
                work, task.id, _answers_of("sktlk_ktp", "periksa_persyaratan"), str(uuid4())
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
    assert "Tugas ini sudah selesai" in late.sentence
    assert "document.added" not in office.events(case_id)


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """The same process with one changed word."""
    folder = tmp_path / "sktlk"
    shutil.copytree(PROCESSES / "sktlk", folder)
    form = folder / "forms" / "peristiwa.ui.json"
    form.write_text(form.read_text().replace('"title": "', f'"title": "Uji {uuid4().hex[:6]} ', 1))
    return folder


def test_a_case_that_starts_during_a_deployment_runs_under_one_version_to_its_end(
    office: Office, next_version: Path
) -> None:
    budi = office.people["budi"]

    made, started = second_comes_while_first_holds(
        office.works,
        (SYSTEM, lambda work: processes.deploy(work, next_version)),
        (budi, lambda work: cases.start(work, "sktlk")),
    )
    after = outcome(office.works, budi, lambda work: cases.start(work, "sktlk"))

    with office.works.begin(budi) as work:
        assert cases.get(work, started.case_id).process_version == made.version - 1
        assert cases.get(work, after.case_id).process_version == made.version
        assert tasks.get(work, started.task_id).form.title


def test_two_deployments_of_one_folder_make_one_version(office: Office, next_version: Path) -> None:
    deploy = lambda: outcome(  # noqa: E731 - a verb, as the others
        office.works, SYSTEM, lambda work: processes.deploy(work, next_version)
    )

    made = together(deploy, deploy, deploy)

    assert sorted(found.is_new for found in made) == [False, False, True]
    with office.works.begin(SYSTEM) as work:
        current = select(func.count()).where(Definition.process_key == "sktlk", Definition.is_current)
        assert work.session.scalar(current) == 1
        assert list(audit.verify_chains(work)) == []
