"""R39: what people do to a bad scan makes versions; who is overtaken hears by whom, a killed job
goes on, nothing original changes.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pikepdf
import pytest
from sqlalchemy import select, update

from archive import versions as archive_versions
from archive.models import Document, Page, Version
from tests.integration.services.worn_papers import Paper, events, put_right, words_of
from workflow_app.domain import SYSTEM, Actor, Conflict, Forbidden, NotFound, StorageAway
from workflow_app.services.cases import history
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import (
    classification,
    documents,
    quality_check,
    search,
    splitting,
    versions,
)


def newest(works: Works, paper: UUID) -> int:
    with works.begin(SYSTEM) as work:
        return work.session.get_one(Document, paper).version


def texts(works: Works, who: Actor, paper: UUID) -> list[str]:
    with works.begin(who) as work:
        return [page.text for page in documents.text(work, paper)]


def test_r39_a_word_put_right_is_found_at_once_and_on_record_without_its_letters(
    works: Works, budi: Actor, paper: Paper
) -> None:
    put_right(works, budi, paper)

    with works.begin(budi) as work:
        assert [hit.document_id for hit in search.search(work, "zamrudkuning").hits] == [paper.id]
        assert documents.content(work, paper.id, "original").data == paper.original
        assert documents.get(work, paper.id).doubts == 1
        (told, _) = versions.of(work, paper.id)
        assert (told.no, told.done, told.who) == (2, "kata di halaman 1 dibetulkan", "Contoh Budi")
        lines = [entry.what for entry in history.timeline(work, paper.case_id)]
        assert "Versi 2 dibuat, kata di halaman 1 dibetulkan: Surat" in lines
    (event,) = events(works, "document.version")
    assert (event.details["version"], event.details["words"]) == (2, 1)
    assert "Zamrud" not in str(event.details)


def test_r39_the_copy_of_a_version_is_made_of_the_pages_as_they_came(
    works: Works, budi: Actor, paper: Paper
) -> None:
    put_right(works, budi, paper)
    with works.begin(budi) as work:
        versions.turn(work, paper.id, 2, 2, 180)
        versions.take_out(work, paper.id, 3, 3)
        versions.move(work, paper.id, 4, 2, 1)
        assert not documents.get(work, paper.id).has_pdf

    assert versions.make(works, paper.id, 4) == "nothing to do"
    assert versions.make(works, paper.id, 5) == "made"

    assert "Foto gudang" in texts(works, budi, paper.id)[0]
    with works.begin(budi) as work:
        view = documents.get(work, paper.id)
        assert (view.pages, view.thumbnail_pages, view.has_pdf) == (2, (1, 2), True)
        made = documents.content(work, paper.id, "pdf").data
        as_read = quality_check.pdf(work, paper.id, 1).data
        assert documents.content(work, paper.id, "original").data == paper.original
    first, second = words_of(made)
    assert ({"Foto", "gudang"} <= {*first.split()}, "Zamrudkuning" in second) == (True, True)
    assert len(words_of(as_read)) == 3
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert [page.obj.get("/Rotate", 0) for page in pdf.pages] == [180, 0]
    (event,) = events(works, "document.version_made")
    assert (event.chain, event.details["pdf_level"], event.details["read"]) == (
        f"document:{paper.id}",
        "PDF/A-2b",
        1,
    )


def test_a_turned_page_that_cannot_be_read_keeps_its_words_and_its_codes(
    works: Works, budi: Actor, paper: Paper
) -> None:
    code = "https://contoh.invalid/verifikasi/0000"
    with works.begin(SYSTEM) as work:
        page = (Page.document_id == paper.id) & (Page.no == 1)
        work.session.execute(update(Page).where(page).values(codes=[code]))
    with works.begin(budi) as work:
        before = documents.text(work, paper.id)[0].text
        versions.turn(work, paper.id, 1, 1, 90)

    assert versions.make(works, paper.id, 2, page_seconds=0.001) == "made"

    assert before
    assert texts(works, budi, paper.id)[0] == before
    with works.begin(SYSTEM) as work:
        kept = work.session.get_one(Page, (paper.id, 1))
        assert (kept.source, kept.codes, len(kept.words) > 5) == ("ocr", [code], True)
    with works.begin(budi) as work:
        versions.turn(work, paper.id, 2, 1, 90)
    assert versions.make(works, paper.id, 3) == "made"
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Page, (paper.id, 1)).codes == [code]


def test_a_job_that_was_killed_or_came_twice_makes_one_copy(
    works: Works, budi: Actor, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_right(works, budi, paper)
    with monkeypatch.context() as killed:
        killed.setattr(versions, "_keep", lambda *given: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            versions.make(works, paper.id, 2)
    assert events(works, "document.version_made") == []

    assert versions.make(works, paper.id, 2) == "made"
    assert versions.make(works, paper.id, 2) == "nothing to do"

    assert len(events(works, "document.version_made")) == 1


def test_a_version_that_was_overtaken_while_its_copy_was_made_gets_none(
    works: Works, budi: Actor, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_right(works, budi, paper)
    real = versions._keep

    def slow(*given: object) -> str:
        with works.begin(budi) as work:
            versions.move(work, paper.id, 2, 1, 2)
        return real(*given)

    with monkeypatch.context() as patched:
        patched.setattr(versions, "_keep", slow)
        assert versions.make(works, paper.id, 2) == "overtaken"

    assert versions.make(works, paper.id, 3) == "made"
    with works.begin(SYSTEM) as work:
        made = {
            version.no: version.pdf_sha256
            for version in archive_versions.of(work.session, paper.id)
        }
    assert (made[2], made[3] is None) == (None, False)


def test_a_store_that_is_away_leaves_the_version_waiting(
    works: Works, away: Callable[[Works], Works], budi: Actor, paper: Paper
) -> None:
    put_right(works, budi, paper)

    with pytest.raises(StorageAway):
        versions.make(away(works), paper.id, 2)

    with works.begin(SYSTEM) as work:
        version = work.session.get_one(Version, (paper.id, 2))
        assert (version.pdf_sha256, version.reason) == (None, "")
    assert versions.make(works, paper.id, 2) == "made"


def test_what_cannot_be_made_says_so_and_the_pages_stay(
    works: Works, budi: Actor, paper: Paper
) -> None:
    put_right(works, budi, paper)
    versions.give_up(works, paper.id, 2)
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Version, (paper.id, 2)).reason == versions.NOT_MADE
    assert "Zamrudkuning" in texts(works, budi, paper.id)[0]


def test_who_looked_at_an_older_version_hears_who_was_faster(
    works: Works, budi: Actor, person: Callable[..., Actor], paper: Paper
) -> None:
    put_right(works, budi, paper)
    tono = person("tono", "petugas")
    for act in (
        lambda work: versions.correct(work, paper.id, 1, 1, {0: "lain"}),
        lambda work: splitting.cut_off(work, paper.id, 1, 2),
        lambda work: quality_check.accept(work, paper.id, 1),
    ):
        with pytest.raises(Conflict, match="diubah Contoh Budi"), works.begin(tono) as work:
            act(work)
    assert newest(works, paper.id) == 2
    with pytest.raises(NotFound), works.begin(budi) as work:
        versions.correct(work, paper.id, 2, 1, {999: "lain"})


def test_who_only_reads_changes_nothing(
    works: Works, person: Callable[..., Actor], archivist: Actor, paper: Paper
) -> None:
    auditor = person("periksa", "auditor")
    with works.begin(auditor) as work:
        assert not documents.get(work, paper.id).can_check
        assert quality_check.sheet(work, paper.id, 1).doubtful
    for act in (
        lambda work: versions.turn(work, paper.id, 1, 1, 90),
        lambda work: quality_check.accept(work, paper.id, 1),
        lambda work: quality_check.show(work, paper.id),
    ):
        with pytest.raises(Forbidden), works.begin(auditor) as work:
            act(work)
        with pytest.raises(NotFound), works.begin(archivist) as work:
            act(work)


def test_above_the_level_there_is_no_version_and_each_look_at_a_restricted_page_is_on_record(
    works: Works, budi: Actor, sari: Actor, paper: Paper
) -> None:
    put_right(works, budi, paper)
    with works.begin(sari) as work:
        classification.classify(work, paper.id, "terbatas", classification.REASONS[0])
    with works.begin(budi) as work:
        quality_check.picture(work, paper.id, 2)
        quality_check.sheet(work, paper.id, 1, 1)
    looks = [
        (event.details["kind"], event.details.get("page"))
        for event in events(works, "document.opened")
    ]
    assert looks[-2:] == [("picture", 2), ("check", 1)]
    with works.begin(sari) as work:
        classification.classify(work, paper.id, "rahasia", classification.REASONS[0])
    for look in (
        lambda work: quality_check.picture(work, paper.id, 1),
        lambda work: quality_check.sheet(work, paper.id, 1, 1),
        lambda work: quality_check.pdf(work, paper.id, 1),
        lambda work: quality_check.show(work, paper.id),
        lambda work: versions.of(work, paper.id),
        lambda work: versions.move(work, paper.id, 2, 1, 2),
        lambda work: splitting.cut_off(work, paper.id, 2, 2),
        lambda work: splitting.merge(work, paper.id, 2, [uuid4()]),
    ):
        with pytest.raises(NotFound), works.begin(budi) as work:
            look(work)


@pytest.fixture
def away(settings: object) -> Callable[[Works], Works]:
    """The same units of work with a store where nothing listens."""
    from workflow_app.connections import blobs

    def without(works: Works) -> Works:
        return replace(
            works, blobs=blobs(settings.model_copy(update={"s3_endpoint": "127.0.0.1:9"}))
        )

    return without


def test_r39_all_blank_pages_leave_at_once_and_come_back(
    works: Works, budi: Actor, paper: Paper
) -> None:
    def sources() -> list[str]:
        with works.begin(SYSTEM) as work:
            query = select(Page.source).where(Page.document_id == paper.id).order_by(Page.no)
            return list(work.session.scalars(query))

    with works.begin(budi) as work:
        assert versions.take_out_blanks(work, paper.id, 1) == 2
    assert len(sources()) == 2
    assert versions.BLANK not in sources()
    (event,) = events(works, "document.version")
    assert (event.details["act"], event.details["pages"]) == ("blanks_taken_out", 1)
    with pytest.raises(Conflict, match="Tidak ada halaman kosong"), works.begin(budi) as work:
        versions.take_out_blanks(work, paper.id, 2)
    with works.begin(budi) as work:
        versions.restore(work, paper.id, 2, 1)
    assert sources()[2] == versions.BLANK
    with works.begin(SYSTEM) as work:
        work.session.execute(
            update(Page).where(Page.document_id == paper.id).values(source=versions.BLANK)
        )
    with pytest.raises(Conflict, match="semuanya kosong"), works.begin(budi) as work:
        versions.take_out_blanks(work, paper.id, 3)


def test_letters_are_not_put_right(works: Works, budi: Actor, paper: Paper) -> None:
    with works.begin(SYSTEM) as work:
        work.session.execute(
            update(Document).where(Document.id == paper.id).values(origin="letter")
        )
    with pytest.raises(Conflict, match="bukan hasil pindai"), works.begin(budi) as work:
        versions.turn(work, paper.id, 1, 1, 90)
