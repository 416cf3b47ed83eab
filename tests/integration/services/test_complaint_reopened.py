"""R79: Propam takes up its own ended complaints; the new case is hidden from its first instant from whom the old one is."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from tests.integration.services.complaints import Play, complain, open_tasks, told
from tests.integration.services.walled import sees
from workflow_app.engine.scenarios import Complete
from workflow_app.errors import Conflict, NotFound
from workflow_app.models.case import Case
from workflow_app.models.letter import Letter
from workflow_app.models.message import Message
from workflow_app.models.user import User
from workflow_app.models.wall import CaseWall
from workflow_app.services.case_file import inbox, kinship, numbered_cases
from workflow_app.services.correspondence import messages
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.office import configuration
from workflow_app.services.running import reopenings, steps, task_views, tasks
from workflow_app.services.watching import consistency_cases, consistency_kinship
from workflow_app.types import SYSTEM, Actor, Answers

__all__ = ["complain"]
REASON = "Pengadu membawa keterangan baru."
MAIL = "warga@contoh.id"


def walls_of(works: Works, case_id: UUID) -> set[UUID]:
    with works.begin(SYSTEM) as work:
        return set(work.session.scalars(select(CaseWall.user_id).where(CaseWall.case_id == case_id)))


def play_to_the_end(works: Works, propam: Actor, colleague: Actor, case_id: UUID) -> None:
    """Propam does the steps of the scenario of a reopened case, with what its forms already hold."""
    for step in told("anggota_dibuka_kembali").steps:
        if isinstance(step, Complete):
            with works.begin(colleague if step.by_colleague else propam) as work:
                task_id = open_tasks(works, case_id)[step.element]
                held = task_views.get(work, task_id).answers
                own: Answers = {n: v for n, v in step.answers.items() if n not in {"telepon", "dibantu"}}
                tasks.complete(work, task_id, {**held, **own}, str(uuid4()))


def test_r79_propam_takes_up_its_case_and_nobody_else_sees_the_new_one(
    works: Works, complain: Play, budi: Actor, sari: Actor, person: Callable[..., Actor]
) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "saluran_pesan", ["surel"], configuration.SOP_IN_FORCE)
    case_id = complain("anggota", answers={"pengirim": {"surel": MAIL}})
    propam = person("propam", "piket_propam")
    for other in (budi, sari, person("pama", "pamapta", "petugas", "ka_spkt"), person("admin", "admin")):
        with works.begin(other) as work, pytest.raises(NotFound):
            reopenings.reopen(work, case_id, REASON)

    with works.begin(propam) as work:
        assert reopenings.of_case(work, work.session.get_one(Case, case_id)).is_possible
        child = reopenings.reopen(work, case_id, REASON)
    with works.begin(propam) as work:
        assert reopenings.reopen(work, case_id, f" {REASON} ") == child
        with pytest.raises(Conflict):
            reopenings.reopen(work, case_id, "Alasan lain yang cukup panjang.")

    (named,) = walls_of(works, case_id)
    assert walls_of(works, child) == {named}
    with works.begin(SYSTEM) as work:
        new = work.session.get_one(Case, child)
        number, accused = new.number, work.session.get_one(User, named)
        assert new.confined_to == "piket_propam"
        assert list(audit.verify_chains(work)) == []
        assert list(consistency_kinship.check(work)) == []
        assert [fault for fault in consistency_cases.check(work) if fault.kind == "wall"] == []
        everything = frozenset({"piket_propam", "auditor", "pimpinan", "ka_spkt"})
        self_named = replace(sari, user_id=accused.id, roles=everything)
    for other in (budi, sari, self_named):
        assert not sees(works, other, child)
        with works.begin(other) as work:
            assert numbered_cases.search(work, number) == []
            assert child not in {row.case_id for row in inbox.page(work, "all").rows}
    assert set(open_tasks(works, child)) == {"keterangan_propam"}
    with works.begin(propam) as work:
        view = task_views.get(work, open_tasks(works, child)["keterangan_propam"])
        assert (view.answers["nama"], view.answers_from) == ("Contoh Warga Sepuluh", "parent")
        assert [kin.case_id for kin in kinship.of_case(work, work.session.get_one(Case, child)).kin] == [
            case_id
        ]

    play_to_the_end(works, propam, person("propam2", "piket_propam"), child)

    with works.begin(SYSTEM) as work:
        told_as = work.session.scalars(select(Letter.number).where(Letter.case_id == case_id)).one()
        case = work.session.get_one(Case, child)
        query = select(Message).where(Message.case_id == child, Message.element == "kabari_propam")
        parcel = messages.opened(work, case, work.session.scalars(query).one())
        assert (parcel.address, told_as in parcel.body) == (MAIL, True)


def test_r79_a_reopening_that_fails_leaves_nothing_that_anybody_could_see(
    works: Works, complain: Play, person: Callable[..., Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = complain("anggota")
    propam = person("propam", "piket_propam")

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(steps, "settle", fail)
    with pytest.raises(ZeroDivisionError), works.begin(propam) as work:
        reopenings.reopen(work, case_id, REASON)
    with works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).select_from(Case)) == 1
