"""Answers offered from papers: for whom, how often that is told, and that nothing but a person
takes them.
"""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from archive.documents import save_pages
from archive.models import Document
from ocr.fields.lines import Field as Read
from tests.integration.conftest import TestClock
from tests.integration.services import desk, scans
from tests.unit.ocr.fields.written import CARD, page
from workflow_app.domain import SYSTEM, AccessLevel, Actor, Answers, Conflict, InvalidInput
from workflow_app.engine import form_messages
from workflow_app.engine.forms import Form
from workflow_app.engine.linting.forms import PROPOSED
from workflow_app.models import AuditEvent, Case
from workflow_app.services.core import personal_numbers
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import documents, proposals, reading
from workflow_app.services.documents.proposals import Offer
from workflow_app.services.processes.definitions import definition_of


@pytest.fixture
def case_id(works: Works, budi: Actor, sktlk: str) -> UUID:
    """A case with a card that was read."""
    with works.begin(budi) as work:
        case_id = desk.new_case(work).id
    bring(works, budi, case_id, scans.picture(), *CARD)
    return case_id


def bring(works: Works, actor: Actor, case_id: UUID, data: bytes, *lines: str) -> UUID:
    with works.begin(actor) as work:
        paper = documents.upload(work, case_id, element="uraian", label="Surat", data=data).id
    with works.begin(SYSTEM) as work:
        save_pages(work.session, paper, [reading.page_text(page(*lines))])
    return paper


def form_of(work: UnitOfWork, case_id: UUID) -> Form:
    return definition_of(work, work.session.get_one(Case, case_id).definition_id).forms["identitas"]


def offered(work: UnitOfWork, case_id: UUID) -> dict[str, list[Offer]]:
    return proposals.offers(work, form_of(work, case_id), documents.for_case(work, case_id))


def test_a_form_can_ask_for_everything_that_is_read() -> None:
    assert {str(field) for field in Read} == PROPOSED
    assert {name for names in form_messages.READ_AS.values() for name in names} < PROPOSED
    assert form_messages.READ_AS.keys() == proposals.PARTS.keys()


def test_each_question_is_offered_what_it_takes_and_each_person_is_on_record_once(
    works: Works, budi: Actor, case_id: UUID
) -> None:
    for _ in range(2):
        with works.begin(budi) as work:
            found = offered(work, case_id)
    assert {
        name: [(each.answer, each.words) for each in given] for name, given in found.items()
    } == {
        "nik": [("6306054103050002", "6306054103050002")],
        "nama": [("WARGA CONTOH MELATI", "WARGA CONTOH MELATI")],
        "tempat_lahir": [("CONTOH", "CONTOH")],
        "tanggal_lahir": [("2005-03-01", "2005-03-01")],
        "jenis_kelamin": [("perempuan", "Perempuan")],
        "alamat": [("JALAN CONTOH 7", "JALAN CONTOH 7")],
    }
    with works.begin(SYSTEM) as work:
        events = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "document.opened")
        ).all()
        assert [(event.actor_id, event.details["kind"]) for event in events] == [
            (budi.user_id, "proposals")
        ]


def test_a_value_is_taken_by_its_key_and_the_record_names_the_paper_and_not_the_value(
    works: Works, budi: Actor, case_id: UUID
) -> None:
    with works.begin(budi) as work:
        nik = offered(work, case_id)["nik"][0]
        taken = proposals.take(work, form_of(work, case_id), case_id, nik.key)
    assert taken == {"nik": "6306054103050002"}
    assert "6306" not in nik.key.replace(str(nik.document_id), "")
    with works.begin(SYSTEM) as work:
        event = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "answer.taken")
        ).one()
        assert (event.case_id, event.element) == (case_id, "identitas")
        assert event.details == {
            "document_id": str(nik.document_id),
            "label": "Surat",
            "field": "nik",
        }


def test_two_papers_that_differ_are_both_offered_the_newest_first_and_a_doubt_is_said(
    works: Works, budi: Actor, case_id: UUID, clock: TestClock
) -> None:
    clock.advance(minutes=1)
    other = [line.replace("6306054103050002", "9906054103050002") for line in CARD]
    bring(works, budi, case_id, scans.picture("Kartu lain"), *other)
    with works.begin(budi) as work:
        found = offered(work, case_id)
    assert [(each.answer, each.note) for each in found["nik"]] == [
        ("9906054103050002", personal_numbers.DOUBT),
        ("6306054103050002", ""),
    ]
    assert len(found["nama"]) == 1, "the same name once"


def test_what_is_no_offer_cannot_be_taken(works: Works, budi: Actor, case_id: UUID) -> None:
    with works.begin(budi) as work:
        key = offered(work, case_id)["nik"][0].key
        for wrong in ("", "nik", "telepon.x.0", "../nik"):
            with pytest.raises((InvalidInput, Conflict)):
                proposals.take(work, form_of(work, case_id), case_id, wrong)
        for gone in (
            f"nik.{uuid4()}.0",
            key.removesuffix("0") + "7",
            key.replace("nik", "nama", 1) + "9",
        ):
            with pytest.raises(Conflict):
                proposals.take(work, form_of(work, case_id), case_id, gone)


