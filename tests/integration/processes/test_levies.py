"""R51, R79: who was asked for money while being served has a complaint of his own, which Propam
alone sees from its first instant.
"""

from collections import ChainMap
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from tests.integration.services.calls import Call, call
from tests.integration.services.complaints import open_tasks
from tests.integration.services.walled import sees
from workflow_app.domain import SYSTEM, Actor, Answers, NotFound, SentraError
from workflow_app.engine import process_folders
from workflow_app.engine.definitions import Counting, Mark
from workflow_app.models import Case, CaseClock, CaseKinship, CaseWall, PendingEffect, Task
from workflow_app.services.cases import access, history, inbox, related_cases
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.letters import letters
from workflow_app.services.operations import consistency_cases
from workflow_app.services.processes import definitions
from workflow_app.services.public import publications
from workflow_app.services.workflow import steps, tasks

__all__ = ["call"]
COUNTING = Counting((Mark("terima_pengaduan", "kanal"),), "tanggapan_awal")


@pytest.fixture
def told(works: Works, stage: Stage) -> tuple[UUID, UUID]:
    """A report whose reporter said at the desk that he was asked for money, and the complaint that
    came of it.
    """
    with works.begin(SYSTEM) as work:
        for name in ("complaint", "lp"):
            definitions.deploy(work, PROCESSES / name)
    file = process_folders.read_folder(PROCESSES / "lp")["scenarios/ditolak_dan_diminta_bayar.yaml"]
    report = seeding.play(
        stage, "lp", process_folders.read_scenario("ditolak_dan_diminta_bayar", file)
    )
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
        assert (
            work.session.get_one(CaseClock, (child, "tanggapan_awal", 1)).started_at
            == case.opened_at
        )
        number = case.number
        assert list(unit_of_work.verify_chains(work)) == []
    for other in (budi, sari, person("pama", "pamapta"), person("admin", "admin")):
        assert not sees(works, other, child)
    with works.begin(budi) as work:
        family = related_cases.of_case(work, work.session.get_one(Case, report))
        assert (family.kin, family.has_hidden) == ([], True)
        lines = " ".join(
            f"{entry.what} {entry.details}" for entry in history.timeline(work, report)
        )
        assert "diteruskan kepada Sie Propam" in lines
        assert number not in lines
        assert inbox.search(work, number) == []
    with works.begin(propam) as work:
        assert [row.case_id for row in inbox.page(work, "queue").rows] == [child]
    assert not sees(works, propam, report), "what the desk wrote down is nothing that Propam needs"


def test_r51_r23_propam_is_handed_who_told_it_and_nothing_else_of_the_report(
    works: Works, told: tuple[UUID, UUID], budi: Actor, person: Callable[..., Actor]
) -> None:
    report, child = told
    propam, named = person("propam", "piket_propam"), person("satu", "petugas")
    with works.begin(SYSTEM) as work:
        served = set(
            work.session.scalars(select(CaseWall.user_id).where(CaseWall.case_id == child))
        )
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
        "yang_diadukan": [str(named.user_id)],
    }
    with works.begin(propam) as work:
        tasks.complete(work, task_id, given, str(uuid4()))
    with works.begin(SYSTEM) as work:
        walls = work.session.scalars(
            select(CaseWall.user_id).where(CaseWall.case_id == child)
        ).all()
        assert set(walls) == {budi.user_id, named.user_id} | served
    print_receipt(works, child)
    assert set(open_tasks(works, child)) == {"terima_propam"}


def test_r35_r40_a_levy_has_the_number_of_a_complaint_and_is_counted_as_one_that_is_kept_from_somebody(  # noqa: E501 - a sentence
    works: Works, told: tuple[UUID, UUID], person: Callable[..., Actor]
) -> None:
    """Its number comes once Propam has written down what was told, and stands in the message to the
    complainant.
    """
    _, child = told
    propam = person("propam", "piket_propam")
    with works.begin(SYSTEM) as work:
        counted = publications.count(work, "complaint", "tanda_terima", COUNTING)
        assert counted == {}, (
            "a number is what makes it a complaint that is counted, as for every other"
        )
    record(works, propam, child)

    with works.begin(SYSTEM) as work:
        (letter,) = letters.of_case(work, child)
        assert (letter.kind, letter.status) == ("tanda_terima", "valid")
        assert letter.number.startswith("DUMAS/1/")
        (year,) = publications.count(work, "complaint", "tanda_terima", COUNTING).values()
    assert (year.received, year.hidden) == (1, 1)
    for division in (year.by_month, year.by_channel, year.by_outcome, year.by_response):
        assert division == {}, "small numbers are protected by telling of it in the total only"
    assert (year.days_to_response[0], year.days_to_end[0]) == (0, 0)


@pytest.mark.parametrize(
    ("process", "scenario"),
    [
        ("sktlk", "diminta_bayar"),
        ("lp", "diminta_bayar"),
        ("complaint", "langsung_diminta_bayar"),
    ],
)
def test_r3_r79_who_served_does_not_see_the_levy_that_he_began_whatever_roles_he_has(
    works: Works, stage: Stage, person: Callable[..., Actor], process: str, scenario: str
) -> None:
    """The money may have been asked for by himself: he is at the counter and in Propam, and has no
    hand in it.
    """
    both = person("ganda", "petugas", "piket_propam")
    other = person("propam", "piket_propam")
    begin = levy(
        works, replace(stage, cast=ChainMap({"petugas": both}, stage.cast)), process, scenario
    )

    assert not sees(works, both, begin)
    assert sees(works, other, begin)
    task_id = open_tasks(works, begin)["keterangan_propam"]
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Task, task_id).assignee_id is None
    with works.begin(both) as work:
        assert [row for row in inbox.page(work, "queue").rows if row.case_id == begin] == []
    with pytest.raises(NotFound), works.begin(both) as work:
        tasks.claim(work, task_id)
    with works.begin(other) as work:
        tasks.claim(work, task_id)
    with pytest.raises(SentraError), works.begin(other) as work:
        tasks.reassign(work, task_id, both.user_id)
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Task, task_id).assignee_id == other.user_id
        assert list(consistency_cases.check_consistency_case(work)) == []


