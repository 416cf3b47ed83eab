"""The printed letter: what it says, PDF/A without anything about a person, the signature."""

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
from sqlalchemy import select

from tests.integration.conftest import TestClock
from tests.integration.deploying import copy_of
from tests.integration.services import desk
from tests.integration.services.papers import SITE, issued, pictures_in, printed, sign, words_of
from workflow_app.domain import SYSTEM
from workflow_app.models import AuditEvent, CaseDocument, Letter
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import documents
from workflow_app.services.letters import letters, printing
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions

PROMISED = {
    "alamat_verifikasi", "batal", "butir", "contoh", "hari", "jam_terbit", "jawaban", "judul",
    "ketentuan", "kode_verifikasi", "kop",
    "label", "masa_berlaku", "nama_unit", "nomor", "penandatangan", "petugas", "qr", "surat_lain",
    "tanda_tangan",
    "tanda_tangan_di", "tanggal_terbit", "tempat_terbit", "waktu",
}  # fmt: skip
"""Names of decision 0021: one may come, none may go."""


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


def test_validity_is_printed_only_when_it_was_decided(
    officer: UnitOfWork, clock: TestClock
) -> None:
    configuration.set_value(replace(officer, actor=SYSTEM), "masa_berlaku.sktlk", 14, clock())

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
        assert all(
            any(key in font.FontDescriptor for key in ("/FontFile2", "/FontFile3"))
            for font in fonts
        )

    assert letter.number in said
    assert desk.IDENTITY["nama"] not in said
    assert desk.IDENTITY["nik"] not in said


def test_printing_twice_makes_one_document(officer: UnitOfWork) -> None:
    letter = issued(officer)

    first = printing.render(officer, letter.id, public_url=SITE)
    again = printing.render(officer, letter.id, public_url=SITE)

    assert first == again == letter.document_id
    linked = officer.session.scalars(
        select(CaseDocument).where(CaseDocument.case_id == letter.case_id)
    ).all()
    assert [link.label for link in linked] == ["Surat Keterangan Tanda Lapor Kehilangan (cetakan)"]
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
    labels = [paper.label for paper in documents.for_case(officer, letter.case_id)]
    title = "Surat Keterangan Tanda Lapor Kehilangan"
    assert sorted(labels) == [f"{title} (cetakan bertanda tangan)", f"{title} (cetakan)"]


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


def test_deployed_letters_find_every_name_they_were_promised(officer: UnitOfWork) -> None:
    letter = issued(officer)
    case = officer.session.get_one(desk.Case, letter.case_id)

    told = printing.context_of(
        letter,
        definitions.definition_of(officer, case.definition_id),
        letters.statement(officer, case, letter),
        SITE,
        {},
    )

    assert told.keys() >= PROMISED, (
        "a letter that was deployed with this name could no longer be printed"
    )


def test_a_case_prints_on_the_sheet_that_was_deployed_when_it_began(
    officer: UnitOfWork, tmp_path: Path
) -> None:
    before, begun = issued(officer), desk.complete_case(officer)
    folder = copy_of("sktlk", tmp_path)
    sheet = tmp_path / "shared" / "letters" / "frame.html"
    sheet.write_text(sheet.read_text().replace("Halaman itu", "LEMBAR BARU. Halaman itu"))

    assert definitions.deploy(officer, folder).is_new

    during = officer.session.get_one(Letter, letters.issue(officer, begun, "sktlk"))
    new_sheet = [
        "LEMBAR BARU" in words_of(printed(officer, one))
        for one in (before, during, issued(officer))
    ]
    assert new_sheet == [False, False, True]
