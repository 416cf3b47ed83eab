"""R39: what people do to a bad scan makes versions; who is overtaken hears by whom, a killed job goes on, nothing original changes."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pikepdf
import pypdfium2
import pytest
from sqlalchemy import select, update

import archive.versions
from archive.models import Document, Page, Version
from tests.integration.services import desk, scans
from tests.unit.ocr import worn
from workflow_app.errors import Conflict, Forbidden, InvalidInput, NotFound, StorageAway
from workflow_app.models.audit import AuditEvent
from workflow_app.models.document import CaseDocument
from workflow_app.services.case_file import history
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.papers import (
    checks,
    documents,
    holdings,
    levels,
    paper_kin,
    paper_search,
    partings,
    reading,
    version_copies,
    versions,
)
from workflow_app.types import SYSTEM, AccessLevel, Actor


@dataclass(frozen=True)
class Paper:
    """A scan of three pages in a case of Budi's: read once, two worn words, one page upside down, one blank."""

    id: UUID
    case_id: UUID
    original: bytes


@pytest.fixture(scope="module")
def scanned() -> bytes:
    return worn.paper()


@pytest.fixture
def paper(works: Works, budi: Actor, sktlk: str, scanned: bytes) -> Paper:
    assert sktlk
    with works.begin(budi) as work:
        case_id = desk.new_case(work).id
        added = documents.upload(work, case_id, element="uraian", label="Surat", data=scanned)
    reading.read_document(works, added.id)
    return Paper(added.id, case_id, scanned)


@pytest.fixture
def archivist(person: Callable[..., Actor]) -> Actor:
    return person("arsip", "arsiparis")


def newest(works: Works, paper: UUID) -> int:
    with works.begin(SYSTEM) as work:
        return work.session.get_one(Document, paper).version


def texts(works: Works, who: Actor, paper: UUID) -> list[str]:
    with works.begin(who) as work:
        return [page.text for page in documents.text(work, paper)]


def words_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def events(works: Works, action: str) -> list[AuditEvent]:
    with works.begin(SYSTEM) as work:
        found = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)
        ).all()
        work.session.expunge_all()
        return list(found)


def put_right(works: Works, who: Actor, paper: Paper, word: str = "Zamrudkuning") -> None:
    """The first doubtful word."""
    with works.begin(who) as work:
        doubtful = checks.sheet(work, paper.id, 1).doubtful
        versions.correct(work, paper.id, newest_of(work.session, paper.id), 1, {doubtful[0].place: word})


def newest_of(session: object, paper: UUID) -> int:
    return session.get(Document, paper, populate_existing=True).version


def test_r39_a_word_put_right_is_found_at_once_and_on_record_without_its_letters(
    works: Works, budi: Actor, paper: Paper
) -> None:
    put_right(works, budi, paper)

    with works.begin(budi) as work:
        assert [hit.document_id for hit in paper_search.search(work, "zamrudkuning").hits] == [paper.id]
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

    assert version_copies.make(works, paper.id, 4) == "nothing to do"
    assert version_copies.make(works, paper.id, 5) == "made"

    assert "Foto gudang" in texts(works, budi, paper.id)[0]
    with works.begin(budi) as work:
        view = documents.get(work, paper.id)
        assert (view.pages, view.thumbnail_pages, view.has_pdf) == (2, (1, 2), True)
        made = documents.content(work, paper.id, "pdf").data
        as_read = checks.pdf(work, paper.id, 1).data
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


