"""R79, R23: whom a complaint names loses sight of it, whatever he is."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.integration.conftest import TestClock
from tests.integration.services import list_plans, walled
from tests.integration.services.walled import begin, complete, naming, refused, sees, task_of
from workflow_app.domain import SYSTEM, Actor, InvalidInput
from workflow_app.models import AuditEvent, CaseWall, Submission
from workflow_app.services.accounts import users
from workflow_app.services.cases import answers, history, inbox, walls
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import archive_verification, consistency_cases
from workflow_app.services.workflow import cases, drafts, tasks

Person = Callable[..., Actor]
pytestmark = pytest.mark.usefixtures("complaints")


def test_r79_whom_a_complaint_names_loses_sight_whatever_he_is(
    works: Works, budi: Actor, sari: Actor, dewi: Actor
) -> None:
    case_id = begin(works, budi)
    with works.begin(dewi) as work:
        number = cases.get(work, case_id).number
        assert inbox.page(work, "all").counts["all"] == 2
    complete(works, case_id, "lapor", budi, naming(dewi))

    for gone in (
        lambda work: cases.get(work, case_id),
        lambda work: history.timeline(work, case_id),
        lambda work: tasks.claim(work, task_of(works, case_id, "telaah").id),
        lambda work: drafts.save(work, task_of(works, case_id, "telaah").id, {"catatan": "x"}),
        lambda work: answers.reveal(work, case_id, "Pemeriksaan"),
    ):
        assert refused(works, dewi, gone)
    with works.begin(dewi) as work:
        assert inbox.search(work, number) == []
        for tab in inbox.TABS:
            page = inbox.page(work, tab)
            assert (page.rows, page.counts[tab]) == ([], 0)
    assert sees(works, sari, case_id)
    assert sees(works, budi, case_id)


def test_a_task_held_by_whom_it_concerns_goes_back_to_its_queue(
    works: Works, budi: Actor, sari: Actor, dewi: Actor
) -> None:
    case_id = begin(works, budi)
    held = task_of(works, case_id, "telaah").id
    with works.begin(dewi) as work:
        tasks.claim(work, held)
        drafts.save(work, held, {"catatan": "Contoh"})
    complete(works, case_id, "lapor", budi, naming(dewi))

    with works.begin(sari) as work:
        assert [row.task_id for row in inbox.page(work, "queue").rows] == [held]
        assert tasks.get(work, held).assignee_id is None
    complete(works, case_id, "telaah", sari)


def test_no_task_is_given_to_whom_it_concerns(
    works: Works, budi: Actor, sari: Actor, dewi: Actor
) -> None:
    """Neither by a lead nor by the process, which gives the next task to who did the last of that
    role.
    """
    case_id = begin(works, budi)
    with works.begin(dewi) as work:
        tasks.claim(work, task_of(works, case_id, "telaah").id)
    complete(works, case_id, "telaah", dewi)
    complete(works, case_id, "lapor", budi, naming(dewi))
    task = task_of(works, case_id, "putusan")

    assert (task.status, task.assignee_id) == ("open", None)
    assert dewi.user_id is not None
    with pytest.raises(InvalidInput, match="tidak dapat dialihkan"), works.begin(sari) as work:
        tasks.reassign(work, task.id, dewi.user_id)
    with works.begin(sari) as work:
        barred = [dewi.user_id]
        assert [user.id for user in users.colleagues(work, "ka_spkt", barred=barred)] == [
            sari.user_id
        ]


def test_who_names_himself_is_told_and_gets_no_further_task(
    works: Works, budi: Actor, sari: Actor, person: Person
) -> None:
    rina = person("rina", "petugas", "ka_spkt")
    case_id = begin(works, rina)
    complete(works, case_id, "telaah", rina)

    done = complete(works, case_id, "lapor", rina, naming(rina))

    assert (done.is_out_of_sight, done.next_task_id) == (True, None)
    assert "tidak tampil lagi" in done.message
    assert not sees(works, rina, case_id)
    assert task_of(works, case_id, "putusan").assignee_id is None
    complete(works, case_id, "putusan", sari)


def test_the_trail_says_that_there_is_a_wall_and_not_whom_it_keeps_out(
    works: Works, budi: Actor, dewi: Actor
) -> None:
    case_id = begin(works, budi)
    complete(works, case_id, "lapor", budi, naming(dewi))

    with works.begin(SYSTEM) as work:
        event = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "wall.raised")
        ).one()
        kept = work.session.scalars(select(Submission).where(Submission.case_id == case_id)).one()
        wall = work.session.scalars(select(CaseWall).where(CaseWall.case_id == case_id)).one()
        assert list(unit_of_work.verify_chains(work)) == []
        assert (event.element, event.details) == ("batasi", {"members": 1})
        assert "terlapor" not in kept.answers
        assert (wall.user_id, wall.reason_key) == (dewi.user_id, "lapor.terlapor")
    with works.begin(budi) as work:
        lines = [entry.what for entry in history.timeline(work, case_id)]
        revealed = answers.reveal(work, case_id, "Pemeriksaan")
    assert "Yang disebut pada berkas ini tidak dapat lagi melihatnya" in lines
    assert revealed[0].rows == [("Siapa yang diadukan?", "Contoh Dewi")]


def test_a_complaint_that_names_nobody_raises_no_wall(
    works: Works, budi: Actor, sari: Actor
) -> None:
    case_id = begin(works, budi)
    complete(works, case_id, "lapor", budi, naming())

    with works.begin(SYSTEM) as work:
        assert work.session.scalars(select(CaseWall)).all() == []
    assert sees(works, sari, case_id)


@pytest.mark.parametrize("named", ["00000000-0000-4000-8000-000000000000", "Contoh Dewi", ""])
def test_only_accounts_can_be_named(works: Works, budi: Actor, named: str) -> None:
    case_id = begin(works, budi)
    with pytest.raises(InvalidInput) as caught:
        complete(works, case_id, "lapor", budi, {"terlapor": [named], "tujuan": "spkt"})
    assert "Pilih anggota dari daftar." in caught.value.fields["terlapor"]


def test_a_list_reads_its_index_in_order_past_the_walls(works: Works, sari: Actor) -> None:
    """What is hidden is gathered once, however many tasks there are."""
    with works.begin(sari) as work:
        plan = list_plans.plan_of_all(work)
    assert "ix_task_unit" in plan
    assert "Sort" not in plan
    assert plan.count("SubPlan") >= 1


@pytest.fixture
def taken_up(works: Works, tmp_path: Path, budi: Actor, sari: Actor) -> tuple[UUID, UUID, UUID]:
    """A complaint, one that took it up and ended as well, and the one that took it up again and is
    being reported.
    """
    first, second, third = walled.taken_up_twice(works, tmp_path / "dibuka", budi, sari)
    return first, second, third


def test_r79_whom_a_complaint_names_after_it_was_taken_up_loses_sight_of_the_whole_matter(
    works: Works, taken_up: tuple[UUID, UUID, UUID], budi: Actor, sari: Actor, dewi: Actor
) -> None:
    assert all(sees(works, dewi, case_id) for case_id in taken_up)

    complete(works, taken_up[2], "lapor", budi, naming(dewi))

    assert not any(sees(works, dewi, case_id) for case_id in taken_up)
    assert all(sees(works, sari, case_id) for case_id in taken_up)
    with works.begin(SYSTEM) as work:
        events = work.session.scalars(
            select(AuditEvent.case_id).where(AuditEvent.action == "wall.raised")
        )
        assert sorted(map(str, events)) == sorted(map(str, taken_up))
        assert list(unit_of_work.verify_chains(work)) == []
        assert [
            fault
            for fault in consistency_cases.check_consistency_case(work)
            if fault.kind == "wall"
        ] == []


def test_r79_what_goes_to_propam_after_it_was_taken_up_takes_the_whole_matter_along(
    works: Works,
    taken_up: tuple[UUID, UUID, UUID],
    budi: Actor,
    sari: Actor,
    dewi: Actor,
    person: Person,
) -> None:
    with works.begin(sari) as work:
        beside = cases.reopen(work, taken_up[1], "Pengadu membawa keterangan baru.")
    complete(works, taken_up[2], "telaah", sari)

    complete(works, taken_up[2], "lapor", budi, naming(dewi, target="propam"))

    propam = person("propam", "piket_propam")
    for case_id in taken_up:
        assert (sees(works, propam, case_id), sees(works, sari, case_id)) == (True, False)
    # One that still runs stays with those who have its tasks; whom it concerns does not see it
    # either.
    assert (sees(works, sari, beside), sees(works, dewi, beside)) == (True, False)
    complete(works, beside, "lapor", budi, naming())
    with works.begin(SYSTEM) as work:
        assert [
            fault
            for fault in consistency_cases.check_consistency_case(work)
            if fault.kind == "wall"
        ] == []


def test_r79_what_was_raised_before_it_reached_the_matter_is_told_by_the_audit_and_carried_over_once(  # noqa: E501 - a sentence
    works: Works,
    taken_up: tuple[UUID, UUID, UUID],
    budi: Actor,
    sari: Actor,
    dewi: Actor,
    person: Person,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.at += timedelta(minutes=1)
    complete(works, taken_up[2], "telaah", sari)
    with monkeypatch.context() as before:  # as a release did that stayed in the case
        for name in ("lock_line", "lock_descendants"):
            before.setattr(walls, name, lambda *_: [])
        complete(works, taken_up[2], "lapor", budi, naming(dewi, target="propam"))
    others = taken_up[:2]
    assert all(sees(works, actor, case_id) for case_id in others for actor in (dewi, sari))
    with works.begin(SYSTEM) as work:
        found = [
            fault.where
            for fault in consistency_cases.check_consistency_kinship(work)
            if fault.kind == "wall"
        ]
    assert sorted(found) == sorted(2 * [f"case {case_id}" for case_id in others]), (
        "a wall and a confinement each"
    )

    archive_verification.complete_lines(works)
    with works.begin(SYSTEM) as work:
        count = select(func.count()).select_from(AuditEvent)
        events = work.session.scalar(count)
    archive_verification.complete_lines(works)
    with works.begin(SYSTEM) as work:
        assert work.session.scalar(count) == events, "nothing lacks a second time"

    propam = person("propam", "piket_propam")
    for case_id in taken_up:
        assert [sees(works, actor, case_id) for actor in (propam, dewi, sari)] == [
            True,
            False,
            False,
        ]
    with works.begin(SYSTEM) as work:
        assert list(unit_of_work.verify_chains(work)) == []
        assert [
            fault
            for fault in consistency_cases.check_consistency_kinship(work)
            if fault.kind == "wall"
        ] == []
        assert [
            fault
            for fault in consistency_cases.check_consistency_case(work)
            if fault.kind == "wall"
        ] == []


def test_r79_what_still_ran_when_the_matter_went_to_propam_lacks_nothing_after_its_end(
    works: Works, taken_up: tuple[UUID, UUID, UUID], budi: Actor, sari: Actor, clock: TestClock
) -> None:
    with works.begin(sari) as work:
        beside = cases.reopen(work, taken_up[1], "Pengadu membawa keterangan baru.")
    complete(works, taken_up[2], "telaah", sari)
    complete(works, taken_up[2], "lapor", budi, naming(target="propam"))
    assert not any(sees(works, sari, case_id) for case_id in taken_up)
    clock.at += timedelta(minutes=1)
    complete(works, beside, "lapor", budi, naming())
    for element in ("telaah", "putusan"):
        complete(works, beside, element, sari)

    archive_verification.complete_lines(works)

    assert sees(works, sari, beside)
    with works.begin(SYSTEM) as work:
        assert [
            fault
            for fault in consistency_cases.check_consistency_kinship(work)
            if fault.kind == "wall"
        ] == []
