"""R79: what went to Propam is seen by Propam and who watches over it, and can be finished by
them.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, text

from tests.integration.services import walled
from tests.integration.services.walled import complete, refused, sees, task_of
from workflow_app.domain import SYSTEM, Actor, ProcessFault
from workflow_app.engine import process_folders
from workflow_app.models import Case, CaseWall, Incident
from workflow_app.services.cases import answers, inbox, incidents, walls
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.office_settings import configuration
from workflow_app.services.operations import consistency_cases
from workflow_app.services.workflow import cases, tasks

Person = Callable[..., Actor]
pytestmark = pytest.mark.usefixtures("complaints")


def test_r79_what_went_to_propam_is_seen_by_propam_alone(
    works: Works, at_propam: UUID, budi: Actor, sari: Actor, propam: Actor, person: Person
) -> None:
    number = ""
    for actor, is_seen in (
        (propam, True),
        (person("auditor", "auditor"), True),
        (person("kapolres", "pimpinan"), True),
        (budi, False),
        (sari, False),
        (person("pama", "pamapta", "petugas", "ka_spkt"), False),
        (person("admin", "admin"), False),
        (person("lain", "piket_propam", "auditor", unit="lain"), False),
    ):
        assert sees(works, actor, at_propam) is is_seen, actor.name
        with works.begin(actor) as work:
            if is_seen:
                number = cases.get(work, at_propam).number
            assert bool(inbox.search(work, number)) is is_seen, actor.name
            assert inbox.page(work, "all").counts["all"] == int(is_seen)


def test_whether_the_leadership_sees_it_is_configured(
    works: Works, at_propam: UUID, person: Person
) -> None:
    kapolres = person("kapolres", "pimpinan", "petugas")
    assert sees(works, kapolres, at_propam)
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "propam.pimpinan_melihat", False, configuration.SOP_IN_FORCE)
    assert not sees(works, kapolres, at_propam)
    with works.begin(kapolres) as work:
        assert inbox.page(work, "all").rows == []


def test_propam_gives_its_tasks_on_by_itself_and_reads_what_it_handles(
    works: Works, at_propam: UUID, propam: Actor, sari: Actor, person: Person
) -> None:
    other = person("propam2", "piket_propam")
    task = task_of(works, at_propam, "tangani").id
    assert other.user_id is not None
    with works.begin(propam) as work:
        tasks.reassign(work, task, other.user_id)
        tasks.release(work, task)
        assert answers.reveal(work, at_propam, "Pemeriksaan")[0].rows
    assert refused(works, sari, lambda work: tasks.release(work, task))
    assert complete(works, at_propam, "tangani", other).next_task_id
    complete(works, at_propam, "simpulkan", other)
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Case, at_propam).outcome == "selesai"


def test_what_fails_behind_a_wall_is_told_to_who_sees_it(
    works: Works, at_propam: UUID, sari: Actor, dewi: Actor, propam: Actor, person: Person
) -> None:
    admin = person("admin", "admin")
    with works.begin(SYSTEM) as work:
        incidents.record(
            work, at_propam, "wake", None, "tangani", ProcessFault("tangani", "contoh")
        )
        incident = work.session.scalars(select(Incident.id)).one()
    for actor in (sari, dewi, admin):
        with works.begin(actor) as work:
            assert incidents.list_open(work) == []
        assert refused(works, actor, lambda work: incidents.retry(work, incident))
    with works.begin(propam) as work:
        assert [seen.id for seen in incidents.list_open(work)] == [incident]
        incidents.retry(work, incident)


def test_a_confined_case_that_waits_for_somebody_else_is_a_fault(
    works: Works, at_propam: UUID
) -> None:
    """Nobody could ever do that task."""
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, at_propam)
        with pytest.raises(ProcessFault):
            walls.check_reachable(case, [("tangani", "piket_propam"), ("putusan", "ka_spkt")])


@pytest.mark.parametrize(
    "statement",
    [
        "delete from case_wall",
        "update service_case set confined_to = null",
        "update service_case set confined_to = 'petugas'",
    ],
)
def test_a_wall_that_somebody_takes_down_by_hand_is_found(
    works: Works, at_propam: UUID, statement: str
) -> None:
    with works.begin(SYSTEM) as work:
        assert [
            fault
            for fault in consistency_cases.check_consistency_case(work)
            if fault.kind == "wall"
        ] == []
        work.session.execute(text(statement))
        found = [
            fault.where
            for fault in consistency_cases.check_consistency_case(work)
            if fault.kind == "wall"
        ]
    assert found == [f"case {at_propam}"]


def test_a_scenario_names_somebody_who_plays_no_part(
    works: Works, stage: Stage, sari: Actor, dewi: Actor, propam: Actor
) -> None:
    """Scenarios know no accounts; the id they write is anybody's."""
    written = b"""
name: Anggota diadukan
clauses: [R79]
steps:
  - {complete: telaah, as: ka_spkt, answers: {catatan: contoh}}
  - {complete: lapor, as: petugas,
     answers: {terlapor: [00000000-0000-4000-8000-000000000000], tujuan: propam}}
  - {complete: tangani, as: piket_propam, answers: {catatan: contoh}}
  - {complete: simpulkan, as: piket_propam, answers: {catatan: contoh}}
expect: {outcome: selesai}
"""
    scenario = process_folders.read_scenario("anggota", written)
    cast = {**stage.cast, "piket_propam": propam}
    case_id = seeding.play(replace(stage, cast=cast), walled.KEY, scenario)
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Case, case_id).outcome == "selesai"
        assert work.session.scalars(select(CaseWall.user_id)).all() == [dewi.user_id]
