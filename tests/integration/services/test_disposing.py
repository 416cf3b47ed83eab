"""R37: what goes when papers are disposed of, and what is cut off between (decision 0036)."""

import hashlib
import json
import threading
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from archive import disposal
from archive.errors import BlobMissing, StoreUnavailable
from archive.models import Blob, Document
from tests import sounds
from tests.integration.conftest import PROCESSES
from tests.integration.services import photos, retained, scans
from tests.integration.services.retained import Office
from workflow_app.domain import PUBLIC, SYSTEM, Actor, NotFound, StorageAway
from workflow_app.models import AuditEvent, Case, PaperDismissal
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import (
    classification,
    documents,
    quality_check,
    reading,
    splitting,
)
from workflow_app.services.exports import bag_export
from workflow_app.services.intake import capture_pages
from workflow_app.services.processes import definitions
from workflow_app.services.retention import disposal as retention_disposal
from workflow_app.services.retention import disposal_lists, holdings, schedule
from workflow_app.services.workflow import cases
from workflow_app.settings import Settings
from workflow_app.tools.embedded.server_processes import wait_until


def actions(office: Office, chain: str) -> list[str]:
    with office.works.begin(SYSTEM) as work:
        query = (
            select(AuditEvent.action).where(AuditEvent.chain == chain).order_by(AuditEvent.position)
        )
        return list(work.session.scalars(query))


def test_r37_a_worker_that_was_killed_goes_on_where_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after the words of the second paper were taken away and before its bytes went; then
    the store is away.
    """
    papers = [office.deposit() for _ in range(3)]
    office.pass_years(2.1)
    case_id = office.propose(*papers)
    office.send_off(case_id)
    office.decide(case_id)
    erase, calls = disposal.erase, []

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
        patch.setattr(disposal, "erase", dies_at_the_second)
        with pytest.raises(Killed):
            office.work_off(case_id)
        assert [status for status, _ in office.outcomes(case_id)] == [
            "disposed",
            "erasing",
            "proposed",
        ]
        patch.setattr(disposal, "erase", away)
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
        once = select(AuditEvent.chain, func.count()).where(
            AuditEvent.action == "document.disposed"
        )
        assert {times for _, times in work.session.execute(once.group_by(AuditEvent.chain))} == {1}


def test_r37_what_was_said_of_an_unread_paper_in_own_words_goes_with_it(office: Office) -> None:
    """They may name people (decision 0058)."""
    paper = office.deposit()
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Document, paper).status = "unreadable"
    with office.works.begin(office.archivist) as work:
        reading.dismiss(work, paper, reading.OTHER, "Peta tulisan tangan milik Pelapor Contoh")
    office.pass_years(2.1)
    case_id = office.propose(paper)
    office.send_off(case_id)
    office.decide(case_id)
    office.work_off(case_id)

    assert [status for status, _ in office.outcomes(case_id)] == ["disposed"]
    with office.works.begin(SYSTEM) as work:
        (said,) = work.session.scalars(select(PaperDismissal))
        assert (said.reason, said.data_key, said.sealed) == (reading.OTHER, None, None)


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
        for opened in (quality_check.picture, quality_check.sheet, quality_check.pdf):
            with pytest.raises(NotFound, match="dimusnahkan"):
                opened(work, paper, 1)
    assert "document.disposed" in actions(office, f"case:{case_id}")


def test_r37_a_recording_is_listed_and_gone_by_how_long_it_lasts(
    office: Office, budi: Actor
) -> None:
    with office.works.begin(SYSTEM) as work:
        for name in ("lp", "complaint"):
            definitions.deploy(work, PROCESSES / name)
    with office.works.begin(budi) as work:
        held = cases.start(work, "complaint").case_id
        label = classification.RECORDING
        voice = documents.upload(
            work, held, element="", label=label, data=sounds.mp3(tag=uuid4().bytes)
        ).id
        words = formatting.playing_time(work.session.get_one(Document, voice).seconds or 0)
    office.end(held)
    office.pass_years(2.1)

    case_id = office.dispose(voice)

    assert office.outcomes(case_id) == [("disposed", "")]
    with office.works.begin(office.chief) as work:
        found = disposal_lists.listed(work, case_id)
        assert found is not None
        assert [paper.extent for paper in found.papers] == [words]
        assert [paper["banyaknya"] for paper in retention_disposal.stated(work, case_id)] == [words]


def test_r37_a_bag_names_what_was_disposed_of(office: Office, budi: Actor, tmp_path: Any) -> None:
    case_id, paper = office.case_paper(budi)
    with office.works.begin(budi) as work:
        rest = documents.upload(
            work, case_id, element="", label="Surat", data=scans.picture(str(uuid4()))
        )
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


def test_r37_what_is_made_of_papers_keeps_their_term_and_the_minutes_name_it(
    office: Office,
) -> None:
    one, other = office.deposit(), office.deposit()
    office.pass_years(1)
    with office.works.begin(office.archivist) as work:
        made = splitting.merge(work, one, 1, [other])
    with office.works.begin(SYSTEM) as work:
        terms = {paper: schedule.standings(work, [paper])[paper].term for paper in (one, made)}
        assert terms[one] == terms[made]
    office.pass_years(1.1)
    assert retained.due(office) == {one, other, made}

    first = office.dispose(one)
    with office.works.begin(SYSTEM) as work:
        assert [row["dokumen_lain"] for row in retention_disposal.stated(work, first)] == [True]
    rest = office.dispose(other, made)
    with office.works.begin(SYSTEM) as work:
        assert [row["dokumen_lain"] for row in retention_disposal.stated(work, rest)] == [
            False,
            False,
        ]


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
    assert office.outcomes(case_id) == [("left_out", retention_disposal.ON_PHONE)]
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
    """Two at once, on connections of their own: the disposal has begun, somebody brings the same
    bytes and waits for it.
    """
    works = retained.brief(fresh_works, fresh_settings)
    data = scans.picture(str(uuid4()))
    with works.begin(SYSTEM) as work:
        first = holdings.deposit(work, data).document_id
    assert first is not None
    retained.outlast_locks()
    brought: list[holdings.Deposit] = []

    def bring() -> None:
        with works.begin(SYSTEM) as work:
            brought.append(holdings.deposit(work, data))

    other = threading.Thread(target=bring)
    with works.begin(SYSTEM) as work:
        disposal.entomb(work.session, first, at=work.clock(), under="B-2026-000001")
        other.start()
        assert wait_until(lambda: is_waited_for(works), 20, pause=0.05)
        assert brought == []
    other.join(20)
    with works.begin(SYSTEM) as work:
        disposal.erase(work.session, work.blobs, first, at=work.clock())

    (deposit,) = brought
    assert (deposit.status, deposit.document_id != first) == ("stored", True)
    with works.begin(SYSTEM) as work:
        assert work.blobs.read(hashlib.sha256(data).hexdigest()) == data
