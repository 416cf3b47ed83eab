"""Papers of a case: who may hand in, see and open them, and what is kept."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from archive.models import Blob, Document
from tests.integration.services import desk, scans
from workflow_app.domain import Actor, Forbidden, InvalidInput, NotFound, TaskNotReady
from workflow_app.models import AuditEvent, CaseDocument, Task
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import documents
from workflow_app.services.documents.document_views import DocumentView
from workflow_app.services.retention import holdings


@pytest.fixture
def officer(work: UnitOfWork, budi: Actor, sktlk: str) -> UnitOfWork:
    """A unit of work in which the officer who records acts."""
    return replace(work, actor=budi)


def hand_in(work: UnitOfWork, case: desk.Case, data: bytes, label: str = "Surat") -> DocumentView:
    return documents.upload(work, case.id, element="periksa_persyaratan", label=label, data=data)


def jobs_named(work: UnitOfWork, name: str) -> int:
    query = text("select count(*) from procrastinate_jobs where task_name = :name")
    return int(work.session.scalar(query, {"name": name}) or 0)


def test_r37_a_paper_is_kept_as_received_and_read_later(officer: UnitOfWork) -> None:
    case, data = desk.new_case(officer), scans.picture()

    view = hand_in(officer, case, data)

    assert (view.status, view.status_label, view.is_duplicate) == (
        "received",
        "Menunggu dibaca",
        False,
    )
    assert (view.media_type, view.pages, view.size) == ("image/png", 1, len(data))
    assert (view.label, view.added_by, view.element) == (
        "Surat",
        "Contoh Budi",
        "periksa_persyaratan",
    )
    assert documents.content(officer, view.id, "original").data == data
    assert jobs_named(officer, "read_document") == 1
    event = officer.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "document.added")
    ).one()
    assert (event.case_id, event.details["label"]) == (case.id, "Surat")


def test_the_same_paper_twice_in_a_case_is_recognised_and_not_linked_again(
    officer: UnitOfWork,
) -> None:
    case, data = desk.new_case(officer), scans.picture()
    first = hand_in(officer, case, data)

    again = hand_in(officer, case, data, label="Foto")

    assert (again.id, again.is_duplicate, again.label) == (first.id, True, "Surat")
    assert "sudah ada" in again.note
    assert officer.session.scalar(select(func.count()).select_from(CaseDocument)) == 1
    assert jobs_named(officer, "read_document") == 1


def test_the_same_paper_in_two_cases_is_stored_once_and_named_in_each(officer: UnitOfWork) -> None:
    one, two, data = desk.new_case(officer), desk.new_case(officer), scans.picture()

    hand_in(officer, one, data, label="Surat")
    view = hand_in(officer, two, data, label="Foto")

    assert not view.is_duplicate
    assert officer.session.scalar(select(func.count()).select_from(Document)) == 1
    assert officer.session.scalar(select(func.count()).select_from(Blob)) == 1
    assert [found.label for found in documents.for_case(officer, one.id)] == ["Surat"]
    assert [found.label for found in documents.for_case(officer, two.id)] == ["Foto"]


@pytest.mark.parametrize(
    "data", [b"", b"bukan gambar", b"%PDF-1.7 terpotong", scans.picture()[:500]]
)
def test_a_file_that_is_no_paper_is_refused_with_a_sentence_and_leaves_nothing(
    officer: UnitOfWork, data: bytes
) -> None:
    case = desk.new_case(officer)

    with pytest.raises(InvalidInput) as refusal:
        hand_in(officer, case, data)

    assert refusal.value.sentence.endswith(".")
    assert officer.session.scalar(select(func.count()).select_from(Document)) == 0


def test_a_file_over_the_limit_of_the_site_is_refused(officer: UnitOfWork) -> None:
    case = desk.new_case(officer)

    with pytest.raises(InvalidInput, match="MB"):
        documents.upload(
            officer,
            case.id,
            element="x",
            label="Foto",
            data=scans.picture() + bytes(1_000_000),
            max_megabytes=1,
        )


@pytest.mark.parametrize("label", ["   ", "KTP Contoh Warga", "surat"])
def test_a_paper_is_called_by_a_word_of_the_list_and_not_by_what_somebody_types(
    officer: UnitOfWork, label: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        hand_in(officer, desk.new_case(officer), scans.picture(), label=label)

    assert "daftar" in refusal.value.fields["label"]
    assert officer.session.scalar(select(func.count()).select_from(Document)) == 0


def test_the_list_names_the_requirement_lines_of_the_case(officer: UnitOfWork) -> None:
    case = desk.new_case(officer)
    assert documents.labels(officer, case.id) == ["Surat", "Foto", "Dokumen lain"]
    desk.record(officer, case, "uraian", {**desk.LOSS, "jenis": "SIM"})

    found = documents.labels(officer, case.id)

    assert found[0] == "Fotokopi KTP pelapor"
    assert hand_in(officer, case, scans.picture(), label=found[0]).label == found[0]


def test_a_paper_handed_in_at_a_task_belongs_to_its_step(officer: UnitOfWork, sari: Actor) -> None:
    case = desk.new_case(officer)
    task = officer.session.scalars(
        select(Task).where(Task.case_id == case.id, Task.status == "open")
    ).one()

    def hand_in_at_task(actor: Actor, data: bytes) -> DocumentView:
        return documents.upload(
            replace(officer, actor=actor),
            case.id,
            element="lain",
            label="Foto",
            data=data,
            task_id=task.id,
        )

    paper, other = scans.picture(), scans.picture("Lain")

    assert hand_in_at_task(officer.actor, paper).element == task.element
    with pytest.raises(Forbidden, match="Petugas"):
        hand_in_at_task(sari, other)
    task.status, task.done_at = "done", officer.clock()
    officer.session.flush()
    again = hand_in_at_task(officer.actor, paper)
    assert again.note == documents.ALREADY_THERE, "the same form a second time"
    with pytest.raises(Forbidden, match="Petugas"):
        hand_in_at_task(sari, paper)
    with pytest.raises(TaskNotReady, match="belum ditambahkan"):
        hand_in_at_task(officer.actor, other)


def test_who_only_watches_hands_nothing_in(
    officer: UnitOfWork, person: Callable[..., Actor]
) -> None:
    case = desk.new_case(officer)

    with pytest.raises(Forbidden):
        hand_in(replace(officer, actor=person("rina", "auditor")), case, scans.picture())


def test_a_closed_case_takes_no_more_papers(officer: UnitOfWork) -> None:
    case = desk.new_case(officer)
    case.status, case.outcome, case.closed_at = "done", "selesai", officer.clock()
    officer.session.flush()

    with pytest.raises(TaskNotReady, match="berakhir"):
        hand_in(officer, case, scans.picture())


def test_papers_exist_only_for_those_who_see_the_case(
    officer: UnitOfWork, person: Callable[..., Actor], tono: Actor
) -> None:
    case = desk.new_case(officer)
    view = hand_in(officer, case, scans.picture())

    assert (
        documents.get(replace(officer, actor=person("sari", "ka_spkt")), view.id).label == "Surat"
    )
    for stranger in (tono, person("wati", "arsiparis"), person("joko", "piket_lantas")):
        foreign = replace(officer, actor=stranger)
        for look in (
            lambda work=foreign: documents.get(work, view.id),
            lambda work=foreign: documents.text(work, view.id),
            lambda work=foreign: documents.content(work, view.id, "original"),
            lambda work=foreign: documents.for_case(work, case.id),
            lambda work=foreign: hand_in(work, case, scans.picture("lain")),
        ):
            with pytest.raises(NotFound):
                look()


def test_r23_who_sees_the_case_but_no_identities_sees_what_a_paper_is_called_and_no_more(
    officer: UnitOfWork, person: Callable[..., Actor]
) -> None:
    case = desk.new_case(officer)
    view = hand_in(officer, case, scans.picture())
    head = replace(officer, actor=person("rudi", "pimpinan"))

    seen = documents.for_case(head, case.id)[0]

    assert (seen.label, seen.status_label) == ("Surat", "Menunggu dibaca")
    assert (seen.can_read, seen.has_pdf, seen.thumbnail_pages) == (False, False, ())
    assert documents.get(replace(officer, actor=person("rina", "auditor")), view.id).can_read
    for kind in ("original", "pdf", "thumbnail"):
        with pytest.raises(Forbidden, match="identitas"):
            documents.content(head, view.id, kind, page=1)
    with pytest.raises(Forbidden, match="identitas"):
        documents.text(head, view.id)


def test_papers_without_a_case_are_for_the_readers_of_the_archive(
    work: UnitOfWork, person: Callable[..., Actor]
) -> None:
    stored = holdings.deposit(work, scans.picture())
    assert stored.document_id is not None

    assert (
        documents.get(replace(work, actor=person("wati", "arsiparis")), stored.document_id).label
        == "Arsip"
    )
    with pytest.raises(NotFound):
        documents.get(replace(work, actor=person("joko", "piket_lantas")), stored.document_id)


def test_r23_opening_a_paper_is_on_record(officer: UnitOfWork) -> None:
    case = desk.new_case(officer)
    view = hand_in(officer, case, scans.picture())

    content = documents.content(officer, view.id, "original")
    documents.text(officer, view.id)

    assert content.download_name == f"dokumen-{view.id.hex[:8]}.png"
    opened = officer.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.action == "document.opened")
        .order_by(AuditEvent.position)
    ).all()
    assert [(event.case_id, event.details["kind"]) for event in opened] == [
        (case.id, "original"),
        (case.id, "text"),
    ]


def test_a_version_that_does_not_exist_yet_says_so(officer: UnitOfWork) -> None:
    view = hand_in(officer, desk.new_case(officer), scans.picture())

    for kind in ("pdf", "thumbnail"):
        with pytest.raises(NotFound, match="belum ada"):
            documents.content(officer, view.id, kind, page=1)
    with pytest.raises(NotFound):
        documents.get(officer, uuid4())