def test_r3_r79_who_is_named_in_a_levy_loses_it_though_propam_had_given_it_to_him(
    works: Works, told: tuple[UUID, UUID], person: Callable[..., Actor]
) -> None:
    _, child = told
    named, other = person("ganda", "petugas", "piket_propam"), person("propam", "piket_propam")
    record(works, named, child, named)

    assert not sees(works, named, child)
    assert sees(works, other, child)
    with works.begin(SYSTEM) as work:
        (task,) = access.open_of_case(work, child)
        assert (task.element, task.assignee_id) == ("terima_propam", None)


def levy(works: Works, stage: Stage, process: str, scenario: str) -> UUID:
    """Plays a case in which a citizen was asked for money; the complaint that came of it."""
    with works.begin(SYSTEM) as work:
        for name in ("complaint", process):
            definitions.deploy(work, PROCESSES / name)
    file = process_folders.read_folder(PROCESSES / process)[f"scenarios/{scenario}.yaml"]
    case_id = seeding.play(stage, process, process_folders.read_scenario(scenario, file))
    with works.begin(SYSTEM) as work:
        query = select(CaseKinship.child_id).where(CaseKinship.parent_id == case_id)
        return work.session.scalars(query).one()


def record(works: Works, officer: Actor, child: UUID, *members: Actor) -> None:
    """What Propam writes down first."""
    task_id = open_tasks(works, child)["keterangan_propam"]
    given: Answers = {
        "received_at": "2026-11-23T09:00:00+08:00",
        "keterangan_baru": "Pengadu dimintai uang saat suratnya dibuat.",
        "dibantu": "tidak",
        "yang_diadukan": [str(member.user_id) for member in members],
    }
    with works.begin(officer) as work:
        tasks.complete(work, task_id, given, str(uuid4()))
    print_receipt(works, child)


def print_receipt(works: Works, child: UUID) -> None:
    """What the worker does meanwhile."""
    with works.begin(SYSTEM) as work:
        query = select(PendingEffect.task_id).where(PendingEffect.case_id == child)
        steps.resolve_effect(work, work.session.scalars(query).one(), None)


def test_r69_r79_who_was_asked_for_money_gets_his_letter_of_loss_all_the_same(
    works: Works, play: Callable[..., UUID], budi: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "complaint")
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
        wall = CaseWall(
            case_id=report, user_id=propam.user_id, since=work.clock(), reason_key="a.b"
        )
        work.session.add(wall)
    task_id = open_tasks(works, child)["keterangan_propam"]
    with works.begin(propam) as work:
        tasks.claim(work, task_id)
        assert "nama" not in tasks.get(work, task_id).answers


def test_r64_r23_propam_is_handed_who_told_it_at_the_scene_and_not_who_called(
    works: Works, stage: Stage, person: Callable[..., Actor]
) -> None:
    propam = person("propam", "piket_propam")
    begun = levy(works, stage, "tkp_dispatch", "diminta_bayar")

    assert sees(works, propam, begun)
    for role in ("piket_samapta", "petugas", "pamapta"):
        assert not sees(works, stage.cast[role], begun)
    task_id = open_tasks(works, begun)["keterangan_propam"]
    with works.begin(propam) as work:
        tasks.claim(work, task_id)
        view = tasks.get(work, task_id)
    assert (view.answers["nama"], view.answers["telepon"]) == ("Contoh Warga Dua", "0812-0000-0002")


def test_r64_r79_who_says_later_that_he_was_called_to_the_scene_is_kept_out_of_the_levy_too(
    call: Call, person: Callable[..., Actor]
) -> None:
    """He drove along at once, and presses the button when all is over."""
    with call.works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "complaint")
    both = call.people["piket_lantas"] = person("ganda", "piket_lantas", "piket_propam")
    call.report().summon("piket_samapta", "piket_lantas")
    for element in ("berangkat", "tiba"):
        call.do(element, "piket_samapta")
    call.do("tptkp", "piket_samapta", tindakan=["saksi"], tanpa_biaya=True, diminta_bayar="ya")
    with call.works.begin(SYSTEM) as work:
        query = select(CaseKinship.child_id).where(CaseKinship.parent_id == call.case_id)
        child = work.session.scalars(query).one()
    with call.works.begin(both) as work:
        tasks.claim(work, open_tasks(call.works, child)["keterangan_propam"])

    call.do("terima_lantas", "piket_lantas")
    assert not sees(call.works, both, child)
    crew = call.people["regu"] = person("regu", "piket_samapta", "piket_propam")
    assert sees(call.works, crew, child)
    with call.works.begin(call.people["pamapta"]) as work:
        tasks.reassign(work, call.task("hasil_tkp"), crew.user_id)
    call.do("hasil_tkp", "regu", hasil="diserahkan", temuan="Sudah bubar.", perlu_lp="tidak")
    assert not sees(call.works, crew, child), "he was at the scene, and told what came of it"
    with call.works.begin(SYSTEM) as work:
        assert (
            work.session.get_one(
                Task, open_tasks(call.works, child)["keterangan_propam"]
            ).assignee_id
            is None
        )
        assert list(unit_of_work.verify_chains(work)) == []
        assert list(consistency_cases.check_consistency_case(work)) == []
