"""R79: Propam takes up its own ended complaints; the new case is hidden from its first instant from
whom the old one is.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from tests.integration.services.complaints import Play, complain, open_tasks, told
from tests.integration.services.walled import sees
from workflow_app.domain import SYSTEM, Actor, Answers, Conflict, NotFound
from workflow_app.engine.process_folders import Complete
from workflow_app.models import Case, CaseWall, Letter, Message, User
from workflow_app.services.cases import inbox, related_cases
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.messages import messages
from workflow_app.services.office_settings import configuration
from workflow_app.services.operations import consistency_cases
from workflow_app.services.workflow import cases, steps, tasks

__all__ = ["complain"]
REASON = "Pengadu membawa keterangan baru."
MAIL = "warga@contoh.id"


def walls_of(works: Works, case_id: UUID) -> set[UUID]:
    with works.begin(SYSTEM) as work:
        return set(
            work.session.scalars(select(CaseWall.user_id).where(CaseWall.case_id == case_id))
        )


def play_to_the_end(works: Works, propam: Actor, colleague: Actor, case_id: UUID) -> None:
    """Propam does the steps of the scenario of a reopened case, with what its forms already
    hold.
    """
    for step in told("anggota_dibuka_kembali").steps:
        if isinstance(step, Complete):
            with works.begin(colleague if step.by_colleague else propam) as work:
                task_id = open_tasks(works, case_id)[step.element]
                held = tasks.get(work, task_id).answers
                own: Answers = {
                    n: v for n, v in step.answers.items() if n not in {"telepon", "dibantu"}
                }
                tasks.complete(work, task_id, {**held, **own}, str(uuid4()))


def test_r79_propam_takes_up_its_case_and_nobody_else_sees_the_new_one(
    works: Works, complain: Play, budi: Actor, sari: Actor, person: Callable[..., Actor]
) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "saluran_pesan", ["surel"], configuration.SOP_IN_FORCE)
    case_id = complain("anggota", answers={"pengirim": {"surel": MAIL}})
    propam = person("propam", "piket_propam")
    for other in (
        budi,
        sari,
        person("pama", "pamapta", "petugas", "ka_spkt"),
        person("admin", "admin"),
    ):
        with works.begin(other) as work, pytest.raises(NotFound):
            cases.reopen(work, case_id, REASON)

    with works.begin(propam) as work:
        assert cases.of_case(work, work.session.get_one(Case, case_id)).is_possible
        child = cases.reopen(work, case_id, REASON)
    with works.begin(propam) as work:
        assert cases.reopen(work, case_id, f" {REASON} ") == child
        with pytest.raises(Conflict):
            cases.reopen(work, case_id, "Alasan lain yang cukup panjang.")

    (named,) = walls_of(works, case_id)
    assert walls_of(works, child) == {named}
    with works.begin(SYSTEM) as work:
        new = work.session.get_one(Case, child)
        number, accused = new.number, work.session.get_one(User, named)
        assert new.confined_to == "piket_propam"
        assert list(unit_of_work.verify_chains(work)) == []
        assert list(consistency_cases.check_consistency_kinship(work)) == []
        assert [
            fault
            for fault in consistency_cases.check_consistency_case(work)
            if fault.kind == "wall"
        ] == []
        everything = frozenset({"piket_propam", "auditor", "pimpinan", "ka_spkt"})
        self_named = replace(sari, user_id=accused.id, roles=everything)
    for other in (budi, sari, self_named):
        assert not sees(works, other, child)
        with works.begin(other) as work:
            assert inbox.search(work, number) == []
            assert child not in {row.case_id for row in inbox.page(work, "all").rows}
    assert set(open_tasks(works, child)) == {"keterangan_propam"}
    with works.begin(propam) as work:
        view = tasks.get(work, open_tasks(works, child)["keterangan_propam"])
        assert (view.answers["nama"], view.answers_from) == ("Contoh Warga Sepuluh", "parent")
        assert [
            kin.case_id
            for kin in related_cases.of_case(work, work.session.get_one(Case, child)).kin
        ] == [case_id]

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
        cases.reopen(work, case_id, REASON)
    with works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).select_from(Case)) == 1
