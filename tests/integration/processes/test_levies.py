"""R51, R79: who was asked for money while being served has a complaint of his own, which Propam alone sees from its first instant."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from tests.integration.services.complaints import open_tasks
from tests.integration.services.walled import sees
from workflow_app.engine import definitions, scenarios
from workflow_app.models.case import Case, CaseClock
from workflow_app.models.kinship import CaseKinship
from workflow_app.models.wall import CaseWall
from workflow_app.services.case_file import history, inbox, kinship
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.office import processes
from workflow_app.services.running import cases, rehearsal, tasks
from workflow_app.services.running.rehearsal import Stage
from workflow_app.types import SYSTEM, Actor, Answers


@pytest.fixture
def told(works: Works, stage: Stage) -> tuple[UUID, UUID]:
    """A report whose reporter said at the desk that he was asked for money, and the complaint that came of it."""
    with works.begin(SYSTEM) as work:
        for name in ("complaint", "lp"):
            processes.deploy(work, PROCESSES / name)
    file = definitions.read_folder(PROCESSES / "lp")["scenarios/ditolak_dan_diminta_bayar.yaml"]
    report = rehearsal.play(stage, "lp", scenarios.read_scenario("ditolak_dan_diminta_bayar", file))
    with works.begin(SYSTEM) as work:
        query = select(CaseKinship.child_id).where(CaseKinship.parent_id == report)
        return report, work.session.scalars(query).one()


def test_r51_r79_a_levy_is_a_case_of_propam_alone_and_the_desk_reads_that_it_was_passed_on(
    works: Works, told: tuple[UUID, UUID], budi: Actor, sari: Actor, person: Callable[..., Actor]
) -> None:
    report, child = told
    propam = person("propam", "piket_propam")
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, child)
        assert (case.process_key, case.confined_to) == ("complaint", "piket_propam")
        assert work.session.get_one(CaseClock, (child, "tanggapan_awal", 1)).started_at == case.opened_at
        number = case.number
        assert list(audit.verify_chains(work)) == []
    for other in (budi, sari, person("pama", "pamapta"), person("admin", "admin")):
        assert not sees(works, other, child)
    with works.begin(budi) as work:
        family = kinship.of_case(work, work.session.get_one(Case, report))
        assert (family.kin, family.has_hidden) == ([], True)
        lines = " ".join(f"{entry.what} {entry.details}" for entry in history.timeline(work, report))
        assert "diteruskan kepada Sie Propam" in lines
        assert number not in lines
        assert cases.search(work, number) == []
    with works.begin(propam) as work:
        assert [row.case_id for row in inbox.page(work, "queue").rows] == [child]
    assert not sees(works, propam, report), "what the desk wrote down is nothing that Propam needs"


def test_r51_r23_propam_is_handed_who_told_it_and_nothing_else_of_the_report(
    works: Works, told: tuple[UUID, UUID], budi: Actor, person: Callable[..., Actor]
) -> None:
    report, child = told
    propam = person("propam", "piket_propam")
    task_id = open_tasks(works, child)["keterangan_propam"]
    with works.begin(propam) as work:
        tasks.claim(work, task_id)
        view = tasks.get(work, task_id)
    assert (view.answers["nama"], view.answers_from) == ("Contoh Warga Satu", "parent")
    assert view.answers["telepon"] == "0812-0000-0000"
    with works.begin(budi) as work:
        opened = [e for e in history.timeline(work, report) if e.action == "identity.revealed"]
        assert [entry.who for entry in opened] == [propam.name]

    given: Answers = {
        **view.answers,
        "received_at": "2026-11-23T09:00:00+08:00",
        "keterangan_baru": "Pengadu dimintai uang saat suratnya dibuat.",
        "yang_diadukan": [str(budi.user_id)],
    }
    with works.begin(propam) as work:
        tasks.complete(work, task_id, given, str(uuid4()))
    with works.begin(SYSTEM) as work:
        walls = work.session.scalars(select(CaseWall.user_id).where(CaseWall.case_id == child)).all()
        assert walls == [budi.user_id]
    assert set(open_tasks(works, child)) == {"terima_propam"}


def test_r69_r79_who_was_asked_for_money_gets_his_letter_of_loss_all_the_same(
    works: Works, play: Callable[..., UUID], budi: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        processes.deploy(work, PROCESSES / "complaint")
    case_id = play("diminta_bayar")
    with works.begin(SYSTEM) as work:
        query = select(Case).join(CaseKinship, CaseKinship.child_id == Case.id)
        child = work.session.scalars(query.where(CaseKinship.parent_id == case_id)).one()
        assert (child.process_key, child.confined_to) == ("complaint", "piket_propam")
        assert work.session.get_one(Case, case_id).outcome == "selesai"
        begun = child.id
    assert not sees(works, budi, begun)


def test_r51_who_is_kept_from_the_report_is_handed_nothing_of_it(
    works: Works, told: tuple[UUID, UUID], person: Callable[..., Actor]
) -> None:
    report, child = told
    propam = person("propam", "piket_propam")
    with works.begin(SYSTEM) as work:
        wall = CaseWall(case_id=report, user_id=propam.user_id, since=work.clock(), reason_key="a.b")
        work.session.add(wall)
    task_id = open_tasks(works, child)["keterangan_propam"]
    with works.begin(propam) as work:
        tasks.claim(work, task_id)
        assert "nama" not in tasks.get(work, task_id).answers
