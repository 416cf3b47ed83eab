"""R37: a paper is disposed of when its time is over, nothing needs it, and two people want it; what is left tells of it (0036)."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

import archive.disposal
from archive.errors import BlobMissing, StoreUnavailable
from archive.models import Blob, Document, Page, Rendition
from tests.integration.conftest import TestClock
from tests.integration.open_tasks import task_of
from tests.integration.services import retained, scans
from tests.integration.services.desk import PIXEL
from tests.integration.services.retained import Office
from tests.integration.services.walled import complete
from workflow_app.errors import Conflict, Forbidden, InvalidInput, NotFound, StorageAway
from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import Case
from workflow_app.models.disposal import DisposalItem
from workflow_app.models.kinship import CaseKinship
from workflow_app.models.letter import Letter
from workflow_app.models.wall import CaseWall
from workflow_app.services.case_file import history
from workflow_app.services.correspondence import letters
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.office import configuration
from workflow_app.services.papers import (
    bag_export,
    disposals,
    disposing,
    documents,
    due_papers,
    holdings,
    holds,
    paper_holds,
    paper_search,
    retention,
    shelving,
)
from workflow_app.services.running import proposals, tasks
from workflow_app.services.running.rehearsal import Stage
from workflow_app.services.watching import consistency_papers, safekeeping
from workflow_app.settings import Settings
from workflow_app.types import SYSTEM, AccessLevel, Actor


@pytest.fixture
def office(
    works: Works,
    stage: Stage,
    settings: Settings,
    clock: TestClock,
    person: Callable[..., Actor],
    sari: Actor,
    sktlk: str,
) -> Office:
    assert sktlk
    return retained.open_office(works, stage, settings, clock, person("arsip", "arsiparis"), sari)


def due(office: Office, **filters: Any) -> set[UUID]:
    with office.works.begin(office.archivist) as work:
        return {paper.standing.document_id for paper in due_papers.show(work, **filters).papers}


def obstacles(office: Office, paper: UUID) -> list[str]:
    with office.works.begin(SYSTEM) as work:
        return list(retention.standings(work, [paper])[paper].obstacles)


def actions(office: Office, chain: str) -> list[str]:
    with office.works.begin(SYSTEM) as work:
        query = select(AuditEvent.action).where(AuditEvent.chain == chain).order_by(AuditEvent.position)
        return list(work.session.scalars(query))


def test_r37_two_people_dispose_of_what_is_due_and_the_minutes_tell_of_it(office: Office) -> None:
    papers = [office.deposit() for _ in range(3)]
    with office.works.begin(SYSTEM) as work:
        sha256 = [work.session.get_one(Document, paper).blob_sha256 for paper in papers]
    assert due(office) == set()
    office.pass_years(2.1)
    assert due(office) == set(papers)

    case_id = office.propose(*papers)
    assert due(office) == set(), "what is proposed is not offered twice"
    office.send_off(case_id)
    office.take(case_id, "putuskan", office.chief)
    with office.works.begin(office.chief) as work:
        listed = disposals.listed(work, case_id)
        assert listed is not None
        kept = next(item.document_id for item in listed.papers if item.no == 2)
        with pytest.raises(InvalidInput):
            disposals.take_out(work, case_id, 2, "karena saya mau")
        disposals.take_out(work, case_id, 2, disposals.REASONS[1])
        disposals.take_out(work, case_id, 2, disposals.REASONS[1])
    office.decide(case_id)
    office.work_off(case_id)

    assert [status for status, _ in office.outcomes(case_id)] == ["disposed", "taken_out", "disposed"]
    with office.works.begin(SYSTEM) as work:
        gone = [paper for paper in papers if paper != kept]
        assert (
            work.session.scalar(select(func.count()).select_from(Page).where(Page.document_id.in_(gone))) == 0
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
            (False, disposals.REASONS[1]),
            (True, ""),
        ]
        assert {row["sha256"] for row in stated} == set(sha256)
        assert letter.frozen["petugas"]["nama"] != letter.frozen["penyetuju"]["nama"]
        number = letter.number
    with office.works.begin(office.archivist) as work:
        assert {hit.document_id for hit in paper_search.search(work, retained.WORD).hits} == {kept}
        view = documents.get(work, gone[0])
        assert (view.status_label, view.can_read, view.thumbnail_pages) == ("Dimusnahkan", False, ())
        assert documents.text(work, gone[0]) == []
        with pytest.raises(NotFound, match="dimusnahkan"):
            documents.content(work, gone[0], "original")
        minutes = disposals.minutes_of(work, gone[0])
        assert minutes is not None
        assert (minutes.case_id, minutes.letter, minutes.can_open) == (case_id, number, True)
        assert [entry.what for entry in history.timeline(work, case_id) if "Pemusnahan selesai" in entry.what]
    assert actions(office, f"document:{gone[0]}")[-2:] == ["document.disposed", "document.erased"]
    assert "disposal.taken_out" in actions(office, f"case:{case_id}")
    with office.works.begin(SYSTEM) as work:
        assert list(audit.verify_chains(work)) == []
        assert list(consistency_papers.check(work)) == []
    *_, found = safekeeping.verify(office.works)
    assert isinstance(found, safekeeping.Findings)
    assert found.wrong == [], "a tombstone is no loss"


def test_r37_both_sign_the_minutes_and_the_case_ends(office: Office) -> None:
    paper = office.deposit()
    office.pass_years(2.1)
    case_id = office.dispose(paper)
    signed = {"cara_arsiparis": "gambar", "tanda_tangan_arsiparis": PIXEL}
    complete(office.works, case_id, "teken_arsiparis", office.archivist, signed)
    with pytest.raises(Forbidden), office.works.begin(office.archivist) as work:
        tasks.claim(work, task_of(office.works, case_id, "teken_ka_spkt").id)
    complete(
        office.works,
        case_id,
        "teken_ka_spkt",
        office.chief,
        {"cara_ka_spkt": "gambar", "tanda_tangan_ka_spkt": PIXEL},
    )
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
    assert office.outcomes(chosen) == [("left_out", disposing.SAME_PERSON)]


def test_r37_nothing_is_due_while_something_needs_it(office: Office, budi: Actor) -> None:
    case_id, paper = office.case_paper(budi)
    other_case, _ = office.case_paper(budi)
    assert retention.OPEN_CASE in obstacles(office, paper)
    office.end(case_id)
    (told,) = obstacles(office, paper)
    assert told.startswith("Masa simpannya sampai")
    with office.works.begin(budi) as work:
        again = documents.upload(
            work, other_case, element="", label="Surat", data=documents.content(work, paper, "original").data
        )
    assert again.id == paper
    office.pass_years(2.1)
    assert obstacles(office, paper) == [retention.OPEN_CASE], "another case of it still needs it"
    office.end(other_case)
    assert paper not in due(office), "counted from the end of the last one"
    office.pass_years(2.1)
    assert paper in due(office)

    for make, undo, words in hindrances(office, budi, case_id, paper):
        make()
        assert obstacles(office, paper) == [words]
        assert paper not in due(office)
        with pytest.raises((Conflict, NotFound)):
            office.propose(paper)
        undo()
        assert paper in due(office)


def hindrances(office: Office, officer: Actor, case_id: UUID, paper: UUID) -> Any:
    """What keeps a paper, how it comes and goes, and what is said of it."""

    def change(value: Callable[[Any], None]) -> Callable[[], None]:
        def act() -> None:
            with office.works.begin(SYSTEM) as work:
                value(work)
                work.session.flush()

        return act

    def held(is_held: bool) -> Callable[[], None]:
        def act() -> None:
            with office.works.begin(office.chief) as work:
                if is_held:
                    paper_holds.place(work, paper, paper_holds.REASONS[0])
                else:
                    paper_holds.lift(work, paper, paper_holds.REASONS_TO_LIFT[0])

        return act

    def in_force(value: list[dict[str, Any]]) -> Callable[[], None]:
        def act() -> None:
            office.clock.advance(seconds=1)
            retained.set_schedule(office.works, value, now=True)

        return act

    def level(value: int) -> Callable[[], None]:
        return change(lambda work: setattr(work.session.get_one(Document, paper), "level", value))

    def confined(value: str | None) -> Callable[[], None]:
        return change(lambda work: setattr(work.session.get_one(Case, case_id), "confined_to", value))

    def demo(value: bool) -> Callable[[], None]:
        def act() -> None:
            office.clock.advance(seconds=1)
            with office.works.begin(SYSTEM) as work:
                configuration.set_value(work, "mode_demo", value, work.clock())

        return act

    settled = in_force(retained.schedule())
    yield held(True), held(False), retention.HELD
    yield level(AccessLevel.TOP_SECRET), level(AccessLevel.ORDINARY), retention.TOO_SECRET
    yield confined("piket_propam"), confined(None), retention.RESTRICTED
    yield in_force(retained.schedule(nasib="permanen")), settled, "Jadwal menetapkannya permanen."
    appraised = "Jadwal menetapkannya dinilai kembali, bukan musnah."
    yield in_force(retained.schedule(nasib="dinilai_kembali")), settled, appraised
    yield in_force(retained.schedule(dokumen="KTP")), settled, retention.NO_ROW
    child, _ = office.case_paper(officer)
    kin = CaseKinship(child_id=child, parent_id=case_id, reason="Contoh", created_at=office.clock())
    yield change(lambda work: work.session.add(kin)), lambda: office.end(child), retention.OPEN_KIN
    example = retained.schedule(contoh=True)
    demo(False)()
    yield in_force(example), settled, retention.EXAMPLE


def test_r37_a_lock_of_the_store_is_told_with_its_date(office: Office, works: Works) -> None:
    """A store as it is outside of tests: its locks last ten years."""
    with works.begin(SYSTEM) as work:
        paper = holdings.deposit(work, scans.picture(str(uuid4()))).document_id
        assert paper is not None
    office.pass_years(2.1)
    assert obstacles(office, paper) == []
    with office.works.begin(office.archivist) as work:
        page = due_papers.show(work)
        assert (list(page.papers), page.locked) == ([], 1)
    with pytest.raises(Conflict, match=r"menguncinya sampai .* 2036"):
        office.propose(paper)


def test_r37_what_comes_to_stand_against_it_meanwhile_is_left_out_and_named(office: Office) -> None:
    held, kept = office.deposit(), office.deposit()
    office.pass_years(2.1)
    case_id = office.propose(held, kept)
    office.send_off(case_id)
    office.decide(case_id)
    with office.works.begin(office.chief) as work:
        paper_holds.place(work, held, paper_holds.REASONS[1])
    office.work_off(case_id)

    assert set(office.outcomes(case_id)) == {("left_out", retention.HELD), ("disposed", "")}
    with office.works.begin(office.archivist) as work:
        assert documents.get(work, held).can_read
        assert {hit.document_id for hit in paper_search.search(work, retained.WORD).hits} == {held}


def test_r37_a_worker_that_was_killed_goes_on_where_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after the words of the second paper were taken away and before its bytes went; then the store is away."""
    papers = [office.deposit() for _ in range(3)]
    office.pass_years(2.1)
    case_id = office.propose(*papers)
    office.send_off(case_id)
    office.decide(case_id)
    erase, calls = archive.disposal.erase, []

    class Killed(BaseException):
        pass

    def dies_at_the_second(*given: Any, **more: Any) -> int:
        calls.append(given)
        if len(calls) == 2:
            raise Killed
        return erase(*given, **more)

    def away(*_: Any, **__: Any) -> int:
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(archive.disposal, "erase", dies_at_the_second)
        with pytest.raises(Killed):
            office.work_off(case_id)
        assert [status for status, _ in office.outcomes(case_id)] == ["disposed", "erasing", "proposed"]
        patch.setattr(archive.disposal, "erase", away)
        with pytest.raises(StorageAway):
            office.work_off(case_id)
    assert [status for status, _ in office.outcomes(case_id)] == ["disposed", "erasing", "proposed"]
    office.work_off(case_id)

    assert [status for status, _ in office.outcomes(case_id)] == ["disposed"] * 3
    with office.works.begin(SYSTEM) as work:
        gone = select(Blob.sha256).join(Document, Document.blob_sha256 == Blob.sha256)
        for sha256 in work.session.scalars(gone.where(Document.id.in_(papers))):
            with pytest.raises(BlobMissing):
                work.blobs.stat(sha256)
        once = select(AuditEvent.chain, func.count()).where(AuditEvent.action == "document.disposed")
        assert {times for _, times in work.session.execute(once.group_by(AuditEvent.chain))} == {1}


