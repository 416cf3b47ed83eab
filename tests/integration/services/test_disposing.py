"""R37: what goes when papers are disposed of, and what is cut off between (decision 0036)."""

import hashlib
import json
import threading
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

import archive.disposal
from archive.errors import BlobMissing, StoreUnavailable
from archive.models import Blob, Document
from tests import sounds
from tests.integration.conftest import PROCESSES
from tests.integration.services import photos, retained, scans
from tests.integration.services.retained import Office
from workflow_app.errors import Forbidden, NotFound, StorageAway
from workflow_app.local_stack.children import wait_until
from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import Case
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.services.arranging import checks, partings
from workflow_app.services.bringing import capture_pages, mail_intake, stacks
from workflow_app.services.bringing.mailboxes import WaitingMail
from workflow_app.services.bringing.stacks import Brought
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.keeping import (
    bag_export,
    disposal_minutes,
    disposals,
    disposing,
    holdings,
    retention,
)
from workflow_app.services.office import processes
from workflow_app.services.papers import documents, intake, paper_holds, paper_labels
from workflow_app.services.running import cases
from workflow_app.settings import Settings
from workflow_app.types import PUBLIC, SYSTEM, Actor


def actions(office: Office, chain: str) -> list[str]:
    with office.works.begin(SYSTEM) as work:
        query = select(AuditEvent.action).where(AuditEvent.chain == chain).order_by(AuditEvent.position)
        return list(work.session.scalars(query))


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
        for opened in (checks.picture, checks.sheet, checks.pdf):
            with pytest.raises(NotFound, match="dimusnahkan"):
                opened(work, paper, 1)
    assert "document.disposed" in actions(office, f"case:{case_id}")


def test_r37_a_recording_is_listed_and_gone_by_how_long_it_lasts(office: Office, budi: Actor) -> None:
    with office.works.begin(SYSTEM) as work:
        for name in ("lp", "complaint"):
            processes.deploy(work, PROCESSES / name)
    with office.works.begin(budi) as work:
        held = cases.start(work, "complaint").case_id
        label = paper_labels.RECORDING
        voice = documents.upload(work, held, element="", label=label, data=sounds.ogg()).id
    office.end(held)
    office.pass_years(2.1)

    case_id = office.dispose(voice)

    assert office.outcomes(case_id) == [("disposed", "")]
    with office.works.begin(office.chief) as work:
        found = disposals.listed(work, case_id)
        assert found is not None
        assert [paper.extent for paper in found.papers] == ["3 detik"]
        assert [paper["banyaknya"] for paper in disposal_minutes.stated(work, case_id)] == ["3 detik"]


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


def stack_of(office: Office, whole: UUID, papers: Sequence[UUID], **facts: Any) -> UUID:
    """The papers were cut from a stack, whose whole this is."""
    stack_id = uuid4()
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Document, whole).origin = intake.STACK
        known = {"kind": "scan", "status": "split", "pages": 2, "pages_seen": 2, "reason": "", **facts}
        known |= {"brought_by": office.archivist.user_id, "brought_at": work.clock()}
        work.session.add(PaperStack(id=stack_id, unit="spkt", document_id=whole, **known))
        work.session.flush()
        part = {"status": "archived", "reason": "", "element": "", "label": "", "settled_at": work.clock()}
        for no, paper in enumerate(papers, 1):
            work.session.add(StackPart(stack_id=stack_id, no=no, pages=[no], document_id=paper, **part))
    return stack_id


def is_disposed(office: Office, document_id: UUID) -> bool:
    with office.works.begin(SYSTEM) as work:
        return work.session.get_one(Document, document_id).disposed_at is not None


@pytest.mark.parametrize("status", ["failed", "splitting"])
def test_r37_a_stack_that_was_not_taken_apart_stays(office: Office, status: str) -> None:
    """Papers may be in it that are nowhere else."""
    whole, paper = office.deposit(), office.deposit()
    stack_of(office, whole, [paper], status=status)
    office.pass_years(2.1)
    case_id = office.dispose(paper)
    assert (is_disposed(office, paper), is_disposed(office, whole)) == (True, False)
    with office.works.begin(SYSTEM) as work:
        assert [row["tumpukan"] for row in disposal_minutes.stated(work, case_id)] == [True]


def test_r37_a_stack_that_somebody_holds_stays(office: Office) -> None:
    whole, paper = office.deposit(), office.deposit()
    with office.works.begin(office.archivist) as work:
        paper_holds.place(work, whole, paper_holds.REASONS[0])
    stack_of(office, whole, [paper])
    office.pass_years(2.1)
    office.dispose(paper)
    assert (is_disposed(office, paper), is_disposed(office, whole)) == (True, False)


