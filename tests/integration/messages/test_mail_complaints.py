"""A mail without a case begins a complaint when a person says so, and never by itself (R17,
R39).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from archive.models import Document
from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.messages.imap_server import Box
from tests.integration.messages.mails import letter, mails, opened, picture, take
from tests.integration.services import stacks as made
from tests.integration.services.stacks import code_of, parts_of
from tests.unit.ocr import fed
from workflow_app.domain import SYSTEM, Actor, Answers, Conflict, NotFound
from workflow_app.models import AuditEvent, Case, Draft, PaperStack, StackPart, Task
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import documents
from workflow_app.services.intake import stacks
from workflow_app.services.intake.mails import open_mail
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, complaint_boxes, tasks, tray

ADDRESS = "budi@contoh.test"


@pytest.fixture
def complaint(works: Works) -> None:
    with works.begin(SYSTEM) as work:
        for name in ("lp", "complaint"):
            definitions.deploy(work, PROCESSES / name)


@pytest.fixture
def mail(works: Works, box: Box, complaint: None) -> UUID:
    """A mail with a picture, taken apart: two parts wait."""
    box.put(letter("Saya mengadu tentang pelayanan.", (picture(), "image/png", "a.png")))
    take(works, box)
    opened(works)
    (stack,) = mails(works)
    return stack.id


def count(work: UnitOfWork) -> int:
    return work.session.scalar(select(func.count()).select_from(Case)) or 0


def begun(works: Works, who: Actor, mail: UUID, token: str = "kunci-contoh-1") -> cases.Started:
    with works.begin(who) as work:
        return complaint_boxes.begin(work, mail, token)


def form_of(works: Works, who: Actor, task_id: UUID | None) -> Answers:
    assert task_id is not None
    with works.begin(who) as work:
        return dict(tasks.get(work, task_id).answers)


def test_r17_a_mail_is_offered_as_a_complaint_and_begins_none_by_itself(
    works: Works, budi: Actor, mail: UUID, person: Callable[..., Actor]
) -> None:
    with works.begin(budi) as work:
        assert complaint_boxes.offered(work, tray.show(work).parts) == {mail}
        assert count(work) == 0
    with works.begin(person("arsip", "arsiparis")) as work:
        parts = tray.show(work).parts
        assert len(parts) == 2 and complaint_boxes.offered(work, parts) == set()


def test_r17_r39_what_the_mail_brings_stands_in_the_form_for_a_person_to_check(
    works: Works, budi: Actor, mail: UUID, clock: TestClock
) -> None:
    started = begun(works, budi, mail)
    given = form_of(works, budi, started.task_id)
    with works.begin(SYSTEM) as work:
        papers = set(map(str, work.session.scalars(select(StackPart.document_id))))
        assert {status for _, status, _, _ in parts_of(works, mail)} == {"landed"}
    assert isinstance(given["bukti_asli"], list)
    assert set(map(str, given["bukti_asli"])) == papers
    assert (given["kanal"], given["surel"]) == ("surel", ADDRESS)
    received = datetime.fromisoformat(str(given["received_at"]))
    assert received == datetime(2026, 11, 23, 0, 30, tzinfo=UTC), "as the server of mails says"
    with works.begin(budi) as work:
        task = work.session.get_one(Task, started.task_id)
        assert task.status == "open", "a person completes the step"
        assert {paper.label for paper in documents.for_case(work, started.case_id)} == {
            "Pengaduan asli"
        }
        assert stacks.progress(work).waiting == 0
        assert {document.origin for document in _papers(work, started.case_id)} == {"upload"}
        assert list(unit_of_work.verify_chains(work)) == []


def test_r23_the_address_of_the_sender_is_sealed(
    works: Works, budi: Actor, mail: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    begun(works, budi, mail)
    with works.begin(SYSTEM) as work:
        told = [str(event.details) for event in work.session.scalars(select(AuditEvent))]
        sealed = [draft.sealed for draft in work.session.scalars(select(Draft))]
        state = work.session.scalars(select(Case.state)).one()
    assert sealed and not any(ADDRESS.encode() in each for each in [*sealed, state])
    assert not [text for text in [*told, caplog.text] if ADDRESS in text]


def test_a_double_press_begins_one_complaint_and_a_second_officer_is_told(
    works: Works, budi: Actor, mail: UUID, person: Callable[..., Actor]
) -> None:
    first = begun(works, budi, mail)
    assert begun(works, budi, mail) == first
    for who, token in ((budi, "kunci-lain"), (person("rini", "petugas"), "kunci-rini")):
        with pytest.raises(Conflict, match="sudah ditempatkan"):
            begun(works, who, mail, token)
    with works.begin(SYSTEM) as work:
        assert count(work) == 1


def test_an_attachment_that_came_before_goes_along_all_the_same(
    works: Works, box: Box, budi: Actor, mail: UUID
) -> None:
    begun(works, budi, mail)
    box.put(letter("Saya mengadu lagi.", (picture(), "image/png", "a.png"), name="<2@contoh>"))
    take(works, box)
    again = next(stack.id for stack in mails(works) if stack.id != mail)
    open_mail(works, again, max_megabytes=2)
    assert [status for _, status, _, _ in parts_of(works, again)] == ["tray", "known"]
    started = begun(works, budi, again, "kunci-dua")
    papers = form_of(works, budi, started.task_id)["bukti_asli"]
    assert isinstance(papers, list)
    assert len(papers) == 2


def test_a_mail_of_which_parts_are_still_to_come_waits_for_them(
    works: Works, budi: Actor, mail: UUID
) -> None:
    with works.begin(SYSTEM) as work:
        work.session.get_one(PaperStack, mail).status = "splitting"
    with works.begin(budi) as work:
        assert complaint_boxes.offered(work, tray.show(work).parts) == set()
    with pytest.raises(Conflict, match="masih dipilah"):
        begun(works, budi, mail)


def test_a_mail_whose_words_have_their_place_begins_nothing(
    works: Works, budi: Actor, mail: UUID
) -> None:
    with works.begin(budi) as work:
        tray.keep_in_archive(work, mail, 1)
    with works.begin(budi) as work:
        assert complaint_boxes.offered(work, tray.show(work).parts) == set()
    with pytest.raises(NotFound):
        begun(works, budi, mail)
    with works.begin(SYSTEM) as work:
        assert count(work) == 0


def test_who_may_begin_no_complaint_begins_none(
    works: Works, budi: Actor, mail: UUID, person: Callable[..., Actor]
) -> None:
    with pytest.raises(NotFound):
        begun(works, replace(budi, unit="lain"), mail)
    with pytest.raises(NotFound):
        begun(works, person("arsip", "arsiparis"), mail)
    with pytest.raises(NotFound):
        begun(works, person("propam", "piket_propam"), mail)
    with pytest.raises(NotFound):
        begun(works, budi, uuid4())
    stack_id = made.in_tray(works, budi, "Contoh dari pemindai")
    with pytest.raises(NotFound):
        begun(works, budi, stack_id)


def test_an_office_that_takes_no_complaints_by_mail_is_offered_none(
    works: Works, budi: Actor, mail: UUID, clock: TestClock
) -> None:
    without = [
        {**item, "dilayani": item["kode"] != "surel"}
        for item in configuration.SEED[configuration.CHANNELS]
    ]
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, configuration.CHANNELS, without, clock())
    with works.begin(budi) as work:
        assert complaint_boxes.offered(work, tray.show(work).parts) == set()
    with pytest.raises(NotFound):
        begun(works, budi, mail)


def test_r39_a_scanned_stack_in_a_mail_is_split_by_its_cover_sheets(
    works: Works, box: Box, budi: Actor, play: Callable[..., UUID]
) -> None:
    case_id = play("sktlk_ktp", 4)
    with works.begin(SYSTEM) as work:
        query = select(Task.id).where(Task.case_id == case_id, Task.status == "open")
        code = code_of(works, work.session.scalars(query).one())
    scan = made.pdf(
        fed.sheet("Lembar lepas contoh"), fed.cover(code), fed.sheet("Fotokopi contoh"), fed.blank()
    )
    plain = made.pdf(fed.sheet("Surat contoh"), fed.sheet("Halaman kedua"))
    box.put(letter("Terlampir.", *((data, "application/pdf", "a.pdf") for data in (scan, plain))))
    take(works, box)
    parts = opened(works)
    assert [part[0] for part in parts] == ["tray", "tray", "landed", "tray"]
    assert parts[3][2] == plain, "what has no cover sheet stays as it came"
    (stack,) = mails(works)
    assert [(pages, case) for pages, _, case, _ in parts_of(works, stack.id)] == [
        ([1], None),
        ([1], None),
        ([3], case_id),
        ([4], None),
    ]
    with works.begin(budi) as work:
        papers = [paper for paper in documents.for_case(work, case_id) if paper.pages == 1]
        assert [paper.element for paper in papers if paper.element == "periksa_persyaratan"]
    assert [part[0] for part in opened(works)] == ["tray", "tray", "landed", "tray"], (
        "again it makes nothing"
    )


def _papers(work: UnitOfWork, case_id: UUID) -> list[Document]:
    ids = [paper.id for paper in documents.for_case(work, case_id)]
    return list(work.session.scalars(select(Document).where(Document.id.in_(ids))))