def test_r37_refused_or_sent_back_nothing_goes(office: Office) -> None:
    paper = office.deposit()
    office.pass_years(2.1)
    case_id = office.propose(paper)
    office.send_off(case_id)
    why: dict[str, object] = {"putusan_musnah": "kembalikan", "alasan_putusan": "Alasannya belum jelas"}
    office.decide(case_id, why)
    office.send_off(case_id)
    office.decide(case_id, {**why, "putusan_musnah": "tolak"})
    office.work_off(case_id)

    assert office.outcomes(case_id) == [("proposed", "")]
    assert due(office) == {paper}, "it can be proposed again"
    with office.works.begin(office.chief) as work, pytest.raises(Forbidden):
        disposals.take_out(work, case_id, 1, disposals.REASONS[0])


def test_r37_the_last_paper_of_a_list_is_not_taken_out(office: Office) -> None:
    paper = office.deposit()
    office.pass_years(2.1)
    case_id = office.propose(paper)
    with office.works.begin(office.archivist) as work, pytest.raises(Conflict, match="satu-satunya"):
        disposals.take_out(work, case_id, 1, disposals.REASONS[0])
    with office.works.begin(office.chief) as work, pytest.raises(Forbidden, match="sedang mengerjakan"):
        disposals.take_out(work, case_id, 1, disposals.REASONS[0])