def test_r37_a_stack_goes_with_the_last_of_its_papers(office: Office) -> None:
    whole, one, other = (office.deposit() for _ in range(3))
    stack_id = stack_of(office, whole, [one, other])
    office.pass_years(2.1)
    assert retained.due(office) == {one, other}

    case_id = office.dispose(one)
    with office.works.begin(SYSTEM) as work:
        assert work.session.get_one(Document, whole).disposed_at is None
        assert [row["tumpukan"] for row in disposal_minutes.stated(work, case_id)] == [True]
    with office.works.begin(office.archivist) as work, pytest.raises(Forbidden, match="dimusnahkan"):
        stacks.original(work, stack_id)
    case_id = office.dispose(other)

    with office.works.begin(SYSTEM) as work:
        gone = work.session.get_one(Document, whole)
        assert gone.disposed_at is not None
        with pytest.raises(BlobMissing):
            work.blobs.stat(gone.blob_sha256)
        assert [row["tumpukan"] for row in disposal_minutes.stated(work, case_id)] == [False]


def test_r37_a_mail_that_is_sent_again_after_its_disposal_comes_as_new(office: Office) -> None:
    data, paper = b"Message-ID: <1@contoh>\n\nMohon dilayani.\n", office.deposit()

    def bring() -> Brought:
        with office.works.begin(SYSTEM) as work:
            return mail_intake.keep(work, data, mail=WaitingMail("1", len(data), work.clock()))

    first = bring()
    with office.works.begin(SYSTEM) as work:
        stack = work.session.get_one(PaperStack, first.stack_id)
        stack.status = "split"
        part = {"status": "archived", "reason": "", "element": "", "label": "", "settled_at": work.clock()}
        work.session.add(StackPart(stack_id=stack.id, no=1, pages=[1], document_id=paper, **part))
    assert bring() == Brought(first.stack_id, is_new=False)
    office.pass_years(2.1)
    office.dispose(paper)

    again = bring()
    assert again.is_new
    assert bring() == Brought(again.stack_id, is_new=False)


def test_r37_what_is_made_of_papers_keeps_their_term_and_the_minutes_name_it(office: Office) -> None:
    one, other = office.deposit(), office.deposit()
    office.pass_years(1)
    with office.works.begin(office.archivist) as work:
        made = partings.merge(work, one, 1, [other])
    with office.works.begin(SYSTEM) as work:
        terms = {paper: retention.standings(work, [paper])[paper].term for paper in (one, made)}
        assert terms[one] == terms[made]
    office.pass_years(1.1)
    assert retained.due(office) == {one, other, made}

    first = office.dispose(one)
    with office.works.begin(SYSTEM) as work:
        assert [row["dokumen_lain"] for row in disposal_minutes.stated(work, first)] == [True]
    rest = office.dispose(other, made)
    with office.works.begin(SYSTEM) as work:
        assert [row["dokumen_lain"] for row in disposal_minutes.stated(work, rest)] == [False, False]


def test_r37_what_waits_on_a_phone_is_not_erased(office: Office, device: str) -> None:
    """The same photo was taken in before, and is now a page that nobody has sent yet."""
    paper = office.deposit()
    with office.works.begin(SYSTEM) as work:
        sha256 = work.session.get_one(Document, paper).blob_sha256
        data = work.blobs.read(sha256)
    with office.works.begin(PUBLIC) as work:
        capture_pages.add(photos.held(work, device), data)
    office.pass_years(2.1)
    case_id = office.dispose(paper)
    assert office.outcomes(case_id) == [("left_out", disposing.ON_PHONE)]
    with office.works.begin(SYSTEM) as work:
        assert work.blobs.read(sha256) == data


def is_waited_for(works: Works) -> bool:
    """Asked anew each time: within a transaction the server tells what it told before."""
    query = "select exists (select from pg_locks where not granted and pid <> pg_backend_pid())"
    with works.begin(SYSTEM) as work:
        return bool(work.session.scalar(text(query)))


def test_r37_bytes_that_are_brought_while_they_go_are_kept(
    fresh_works: Works, fresh_settings: Settings
) -> None:
    """Two at once, on connections of their own: the disposal has begun, somebody brings the same bytes and waits for it."""
    works = retained.brief(fresh_works, fresh_settings)
    data = scans.picture(str(uuid4()))
    with works.begin(SYSTEM) as work:
        first = holdings.deposit(work, data).document_id
    assert first is not None
    time.sleep(retained.LOCK_SECONDS + 0.3)
    brought: list[holdings.Deposit] = []

    def bring() -> None:
        with works.begin(SYSTEM) as work:
            brought.append(holdings.deposit(work, data))

    other = threading.Thread(target=bring)
    with works.begin(SYSTEM) as work:
        archive.disposal.entomb(work.session, first, at=work.clock(), under="B-2026-000001")
        other.start()
        assert wait_until(lambda: is_waited_for(works), 20, pause=0.05)
        assert brought == []
    other.join(20)
    with works.begin(SYSTEM) as work:
        archive.disposal.erase(work.session, work.blobs, first, at=work.clock())

    (deposit,) = brought
    assert (deposit.status, deposit.document_id != first) == ("stored", True)
    with works.begin(SYSTEM) as work:
        assert work.blobs.read(hashlib.sha256(data).hexdigest()) == data
