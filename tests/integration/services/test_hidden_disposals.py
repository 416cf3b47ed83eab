"""Papers of cases behind walls and of confined ones are disposed of by who may see them, and by
nobody else (R37, R79).
"""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from archive.models import Document
from tests.integration.services.retained import APPROVAL, PROPOSAL, Office
from tests.integration.services.walled import complete
from workflow_app.domain import SYSTEM, Actor, Conflict, Forbidden, NotFound
from workflow_app.models import AuditEvent, Case, CaseWall, Letter
from workflow_app.services.core import unit_of_work
from workflow_app.services.retention import disposal_lists, schedule
from workflow_app.services.workflow import archive_batches, cases

Person = Callable[..., Actor]
PROPAM = "piket_propam"


@pytest.fixture
def propam(person: Person) -> Actor:
    return person("propam_satu", PROPAM)


@pytest.fixture
def other(person: Person) -> Actor:
    """A second one of Propam."""
    return person("propam_dua", PROPAM)


def ended(office: Office, officer: Actor, confined_to: str | None = None) -> tuple[UUID, UUID]:
    """A case that has ended, and its paper."""
    case_id, paper = office.case_paper(officer)
    office.end(case_id)
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Case, case_id).confined_to = confined_to
    return case_id, paper


def keep_out(office: Office, case_id: UUID, who: Actor) -> None:
    with office.works.begin(SYSTEM) as work:
        wall = CaseWall(
            case_id=case_id, user_id=who.user_id, since=work.clock(), reason_key="contoh.anggota"
        )
        work.session.add(wall)


def due(office: Office, who: Actor, scope: str | None = None) -> set[UUID]:
    with office.works.begin(who) as work:
        page = schedule.show(work, scope=scope)
        assert page.locked == 0
        return {paper.standing.document_id for paper in page.papers}


def sees(office: Office, who: Actor, case_id: UUID) -> bool:
    with office.works.begin(who) as work:
        try:
            cases.get(work, case_id)
        except NotFound:
            return False
        return True


def test_r37_r79_what_lies_behind_a_wall_is_disposed_of_without_whom_it_keeps_out(
    office: Office, budi: Actor, person: Person
) -> None:
    case_id, paper = ended(office, budi)
    plain = office.deposit()
    keep_out(office, case_id, office.chief)
    office.pass_years(2.1)
    assert due(office, office.archivist) == {paper, plain}
    proposal = office.propose(plain)
    assert sees(office, office.chief, proposal)
    with office.works.begin(office.archivist) as work:
        disposal_lists.choose(work, proposal, [paper])
    assert not sees(office, office.chief, proposal), "the list and its minutes name the paper"
    office.send_off(proposal)
    with pytest.raises(NotFound):
        office.decide(proposal)
    second = person("ka_spkt_lain", "ka_spkt")
    complete(office.works, proposal, "putuskan", second, APPROVAL)
    office.work_off(proposal)
    with office.works.begin(second) as work:
        listed = disposal_lists.listed(work, proposal)
        assert listed is not None
        assert {item.status for item in listed.papers} == {"disposed"}
    with office.works.begin(SYSTEM) as work:
        assert work.session.get_one(Document, paper).disposed_at is not None
        assert list(unit_of_work.verify_chains(work)) == []


def test_r79_who_is_kept_out_of_the_case_finds_its_papers_on_no_list(
    office: Office, budi: Actor
) -> None:
    case_id, paper = ended(office, budi)
    keep_out(office, case_id, office.archivist)
    office.pass_years(2.1)
    assert due(office, office.archivist) == set()
    with pytest.raises(NotFound):
        office.propose(paper)


def test_r79_what_is_confined_is_on_the_list_of_its_role_only(
    office: Office, budi: Actor, propam: Actor, person: Person
) -> None:
    _, paper = ended(office, budi, PROPAM)
    plain = office.deposit()
    office.pass_years(2.1)
    assert due(office, office.archivist) == {plain}
    assert due(office, propam, PROPAM) == {paper}
    both = person("rangkap", "arsiparis", PROPAM)
    assert (due(office, both), due(office, both, PROPAM)) == ({plain}, {paper})
    for who, scope in (
        (office.archivist, PROPAM),
        (propam, None),
        (budi, None),
        (office.chief, PROPAM),
    ):
        with office.works.begin(who) as work, pytest.raises(Forbidden):
            schedule.show(work, scope=scope)
    with pytest.raises(NotFound):
        office.propose(paper)
    with office.works.begin(propam) as work, pytest.raises(NotFound):
        archive_batches.begin(work, [plain], str(uuid4()), PROPAM)
    with office.works.begin(propam) as work, pytest.raises(Forbidden):
        archive_batches.begin(work, [plain], str(uuid4()))
    with office.works.begin(both) as work, pytest.raises(NotFound):
        archive_batches.begin(work, [paper, plain], str(uuid4()))


