"""Photos of phones that became no paper go after the days of the configuration, and nothing else
does (R39, decision 0049).
"""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from archive import documents
from archive.errors import BlobMissing
from archive.models import Blob, Document
from tests.integration.conftest import TestClock
from tests.integration.services import photos, retained
from tests.integration.services.photos import add, held, pages_of, photo, send
from tests.integration.services.stacks import Desk
from workflow_app.domain import PUBLIC, SYSTEM, Actor
from workflow_app.models import AuditEvent, CapturePage
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.intake import capture_pages, captures
from workflow_app.services.office_settings import configuration
from workflow_app.services.retention import holdings
from workflow_app.settings import Settings


@pytest.fixture
def passing(works: Works, settings: Settings) -> Works:
    """A store whose locks are over after a second."""
    return retained.brief(works, settings)


def photographed(works: Works, device: str) -> str:
    """A page that nobody else has photographed; its hash."""
    add(works, device, f"Contoh {uuid4().hex[:12]}")
    return pages_of(works, device)[-1].blob_sha256


def remove(works: Works, device: str, sha256: str) -> None:
    with works.begin(PUBLIC) as work:
        page = work.session.scalars(
            select(CapturePage).where(CapturePage.blob_sha256 == sha256)
        ).one()
        capture_pages.remove(held(work, device), page.id)


def is_kept(works: Works, sha256: str) -> bool:
    try:
        works.blobs.stat(sha256)
    except BlobMissing:
        return False
    return True


def swept(works: Works) -> list[int]:
    """How many photos each sweep has put on record."""
    with works.begin(SYSTEM) as work:
        query = select(AuditEvent.details).where(AuditEvent.action == "capture.swept")
        assert list(unit_of_work.verify_chains(work)) == []
        return [details["pages"] for details in work.session.scalars(query)]


def test_r39_what_was_taken_off_or_never_sent_goes_in_time_and_on_record(
    passing: Works, device: str, clock: TestClock
) -> None:
    sent = photographed(passing, device)
    send(passing, device)
    unsent, taken_off = photographed(passing, device), photographed(passing, device)
    remove(passing, device, taken_off)
    assert [page.blob_sha256 for page in pages_of(passing, device)] == [unsent]
    retained.outlast_locks()
    clock.advance(days=6)
    assert (capture_pages.sweep(passing), swept(passing)) == (0, [])
    clock.advance(days=1)
    assert (capture_pages.sweep(passing), swept(passing)) == (2, [2])
    assert [is_kept(passing, each) for each in (sent, unsent, taken_off)] == [True, False, False]
    assert (capture_pages.sweep(passing), swept(passing)) == (0, [2]), "once"
    with passing.begin(SYSTEM) as work:
        assert len(work.session.scalars(select(CapturePage)).all()) == 1
        gone = work.session.scalars(select(Blob).where(Blob.erased_at.is_not(None))).all()
        assert {blob.sha256 for blob in gone} == {unsent, taken_off}
        assert all(result.is_intact for result in holdings.verify_holding(work))


def test_r39_the_office_decides_how_long_they_stay_and_the_phone_says_so(
    passing: Works, device: str, clock: TestClock
) -> None:
    with passing.begin(SYSTEM) as work:
        configuration.set_value(work, captures.KEPT, 30, clock())
    with passing.begin(PUBLIC) as work:
        assert capture_pages.show(held(work, device)).kept_days == 30
    unsent = photographed(passing, device)
    retained.outlast_locks()
    clock.advance(days=29)
    assert capture_pages.sweep(passing) == 0
    clock.advance(days=2)
    assert capture_pages.sweep(passing) == 1
    assert not is_kept(passing, unsent)


def test_r39_unsent_photos_are_there_on_the_next_code_as_long_as_they_stay(
    works: Works, budi: Actor, desk: Desk, session_id: UUID, device: str, clock: TestClock
) -> None:
    assert session_id.version
    unsent = photographed(works, device)
    clock.advance(days=8)
    again = photos.session_of(works, budi)
    other = photos.connected(works, photos.shown(works, budi, desk.task_id, again))
    assert capture_pages.sweep(works) == 0, (
        "a link in use is left alone, however old its photos are"
    )
    assert [page.blob_sha256 for page in pages_of(works, other)] == [unsent]
    send(works, other)
    clock.advance(days=30)
    assert capture_pages.sweep(works) == 0
    assert is_kept(works, unsent)


def test_r37_a_photo_that_became_a_paper_some_other_way_is_kept(
    passing: Works, device: str, clock: TestClock
) -> None:
    words = f"Contoh {uuid4().hex[:12]}"
    add(passing, device, words)
    with passing.begin(SYSTEM) as work:
        paper = holdings.deposit(work, photo(words)).document_id
    retained.outlast_locks()
    clock.advance(days=8)
    assert (capture_pages.sweep(passing), swept(passing)) == (0, [])
    with passing.begin(SYSTEM) as work:
        document = work.session.get_one(Document, paper)
        assert work.blobs.read(document.blob_sha256) == photo(words)
        assert work.session.scalars(select(CapturePage)).all() == []


def test_r37_the_same_photo_taken_again_after_it_was_given_up_is_there_again(
    passing: Works, device: str, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = f"Contoh {uuid4().hex[:12]}"
    add(passing, device, words)
    retained.outlast_locks()
    clock.advance(days=8)
    with monkeypatch.context() as patch:
        patch.setattr(capture_pages, "_erase", lambda *_: False)  # killed between the two steps
        capture_pages.sweep(passing)
    with passing.begin(SYSTEM) as work:
        paper = holdings.deposit(work, photo(words)).document_id
    assert (capture_pages.sweep(passing), swept(passing)) == (0, [1])
    with passing.begin(SYSTEM) as work:
        assert work.blobs.read(work.session.get_one(Document, paper).blob_sha256) == photo(words)


def test_r37_who_was_killed_between_the_steps_erases_the_next_time(
    passing: Works, device: str, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsent = photographed(passing, device)
    retained.outlast_locks()
    clock.advance(days=8)
    with monkeypatch.context() as patch:
        patch.setattr(capture_pages, "_erase", lambda *_: False)
        capture_pages.sweep(passing)
    assert is_kept(passing, unsent)
    assert (capture_pages.sweep(passing), swept(passing)) == (1, [1])
    assert not is_kept(passing, unsent)


def test_what_the_store_still_locks_waits(works: Works, device: str, clock: TestClock) -> None:
    unsent = photographed(works, device)
    clock.advance(days=8)
    assert (capture_pages.sweep(works), swept(works)) == (0, [1])
    assert is_kept(works, unsent)
    assert (capture_pages.sweep(works), swept(works)) == (0, [1])


def test_r37_a_photo_is_locked_for_its_days_and_as_a_paper_as_long_as_every_other(
    works: Works, device: str
) -> None:
    unsent = photographed(works, device)
    brief = works.blobs.stat(unsent).locked_until
    send(works, device)
    long = works.blobs.stat(unsent).locked_until
    assert brief is not None and long is not None
    at = works.blobs.stat(unsent).stored_at
    assert timedelta(days=6, hours=23) < brief - at < timedelta(days=7, hours=1)
    assert long - at > timedelta(days=3000)
    with works.begin(SYSTEM) as work:
        documents.keep_bytes(
            work.session,
            work.blobs,
            works.blobs.read(unsent),
            "image/jpeg",
            work.clock(),
            timedelta(days=1),
        )
    assert works.blobs.stat(unsent).locked_until == long, "never shorter"
