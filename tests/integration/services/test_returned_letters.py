"""A letter of ours that comes back as paper is known by its QR code, to those who see its case."""

import io
from uuid import UUID

import pypdfium2 as pdfium
import pytest
from sqlalchemy import select

from archive.models import Page
from tests.integration.services import desk
from tests.integration.services.papers import issued, printed
from workflow_app.domain import SYSTEM, Actor
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents, reading
from workflow_app.services.letters import letters


@pytest.fixture
def letter(works: Works, budi: Actor, sktlk: str) -> tuple[UUID, str, bytes]:
    """Case and number of a letter that was issued, and its print."""
    with works.begin(budi) as work:
        made = issued(work)
        return made.case_id, made.number, printed(work, made)


def scan_of(pdf: bytes) -> bytes:
    """The printed sheet, laid on the glass upside down."""
    sheet = pdfium.PdfDocument(pdf)[0].render(scale=200 / 72).to_pil().convert("L").rotate(180)
    target = io.BytesIO()
    sheet.save(target, "PNG", dpi=(200, 200))
    return target.getvalue()


def test_a_letter_that_comes_back_names_its_case_to_who_sees_it(
    works: Works, budi: Actor, letter: tuple[UUID, str, bytes]
) -> None:
    case_id, number, pdf = letter
    with works.begin(budi) as work:
        paper = documents.upload(
            work, desk.new_case(work).id, element="uraian", label="Surat", data=scan_of(pdf)
        )
    assert reading.read_document(works, paper.id) == "readable"

    with works.begin(budi) as work:
        found = letters.of_paper(work, paper.id)
    assert [(each.page, each.number, each.is_void, each.case_id) for each in found] == [
        (1, number, False, case_id)
    ]


def test_a_code_that_nobody_has_issued_says_nothing(
    works: Works, budi: Actor, letter: tuple[UUID, str, bytes]
) -> None:
    with works.begin(budi) as work:
        case = desk.new_case(work)
        paper = documents.upload(
            work, case.id, element="uraian", label="Surat", data=scan_of(letter[2])
        )
    reading.read_document(works, paper.id)
    with works.begin(SYSTEM) as work:
        page = work.session.scalars(select(Page).where(Page.document_id == paper.id)).one()
        assert page.codes
        page.codes = ["https://contoh.invalid/verifikasi/0000-0000-0000-0000", "bukan kode"]
    with works.begin(budi) as work:
        assert letters.of_paper(work, paper.id) == []