def test_r37_r79_propam_proposes_decides_and_minutes_with_four_eyes_and_nobody_hears_of_it(
    office: Office, budi: Actor, propam: Actor, other: Actor
) -> None:
    _, paper = ended(office, budi, PROPAM)
    office.pass_years(2.1)
    with office.works.begin(propam) as work:
        proposal = archive_batches.begin(work, [paper], str(uuid4()), PROPAM).case_id
        assert [each.case_id for each in archive_batches.open_ones(work, PROPAM)] == [proposal]
    for stranger in (office.archivist, office.chief, budi):
        assert not sees(office, stranger, proposal)
    complete(office.works, proposal, "usulkan", propam, PROPOSAL)
    with pytest.raises((Forbidden, Conflict, NotFound)):
        complete(office.works, proposal, "putuskan", propam, APPROVAL)
    complete(office.works, proposal, "putuskan", other, APPROVAL)
    office.work_off(proposal)
    with office.works.begin(other) as work:
        listed = disposal_lists.listed(work, proposal)
        assert listed is not None
        assert [item.status for item in listed.papers] == ["disposed"]
        assert work.session.get_one(Case, proposal).confined_to == PROPAM
    with office.works.begin(SYSTEM) as work:
        kinds = work.session.scalars(select(Letter.kind).where(Letter.case_id == proposal)).all()
        assert list(kinds) == ["berita_acara_pemusnahan"]
        assert list(unit_of_work.verify_chains(work)) == []
    assert due(office, propam, PROPAM) == set()


def test_r37_who_decides_adds_nothing_to_the_list(
    office: Office, budi: Actor, propam: Actor, other: Actor
) -> None:
    (_, paper), (_, more) = ended(office, budi, PROPAM), ended(office, budi, PROPAM)
    office.pass_years(2.1)
    with office.works.begin(propam) as work:
        proposal = archive_batches.begin(work, [paper], str(uuid4()), PROPAM).case_id
    complete(office.works, proposal, "usulkan", propam, PROPOSAL)
    office.take(proposal, "putuskan", other)
    with office.works.begin(other) as work:
        assert archive_batches.open_ones(work, PROPAM) == []
        with pytest.raises(Forbidden):
            disposal_lists.choose(work, proposal, [more])


def test_r37_what_becomes_confined_after_it_was_proposed_is_left_out(
    office: Office, budi: Actor
) -> None:
    case_id, paper = ended(office, budi)
    plain = office.deposit()
    office.pass_years(2.1)
    proposal = office.propose(paper, plain)
    office.send_off(proposal)
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Case, case_id).confined_to = PROPAM
    office.decide(proposal)
    office.work_off(proposal)
    with office.works.begin(SYSTEM) as work:
        assert work.session.get_one(Document, paper).disposed_at is None
        assert work.session.get_one(Document, plain).disposed_at is not None
        query = select(AuditEvent.details["reason"].astext).where(
            AuditEvent.action == "disposal.left_out"
        )
        assert list(work.session.scalars(query)) == [schedule.RESTRICTED]


def test_r79_a_paper_that_an_open_and_a_confined_case_share_is_nobodys_to_dispose_of(
    office: Office, budi: Actor, propam: Actor
) -> None:
    case_id, paper = ended(office, budi)
    with office.works.begin(SYSTEM) as work:
        data = work.blobs.read(work.session.get_one(Document, paper).blob_sha256)
    shared, _ = office.case_paper(budi, data)
    office.end(shared)
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Case, shared).confined_to = PROPAM
        assert work.session.scalar(select(func.count()).select_from(Document)) == 1
    office.pass_years(2.1)
    assert (due(office, office.archivist), due(office, propam, PROPAM)) == (set(), set())
    assert case_id != shared