def test_r37_the_same_page_sent_twice_proposes_once(office: Office) -> None:
    paper = office.deposit()
    office.pass_years(2.1)
    token = str(uuid4())
    with office.works.begin(office.archivist) as work:
        one = proposals.begin(work, [paper], token)
    with office.works.begin(office.archivist) as work:
        assert proposals.begin(work, [paper], token) == one
        assert len(proposals.open_ones(work)) == 1
        assert work.session.scalar(select(func.count()).select_from(DisposalItem)) == 1


def test_r37_above_ones_level_and_behind_walls_a_due_paper_is_not_there(
    office: Office, budi: Actor, person: Callable[..., Actor]
) -> None:
    case_id, walled = office.case_paper(budi)
    office.end(case_id)
    secret, plain = office.deposit(), office.deposit()
    office.pass_years(2.1)
    assert due(office) == {walled, secret, plain}
    case = office.propose(secret, plain)
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Document, secret).level = AccessLevel.SECRET
        wall = {"case_id": case_id, "user_id": budi.user_id, "reason_key": "contoh"}
        work.session.add(CaseWall(since=work.clock(), **wall))
    assert due(office) == set()
    with office.works.begin(person("pamapta_lain", "pamapta")) as work:
        listed = disposals.listed(work, case)
        assert listed is not None
        assert {item.document_id for item in listed.papers} == {secret, plain}, "cleared for secret papers"
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Document, secret).level = AccessLevel.TOP_SECRET
    with office.works.begin(office.chief) as work:
        listed = disposals.listed(work, case)
        assert listed is not None
        assert ([item.document_id for item in listed.papers], listed.pages) == ([plain], 1)
        hidden = next(no for no in (1, 2) if no != listed.papers[0].no)
        with pytest.raises(NotFound):
            disposals.take_out(work, case, hidden, disposals.REASONS[0])
    with office.works.begin(budi) as work, pytest.raises(Forbidden):
        due_papers.show(work)


