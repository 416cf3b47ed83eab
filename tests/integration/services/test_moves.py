"""Running cases are moved to another version of their process and back: on order, with a reason,
case by case (decision 0048).
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import TestClock
from tests.integration.open_tasks import task_of
from tests.integration.services import logged
from tests.integration.services.moving import (
    REASON,
    begin,
    complete,
    move,
    move_back,
    put_up,
    row,
    service,
    settled,
)
from workflow_app.domain import (
    SYSTEM,
    Actor,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    ProcessFault,
    Step,
)
from workflow_app.models import AuditEvent, Case, MoveOrder
from workflow_app.services.cases import history, incidents
from workflow_app.services.cases.event_log import StayEnd
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.operations import consistency_cases
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import (
    drafts,
    steps,
    tasks,
    version_migration,
    version_migration_preview,
)


@pytest.fixture
def case_id(works: Works, tmp_path: Path, budi: Actor) -> UUID:
    """Waits for approval under version 1; version 2 has a step more, a slower reminder and another
    name for the approval.
    """
    put_up(works, tmp_path, service())
    waiting = begin(works, budi)
    new = service("periksa", reminder='"P2D"')
    new.nodes["setujui"].attributes["name"] = "Setujui permohonan"
    put_up(works, tmp_path, new)
    return waiting


def test_the_open_task_keeps_its_id_its_officer_and_his_draft(
    works: Works, case_id: UUID, sari: Actor, clock: TestClock
) -> None:
    task = task_of(works, case_id)
    with works.begin(sari) as work:
        tasks.claim(work, task.id)
        drafts.save(work, task.id, {"catatan": "Contoh konsep"})
    clock.advance(hours=20)
    revision = row(works, case_id).revision

    order = move(works, sari, 2)

    moved, after = row(works, case_id), task_of(works, case_id)
    assert settled(works, order, case_id) == ("moved", "")
    assert (after.id, after.assignee_id, after.name) == (
        task.id,
        sari.user_id,
        "Setujui permohonan",
    )
    assert moved.revision == revision
    assert moved.next_wake_at == clock() + timedelta(hours=28)
    with works.begin(sari) as work:
        assert tasks.get(work, task.id).answers["catatan"] == "Contoh konsep"
        assert definitions.version_of(work, moved.definition_id) == 2
        assert list(consistency_cases.check_consistency_case(work)) == []
        assert [f for f in consistency_cases.check(work) if f.kind == "timer"] == []
    complete(works, sari, case_id)
    assert task_of(works, case_id).element == "periksa"


def test_what_a_colleague_had_typed_where_nothing_is_asked_any_more_keeps_nobody_from_the_task(
    works: Works, case_id: UUID, tmp_path: Path, sari: Actor, person: Callable[..., Actor]
) -> None:
    task, other = task_of(works, case_id), person("wati", "ka_spkt")
    with works.begin(sari) as work:
        tasks.claim(work, task.id)
        drafts.save(work, task.id, {"catatan": "Contoh konsep"})
    asked = service().form("setujui", {"hal": {"type": "string"}}, {"hal": {"widget": "text"}})
    put_up(works, tmp_path, asked)
    assert settled(works, move(works, sari, 3), case_id) == ("moved", "")
    with works.begin(sari) as work:
        assert tasks.get(work, task.id).answers == {}
        tasks.reassign(work, task.id, other.user_id)
    with works.begin(other) as work:
        assert tasks.get(work, task.id).answers == {}


def test_a_move_is_on_record_and_its_reason_is_sealed(
    works: Works, case_id: UUID, sari: Actor
) -> None:
    order = move(works, sari, 2)
    with works.begin(sari) as work:
        lines = [entry.what for entry in history.timeline(work, case_id)]
        assert (
            "Dipindahkan ke versi 2 prosesnya (semula versi 1) atas perintah Contoh Sari" in lines
        )
        given = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "process.move_ordered")
        ).one()
        assert (given.actor_name, given.details["cases"]) == ("Contoh Sari", 1)
        stored = work.session.get_one(MoveOrder, order)
        assert REASON.encode() not in stored.sealed
        (view,) = version_migration.of_process(work, "uji")
        assert (view.reason, view.by, view.version, view.counts["moved"]) == (
            REASON,
            "Contoh Sari",
            2,
            1,
        )
        assert list(unit_of_work.verify_chains(work)) == []


def test_what_has_taken_no_step_goes_back_to_exactly_its_former_state(
    works: Works, case_id: UUID, sari: Actor, clock: TestClock
) -> None:
    before = row(works, case_id)
    order = move(works, sari, 2)
    assert row(works, case_id).state != before.state
    clock.advance(minutes=30)

    back = move_back(works, sari, order)

    after = row(works, case_id)
    assert settled(works, back, case_id) == ("moved", "")
    assert settled(works, order, case_id)[0] == "returned"
    for name in ("state", "definition_id", "revision", "next_wake_at", "passed", "status"):
        assert getattr(after, name) == getattr(before, name), name
    assert task_of(works, case_id).name == "Setujui"
    with works.begin(sari) as work:
        assert list(consistency_cases.check_consistency_case(work)) == []
    clock.advance(days=1)
    with works.begin(SYSTEM) as work:
        steps.wake(work, case_id)
    assert task_of(works, case_id).element == "ingatkan"


def test_what_has_taken_a_step_stays_and_says_so(
    works: Works, case_id: UUID, budi: Actor, sari: Actor
) -> None:
    order = move(works, sari, 2)
    complete(works, sari, case_id)

    with works.begin(sari) as work:
        (view,) = version_migration.of_process(work, "uji")
        assert view.returnable == []
    back = move_back(works, sari, order)

    assert settled(works, back, case_id) == (
        "refused",
        "Berkas sudah melangkah sejak dipindahkan, jadi tidak dapat dikembalikan.",
    )
    complete(works, budi, case_id)
    assert row(works, case_id).outcome == "selesai"


def test_a_case_that_ended_meanwhile_or_was_moved_by_somebody_else_is_left(
    works: Works, case_id: UUID, budi: Actor, sari: Actor
) -> None:
    other = begin(works, budi, recorded=False)
    with works.begin(sari) as work:
        order = version_migration.order(work, "uji", 2, None, REASON, str(uuid4()))
        second = version_migration.order(work, "uji", 2, None, REASON, str(uuid4()))
    complete(works, sari, case_id)
    assert row(works, other).status == "running"

    version_migration.carry_out(works, order)
    version_migration.carry_out(works, second)

    assert settled(works, order, case_id) == ("refused", "Berkas sudah berakhir.")
    assert settled(works, second, case_id)[0] == "refused"


def test_a_job_that_was_killed_goes_on_where_it_was(
    works: Works,
    case_id: UUID,
    budi: Actor,
    sari: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_up(works, tmp_path, service())
    others = [begin(works, budi) for _ in range(2)]
    put_up(works, tmp_path, service("tutup"))
    with works.begin(sari) as work:
        order = version_migration.order(work, "uji", 3, None, REASON, str(uuid4()))
    real, seen = version_migration._carry_out, []

    def dying(work: object, order_id: UUID, about: UUID) -> None:
        real(work, order_id, about)  # type: ignore[arg-type]  # as it is called
        seen.append(about)
        if len(seen) == 2:
            raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(version_migration, "_carry_out", dying)
        with pytest.raises(SystemExit):
            version_migration.carry_out(works, order)
    states = [settled(works, order, one)[0] for one in sorted([case_id, *others])]
    assert states == ["moved", "waiting", "waiting"]

    version_migration.carry_out(works, order)
    version_migration.carry_out(works, order)

    assert {settled(works, order, one)[0] for one in [case_id, *others]} == {"moved"}
    with works.begin(SYSTEM) as work:
        told = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "case.moved")
        ).all()
        assert len(told) == 3
        assert list(consistency_cases.check_consistency_case(work)) == []


def test_a_fault_of_one_case_does_not_keep_the_others(
    works: Works,
    case_id: UUID,
    budi: Actor,
    sari: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_up(works, tmp_path, service())
    other = begin(works, budi)
    put_up(works, tmp_path, service("tutup"))
    with works.begin(sari) as work:
        order = version_migration.order(work, "uji", 3, None, REASON, str(uuid4()))
    real = steps.carry

    def failing(work: UnitOfWork, case: Case, step: Step) -> None:
        if case.id == case_id:
            raise RuntimeError("contoh")
        real(work, case, step)

    monkeypatch.setattr(steps, "carry", failing)
    before = row(works, case_id).definition_id

    version_migration.carry_out(works, order)

    assert settled(works, order, case_id) == ("refused", version_migration.FAILED)
    assert row(works, case_id).definition_id == before
    assert settled(works, order, other) == ("moved", "")


def test_a_stopped_case_moves_with_its_incident(works: Works, case_id: UUID, sari: Actor) -> None:
    with works.begin(SYSTEM) as work:
        incidents.record(work, case_id, "wake", None, "setujui", ProcessFault("setujui", "contoh"))
    assert row(works, case_id).status == "stopped"

    order = move(works, sari, 2)

    assert settled(works, order, case_id) == ("moved", "")
    assert row(works, case_id).status == "stopped"
    with works.begin(sari) as work:
        assert len(incidents.of_case(work, case_id)) == 1


def test_only_those_that_were_chosen_are_moved(
    works: Works, case_id: UUID, budi: Actor, sari: Actor, tmp_path: Path
) -> None:
    put_up(works, tmp_path, service())
    chosen = begin(works, budi)
    put_up(works, tmp_path, service("tutup"))
    move(works, sari, 3, chosen)
    with works.begin(sari) as work:
        versions = {
            id: definitions.version_of(work, row(works, id).definition_id)
            for id in (case_id, chosen)
        }
    assert versions == {case_id: 1, chosen: 3}


def test_who_may_order_and_how(
    works: Works, case_id: UUID, budi: Actor, sari: Actor, person: Callable[..., Actor]
) -> None:
    token = str(uuid4())
    for who in (budi, person("pama", "pamapta"), person("periksa", "auditor")):
        for act in (
            lambda work: version_migration.order(work, "uji", 2, None, REASON, token),
            lambda work: version_migration_preview.preview(work, "uji", 2),
            lambda work: version_migration.of_process(work, "uji"),
        ):
            with pytest.raises(Forbidden), works.begin(who) as work:
                act(work)
    with pytest.raises(InvalidInput), works.begin(sari) as work:
        version_migration.order(work, "uji", 2, None, "pendek", token)
    with pytest.raises(NotFound), works.begin(sari) as work:
        version_migration.order(work, "uji", 9, None, REASON, token)
    with pytest.raises(Conflict), works.begin(sari) as work:
        version_migration.order(work, "uji", 2, [uuid4()], REASON, token)
    admin = person("atur", "admin")
    with works.begin(admin) as work:
        first = version_migration.order(work, "uji", 2, None, REASON, token)
    with works.begin(admin) as work:
        assert version_migration.order(work, "uji", 2, None, REASON, token) == first
    with pytest.raises(Conflict), works.begin(sari) as work:
        version_migration.order(work, "uji", 2, None, REASON, token)


def test_a_task_that_is_completed_after_a_move_was_not_cut_off(
    works: Works, case_id: UUID, sari: Actor, clock: TestClock
) -> None:
    """The stay is counted under the version in which it began, and ended as it did."""
    clock.advance(hours=2)
    move(works, sari, 2)
    clock.advance(hours=1)
    complete(works, sari, case_id)

    ended = [stay for stay in logged.stays_of(works, case_id) if stay.element == "setujui"]

    assert [(stay.length, stay.ends) for stay in ended] == [(timedelta(hours=3), StayEnd.PLAIN)]