def test_a_paper_that_was_read_on_meanwhile_gives_no_other_value_than_the_one_pressed(
    works: Works, budi: Actor, case_id: UUID
) -> None:
    with works.begin(budi) as work:
        offer = offered(work, case_id)["nik"][0]
    other = [line.replace("6306054103050002", "6306054103050009") for line in CARD]
    with works.begin(SYSTEM) as work:
        save_pages(work.session, offer.document_id, [reading.page_text(page(*other))])
    with works.begin(budi) as work:
        assert offered(work, case_id)["nik"][0].answer == "6306054103050009"
        with pytest.raises(Conflict):
            proposals.take(work, form_of(work, case_id), case_id, offer.key)


LETTER = (
    "PEMERINTAH DESA CONTOH",
    "Nomor : 140/17/DS-CTH/2026",
    "Perihal : Pengantar kehilangan",
    "Contoh, 12 November 2026",
)
REGISTER = ("SURAT IZIN MENGEMUDI", "1234-5678-901234")


def lines_of(work: UnitOfWork, case_id: UUID, **papers: UUID) -> tuple[Form, Answers]:
    """The checklist with these papers at its lines."""
    definition = definition_of(work, work.session.get_one(Case, case_id).definition_id)
    given: Answers = {line: {"documents": [str(paper)]} for line, paper in papers.items()}
    return definition.forms["periksa_persyaratan"], {"persyaratan": given}


def test_r54_a_line_of_the_checklist_is_offered_what_stands_on_the_papers_handed_in_at_it(
    works: Works, budi: Actor, case_id: UUID
) -> None:
    licence = bring(works, budi, case_id, scans.picture("SIM"), *REGISTER)
    letter = bring(works, budi, case_id, scans.picture("Pengantar"), *LETTER)
    with works.begin(budi) as work:
        form, given = lines_of(work, case_id, sim_02=licence, ktp_03=letter)
        found = proposals.offers(work, form, documents.for_case(work, case_id), given)
    assert {
        at: [(each.place, each.title, each.answer) for each in told] for at, told in found.items()
    } == {
        "persyaratan.sim_02": [("persyaratan.sim_02.number", "Nomor", "12345678901234")],
        "persyaratan.ktp_03": [
            ("persyaratan.ktp_03.number", "Nomor", "140/17/DS-CTH/2026"),
            ("persyaratan.ktp_03.issuer", "Penerbit", "PEMERINTAH DESA CONTOH"),
            ("persyaratan.ktp_03.date", "Tanggal", "2026-11-12"),
        ],
    }, "and nothing of the card, whose number stands in the identity"


def test_r54_what_is_taken_for_a_line_stands_in_its_part_and_only_while_the_paper_is_handed_in_there(  # noqa: E501 - a sentence
    works: Works, budi: Actor, case_id: UUID
) -> None:
    letter = bring(works, budi, case_id, scans.picture("Pengantar"), *LETTER)
    with works.begin(budi) as work:
        form, given = lines_of(work, case_id, ktp_03=letter)
        offers = proposals.offers(work, form, documents.for_case(work, case_id), given)
        number, _, day = offers["persyaratan.ktp_03"]
        assert proposals.take(work, form, case_id, day.key, given) == {
            "persyaratan": {"ktp_03": {"date": "2026-11-12"}}
        }
        for elsewhere in ({}, lines_of(work, case_id, sim_02=letter)[1]):
            with pytest.raises(Conflict):
                proposals.take(work, form, case_id, number.key, elsewhere)
    with works.begin(SYSTEM) as work:
        event = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "answer.taken")
        ).one()
        assert event.details["field"] == "persyaratan.ktp_03.date"
        assert "12" not in str(event.details["label"])


def test_lines_ask_no_more_papers_than_can_be_read_through(
    works: Works, budi: Actor, case_id: UUID
) -> None:
    papers = {
        f"baris_{no}": bring(works, budi, case_id, scans.picture(f"{no}"), *LETTER)
        for no in range(14)
    }
    with works.begin(budi) as work:
        form, given = lines_of(work, case_id, **papers)
        found = proposals.offers(work, form, documents.for_case(work, case_id), given)
    assert len(found) == proposals.MOST_IN_LINES


def test_r23_who_may_not_read_the_papers_or_is_below_their_level_is_offered_nothing(
    works: Works, budi: Actor, person: Callable[..., Actor], case_id: UUID
) -> None:
    with works.begin(budi) as work:
        key = offered(work, case_id)["nik"][0].key
    with works.begin(person("rudi", "pimpinan")) as work:
        assert offered(work, case_id) == {}
        with pytest.raises(Conflict):
            proposals.take(work, form_of(work, case_id), case_id, key)
    with works.begin(SYSTEM) as work:
        work.session.execute(update(Document).values(level=AccessLevel.SECRET))
    with works.begin(budi) as work:
        assert offered(work, case_id) == {}
        with pytest.raises(Conflict):
            proposals.take(work, form_of(work, case_id), case_id, key)
