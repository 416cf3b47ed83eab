"""From one process of the release into another: a stolen thing becomes a police report."""

from collections.abc import Callable
from uuid import UUID

from tests.integration.conftest import PROCESSES
from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.models import Case
from workflow_app.services.cases import access, clocks, inbox, related_cases
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import tasks

TAKEN: Answers = {
    "diterima_at": "2026-11-23T09:00:00+08:00",
    "diterima_oleh": "Contoh Petugas Piket",
    "langkah": "Diperiksa sekarang.",
}


def test_r68_a_stolen_thing_goes_on_as_a_police_report_with_the_same_officer(
    works: Works, play: Callable[..., UUID], budi: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "lp")

    case_id = play("dicuri")

    with works.begin(budi) as work:
        case = work.session.get_one(Case, case_id)
        (report,) = related_cases.of_case(work, case).kin
        assert (case.outcome, work.session.get_one(Case, report.case_id).process_key) == (
            "dirujuk",
            "lp",
        )
        assert report.reason == "Dicuri: dilanjutkan sebagai Laporan Polisi"
        assert related_cases.next_task(work, case_id) is not None


def test_r68_who_is_handed_to_another_office_has_no_second_case_here(
    works: Works, play: Callable[..., UUID], budi: Actor
) -> None:
    case_id = play("dicuri_polsek")

    with works.begin(budi) as work:
        assert related_cases.of_case(work, work.session.get_one(Case, case_id)).kin == []


def test_r27_r68_the_case_of_a_theft_waits_for_the_function_that_has_it(
    works: Works, play: Callable[..., UUID], person: Callable[..., Actor]
) -> None:
    """Told, and so handed on: the clock of the counter stands. It ends when the function has taken
    it, in its own inbox.
    """
    reskrim, lantas = person("reskrim", "piket_reskrim"), person("lantas", "piket_lantas")
    untold, told = play("dicuri_fungsi", 6), play("dicuri_fungsi", 7)

    with works.begin(SYSTEM) as work:
        assert clocks.named(work, untold)["kedatangan"].stopped_at is None
        assert clocks.named(work, told)["kedatangan"].stopped_at is not None
        assert work.session.get_one(Case, told).closed_at is None
    with works.begin(lantas) as work:
        assert inbox.page(work, "queue").rows == []
    with works.begin(reskrim) as work:
        (row,) = inbox.page(work, "queue").rows
        tasks.complete(work, row.task_id, {"rujukan_jawaban": "terima", **TAKEN}, "token")
    with works.begin(SYSTEM) as work:
        assert access.open_of_case(work, told) == []
        assert work.session.get_one(Case, play("dicuri_fungsi")).outcome == "dirujuk"


def test_r68_the_identity_is_not_asked_twice() -> None:
    identity = definitions.read(PROCESSES / "lp").elements["identitas"]

    assert "sktlk.identitas" in identity.properties["prefill"].split()
