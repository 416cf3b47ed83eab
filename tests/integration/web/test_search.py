"""Searching: numbers and the text of papers; the words never stand in an address."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from archive.page_content import PageText
from tests.integration.archive.reader import keep_reading
from tests.integration.services import scans
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor
from workflow_app.models import Case
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents


def test_a_number_finds_its_case(at_desk: Visitor) -> None:
    desk.to_identity(at_desk).open("/cari").submit("Cari", kata="000001")
    assert "B-2026-000001" in at_desk.words
    assert (at_desk.path, at_desk.answer.request.query_string) == ("/cari", b"")


def test_the_words_stay_out_of_the_address_and_come_back_with_the_page(at_desk: Visitor) -> None:
    name = f"Contoh {uuid4().hex}"
    at_desk.open("/cari").submit("Cari", kata=name)
    assert name in at_desk.words
    assert name not in at_desk.answer.request.full_path
    assert name in at_desk.open("/cari").text
    assert "Tidak ada yang cocok" in at_desk.words
    at_desk.follow("Cari juga di dokumen yang lebih lama")
    assert "lebih lama juga sudah dicari" in at_desk.words
    assert name not in at_desk.answer.request.full_path


def test_words_of_one_person_are_gone_after_signing_out(at_desk: Visitor, sari: Actor) -> None:
    at_desk.open("/cari").submit("Cari", kata="Contoh Rahasia")
    at_desk.submit("Keluar").sign_in("sari", "sandi-uji-coba")
    assert "Contoh Rahasia" not in at_desk.open("/cari").text


def test_another_unit_finds_nothing(
    at_desk: Visitor, visit: Callable[[str], Visitor], tono: Actor
) -> None:
    desk.to_identity(at_desk)
    stranger: Visitor = visit("tono")
    assert "B-2026-000001" not in stranger.open("/cari").submit("Cari", kata="000001").words


def test_markup_in_the_words_stays_words(at_desk: Visitor) -> None:
    at_desk.open("/cari").submit("Cari", kata="<script>alert(1)</script>")
    assert "<script>alert" not in at_desk.text


@pytest.fixture
def papers(at_desk: Visitor, works: Works, budi: Actor) -> list[UUID]:
    """Two papers of Budi's case that were read: a NIK in two lines, its words with their places."""
    desk.to_identity(at_desk)
    with works.begin(budi) as work:
        case_id = work.session.scalars(select(Case.id)).one()
        kept = []
        for label, text in (
            ("Surat", "zamrudbiru NIK 6306 O501\n0290 0001 hilang"),
            ("Foto", "zamrudbiru"),
        ):
            data = scans.picture(f"{label}\n{text}")
            paper = documents.upload(work, case_id, element="", label=label, data=data).id
            words = [
                (word, 90.0, 10 + 100 * no, 10, 90, 20) for no, word in enumerate(text.split())
            ]
            page = PageText(1, text, 90.0, words, 1000, 400, "ocr")
            keep_reading(
                work.session, work.blobs, paper, pages=[page], pdf=None, pdf_kind=None,
                thumbnails=[data], at=work.clock(),
            )  # fmt: skip
            kept.append(paper)
    return kept


def test_r37_finds_are_narrowed_and_sorted_by_links_and_the_choice_is_taken_back(
    at_desk: Visitor, papers: list[UUID]
) -> None:
    at_desk.open("/cari").submit("Cari", kata="zamrudbiru")
    assert "2 halaman" in at_desk.words
    at_desk.follow("Foto")
    assert "Jenis dokumen: Foto" in at_desk.words
    assert [str(paper) in at_desk.text for paper in papers] == [False, True]
    assert "jenis" in at_desk.answer.request.args
    assert "zamrudbiru" not in at_desk.answer.request.full_path
    at_desk.follow("Hapus pilihan")
    assert "2 halaman" in at_desk.words
    at_desk.open("/cari?urut=lama&tingkat=2")
    assert "Dengan pilihan ini tidak ada dokumen" in at_desk.words
    at_desk.open("/cari?jenis=Warga%20Contoh&urut=apa")
    assert "2 halaman" in at_desk.words


def test_r37_a_number_is_marked_in_the_text_and_on_the_picture(
    at_desk: Visitor, papers: list[UUID]
) -> None:
    at_desk.open("/cari").submit("Cari", kata="6306050102900001")
    at_desk.follow("Surat")
    assert "<mark>6306 O501\n0290 0001</mark>" in at_desk.text
    assert '<rect x="210" y="10" width="390" height="20"></rect>' in at_desk.text
    at_desk.open(f"/dokumen/{papers[0]}?teks=ya")
    assert "<mark>" not in at_desk.text


def test_r37_a_find_has_its_place_on_the_page_to_be_opened(
    at_desk: Visitor, papers: list[UUID]
) -> None:
    at_desk.open("/cari").submit("Cari", kata="zamrudbiru")
    assert at_desk.text.count("Lihat di gambar") == 2
    answer = at_desk.client.get(f"/cari/gambar/{papers[0]}/1")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert at_desk.client.get(f"/cari/gambar/{papers[0]}/2").status_code == 404
