"""Stacks on pages, without a script: cover sheets to print, bringing, and placing what needs a
person (R39).
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.models import Document
from tests.integration.conftest import PASSWORD
from tests.integration.services import scans
from tests.integration.services import stacks as made
from tests.integration.web.visitor import Visitor
from tests.unit.ocr import fed
from workflow_app.app import create_app
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Case, PaperStack, Task
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents
from workflow_app.services.intake import cover_sheets, stacks
from workflow_app.services.operations import health
from workflow_app.settings import Settings

CHECKLIST = 4


@pytest.fixture
def case_id(play: Callable[..., UUID]) -> UUID:
    """A case whose checklist is open."""
    return play("sktlk_ktp", CHECKLIST)


@pytest.fixture
def number(works: Works, case_id: UUID) -> str:
    with works.begin(SYSTEM) as work:
        return work.session.get_one(Case, case_id).number


def test_r39_a_task_that_asks_for_papers_offers_its_cover_sheets(
    at_desk: Visitor, works: Works, case_id: UUID, number: str
) -> None:
    with works.begin(SYSTEM) as work:
        query = select(Task.id).where(Task.case_id == case_id, Task.status == "open")
        at_desk.open(f"/tugas/{work.session.scalars(query).one()}")
    at_desk.follow("Cetak lembar sampul")
    assert "Fotokopi KK pelapor" in at_desk.words
    assert number in at_desk.words
    assert "Warga Satu" not in at_desk.text
    assert (
        at_desk.text.count("data:image/svg+xml") == at_desk.words.count("LEMBAR SAMPUL PINDAI") >= 2
    )


def test_r39_a_stack_is_brought_and_its_loose_page_placed(
    at_desk: Visitor, works: Works, number: str
) -> None:
    data = made.pdf(fed.sheet("Halaman lepas di loket contoh"))
    at_desk.open("/tumpukan").submit("Masukkan tumpukan", {"berkas": [(data, "nama warga.pdf")]})
    assert "tersimpan utuh dan sedang dipilah" in at_desk.words
    assert "Halaman 0 dari 1" in at_desk.words
    assert "nama warga" not in at_desk.text
    with works.begin(SYSTEM) as work:
        stack_id = work.session.scalars(select(PaperStack.id)).one()
    stacks.split(works, stack_id)

    at_desk.open("/tumpukan")
    assert cover_sheets.NO_COVER in at_desk.words
    at_desk.submit("Masukkan ke berkas", nomor_lain="B-1999-000009", nama="Surat")
    assert at_desk.answer.status_code == 400
    assert "Tidak ada berkas dengan nomor persis ini" in at_desk.words
    at_desk.submit("Masukkan ke berkas", nomor_lain=number[:-1], nama="Surat")
    assert "Berkas dengan nomor yang mirip" in at_desk.words
    at_desk.submit("Masukkan ke berkas", nomor=number, nama="Surat")
    assert f"Dokumen masuk berkas {number}" in at_desk.words
    assert "Tidak ada yang menunggu" in at_desk.words
    assert at_desk.open("/tumpukan/keadaan").answer.get_json()["waiting"] == 0


def test_what_is_no_paper_is_said_and_nothing_is_kept(at_desk: Visitor, works: Works) -> None:
    at_desk.open("/tumpukan").submit("Masukkan tumpukan", {"berkas": [(b"bukan dokumen", "x.pdf")]})
    assert "File ke-1:" in at_desk.words
    with works.begin(SYSTEM) as work:
        assert work.session.scalars(select(PaperStack)).all() == []


def test_files_that_the_scanners_folder_could_not_give_are_told_of(
    works: Works, settings: Settings, person: Callable[..., Actor]
) -> None:
    person("arsip", "arsiparis")
    app = create_app(settings.model_copy(update={"scan_folder": "/pindai"}), works)
    archivist = Visitor(app.test_client()).sign_in("arsip", PASSWORD)
    assert "folder pemindai" not in archivist.open("/tumpukan").text
    with works.begin(SYSTEM) as work:
        health.beat(work, health.FOLDER, {"is_sound": True, "refused": 3})
    assert app.test_client().get("/readyz").json["parts"][health.FOLDER]["refused"] == 3
    assert "3 file di folder pemindai tidak dapat diterima." in archivist.open("/tumpukan").text


def test_r39_a_paper_that_cannot_be_read_is_dismissed_and_comes_back(
    at_desk: Visitor, works: Works, budi: Actor, case_id: UUID
) -> None:
    with works.begin(budi) as work:
        paper = documents.upload(
            work, case_id, element="", label="Surat", data=scans.picture("Kusut <contoh>")
        )
    with works.begin(SYSTEM) as work:
        found = work.session.get_one(Document, paper.id)
        found.status, found.status_reason = "unreadable", "Halaman 1 rusak."
    assert "Perlu orang 1" in at_desk.open("/tumpukan").words
    at_desk.submit("Kesampingkan dokumen ini", alasan="Alasan lain", alasan_lain="it's")
    assert at_desk.answer.status_code == 400
    assert "Tulis alasannya, minimal 10 huruf." in at_desk.words
    at_desk.submit("Kesampingkan dokumen ini", alasan_lain="Tulisan tangan O'Contoh <b>")
    assert "Dokumen dikesampingkan." in at_desk.words
    assert "Perlu orang 0" in at_desk.words
    assert "Tidak ada yang menunggu" in at_desk.words
    assert "Dikesampingkan: 1 dokumen" in at_desk.words
    assert "Tulisan tangan O'Contoh <b>" in at_desk.words
    assert "O'Contoh" in at_desk.open(f"/dokumen/{paper.id}").words
    assert "dikesampingkan (Alasan lain): Surat" in at_desk.open(f"/berkas/{case_id}").words
    at_desk.open("/tumpukan").submit("Kembalikan ke daftar")
    assert "Perlu orang 1" in at_desk.words
    at_desk.submit("Baca lagi")
    assert "Dokumen dibaca lagi" in at_desk.words
