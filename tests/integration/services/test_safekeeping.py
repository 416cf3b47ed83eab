"""R37: nothing of an open case can be deleted, and the archive finds out by itself what is not as
it was (decision 0032).
"""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from archive.blobs import Blobs, BlobStat
from archive.errors import StoreUnavailable
from archive.models import Blob, Document
from tests.integration.conftest import TestClock
from tests.integration.services import scans
from tests.integration.services.desk import new_case
from workflow_app.domain import SYSTEM, Actor, StorageAway
from workflow_app.models import AuditEvent, Case
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents
from workflow_app.services.operations import archive_verification, health
from workflow_app.services.operations.archive_verification import Findings
from workflow_app.services.retention import holdings


@pytest.fixture
def paper(works: Works, budi: Actor, sktlk: str) -> tuple[UUID, list[UUID]]:
    """One paper in two open cases."""
    assert sktlk
    with works.begin(budi) as work:
        cases = [new_case(work).id for _ in range(2)]
        words = str(uuid4())  # the store outlives a test, and so do its holds
        ids = {
            documents.upload(work, case_id, element="", label="Surat", data=scans.picture(words)).id
            for case_id in cases
        }
    return ids.pop(), cases


def close(works: Works, case_id: UUID) -> None:
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        case.status, case.outcome, case.closed_at = "done", "selesai", work.clock()


def is_held(works: Works, paper_id: UUID) -> bool:
    with works.begin(SYSTEM) as work:
        return work.blobs.stat(work.session.get_one(Document, paper_id).blob_sha256).is_held


def actions(works: Works, begins: str) -> list[tuple[str, dict[str, Any]]]:
    with works.begin(SYSTEM) as work:
        query = select(AuditEvent.action, AuditEvent.details).where(
            AuditEvent.action.startswith(begins)
        )
        return [
            (action, details)
            for action, details in work.session.execute(query.order_by(AuditEvent.id))
        ]


def test_r37_an_open_case_holds_its_papers_until_the_last_one_ends(
    works: Works, paper: tuple[UUID, list[UUID]]
) -> None:
    paper_id, (one, two) = paper

    assert (holdings.settle_due(works), holdings.settle_due(works), is_held(works, paper_id)) == (
        1,
        0,
        True,
    )
    close(works, one)
    assert (holdings.settle_due(works), is_held(works, paper_id)) == (0, True), (
        "the other one is open"
    )
    close(works, two)
    assert (holdings.settle_due(works), is_held(works, paper_id)) == (1, False)

    assert [action for action, _ in actions(works, "document.")][-2:] == [
        "document.held",
        "document.released",
    ]


def test_r37_a_hold_that_was_cut_short_is_made_up_for(
    works: Works, paper: tuple[UUID, list[UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is away: nothing is said to be held. It was told, and we died before writing it
    down: it is told again.
    """
    paper_id, _ = paper

    def away(*_: object) -> None:
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(Blobs, "hold", away)
        with pytest.raises(StorageAway):
            holdings.settle_due(works)
    assert not is_held(works, paper_id)
    with works.begin(SYSTEM) as work:
        work.blobs.hold(work.session.get_one(Document, paper_id).blob_sha256)

    assert (holdings.settle_due(works), is_held(works, paper_id)) == (1, True)


def whole(works: Works) -> Findings:
    *_, found = archive_verification.verify(works)
    assert isinstance(found, Findings)
    return found


def test_r37_a_whole_look_puts_holds_right_and_tells_what_is_gone(
    works: Works, paper: tuple[UUID, list[UUID]], clock: TestClock
) -> None:
    paper_id, _ = paper
    assert whole(works).is_sound
    with works.begin(SYSTEM) as work:
        document = work.session.get_one(Document, paper_id)
        work.blobs.release(document.blob_sha256)
        lost = Blob(
            sha256="0" * 64, size=5, media_type="image/png", version_id="1", stored_at=work.clock()
        )
        work.session.add(lost)

    found = whole(works)

    assert [difference.document_id for difference in found.differences] == [paper_id]
    assert is_held(works, paper_id)
    assert ([blob.state for blob in found.wrong], found.is_sound) == (["missing"], False)
    assert [details["not_intact"] for _, details in actions(works, "archive.checked")] == [0, 1]
    assert len(actions(works, "archive.lock_tried")) == 2
    # What was found wrong is looked at again by the smallest sample, and the site says so
    # meanwhile.
    assert [blob.sha256 for blob in archive_verification.check_sample(works, 0).wrong] == ["0" * 64]
    with works.begin(SYSTEM) as work:
        assert {part.name: part.state for part in health.safe(work)} == {
            "lock": "ok",
            "fixity": "wrong",
        }
        assert not any("0" * 64 in str(part.facts) for part in health.safe(work))
        work.session.delete(work.session.get_one(Blob, "0" * 64))
    assert archive_verification.check_sample(works, 1).wrong == []


def test_r37_a_paper_that_the_worker_holds_during_a_whole_look_stays_held(
    works: Works, paper: tuple[UUID, list[UUID]], budi: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with works.begin(budi) as work:
        other = documents.upload(
            work, paper[1][0], element="", label="Surat", data=scans.picture(str(uuid4()))
        )
    both = {paper[0], other.id}
    first, second = sorted(both)
    asked = Blobs.stat

    def stat(blobs: Blobs, sha256: str) -> BlobStat:
        """While the store is asked about the first paper, the worker holds the second."""
        with monkeypatch.context() as patch, works.begin(SYSTEM) as work:
            patch.setattr(Blobs, "stat", asked)
            if work.session.get_one(Document, first).blob_sha256 == sha256:
                holdings.settle(work, second)
        return asked(blobs, sha256)

    with monkeypatch.context() as patch:
        patch.setattr(Blobs, "stat", stat)
        assert list(holdings.verify(works)) == []
    holdings.settle_due(works)

    assert {paper_id for paper_id in both if is_held(works, paper_id)} == both


def test_r37_a_hold_that_somebody_lifted_is_put_right_by_the_daily_look(
    works: Works, paper: tuple[UUID, list[UUID]]
) -> None:
    holdings.settle_due(works)
    with works.begin(SYSTEM) as work:
        work.blobs.release(work.session.get_one(Document, paper[0]).blob_sha256)

    archive_verification.check_sample(works, 0)

    assert is_held(works, paper[0])
    assert [details["holds_corrected"] for _, details in actions(works, "archive.checked")] == [1]


def test_r37_a_paper_whose_bytes_changed_has_it_on_record(
    works: Works, paper: tuple[UUID, list[UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    paper_id, _ = paper
    with works.begin(SYSTEM) as work:
        sha256 = work.session.get_one(Document, paper_id).blob_sha256
    # The store answers with other bytes under this name.
    works.blobs.put_named(sha256, b"diganti", "image/png")

    archive_verification.check_sample(replace(works), 1000)

    assert [(action, details["state"]) for action, details in actions(works, "document.not")] == [
        ("document.not_intact", "damaged")
    ]
