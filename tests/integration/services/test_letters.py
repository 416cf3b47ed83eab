"""Letters: frozen at issue, sealed, withdrawn with their number, printed as PDF/A."""

import io
from collections.abc import Callable
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
from sqlalchemy import select, text

from tests.integration.conftest import TestClock
from tests.integration.services import desk
from workflow_app.errors import Conflict, Forbidden, InvalidDefinition, InvalidInput, NotFound, SentraError
from workflow_app.models.audit import AuditEvent
from workflow_app.models.document import CaseDocument
from workflow_app.models.letter import Letter
from workflow_app.models.number import LetterNumber
from workflow_app.services import configuration, documents, letters, numbers, printing, verification
from workflow_app.services.unit_of_work import UnitOfWork
from workflow_app.types import SYSTEM, Actor

SITE = "https://spkt.contoh.test/"


@pytest.fixture
def officer(work: UnitOfWork, budi: Actor, sktlk: str) -> UnitOfWork:
    """A unit of work in which the officer who records acts."""
    return replace(work, actor=budi)


def words_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def printed(work: UnitOfWork, letter: Letter) -> bytes:
    printing.render(work, letter.id, public_url=SITE)
    return letters.pdf(work, letter.id).data


def issued(work: UnitOfWork) -> Letter:
    case = desk.complete_case(work)
    return work.session.get_one(Letter, letters.issue(work, case, "sktlk"))


def test_r13_issuing_gives_the_number_and_freezes_what_the_letter_states(officer: UnitOfWork) -> None:
    letter = issued(officer)

    assert letter.number.startswith("SKTLK/1/XI/2026/SPKT/")
    assert letter.title == "Surat Keterangan Tanda Lapor Kehilangan"
    assert letter.frozen["penandatangan"]["nama"] == "CONTOH PEJABAT, S.H."
    assert letter.issued_by == officer.actor.user_id
    event = officer.session.scalars(select(AuditEvent).where(AuditEvent.action == "letter.issued")).one()
    assert event.details == {"letter_id": str(letter.id), "kind": "sktlk", "number": letter.number}


def test_r23_nothing_about_the_citizen_lies_open_beside_the_letter(officer: UnitOfWork) -> None:
    letter = issued(officer)
    printing.render(officer, letter.id, public_url=SITE)

    for table in (
        "letter",
        "letter_number",
        "audit_event",
        "archive.document",
        "archive.page",
        "case_document",
    ):
        rows = " ".join(officer.session.scalars(text(f"select t::text from {table} t")))
        for secret in (desk.IDENTITY["nama"], desk.IDENTITY["nik"], desk.IDENTITY["alamat"]):
            assert secret not in rows
            assert secret.encode().hex() not in rows


def test_a_signatory_who_comes_later_does_not_sign_an_earlier_letter(
    officer: UnitOfWork, clock: TestClock
) -> None:
    letter = issued(officer)
    clock.advance(hours=1)
    successor = {**letter.frozen["penandatangan"], "nama": "CONTOH PENGGANTI"}
    configuration.set_value(officer, "penandatangan.sktlk", successor, clock())
    configuration.set_value(officer, "kop_surat", ["POLRES LAIN"], clock())

    words = words_of(printed(officer, letter))

    assert "CONTOH PEJABAT, S.H." in words
    assert "CONTOH PENGGANTI" not in words
    assert "POLRES LAIN" not in words


def test_outside_of_a_demo_the_example_signatory_signs_nothing(officer: UnitOfWork, clock: TestClock) -> None:
    case = desk.complete_case(officer)
    configuration.set_value(officer, "mode_demo", False, clock())

    with pytest.raises(SentraError, match="still the example") as refusal:
        letters.issue(officer, case, "sktlk")

    assert "penanda tangan belum diatur" in refusal.value.sentence


def test_a_letter_of_a_demo_says_so_and_one_of_a_configured_site_does_not(
    officer: UnitOfWork, clock: TestClock
) -> None:
    example = words_of(printed(officer, issued(officer)))
    clock.advance(minutes=1)
    configuration.set_value(officer, "mode_demo", False, clock())
    signatory = {**configuration.SEED["penandatangan.sktlk"], "nama": "BUDI PEJABAT"}
    configuration.set_value(officer, "penandatangan.sktlk", signatory, clock())

    real = words_of(printed(officer, issued(officer)))

    assert "CONTOH" in example.replace("CONTOH PEJABAT", "")
    assert "CONTOH" not in real
    assert "BUDI PEJABAT" in real


def test_answers_changed_after_issue_do_not_change_the_letter(officer: UnitOfWork, clock: TestClock) -> None:
    letter = issued(officer)
    clock.advance(minutes=1)
    case = officer.session.get_one(desk.Case, letter.case_id)
    desk.record(officer, case, "identitas", {**desk.IDENTITY, "nama": "Contoh Nama Lain"})

    words = words_of(printed(officer, letter))

    assert desk.IDENTITY["nama"] in words
    assert "Contoh Nama Lain" not in words