def test_r37_minutes_are_as_secret_as_what_they_name(office: Office, budi: Actor) -> None:
    paper = office.deposit()
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Document, paper).level = AccessLevel.SECRET
    office.pass_years(2.1)
    case_id = office.dispose(paper)
    with office.works.begin(SYSTEM) as work:
        printed = work.session.scalars(select(Letter.document_id).where(Letter.case_id == case_id)).one()
        assert printed is not None
        assert work.session.get_one(Document, printed).level == AccessLevel.SECRET
    with office.works.begin(budi) as work, pytest.raises(NotFound):
        documents.get(work, printed)


def test_r37_filters_of_the_list(office: Office) -> None:
    early = office.deposit()
    office.pass_years(1)
    late = office.deposit()
    office.pass_years(3)
    year = office.clock().year
    assert due(office) == {early, late}
    assert due(office, code="R-1") == {early, late}
    assert due(office, code="lain") == set()
    by_year = [due(office, year=year - back) for back in range(4)]
    assert [found for found in by_year if found] == [{late}, {early}]


def test_r37_the_same_bytes_again_are_a_new_paper(office: Office, budi: Actor) -> None:
    data = scans.picture(str(uuid4()))
    case_id, paper = office.case_paper(budi, data)
    office.end(case_id)
    office.pass_years(2.1)
    office.dispose(paper)
    with office.works.begin(SYSTEM) as work:
        found = holdings.deposit(work, data)
    assert (found.status, found.document_id != paper) == ("stored", True)
    with office.works.begin(budi) as work:
        assert documents.get(work, paper).disposed_at is not None
        assert found.document_id is not None
        assert documents.content(work, found.document_id, "original").data == data
    assert "document.disposed" in actions(office, f"case:{case_id}")


