"""Who sees what waits in the tray, and what becomes of stacks that nobody splits (R37, R39,
R79).
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from archive.models import Document
from tests.integration.last_tries import lose_worker
from tests.integration.services import scans
from tests.integration.services import stacks as made
from tests.integration.services.stacks import Desk, brought, code_of, in_tray, parts_of
from tests.unit.ocr import fed
from workflow_app.domain import SYSTEM, AccessLevel, Actor, Conflict, Forbidden, NotFound
from workflow_app.models import AuditEvent, Case, CaseWall, PaperStack, StackPart, Task
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents
from workflow_app.services.intake import stacks
from workflow_app.services.office_settings import configuration
from workflow_app.services.retention import holdings
from workflow_app.services.workflow import cases, tray


def paper_of(works: Works, stack_id: UUID, no: int = 1) -> Document:
    with works.begin(SYSTEM) as work:
        part = work.session.get_one(StackPart, (stack_id, no))
        document = work.session.get_one(Document, part.document_id)
        work.session.expunge(document)
        return document


def start_level(works: Works, key: str) -> None:
    with works.begin(SYSTEM) as work:
        value = {"proses": {"sktlk": key}, "dokumen": {}}
        configuration.set_value(work, "tingkat_akses", value, work.clock())


def test_r37_what_a_cover_sheet_brings_begins_with_the_level_of_its_process(
    works: Works, budi: Actor, desk: Desk
) -> None:
    start_level(works, "terbatas")
    code = code_of(works, desk.task_id)
    stack_id = brought(works, budi, made.pdf(fed.cover(code), fed.sheet("Contoh bertingkat")))
    stacks.split(works, stack_id)
    assert paper_of(works, stack_id).level == AccessLevel.RESTRICTED
    with works.begin(budi) as work:
        assert stacks.original(work, stack_id).data
        query = select(AuditEvent.details).where(AuditEvent.action == "document.opened")
        assert [found["kind"] for found in work.session.scalars(query)] == ["stack"]
    with works.begin(SYSTEM) as work:
        work.session.execute(update(Document).values(level=AccessLevel.TOP_SECRET))
    with works.begin(budi) as work, pytest.raises(Forbidden, match="tidak dapat Anda buka"):
        stacks.original(work, stack_id)


def test_r37_the_tray_asks_for_the_level(
    works: Works, budi: Actor, person: Callable[..., Actor]
) -> None:
    stack_id = in_tray(works, budi, "Contoh rahasia")
    with works.begin(SYSTEM) as work:
        work.session.execute(update(Document).values(level=AccessLevel.SECRET))
    with works.begin(budi) as work:
        shown = tray.show(work)
        assert (shown.parts, shown.waiting, shown.elsewhere) == ([], 0, 1)
        with pytest.raises(NotFound):
            tray.keep_in_archive(work, stack_id, 1)
        with pytest.raises(NotFound):
            tray.place(work, stack_id, 1, "B-2026-000001", "Surat", max_megabytes=50)
    with works.begin(person("wati", "arsiparis")) as work:
        assert len(tray.show(work).parts) == 1


def test_r79_a_late_paper_of_a_restricted_case_is_for_its_readers_only(
    works: Works, budi: Actor, sari: Actor, desk: Desk, person: Callable[..., Actor]
) -> None:
    code = code_of(works, desk.task_id)
    archivist, clerk = person("wati", "arsiparis"), person("joko", "petugas")
    with works.begin(budi) as work:
        cases.cancel(work, desk.case_id, "Contoh: warga membatalkan")
    stack_id = brought(works, budi, made.pdf(fed.cover(code), fed.sheet("Contoh terlambat sekali")))
    stacks.split(works, stack_id)
    paper = paper_of(works, stack_id)
    assert paper.origin == "tray"
    with works.begin(archivist) as work:
        assert len(tray.show(work).parts) == 1, "an open case"
    with works.begin(SYSTEM) as work:
        wall = CaseWall(
            case_id=desk.case_id, user_id=clerk.user_id, since=work.clock(), reason_key="x.y"
        )
        work.session.add(wall)
    for stranger in (archivist, clerk):
        with works.begin(stranger) as work:
            assert tray.show(work).parts == []
            with pytest.raises(NotFound):
                documents.content(work, paper.id, "original")
            with pytest.raises(NotFound):
                tray.keep_in_archive(work, stack_id, 1)
    with works.begin(budi) as work:
        assert documents.content(work, paper.id, "original").data
        with pytest.raises(Conflict, match="dibatasi"):
            tray.keep_in_archive(work, stack_id, 1)
    with works.begin(SYSTEM) as work:
        work.session.get_one(Case, desk.case_id).confined_to = "piket_propam"
    with works.begin(budi) as work, pytest.raises(NotFound):
        documents.content(work, paper.id, "original")
    with works.begin(budi) as work, pytest.raises(Forbidden):
        stacks.original(work, stack_id)


def test_r79_propam_brings_and_sorts_the_papers_of_its_own_cases(
    works: Works, at_propam: UUID, propam: Actor, budi: Actor, person: Callable[..., Actor]
) -> None:
    with works.begin(SYSTEM) as work:
        number = work.session.get_one(Case, at_propam).number
        query = select(Task.id).where(Task.case_id == at_propam, Task.status == "open")
        code = code_of(works, work.session.scalars(query).one(), "tanpa_tempat")
    stack_id = brought(works, propam, made.pdf(fed.cover(code), fed.sheet("Contoh bukti Propam")))
    stacks.split(works, stack_id)
    for stranger in (budi, person("arsip", "arsiparis")):
        with works.begin(stranger) as work:
            shown = tray.show(work)
            assert (shown.parts, shown.elsewhere) == ([], 1)
    with works.begin(propam) as work:
        assert [part.no for part in tray.show(work).parts] == [1]
        assert tray.place(work, stack_id, 1, number, "Surat", max_megabytes=2) == number
        assert len(documents.for_case(work, at_propam)) == 1


def test_r79_what_propam_brings_without_a_cover_sheet_is_propams_alone(
    works: Works, propam: Actor, budi: Actor, person: Callable[..., Actor]
) -> None:
    stack_id = in_tray(works, propam, "Contoh bukti tanpa sampul")
    paper = paper_of(works, stack_id)
    others = (budi, person("arsip", "arsiparis"), person("kepala", "ka_spkt"))
    for stranger in others[:2]:
        with works.begin(stranger) as work:
            shown = tray.show(work)
            assert (shown.parts, shown.waiting, shown.elsewhere) == ([], 0, 1)
            with pytest.raises(NotFound):
                tray.keep_in_archive(work, stack_id, 1)
            with pytest.raises(NotFound):
                tray.place(work, stack_id, 1, "B-2026-000001", "Surat", max_megabytes=2)
            with pytest.raises(NotFound):
                tray.read_again(work, paper.id)
            with pytest.raises(NotFound):
                stacks.original(work, stack_id)
    for stranger in others:
        with works.begin(stranger) as work, pytest.raises(NotFound):
            documents.content(work, paper.id, "original")
    with works.begin(propam) as work:
        shown = tray.show(work)
        assert ([part.no for part in shown.parts], shown.waiting, shown.elsewhere) == ([1], 1, 0)
        assert documents.content(work, paper.id, "original").data
        tray.read_again(work, paper.id)
        assert stacks.original(work, stack_id).data
        with pytest.raises(Conflict, match="tidak menjadi arsip umum"):
            tray.keep_in_archive(work, stack_id, 1)
    with works.begin(SYSTEM) as work:
        whole = work.session.get_one(PaperStack, stack_id).document_id
        for kept in (paper.id, whole):
            data = work.blobs.read(work.session.get_one(Document, kept).blob_sha256)
            assert holdings.deposit(work, data).status == "refused"


def test_who_serves_at_the_counter_too_brings_for_everybody_who_sorts(
    works: Works, budi: Actor, person: Callable[..., Actor]
) -> None:
    in_tray(works, person("dua", "piket_propam", "petugas"), "Contoh dari meja pelayanan")
    with works.begin(budi) as work:
        assert tray.show(work).waiting == 1


def test_r39_a_paper_of_the_tray_that_lands_later_is_the_cases_alone(
    works: Works, budi: Actor, desk: Desk
) -> None:
    waiting = in_tray(works, budi, "Contoh datang dua kali")
    code = code_of(works, desk.task_id)
    later = brought(works, budi, made.pdf(fed.cover(code), fed.sheet("Contoh datang dua kali")))
    stacks.split(works, later)
    assert paper_of(works, waiting).id == paper_of(works, later).id
    assert paper_of(works, later).origin == "upload"
    assert [status for _, status, *_ in parts_of(works, waiting)] == ["known"]


def test_a_stack_handed_in_to_a_case_is_read_as_a_paper(
    works: Works, budi: Actor, desk: Desk
) -> None:
    data = made.pdf(fed.sheet("Contoh tumpukan yang satu surat"))
    brought(works, budi, data)
    with works.begin(budi) as work:
        paper = documents.upload(work, desk.case_id, element="", label="Surat", data=data)
        kept = work.session.get_one(Document, paper.id)
        assert (kept.origin, kept.status) == ("upload", "received")
        assert jobs.is_waiting(work, "read_document", "document_id", str(paper.id))


def test_a_stack_whose_job_is_gone_can_be_split_again(works: Works, budi: Actor) -> None:
    stack_id = brought(works, budi, made.pdf(fed.sheet("Contoh tanpa pekerja")))
    with works.begin(budi) as work:
        assert not stacks.progress(work).stacks[0].can_retry
        work.session.execute(text("delete from procrastinate_jobs"))
        assert stacks.progress(work).stacks[0].can_retry
        stacks.retry(work, stack_id)
        assert jobs.is_waiting(work, "split_stack", "stack_id", str(stack_id))
    lose_worker(works, "split_stack", stack_id=stack_id)
    with works.begin(budi) as work:
        assert stacks.progress(work).stacks[0].reason == stacks.UNSPLIT


def test_r37_a_paper_of_the_archive_that_could_not_be_read_is_nobodys_blind_spot(
    works: Works, budi: Actor, propam: Actor, person: Callable[..., Actor]
) -> None:
    archivist = person("arsip", "arsiparis")
    with works.begin(archivist) as work:
        paper = holdings.deposit(work, scans.picture("Rusak")).document_id
        assert paper is not None
    with works.begin(SYSTEM) as work:
        found = work.session.get_one(Document, paper)
        found.status, found.status_reason = "unreadable", "Halaman 1 rusak."

    def told(who: Actor) -> list[tuple[UUID, str]]:
        with works.begin(who) as work:
            return [
                (each.paper.id, each.paper.status_reason) for each in tray.show(work).unread.waiting
            ]

    assert told(archivist) == told(budi) == [(paper, "Halaman 1 rusak.")]
    assert told(propam) == [], "he reads no archive"
    with works.begin(SYSTEM) as work:
        work.session.get_one(Document, paper).level = AccessLevel.TOP_SECRET
    assert (told(budi), told(archivist)) == ([], [(paper, "Halaman 1 rusak.")])
    with works.begin(archivist) as work:
        tray.read_again(work, paper)
    assert told(archivist) == []
