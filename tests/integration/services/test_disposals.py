"""R37: a paper is disposed of when two people want it; what is left tells of it (decision 0036)."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from archive.errors import BlobMissing
from archive.models import Document, Page, Rendition
from tests.integration.open_tasks import task_of
from tests.integration.services import away, retained
from tests.integration.services.desk import PIXEL
from tests.integration.services.retained import Office
from tests.integration.services.walled import complete
from workflow_app.domain import (
    SYSTEM,
    WITA,
    AccessLevel,
    Actor,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
)
from workflow_app.models import AuditEvent, Case, DisposalItem, Letter
from workflow_app.services.cases import history
from workflow_app.services.core import unit_of_work
from workflow_app.services.documents import classification, documents, search
from workflow_app.services.letters import letters
from workflow_app.services.operations import archive_verification, consistency
from workflow_app.services.retention import disposal, disposal_lists, schedule
from workflow_app.services.workflow import archive_batches, tasks


def actions(office: Office, chain: str) -> list[str]:
    with office.works.begin(SYSTEM) as work:
        query = (
            select(AuditEvent.action).where(AuditEvent.chain == chain).order_by(AuditEvent.position)
        )
        return list(work.session.scalars(query))


def test_r37_two_people_dispose_of_what_is_due_and_the_minutes_tell_of_it(office: Office) -> None:
    papers = [office.deposit() for _ in range(3)]
    with office.works.begin(SYSTEM) as work:
        sha256 = [work.session.get_one(Document, paper).blob_sha256 for paper in papers]
    assert retained.due(office) == set()
    office.pass_years(2.1)
    assert retained.due(office) == set(papers)

    case_id = office.propose(*papers)
    assert retained.due(office) == set(), "what is proposed is not offered twice"
    office.send_off(case_id)
    office.take(case_id, "putuskan", office.chief)
    with office.works.begin(office.chief) as work:
        listed = disposal_lists.listed(work, case_id)
        assert listed is not None
        kept = next(item.document_id for item in listed.papers if item.no == 2)
        with pytest.raises(InvalidInput):
            disposal_lists.take_out(work, case_id, 2, "karena saya mau")
        disposal_lists.take_out(work, case_id, 2, disposal_lists.REASONS[1])
        disposal_lists.take_out(work, case_id, 2, disposal_lists.REASONS[1])
    office.decide(case_id)
    office.work_off(case_id)

    assert [status for status, _ in office.outcomes(case_id)] == [
        "disposed",
        "taken_out",
        "disposed",
    ]
    with office.works.begin(SYSTEM) as work:
        gone = [paper for paper in papers if paper != kept]
        assert (
            work.session.scalar(
                select(func.count()).select_from(Page).where(Page.document_id.in_(gone))
            )
            == 0
        )
        made = select(func.count()).select_from(Rendition).where(Rendition.document_id.in_(gone))
        assert work.session.scalar(made) == 0
        for paper in gone:
            with pytest.raises(BlobMissing):
                work.blobs.stat(work.session.get_one(Document, paper).blob_sha256)
        assert work.blobs.stat(work.session.get_one(Document, kept).blob_sha256).size > 0
        letter = work.session.scalars(select(Letter).where(Letter.case_id == case_id)).one()
        stated = letters.statement(work, work.session.get_one(Case, case_id), letter).disposal
        assert [(row["musnah"], row["alasan"]) for row in stated] == [
            (True, ""),
            (False, disposal_lists.REASONS[1]),
            (True, ""),
        ]
        assert {row["sha256"] for row in stated} == set(sha256)
        assert letter.frozen["petugas"]["nama"] != letter.frozen["penyetuju"]["nama"]
        number = letter.number
    with office.works.begin(office.archivist) as work:
        assert {hit.document_id for hit in search.search(work, retained.WORD).hits} == {kept}
        view = documents.get(work, gone[0])
        assert (view.status_label, view.can_read, view.thumbnail_pages) == (
            "Dimusnahkan",
            False,
            (),
        )
        assert documents.text(work, gone[0]) == []
        with pytest.raises(NotFound, match="dimusnahkan"):
            documents.content(work, gone[0], "original")
        minutes = disposal.minutes_of(work, gone[0])
        assert minutes is not None
        assert (minutes.case_id, minutes.letter, minutes.can_open) == (case_id, number, True)
        assert [
            entry.what
            for entry in history.timeline(work, case_id)
            if "Pemusnahan selesai" in entry.what
        ]
    assert actions(office, f"document:{gone[0]}")[-2:] == ["document.disposed", "document.erased"]
    assert "disposal.taken_out" in actions(office, f"case:{case_id}")
    with office.works.begin(SYSTEM) as work:
        assert list(unit_of_work.verify_chains(work)) == []
        assert list(consistency.check_consistency_paper(work)) == []
    *_, found = archive_verification.verify(office.works)
    assert isinstance(found, archive_verification.Findings)
    assert found.wrong == [], "a tombstone is no loss"


def test_r37_both_sign_the_minutes_and_the_case_ends(office: Office) -> None:
    paper = office.deposit()
    office.pass_years(2.1)
    case_id = office.dispose(paper)
    signed = {"cara_pengusul": "gambar", "tanda_tangan_pengusul": PIXEL}
    complete(office.works, case_id, "teken_pengusul", office.archivist, signed)
    signed = {"cara_penyetuju": "gambar", "tanda_tangan_penyetuju": PIXEL}
    with pytest.raises(Forbidden, match="Ka SPKT"):
        complete(office.works, case_id, "teken_penyetuju", office.archivist, signed)
    complete(office.works, case_id, "teken_penyetuju", office.chief, signed)
    office.work_off(case_id)
    with office.works.begin(SYSTEM) as work:
        assert work.session.get_one(Case, case_id).outcome == "selesai"


def test_r37_who_proposes_does_not_approve(office: Office, person: Callable[..., Actor]) -> None:
    both = person("serba", "arsiparis", "ka_spkt")
    *papers, third = [office.deposit() for _ in range(3)]
    office.pass_years(2.1)
    own = Office(office.works, office.stage, office.clock, both, both)
    case_id = own.propose(*papers)
    own.send_off(case_id)
    with pytest.raises(Forbidden, match="orang lain"):
        own.take(case_id, "putuskan", both)

    # He chose the papers, a colleague sent them off: what he chose is not his to approve either.
    chosen = own.propose(third)
    with office.works.begin(both) as work:
        tasks.release(work, task_of(office.works, chosen, "usulkan").id)
    office.send_off(chosen)
    own.decide(chosen)
    own.work_off(chosen)
    assert office.outcomes(chosen) == [("left_out", disposal.SAME_PERSON)]


def test_r37_what_comes_to_stand_against_it_meanwhile_is_left_out_and_named(office: Office) -> None:
    held, kept = office.deposit(), office.deposit()
    office.pass_years(2.1)
    case_id = office.propose(held, kept)
    office.send_off(case_id)
    office.decide(case_id)
    with office.works.begin(office.chief) as work:
        classification.place(work, held, classification.PAPER_HOLD_REASONS[1])
    office.work_off(case_id)

    assert set(office.outcomes(case_id)) == {("left_out", schedule.HELD), ("disposed", "")}
    with office.works.begin(office.archivist) as work:
        assert documents.get(work, held).can_read
        assert {hit.document_id for hit in search.search(work, retained.WORD).hits} == {held}


def test_r37_refused_or_sent_back_nothing_goes(office: Office) -> None:
    paper = office.deposit()
    office.pass_years(2.1)
    case_id = office.propose(paper)
    office.send_off(case_id)
    why: dict[str, object] = {
        "putusan_musnah": "kembalikan",
        "alasan_putusan": "Alasannya belum jelas",
    }
    office.decide(case_id, why)
    office.send_off(case_id)
    office.decide(case_id, {**why, "putusan_musnah": "tolak"})
    office.work_off(case_id)

    assert office.outcomes(case_id) == [("proposed", "")]
    assert retained.due(office) == {paper}, "it can be proposed again"
    with office.works.begin(office.chief) as work, pytest.raises(Forbidden):
        disposal_lists.take_out(work, case_id, 1, disposal_lists.REASONS[0])


def test_r37_the_last_paper_of_a_list_is_not_taken_out(office: Office) -> None:
    paper = office.deposit()
    office.pass_years(2.1)
    case_id = office.propose(paper)
    with (
        office.works.begin(office.archivist) as work,
        pytest.raises(Conflict, match="satu-satunya"),
    ):
        disposal_lists.take_out(work, case_id, 1, disposal_lists.REASONS[0])
    with (
        office.works.begin(office.chief) as work,
        pytest.raises(Forbidden, match="sedang mengerjakan"),
    ):
        disposal_lists.take_out(work, case_id, 1, disposal_lists.REASONS[0])


def test_r37_the_same_page_sent_twice_proposes_once(office: Office) -> None:
    paper = office.deposit()
    office.pass_years(2.1)
    token = str(uuid4())
    with office.works.begin(office.archivist) as work:
        one = archive_batches.begin(work, [paper], token)
    with office.works.begin(office.archivist) as work:
        assert archive_batches.begin(work, [paper], token) == one
        assert len(archive_batches.open_ones(work)) == 1
        assert work.session.scalar(select(func.count()).select_from(DisposalItem)) == 1


def test_r37_minutes_are_as_secret_as_what_they_name(office: Office, budi: Actor) -> None:
    paper = office.deposit()
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Document, paper).level = AccessLevel.SECRET
    office.pass_years(2.1)
    case_id = office.dispose(paper)
    with office.works.begin(SYSTEM) as work:
        printed = work.session.scalars(
            select(Letter.document_id).where(Letter.case_id == case_id)
        ).one()
        assert printed is not None
        assert work.session.get_one(Document, printed).level == AccessLevel.SECRET
    with office.works.begin(budi) as work, pytest.raises(NotFound):
        documents.get(work, printed)


def test_a_substitute_changes_the_list_at_the_task_of_whom_he_stands_in_for(
    office: Office, person: Callable[..., Actor]
) -> None:
    papers = [office.deposit() for _ in range(3)]
    office.pass_years(2.1)
    case_id = office.propose(*papers[:2])
    other = person("arsip2", "arsiparis")
    with office.works.begin(other) as work, pytest.raises(Forbidden):
        disposal_lists.take_out(work, case_id, 1, disposal_lists.REASONS[1])
    today = office.clock().astimezone(WITA).date().isoformat()
    away.send_away(office.works, office.archivist, other, today, today)

    with office.works.begin(away.now(office.works, other)) as work:
        assert [proposal.case_id for proposal in archive_batches.open_ones(work)] == [case_id]
        disposal_lists.take_out(work, case_id, 1, disposal_lists.REASONS[1])
        disposal_lists.choose(work, case_id, [papers[2]])

    assert [status for status, _ in office.outcomes(case_id)] == [
        "taken_out",
        "proposed",
        "proposed",
    ]
