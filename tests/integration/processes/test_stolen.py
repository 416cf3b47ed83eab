"""From one process of the release into another: a stolen thing becomes a police report."""

from collections.abc import Callable
from uuid import UUID

from tests.integration.conftest import PROCESSES
from workflow_app.models.case import Case
from workflow_app.services.case_file import kinship
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.office import processes
from workflow_app.types import SYSTEM, Actor


def test_r68_a_stolen_thing_goes_on_as_a_police_report_with_the_same_officer(
    works: Works, play: Callable[..., UUID], budi: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        processes.deploy(work, PROCESSES / "lp")

    case_id = play("dicuri")

    with works.begin(budi) as work:
        case = work.session.get_one(Case, case_id)
        (report,) = kinship.of_case(work, case).kin
        assert (case.outcome, work.session.get_one(Case, report.case_id).process_key) == ("dirujuk", "lp")
        assert report.reason == "Dicuri: dilanjutkan sebagai Laporan Polisi"
        assert kinship.next_task(work, case_id) is not None


def test_r68_who_is_escorted_to_another_office_has_no_second_case_here(
    works: Works, play: Callable[..., UUID], budi: Actor
) -> None:
    case_id = play("dicuri_polsek")

    with works.begin(budi) as work:
        assert kinship.of_case(work, work.session.get_one(Case, case_id)).kin == []


def test_r68_the_identity_is_not_asked_twice() -> None:
    identity = processes.read(PROCESSES / "lp").elements["identitas"]

    assert "sktlk.identitas" in identity.properties["prefill"].split()