def test_a_job_that_was_killed_or_came_twice_makes_one_copy(
    works: Works, budi: Actor, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_right(works, budi, paper)
    with monkeypatch.context() as killed:
        killed.setattr(version_copies, "_keep", lambda *given: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            version_copies.make(works, paper.id, 2)
    assert events(works, "document.version_made") == []

    assert version_copies.make(works, paper.id, 2) == "made"
    assert version_copies.make(works, paper.id, 2) == "nothing to do"

    assert len(events(works, "document.version_made")) == 1


def test_a_version_that_was_overtaken_while_its_copy_was_made_gets_none(
    works: Works, budi: Actor, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_right(works, budi, paper)
    real = version_copies._keep

    def slow(*given: object) -> str:
        with works.begin(budi) as work:
            versions.move(work, paper.id, 2, 1, 2)
        return real(*given)

    with monkeypatch.context() as patched:
        patched.setattr(version_copies, "_keep", slow)
        assert version_copies.make(works, paper.id, 2) == "overtaken"

    assert version_copies.make(works, paper.id, 3) == "made"
    with works.begin(SYSTEM) as work:
        made = {version.no: version.pdf_sha256 for version in archive.versions.of(work.session, paper.id)}
    assert (made[2], made[3] is None) == (None, False)


def test_a_store_that_is_away_leaves_the_version_waiting(
    works: Works, away: Callable[[Works], Works], budi: Actor, paper: Paper
) -> None:
    put_right(works, budi, paper)

    with pytest.raises(StorageAway):
        version_copies.make(away(works), paper.id, 2)

    with works.begin(SYSTEM) as work:
        version = work.session.get_one(Version, (paper.id, 2))
        assert (version.pdf_sha256, version.reason) == (None, "")
    assert version_copies.make(works, paper.id, 2) == "made"


def test_what_cannot_be_made_says_so_and_the_pages_stay(works: Works, budi: Actor, paper: Paper) -> None:
    put_right(works, budi, paper)
    version_copies.give_up(works, paper.id, 2)
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Version, (paper.id, 2)).reason == version_copies.NOT_MADE
    assert "Zamrudkuning" in texts(works, budi, paper.id)[0]


def test_who_looked_at_an_older_version_hears_who_was_faster(
    works: Works, budi: Actor, person: Callable[..., Actor], paper: Paper
) -> None:
    put_right(works, budi, paper)
    tono = person("tono", "petugas")
    for act in (
        lambda work: versions.correct(work, paper.id, 1, 1, {0: "lain"}),
        lambda work: partings.cut_off(work, paper.id, 1, 2),
        lambda work: checks.accept(work, paper.id, 1),
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
        assert checks.sheet(work, paper.id, 1).doubtful
    for act in (
        lambda work: versions.turn(work, paper.id, 1, 1, 90),
        lambda work: checks.accept(work, paper.id, 1),
        lambda work: checks.show(work, paper.id),
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
        levels.classify(work, paper.id, "terbatas", levels.REASONS[0])
    with works.begin(budi) as work:
        checks.picture(work, paper.id, 2)
        checks.sheet(work, paper.id, 1, 1)
    looks = [(event.details["kind"], event.details.get("page")) for event in events(works, "document.opened")]
    assert looks[-2:] == [("picture", 2), ("check", 1)]
    with works.begin(sari) as work:
        levels.classify(work, paper.id, "rahasia", levels.REASONS[0])
    for look in (
        lambda work: checks.picture(work, paper.id, 1),
        lambda work: checks.sheet(work, paper.id, 1, 1),
        lambda work: checks.pdf(work, paper.id, 1),
        lambda work: checks.show(work, paper.id),
        lambda work: versions.of(work, paper.id),
        lambda work: versions.move(work, paper.id, 2, 1, 2),
        lambda work: partings.cut_off(work, paper.id, 2, 2),
        lambda work: partings.merge(work, paper.id, 2, [uuid4()]),
    ):
        with pytest.raises(NotFound), works.begin(budi) as work:
            look(work)


def test_r39_pages_cut_off_are_a_paper_beside_with_all_that_holds_for_them(
    works: Works, budi: Actor, sari: Actor, paper: Paper
) -> None:
    put_right(works, budi, paper)
    with works.begin(budi) as work:
        versions.move(work, paper.id, 2, 1, 3)
    with works.begin(sari) as work:
        levels.classify(work, paper.id, "terbatas", levels.REASONS[0])
    with works.begin(budi) as work:
        made = partings.cut_off(work, paper.id, 3, 3)

    with works.begin(budi) as work:
        first, second = documents.get(work, paper.id), documents.get(work, made)
        assert (first.pages, second.pages, second.label, second.status) == (2, 1, "Surat", "readable")
        assert (second.level, second.element, second.thumbnail_pages) == (
            AccessLevel.RESTRICTED,
            "uraian",
            (1,),
        )
        assert work.session.get(CaseDocument, (paper.case_id, made)) is not None
        assert [hit.document_id for hit in paper_search.search(work, "zamrudkuning").hits] == [made]
        assert [one.document_id for one in paper_kin.of(work, paper.id).made_from] == [made]
        assert [(one.document_id, one.pages) for one in paper_kin.of(work, made).made_of] == [(paper.id, [3])]
        assert "Zamrudkuning" in words_of(documents.content(work, made, "pdf").data)[0]
        assert checks.sheet(work, made, 1).corrected[0].text == "Zamrudkuning"
    assert version_copies.make(works, made, 1) == "nothing to do"
    with pytest.raises(InvalidInput, match="halaman kedua"), works.begin(budi) as work:
        partings.cut_off(work, paper.id, 4, 1)


def test_r39_papers_of_a_case_become_one_as_restricted_as_the_most_restricted(
    works: Works, budi: Actor, sari: Actor, paper: Paper
) -> None:
    with works.begin(budi) as work:
        other = documents.upload(
            work, paper.case_id, element="uraian", label="Foto", data=scans.picture("Lampiran merdu")
        ).id
        elsewhere = desk.new_case(work)
        documents.upload(
            work, elsewhere.id, element="uraian", label="Foto", data=scans.picture("Lampiran merdu")
        )
    reading.read_document(works, other)
    with works.begin(sari) as work:
        levels.classify(work, other, "terbatas", levels.REASONS[0])
    with works.begin(budi) as work:
        assert [found[0] for found in partings.candidates(work, paper.id, paper.case_id)] == [other]
        made = partings.merge(work, paper.id, 1, [other, paper.id])

    with works.begin(budi) as work:
        view = documents.get(work, made)
        assert (view.pages, view.level, view.label) == (4, AccessLevel.RESTRICTED, "Surat")
        cases = work.session.scalars(
            select(CaseDocument.case_id).where(CaseDocument.document_id == made)
        ).all()
        assert cases == [paper.case_id]
        assert "merdu" in documents.text(work, made)[3].text
        assert {one.document_id for one in paper_kin.of(work, made).made_of} == {paper.id, other}
        assert documents.get(work, paper.id).pages == 3
    with pytest.raises(InvalidInput, match="dokumen lain"), works.begin(budi) as work:
        partings.merge(work, paper.id, 1, [])


def test_papers_of_different_cases_are_not_merged(works: Works, budi: Actor, paper: Paper) -> None:
    with works.begin(budi) as work:
        case = desk.new_case(work)
        other = documents.upload(work, case.id, element="uraian", label="Foto", data=scans.picture("x")).id
        work.session.execute(update(Document).where(Document.id == other).values(status="readable"))
    with pytest.raises(Conflict, match="berkas yang sama"), works.begin(budi) as work:
        partings.merge(work, paper.id, 1, [other])


def test_what_waits_for_the_check_is_what_the_archivist_may_read_doubtful_first(
    works: Works, archivist: Actor, budi: Actor, paper: Paper
) -> None:
    found = []
    for words, doubts in (("Arsip pertama", 0), ("Arsip kedua", 3), ("Arsip ketiga", 0)):
        with works.begin(archivist) as work:
            stored = holdings.deposit(work, scans.picture(words)).document_id
            assert stored is not None
            found.append(stored)
        with works.begin(SYSTEM) as work:
            row = {"document_id": stored, "no": 1, "text": words, "width": 9, "height": 9, "source": "ocr"}
            work.session.add(Page(**row, confidence=90.0, words=[], reason="", doubts=doubts))
            values = {"status": "readable", "doubts": doubts}
            work.session.execute(update(Document).where(Document.id == stored).values(**values))

    with works.begin(archivist) as work:
        waiting = [each.id for each in checks.waiting(work) if each.id in found]
        assert waiting == [found[1], found[0], found[2]]
        assert paper.id not in {each.id for each in checks.waiting(work)}
        checks.accept(work, found[1], 1)
        checks.accept(work, found[1], 1)
        assert [each.id for each in checks.waiting(work) if each.id in found] == [found[0], found[2]]
        assert documents.get(work, found[1]).is_checked
        versions.turn(work, found[1], 1, 1, 90)
        assert found[1] in {each.id for each in checks.waiting(work)}
        made = partings.merge(work, found[0], 1, [found[2]])
        assert {made, found[0], found[2]} & {each.id for each in checks.waiting(work)} == {made}
    assert [event.details["document_id"] for event in events(works, "document.checked")] == [str(found[1])]
    with pytest.raises(Forbidden), works.begin(budi) as work:
        checks.waiting(work)


@pytest.fixture
def away(settings: object) -> Callable[[Works], Works]:
    """The same units of work with a store where nothing listens."""
    from workflow_app.connections import blobs

    def without(works: Works) -> Works:
        return replace(works, blobs=blobs(settings.model_copy(update={"s3_endpoint": "127.0.0.1:9"})))

    return without


def test_letters_are_not_put_right(works: Works, budi: Actor, paper: Paper) -> None:
    with works.begin(SYSTEM) as work:
        work.session.execute(update(Document).where(Document.id == paper.id).values(origin="letter"))
    with pytest.raises(Conflict, match="bukan hasil pindai"), works.begin(budi) as work:
        versions.turn(work, paper.id, 1, 1, 90)