def test_r37_a_bag_names_what_was_disposed_of(office: Office, budi: Actor, tmp_path: Any) -> None:
    case_id, paper = office.case_paper(budi)
    with office.works.begin(budi) as work:
        rest = documents.upload(work, case_id, element="", label="Surat", data=scans.picture(str(uuid4())))
    office.end(case_id)
    office.pass_years(2.1)
    office.dispose(paper)
    with office.works.begin(SYSTEM) as work:
        number = work.session.get_one(Case, case_id).number
        done = bag_export.export(work, tmp_path / "tas", case_numbers=[number])
    assert (done.papers, done.left_out) == (1, 0)
    contents = json.loads((tmp_path / "tas" / "data" / bag_export.CONTENTS).read_text())
    assert [found["id"] for found in contents["disposed"]] == [str(paper)]
    assert [found["id"] for found in contents["documents"]] == [str(rest.id)]


def test_r37_counting_begins_with_the_acceptance_where_the_row_says_so(office: Office, budi: Actor) -> None:
    case_id, paper = office.case_paper(budi)
    retained.set_schedule(office.works, retained.schedule(mulai="diterima_arsip"))
    office.pass_years(1)
    with office.works.begin(SYSTEM) as work:
        shelving.shelve(work, work.session.get_one(Case, case_id), "x")
        accepted = work.clock()
    office.pass_years(1)
    office.end(case_id)
    with office.works.begin(SYSTEM) as work:
        term = retention.standings(work, [paper])[paper].term
        assert term is not None
        assert term.begun == accepted.date()


def test_r37_a_hold_is_an_act_with_a_reason_and_the_store_holds_too(office: Office, budi: Actor) -> None:
    case_id, paper = office.case_paper(budi)
    office.end(case_id)
    with office.works.begin(budi) as work, pytest.raises(Forbidden, match="arsiparis"):
        paper_holds.place(work, paper, paper_holds.REASONS[0])
    with office.works.begin(office.chief) as work:
        with pytest.raises(InvalidInput):
            paper_holds.place(work, paper, "begitu saja")
        for _ in range(2):
            paper_holds.place(work, paper, paper_holds.REASONS[0])
        held = paper_holds.now_on(work, paper)
        assert held is not None
        assert held.reason == paper_holds.REASONS[0]
    settle(office)
    assert is_held(office, paper)
    with office.works.begin(office.chief) as work:
        for _ in range(2):
            paper_holds.lift(work, paper, paper_holds.REASONS_TO_LIFT[0])
        assert paper_holds.now_on(work, paper) is None
    settle(office)
    assert not is_held(office, paper)
    told = [action for action in actions(office, f"case:{case_id}") if "hold" in action]
    assert told == ["document.hold_placed", "document.hold_lifted"]


def settle(office: Office) -> None:
    holds.settle_due(office.works)


def is_held(office: Office, paper: UUID) -> bool:
    with office.works.begin(SYSTEM) as work:
        return work.blobs.stat(work.session.get_one(Document, paper).blob_sha256).is_held
