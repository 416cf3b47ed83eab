"""Clocks that count per round: each hand-off is measured by itself (R5, R68); what counts once per
case stays once (R57).
"""

from datetime import timedelta
from uuid import UUID

from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.services import desk
from workflow_app.domain import SYSTEM
from workflow_app.engine import process_folders
from workflow_app.models import AuditEvent, Case
from workflow_app.services.cases import clocks
from workflow_app.services.cases.clocks import ClockView
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.processes import definitions

NAME = "penerimaan_rujukan"
MINUTE = timedelta(minutes=1)


def rounds(works: Works, case_id: UUID) -> list[ClockView]:
    with works.begin(SYSTEM) as work:
        return [
            row
            for row in clocks.of_case(work, work.session.get_one(Case, case_id))
            if row.name == NAME
        ]


def test_r68_who_is_referred_again_is_measured_by_a_clock_of_the_second_round(
    works: Works, stage: Stage, clock: TestClock
) -> None:
    files = process_folders.read_folder(PROCESSES / "referral")
    name = "dikembalikan_lalu_terlambat"
    told = process_folders.read_scenario(name, files[f"scenarios/{name}.yaml"])
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "referral")
    begun = clock.at

    first, second = rounds(works, seeding.play(stage, "referral", told))

    assert (first.label, first.round, second.round) == ("Sejak diserahkan kepada fungsi", 1, 2)
    assert (first.started_at, first.stopped_at) == (begun, begun + 20 * MINUTE)
    assert (second.started_at, second.due_at) == (begun + 20 * MINUTE, begun + 50 * MINUTE)
    assert not first.was_late, "the target of the first round was kept"
    assert second.was_late


def test_a_round_ends_the_one_before_and_does_not_reach_into_it(
    officer: UnitOfWork, clock: TestClock
) -> None:
    case = desk.new_case(officer)
    begun = clock.at
    clocks.start(officer, case.id, NAME, None, anew=True)
    clock.advance(minutes=10)

    due = clocks.start(officer, case.id, NAME, begun - 5 * MINUTE, anew=True)

    first, second = clocks.every(officer, case.id)
    assert first.stopped_at == second.started_at == clock.at, (
        "a told time does not reach into the first round"
    )
    assert due == clock.at + 30 * MINUTE
    clocks.stop(officer, case.id, NAME)
    assert second.stopped_at == clock.at
    events = officer.session.query(AuditEvent).filter_by(case_id=case.id, action="clock.started")
    assert [event.details.get("round") for event in events if event.details["clock"] == NAME] == [
        None,
        2,
    ]


def test_r57_a_clock_of_the_whole_case_starts_once(officer: UnitOfWork, clock: TestClock) -> None:
    case = desk.new_case(officer)
    due = clocks.start(officer, case.id, "berkas_lengkap", None)
    clock.advance(minutes=3)

    assert clocks.start(officer, case.id, "berkas_lengkap", None) == due
    (row,) = clocks.of_case(officer, case)
    assert row.round is None
