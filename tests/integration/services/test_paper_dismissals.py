"""R39: a paper that cannot be read leaves the tray when somebody says why it may stay so, and comes
back (decision 0058).
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select

from archive.models import Document, Rendition
from tests.integration.services import scans
from tests.integration.services.stacks import Desk
from workflow_app.domain import (
    SYSTEM,
    AccessLevel,
    Actor,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
)
from workflow_app.models import AuditEvent, PaperDismissal
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents, reading
from workflow_app.services.documents.reading import OTHER, REASONS
from workflow_app.services.retention import holdings
from workflow_app.services.workflow import tray

IMAGE_ENOUGH = REASONS[0]
WORDS = "Peta tulisan tangan milik Pelapor Contoh"


@pytest.fixture
def archivist(person: Callable[..., Actor]) -> Actor:
    return person("arsip", "arsiparis")


@pytest.fixture
def in_case(works: Works, budi: Actor, desk: Desk) -> UUID:
    """An unread paper that Budi has brought into a case."""
    with works.begin(budi) as work:
        paper = documents.upload(
            work, desk.case_id, element="", label="Surat", data=scans.picture("Kusut")
        )
    return spoiled(works, paper.id)


@pytest.fixture
def in_archive(works: Works, archivist: Actor) -> UUID:
    """One that no case holds."""
    with works.begin(archivist) as work:
        paper = holdings.deposit(work, scans.picture("Rusak")).document_id
    assert paper is not None
    return spoiled(works, paper)


def spoiled(works: Works, document_id: UUID) -> UUID:
    with works.begin(SYSTEM) as work:
        found = work.session.get_one(Document, document_id)
        found.status, found.status_reason = "unreadable", "Halaman 1 rusak."
    return document_id


def seen(works: Works, who: Actor) -> tuple[set[UUID], set[UUID], int]:
    """What waits for somebody, what is dismissed, and what the page counts."""
    with works.begin(who) as work:
        shown = tray.show(work)
        known = shown.unread
        assert (len(known.waiting), len(known.dismissed)) == (known.count, known.dismissed_count)
        return (
            {each.paper.id for each in known.waiting},
            {each.paper.id for each in known.dismissed},
            shown.count,
        )


def test_r39_who_brought_a_paper_dismisses_it_and_takes_it_back(
    works: Works, budi: Actor, in_case: UUID, desk: Desk
) -> None:
    assert seen(works, budi) == ({in_case}, set(), 1)
    with works.begin(budi) as work:
        made = work.session.scalar(select(func.count()).select_from(Rendition))
        for _ in range(2):
            reading.dismiss(work, in_case, IMAGE_ENOUGH)
    assert seen(works, budi) == (set(), {in_case}, 0)
    with works.begin(budi) as work:
        [told] = [each.dismissal for each in tray.of(work).dismissed]
        assert told is not None
        assert (told.reason, told.dismissed_by) == (IMAGE_ENOUGH, budi.name)
        assert documents.content(work, in_case, "original").data == scans.picture("Kusut")
        assert work.session.scalar(select(func.count()).select_from(Rendition)) == made
        for _ in range(2):
            reading.take_back(work, in_case)
    assert seen(works, budi) == ({in_case}, set(), 1)
    with works.begin(SYSTEM) as work:
        query = select(AuditEvent.action, AuditEvent.details["reason"].astext).where(
            AuditEvent.chain == f"case:{desk.case_id}",
            AuditEvent.action.in_(("document.dismissed", "document.taken_back")),
        )
        events = [tuple(row) for row in work.session.execute(query.order_by(AuditEvent.position))]
        assert events == [("document.dismissed", IMAGE_ENOUGH), ("document.taken_back", None)]


def test_r39_an_archivist_dismisses_a_paper_of_the_archive_and_others_do_not(
    works: Works, budi: Actor, propam: Actor, archivist: Actor, in_archive: UUID
) -> None:
    with works.begin(budi) as work, pytest.raises(Forbidden, match="arsiparis"):
        reading.dismiss(work, in_archive, IMAGE_ENOUGH)
    with works.begin(propam) as work, pytest.raises(NotFound):
        reading.dismiss(work, in_archive, IMAGE_ENOUGH)
    with works.begin(budi) as work:
        assert [each.may_dismiss for each in tray.of(work).waiting] == [False]
    with works.begin(archivist) as work:
        reading.dismiss(work, in_archive, IMAGE_ENOUGH)
    assert seen(works, budi) == seen(works, archivist) == (set(), {in_archive}, 0)
    assert seen(works, propam) == (set(), set(), 0)
    with works.begin(budi) as work, pytest.raises(Forbidden):
        reading.take_back(work, in_archive)
    with works.begin(SYSTEM) as work:
        work.session.get_one(Document, in_archive).level = AccessLevel.TOP_SECRET
    assert seen(works, budi) == (set(), set(), 0), "nor is it counted"
    with works.begin(budi) as work, pytest.raises(NotFound):
        reading.take_back(work, in_archive)


def test_r79_of_a_confined_case_its_own_role_dismisses(
    works: Works,
    at_propam: UUID,
    propam: Actor,
    budi: Actor,
    archivist: Actor,
    person: Callable[..., Actor],
) -> None:
    with works.begin(propam) as work:
        paper = documents.upload(
            work, at_propam, element="", label="Surat", data=scans.picture("Bukti")
        ).id
    spoiled(works, paper)
    for stranger in (budi, archivist):
        with works.begin(stranger) as work, pytest.raises(NotFound):
            reading.dismiss(work, paper, IMAGE_ENOUGH)
    colleague = person("rekan", "piket_propam")
    with works.begin(colleague) as work:
        reading.dismiss(work, paper, IMAGE_ENOUGH)
    assert seen(works, colleague) == seen(works, propam) == (set(), {paper}, 0)
    assert seen(works, archivist) == (set(), set(), 0)


def test_own_words_are_asked_for_sealed_and_not_in_the_trail(
    works: Works, archivist: Actor, in_archive: UUID
) -> None:
    with works.begin(archivist) as work:
        with pytest.raises(InvalidInput) as refused:
            reading.dismiss(work, in_archive, "begitu saja")
        assert set(refused.value.fields) == {"alasan"}
        with pytest.raises(InvalidInput) as refused:
            reading.dismiss(work, in_archive, OTHER, " x ")
        assert set(refused.value.fields) == {"alasan_lain"}
        reading.dismiss(work, in_archive, OTHER, WORDS)
    with works.begin(archivist) as work:
        assert reading.now_on(work, [in_archive])[in_archive].reason == WORDS
        kept = work.session.scalars(select(PaperDismissal)).one()
        assert kept.sealed is not None
        assert WORDS.encode() not in kept.sealed
        told = work.session.scalars(
            select(AuditEvent.details).where(AuditEvent.action == "document.dismissed")
        ).one()
        assert told["reason"] == OTHER


def test_what_is_read_again_waits_again_and_what_was_read_cannot_be_dismissed(
    works: Works, budi: Actor, archivist: Actor, in_archive: UUID
) -> None:
    with works.begin(archivist) as work:
        reading.dismiss(work, in_archive, IMAGE_ENOUGH)
    with works.begin(budi) as work:
        tray.read_again(work, in_archive)
    assert seen(works, budi) == (set(), set(), 0), "it is being read"
    with works.begin(archivist) as work, pytest.raises(Conflict, match="sedang dibaca"):
        reading.dismiss(work, in_archive, IMAGE_ENOUGH)
    spoiled(works, in_archive)
    assert seen(works, budi) == ({in_archive}, set(), 1), "the next failure is told"


def test_the_count_tells_what_the_list_leaves_out_and_no_paper_twice(
    works: Works,
    budi: Actor,
    in_case: UUID,
    play: Callable[..., UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = play("sktlk_ktp", 4)
    with works.begin(budi) as work:
        documents.upload(work, other, element="", label="Surat", data=scans.picture("Kusut"))
        second = documents.upload(
            work, other, element="", label="Surat", data=scans.picture("Sobek")
        )
    spoiled(works, in_case)
    spoiled(works, second.id)
    assert seen(works, budi) == ({in_case, second.id}, set(), 2)
    monkeypatch.setattr(tray, "MOST", 1)
    with works.begin(budi) as work:
        shown = tray.show(work)
        assert (len(shown.unread.waiting), shown.count) == (1, 2)