def test_r57_the_letter_says_what_the_sop_and_the_domain_ask_for(officer: UnitOfWork) -> None:
    letter = issued(officer)

    words = words_of(printed(officer, letter))

    for wanted in (
        letter.number,
        "Senin, 23 November 2026",
        "09.00 WITA",
        desk.IDENTITY["nik"],
        "1 Maret 2005",
        "perempuan",
        "20 November 2026",
        "bukan pengganti",
        "Rp0",
        "474/12/KDS",
        f"{SITE}verifikasi/{letter.verify_code}",
    ):
        assert wanted in words
    assert "berlaku 14 hari" not in words


def test_validity_is_printed_only_when_it_was_decided(officer: UnitOfWork, clock: TestClock) -> None:
    configuration.set_value(officer, "masa_berlaku.sktlk", 14, clock())

    words = words_of(printed(officer, issued(officer)))

    assert "Surat ini berlaku 14 hari sejak diterbitkan, sampai dengan 7 Desember 2026." in words


def test_the_pdf_claims_pdf_a_and_says_nothing_of_any_person(officer: UnitOfWork) -> None:
    letter = issued(officer)

    with pikepdf.open(io.BytesIO(printed(officer, letter))) as pdf:
        with pdf.open_metadata() as xmp:
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("2", "U")
            said = str(xmp) + str(dict(pdf.docinfo))
        assert "/DestOutputProfile" in pdf.Root.OutputIntents[0]
        assert "/Encrypt" not in pdf.trailer
        fonts = [
            found
            for found in pdf.objects
            if isinstance(found, pikepdf.Dictionary) and "/FontDescriptor" in found
        ]
        assert fonts
        assert all(any(key in font.FontDescriptor for key in ("/FontFile2", "/FontFile3")) for font in fonts)

    assert letter.number in said
    assert desk.IDENTITY["nama"] not in said
    assert desk.IDENTITY["nik"] not in said


def test_printing_twice_makes_one_document(officer: UnitOfWork) -> None:
    letter = issued(officer)

    first = printing.render(officer, letter.id, public_url=SITE)
    again = printing.render(officer, letter.id, public_url=SITE)

    assert first == again == letter.document_id
    linked = officer.session.scalars(select(CaseDocument).where(CaseDocument.case_id == letter.case_id)).all()
    assert [link.label for link in linked] == ["Surat SKTLK (cetakan)"]
    rendered = select(AuditEvent).where(AuditEvent.action == "letter.rendered")
    assert len(officer.session.scalars(rendered).all()) == 1


def test_the_signature_appears_on_the_next_printing_and_the_first_one_is_kept(
    officer: UnitOfWork, clock: TestClock
) -> None:
    letter = issued(officer)
    unsigned = printed(officer, letter)
    clock.advance(minutes=2)
    sign(officer, letter)

    signed = printed(officer, letter)

    assert pictures_in(signed) == pictures_in(unsigned) + 1
    assert len(documents.for_case(officer, letter.case_id)) == 2


def test_a_signature_for_an_earlier_letter_does_not_sign_a_later_one(
    officer: UnitOfWork, clock: TestClock
) -> None:
    first = issued(officer)
    clock.advance(minutes=1)
    sign(officer, first)
    clock.advance(minutes=1)
    letters.void(officer, first.id, "Salah nama barang")
    case = officer.session.get_one(desk.Case, first.case_id)

    second = officer.session.get_one(Letter, letters.issue(officer, case, "sktlk"))

    assert pictures_in(printed(officer, second)) == pictures_in(printed(officer, first)) - 1


def sign(work: UnitOfWork, letter: Letter) -> None:
    case = work.session.get_one(desk.Case, letter.case_id)
    answers = {
        "sudah_dibaca": True,
        "isi_surat": "benar",
        "cara_tanda_tangan": "gambar",
        "tanda_tangan": desk.PIXEL,
    }
    desk.record(work, case, "periksa_surat", answers)


def pictures_in(data: bytes) -> int:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return sum(
            1
            for found in pdf.objects
            if isinstance(found, pikepdf.Stream)
            and found.get("/Subtype") == pikepdf.Name.Image
            and "/SMask" in found
        )


def test_withdrawing_voids_letter_and_number_and_shows_on_the_next_printing(officer: UnitOfWork) -> None:
    letter = issued(officer)

    letters.void(officer, letter.id, "Salah nama barang")

    number = officer.session.get_one(LetterNumber, letter.number_id)
    assert (letter.status, letter.void_reason) == ("void", "Salah nama barang")
    assert (number.voided_at, number.void_reason) == (officer.clock(), "Salah nama barang")
    assert "BATAL" in words_of(printed(officer, letter))
    with pytest.raises(Conflict):
        letters.void(officer, letter.id, "Lagi")
    assert numbers.allocate(officer, "SKTLK", officer.clock()).sequence == 2


def test_withdrawing_needs_a_reason(officer: UnitOfWork) -> None:
    letter = issued(officer)

    with pytest.raises(InvalidInput):
        letters.void(officer, letter.id, " ")


def test_a_letter_the_process_does_not_have_takes_no_number(officer: UnitOfWork) -> None:
    case = desk.complete_case(officer)

    with pytest.raises(InvalidDefinition):
        letters.issue(officer, case, "tidak_ada")

    assert numbers.allocate(officer, "SKTLK", officer.clock()).sequence == 1


