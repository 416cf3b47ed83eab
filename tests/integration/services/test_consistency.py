"""The audit of an installation: silent when all agrees, and each kind of fault, planted, is
reported where it is.
"""

import json
from dataclasses import asdict, replace
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.integration.conftest import TestClock
from tests.integration.services.installation import KEY, PUBLIC_KEY, Play, faults, planted
from tests.integration.services.installation import corrected as corrected
from tests.integration.services.installation import ended as ended
from tests.integration.services.installation import printing as printing
from tests.integration.services.installation import waiting as waiting
from tests.integration.services.installation import works as works
from workflow_app.cli import database, main
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import runner
from workflow_app.services.cases import incidents
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import checkpoints, consistency
from workflow_app.services.operations.consistency_cases import Fault
from workflow_app.services.workflow import case_jobs, cases
from workflow_app.settings import Settings

FAULT = Fault("number", "series SKTLK:2026", "One is missing.")


def test_an_installation_with_cases_at_every_stage_agrees_with_itself(
    works: Works, play: Play, ended: UUID, corrected: UUID, printing: UUID, budi: Actor
) -> None:
    play("dicuri_fungsi")
    play("lewat_batas_waktu", 8)
    with works.begin(budi) as work:
        cases.cancel(work, play("sktlk_sim", 3), "Warga mengurungkan niatnya")
        checkpoints.make_checkpoint(work, KEY)

    assert faults(works) == []


def test_the_audit_reads_one_instant_and_can_change_nothing(
    fresh_works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = text(
        "select current_setting('transaction_isolation'), current_setting('transaction_read_only')"
    )
    monkeypatch.setattr(
        consistency, "check_consistency", lambda work, key: [*work.session.execute(asked).one()]
    )

    assert consistency.check_site(fresh_works, PUBLIC_KEY) == ["repeatable read", "on"]


@pytest.mark.parametrize(
    ("found", "code", "last"), [([], 0, "everything agrees"), ([FAULT], 1, "1 faults")]
)
def test_the_command_prints_each_fault_and_fails_when_there_is_one(
    settings: Settings,
    works: Works,
    monkeypatch: pytest.MonkeyPatch,
    found: list[Fault],
    code: int,
    last: str,
) -> None:
    monkeypatch.setattr(database, "settings", lambda: settings)
    monkeypatch.setattr(database, "connected", lambda: works)
    monkeypatch.setattr(consistency, "check_site", lambda works, key: found)

    told = CliRunner().invoke(main, ["db", "verify"])
    data = CliRunner().invoke(main, ["db", "verify", "--json"])

    assert (told.exit_code, data.exit_code) == (code, code)
    assert told.output.splitlines()[-1] == last
    assert all(fault.sentence in told.output for fault in found)
    assert json.loads(data.output) == {"faults": [asdict(fault) for fault in found]}


CASE_ROWS = {
    "a task that the engine does not know": (
        "insert into task (id, case_id, element, name, unit, role, status, created_at)"
        " values (gen_random_uuid(), :case, 'identitas', 'x', 'spkt', 'petugas', 'open', now())",
        "task",
    ),
    "a task that is missing in the inbox": (
        "update task set status = 'cancelled' where case_id = :case and status = 'open'",
        "task",
    ),
    "a state of another step": (
        (
            "update service_case set state = (select state from service_case where id <> :case "
            "limit 1) where id = :case"
        ),
        "task",
    ),
    "a state that nobody can read": (
        "update service_case set state = 'x' where id = :case",
        "state",
    ),
    "a timer at another time": (
        "update service_case set next_wake_at = next_wake_at + interval '1 hour' where id = :case",
        "timer",
    ),
    "a step that is not on record": (
        "update service_case set revision = revision + 1 where id = :case",
        "revision",
    ),
    "an end that only the row knows": (
        (
            "update service_case set closed_at = now(), outcome = 'selesai', status = 'done' "
            "where id = :case"
        ),
        "outcome",
    ),
}


def test_a_case_between_two_steps_is_found(works: Works, play: Play, waiting: UUID) -> None:
    play("sktlk_ktp", 1)

    missed = [
        name
        for name, (statement, kind) in CASE_ROWS.items()
        if (kind, f"case {waiting}") not in planted(works, statement, case=waiting)
    ]

    assert missed == []


def test_a_state_that_would_run_on_by_itself_is_found(
    works: Works, waiting: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = runner.standing
    monkeypatch.setattr(
        runner,
        "standing",
        lambda *given: replace(found(*given), completed=("gw_keputusan",)),
    )

    assert {fault.kind for fault in faults(works)} == {"between"}


def test_an_effect_without_row_or_without_job_is_found(works: Works, printing: UUID) -> None:
    with works.begin(SYSTEM) as work:
        task_id = work.session.execute(text("select task_id from pending_effect")).scalar_one()
    lost = planted(
        works,
        "update procrastinate_jobs set status = 'succeeded' where task_name = 'perform_effect'",
    )
    assert lost == {("effect", f"effect {task_id}")}

    assert ("effect", f"case {printing}") in planted(works, "delete from pending_effect")


def test_an_effect_that_failed_is_no_fault_once_an_incident_tells_of_it(
    works: Works, printing: UUID
) -> None:
    with works.begin(SYSTEM) as work:
        task_id = UUID(
            str(work.session.execute(text("select task_id from pending_effect")).scalar_one())
        )
    failed = "update procrastinate_jobs set status = 'failed' where task_name = 'perform_effect'"
    assert {kind for kind, _ in planted(works, failed)} == {"effect", "job"}

    case_jobs.give_up_effect(works, ZeroDivisionError(), task_id)

    assert planted(works, failed) == set()


def test_a_job_of_a_dead_worker_that_nobody_took_back_is_found(
    works: Works, printing: UUID
) -> None:
    found = planted(
        works,
        "insert into procrastinate_workers (last_heartbeat) values (now() - interval '2 minutes')",
        "update procrastinate_jobs set status = 'doing', worker_id = (select max(id) from "
        "procrastinate_workers)"
        " where task_name = 'perform_effect'",
    )

    assert {kind for kind, _ in found} == {"job"}


def test_a_timer_that_nobody_woke_is_found(works: Works, waiting: UUID, clock: TestClock) -> None:
    clock.advance(minutes=12)
    assert faults(works) == []

    clock.advance(minutes=2)
    assert {(fault.kind, fault.where) for fault in faults(works)} == {("timer", f"case {waiting}")}


def test_answers_lost_or_of_an_open_task_are_found(works: Works, waiting: UUID) -> None:
    with works.begin(SYSTEM) as work:
        done = work.session.execute(
            text("select id from task where case_id = :case and element = 'peristiwa'"),
            {"case": waiting},
        ).scalar_one()
    lost = planted(
        works,
        "delete from submission where case_id = :case and element = 'peristiwa'",
        case=waiting,
    )
    assert ("submission", f"task {done}") in lost

    opened = planted(
        works,
        (
            "update task set status = 'open', done_at = null where case_id = :case and element = "
            "'uraian'"
        ),
        case=waiting,
    )
    assert ("event", f"case {waiting}, uraian") in opened
    assert len([place for kind, place in opened if kind == "submission"]) == 1


def test_an_open_incident_of_a_case_is_no_fault(works: Works, waiting: UUID) -> None:
    with works.begin(SYSTEM) as work:
        incidents.record(work, waiting, "wake", None, "batas_waktu", ZeroDivisionError())
        unit_of_work.record(work, "test:a", "test.happened")

    assert faults(works) == []
