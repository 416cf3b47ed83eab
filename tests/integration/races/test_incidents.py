"""A failed step and several who care: it is tried once, and what was mended did not fail."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from tests.integration.races.meeting import outcome, second_comes_while_first_holds
from tests.integration.races.office import NINE, Office
from workflow_app.domain import SYSTEM, Conflict, ProcessFault
from workflow_app.models import Incident, PendingEffect
from workflow_app.services.cases import incidents
from workflow_app.services.demo import seeding
from workflow_app.services.workflow import case_jobs, cases, steps, tasks

REASON = "Contoh: warga mengurungkan niatnya"


@pytest.fixture
def stopped(office: Office, waiting_case: UUID, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A case whose letter could not be printed; its job has given up."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with office.works.begin(office.people["sari"]) as work:
        tasks.complete(work, office.task(waiting_case).id, {"keputusan": "setuju"}, str(uuid4()))
    with monkeypatch.context() as patch:
        patch.setitem(case_jobs.OPERATIONS, "render_letter", fail)
        with pytest.raises(ZeroDivisionError):
            case_jobs.perform(
                office.works, effect_of(office, waiting_case), public_url="http://127.0.0.1"
            )
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
    seeding.settle(office.stage(), stopped)
    found = outcome(
        office.works, office.people["dewi"], lambda work: incidents.retry(work, incident)
    )
    assert (
        found.sentence
        == f"Gangguan ini sudah teratasi pada {NINE}, setelah dicoba lagi oleh Contoh Sari."
    )


def test_an_incident_that_is_mended_while_a_lead_presses_retry_is_not_tried_again(
    office: Office, stopped: UUID
) -> None:
    incident, effect = incident_of(office, stopped), effect_of(office, stopped)

    _, late = second_comes_while_first_holds(
        office.works,
        (SYSTEM, lambda work: steps.resolve_effect(work, effect, None)),
        (office.people["sari"], lambda work: incidents.retry(work, incident)),
    )

    assert isinstance(late, Conflict)
    assert late.sentence == f"Gangguan ini sudah teratasi pada {NINE} oleh sistem."


def test_a_worker_that_gives_up_beside_one_that_succeeds_does_not_stop_the_case(
    office: Office, waiting_case: UUID
) -> None:
    """A job was given to a second worker while the first, thought dead, was still at it."""
    with office.works.begin(office.people["sari"]) as work:
        tasks.complete(work, office.task(waiting_case).id, {"keputusan": "setuju"}, str(uuid4()))
    effect = effect_of(office, waiting_case)

    second_comes_while_first_holds(
        office.works,
        (SYSTEM, lambda work: steps.resolve_effect(work, effect, None)),
        lambda: case_jobs.give_up_effect(office.works, ZeroDivisionError(), effect),
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


def test_a_failed_step_of_a_case_that_was_cancelled_meanwhile_names_who_cancelled(
    office: Office, waiting_case: UUID
) -> None:
    with office.works.begin(SYSTEM) as work:
        incidents.record(
            work, waiting_case, "wake", None, "persetujuan", ProcessFault("persetujuan", "boom")
        )
    incident = incident_of(office, waiting_case)

    _, late = second_comes_while_first_holds(
        office.works,
        (office.people["budi"], lambda work: cases.cancel(work, waiting_case, REASON)),
        (office.people["sari"], lambda work: incidents.retry(work, incident)),
    )

    assert office.case(waiting_case).status == "cancelled"
    assert late.sentence == f"Gangguan ini sudah teratasi pada {NINE} oleh Contoh Budi."