def test_letters_exist_only_for_those_who_see_the_case(
    officer: UnitOfWork, person: Callable[..., Actor], tono: Actor
) -> None:
    letter = issued(officer)
    printing.render(officer, letter.id, public_url=SITE)

    assert [view.number for view in letters.for_case(officer, letter.case_id)] == [letter.number]
    for stranger in (tono, person("wati", "arsiparis"), SYSTEM):
        foreign = replace(officer, actor=stranger)
        with pytest.raises(NotFound):
            letters.for_case(foreign, letter.case_id)
        with pytest.raises(NotFound):
            letters.pdf(foreign, letter.id)


def test_r23_who_may_not_read_identities_does_not_open_a_letter(
    officer: UnitOfWork, person: Callable[..., Actor]
) -> None:
    letter = issued(officer)
    printing.render(officer, letter.id, public_url=SITE)
    head = replace(officer, actor=person("rudi", "pimpinan"))

    assert not letters.for_case(head, letter.case_id)[0].can_open
    assert letters.for_case(officer, letter.case_id)[0].can_open
    with pytest.raises(Forbidden, match="identitas"):
        letters.pdf(head, letter.id)


def test_opening_a_letter_is_on_record_and_its_file_name_names_nobody(officer: UnitOfWork) -> None:
    letter = issued(officer)
    with pytest.raises(Conflict, match="dicetak"):
        letters.pdf(officer, letter.id)
    printing.render(officer, letter.id, public_url=SITE)

    content = letters.pdf(officer, letter.id)

    assert content.download_name == "sktlk-2026-0001.pdf"
    assert content.data.startswith(b"%PDF-1.7")
    opened = officer.session.scalars(select(AuditEvent).where(AuditEvent.action == "document.opened")).one()
    assert opened.actor_id == officer.actor.user_id


@pytest.fixture
def handed_over(officer: UnitOfWork) -> Letter:
    """A printed letter of a case that has ended."""
    letter = issued(officer)
    printing.render(officer, letter.id, public_url=SITE)
    case = officer.session.get_one(desk.Case, letter.case_id)
    case.status, case.outcome, case.closed_at = "done", "selesai", officer.clock()
    officer.session.flush()
    return letter


def reprints(work: UnitOfWork) -> int:
    query = text("select count(*) from procrastinate_jobs where task_name = 'reprint_letter'")
    return int(work.session.scalar(query) or 0)


def test_a_letter_that_was_handed_over_is_withdrawn_and_printed_again_with_the_mark(
    officer: UnitOfWork, sari: Actor, handed_over: Letter, clock: TestClock
) -> None:
    chief = replace(officer, actor=sari)
    clock.advance(days=3)
    assert letters.for_case(chief, handed_over.case_id)[0].can_withdraw

    letters.withdraw(chief, handed_over.id, "Keterangan pelapor tidak benar")

    seen = letters.for_case(chief, handed_over.case_id)[0]
    assert (seen.status, seen.void_reason, seen.can_withdraw) == (
        "void",
        "Keterangan pelapor tidak benar",
        False,
    )
    assert handed_over.voided_by == sari.user_id
    assert verification.verify(officer, handed_over.verify_code).status == "void"
    assert reprints(officer) == 1
    with pytest.raises(Conflict, match="dicetak"):
        letters.pdf(officer, handed_over.id)
    for _ in range(2):
        printing.reprint(replace(officer, actor=SYSTEM), handed_over.id, public_url=SITE)
    assert "BATAL" in words_of(letters.pdf(officer, handed_over.id).data)
    labels = [paper.label for paper in documents.for_case(officer, handed_over.case_id)]
    assert sorted(labels) == ["Manifes berkas", "Surat SKTLK (cetakan batal)", "Surat SKTLK (cetakan)"]


def test_only_ka_spkt_of_the_unit_withdraws_with_a_reason_and_only_after_hand_over(
    officer: UnitOfWork, sari: Actor, tono: Actor, handed_over: Letter
) -> None:
    reason = "Keterangan pelapor tidak benar"
    assert not letters.for_case(officer, handed_over.case_id)[0].can_withdraw
    with pytest.raises(Forbidden):
        letters.withdraw(officer, handed_over.id, reason)
    with pytest.raises(NotFound):
        letters.withdraw(replace(officer, actor=tono), handed_over.id, reason)
    with pytest.raises(InvalidInput):
        letters.withdraw(replace(officer, actor=sari), handed_over.id, "  salah   ")
    with pytest.raises(Conflict, match="belum diserahkan"):
        letters.withdraw(replace(officer, actor=sari), issued(officer).id, reason)
    assert handed_over.status == "valid"


def test_a_withdrawn_letter_does_not_take_a_signature_that_came_later(
    officer: UnitOfWork, clock: TestClock
) -> None:
    letter = issued(officer)
    before = pictures_in(printed(officer, letter))
    letters.void(officer, letter.id, "Salah nama barang")
    clock.advance(minutes=1)
    sign(officer, letter)

    assert pictures_in(printed(officer, letter)) == before
