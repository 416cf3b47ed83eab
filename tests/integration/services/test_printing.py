"""The printed letter: what it says, PDF/A without anything about a person, the signature."""

import io

import pikepdf
from sqlalchemy import select

from tests.integration.conftest import TestClock
from tests.integration.services import desk
from tests.integration.services.papers import SITE, issued, pictures_in, printed, sign, words_of
from workflow_app.models.audit import AuditEvent
from workflow_app.models.document import CaseDocument
from workflow_app.models.letter import Letter
from workflow_app.services import configuration, documents, letters, printing
from workflow_app.services.unit_of_work import UnitOfWork


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
