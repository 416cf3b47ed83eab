"""Papers on the pages: handed in with and without a script, shown, found, refused in a sentence."""

import io
from collections.abc import Callable
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import func, select

from archive.documents import mark_unreadable
from archive.models import Document, DocumentStatus
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import reading
from workflow_app.settings import Settings

FIELD = "persyaratan.sim_01.documents"


def picture(colour: str = "white") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (200, 280), colour).save(made, "PNG")
    return made.getvalue()


def documents(works: Works) -> int:
    with works.begin(SYSTEM) as work:
        return work.session.scalar(select(func.count()).select_from(Document)) or 0


def test_without_a_script_papers_are_added_and_taken_off_again(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    chosen = {f"unggah.{FIELD}": [(picture("white"), "ktp budi.png"), (picture("red"), "b.png")]}
    at_desk.submit("Unggah", chosen, persyaratan__sim_01__given="ya")
    assert at_desk.text.count(f'name="{FIELD}"') == 2
    assert 'name="persyaratan.sim_01.given" value="ya" checked' in at_desk.text
    assert "Fotokopi KTP pelapor" in at_desk.words
    assert "ktp budi" not in at_desk.text, "file names carry names of people"
    first = next(
        box.get("value") for box in at_desk.page().iter("input") if box.get("name") == FIELD
    )
    at_desk.submit("Simpan dulu", **{f"lepas.{FIELD}": first})
    assert at_desk.text.count(f'name="{FIELD}"') == 1
    assert first not in {
        box.get("value") for box in at_desk.page().iter("input") if box.get("name") == FIELD
    }


def test_papers_chosen_but_not_sent_are_taken_when_the_form_is_completed(
    at_desk: Visitor, works: Works
) -> None:
    desk.to_requirements(at_desk)
    at_desk.submit(
        desk.NEXT,
        {f"unggah.{FIELD}": [(picture(), "a.png")]},
        **desk.GIVEN,
    )
    assert at_desk.path.startswith("/berkas/")
    assert documents(works) == 1
    assert "Fotokopi KTP pelapor" in at_desk.words


def test_with_a_script_the_form_gets_a_piece_of_page_back(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    answer = at_desk.client.post(
        f"{at_desk.path}/dokumen",
        data={
            "csrf_token": at_desk.token(),
            "bidang": FIELD,
            "berkas": (io.BytesIO(picture()), "foto.png"),
        },
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 200
    assert UUID(answer.json["id"])
    assert f'name="{FIELD}"' in answer.json["html"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("ktp.png", b"<script>alert(1)</script>"), ("ktp.pdf", b"MZ\x90\x00"), ("kosong.png", b"")],
)
def test_what_is_no_paper_is_refused_in_a_sentence_and_the_rest_stays(
    at_desk: Visitor, works: Works, name: str, content: bytes
) -> None:
    desk.to_requirements(at_desk)
    before = documents(works)
    at_desk.submit(
        desk.NEXT,
        {f"unggah.{FIELD}": [(content, name)]},
        catatan="Catatan uji",
        persyaratan__sim_01__given="ya",
    )
    assert at_desk.answer.status_code == 400
    assert "perlu diperbaiki" in at_desk.words
    assert "Catatan uji" in at_desk.text
    assert documents(works) == before


def test_a_field_that_takes_no_papers_refuses_them(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    answer = at_desk.client.post(
        f"{at_desk.path}/dokumen",
        data={
            "csrf_token": at_desk.token(),
            "bidang": "catatan",
            "berkas": (io.BytesIO(picture()), "a.png"),
        },
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 400


def test_a_paper_can_be_opened_by_who_may_see_the_case_and_by_nobody_else(
    at_desk: Visitor, visit: Callable[[str], Visitor], tono: Actor
) -> None:
    desk.to_requirements(at_desk)
    at_desk.submit(
        "Unggah", {f"unggah.{FIELD}": [(picture(), "a.png")]}, persyaratan__sim_01__given="ya"
    )
    document = next(
        box.get("value") for box in at_desk.page().iter("input") if box.get("name") == FIELD
    )
    at_desk.open(f"/dokumen/{document}")
    assert "Menunggu dibaca" in at_desk.words
    answer = at_desk.client.get(f"/dokumen/{document}/asli")
    assert answer.data == picture()
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=dokumen-")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    stranger: Visitor = visit("tono")
    for path in ("", "/asli", "/dokumen.pdf", "/halaman/1"):
        assert stranger.open(f"/dokumen/{document}{path}").answer.status_code == 404


def test_a_question_for_papers_says_how_large_a_paper_may_be(
    at_desk: Visitor, settings: Settings
) -> None:
    desk.to_requirements(at_desk)
    said = {
        box.get("data-megabytes") for box in at_desk.page().iter("div") if box.get("data-papers")
    }
    assert said == {str(settings.max_upload_mb)}


def test_what_is_not_made_yet_is_said(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    at_desk.submit(
        "Unggah", {f"unggah.{FIELD}": [(picture(), "a.png")]}, persyaratan__sim_01__given="ya"
    )
    document = next(
        box.get("value") for box in at_desk.page().iter("input") if box.get("name") == FIELD
    )
    at_desk.open(f"/dokumen/{document}/dokumen.pdf")
    assert at_desk.answer.status_code == 404
    assert "selesai dibaca" in at_desk.words


def test_while_a_paper_is_read_its_page_asks_again_and_then_no_more(
    at_desk: Visitor, works: Works
) -> None:
    desk.to_requirements(at_desk)
    at_desk.submit(
        "Unggah", {f"unggah.{FIELD}": [(picture(), "a.png")]}, persyaratan__sim_01__given="ya"
    )
    document = next(
        box.get("value") for box in at_desk.page().iter("input") if box.get("name") == FIELD
    )
    at_desk.open(f"/dokumen/{document}")
    assert 'hx-trigger="every 1s"' in at_desk.text
    assert "muat ulang halaman ini" in at_desk.words
    for view in ("teks", "terbaca"):
        at_desk.open(f"/dokumen/{document}?{view}=ya")
        assert "hx-trigger" not in at_desk.text, (
            "what was asked for stays, and each look is on record"
        )
    with works.begin(SYSTEM) as work:
        work.session.get_one(Document, UUID(document)).status = DocumentStatus.READING
    assert 'hx-trigger="every 500ms"' in at_desk.open(f"/dokumen/{document}").text
    reading.read_document(works, UUID(document), page_seconds=60)
    assert "hx-trigger" not in at_desk.open(f"/dokumen/{document}").text
    at_desk.follow("Isian yang dikenali")
    assert "Tidak ada isian yang dikenali" in at_desk.words
    at_desk.follow("Tutup isian yang dikenali")
    assert "Tidak ada isian yang dikenali" not in at_desk.words


def test_an_unreadable_paper_does_not_promise_pictures(at_desk: Visitor, works: Works) -> None:
    desk.to_requirements(at_desk)
    at_desk.submit(
        "Unggah", {f"unggah.{FIELD}": [(picture(), "a.png")]}, persyaratan__sim_01__given="ya"
    )
    document = next(
        box.get("value") for box in at_desk.page().iter("input") if box.get("name") == FIELD
    )
    assert "muncul begitu halamannya terbaca" in at_desk.open(f"/dokumen/{document}").words
    with works.begin(SYSTEM) as work:
        mark_unreadable(work.session, UUID(document), "Terlalu gelap.")
    at_desk.open(f"/dokumen/{document}")
    assert "muncul begitu" not in at_desk.words
    assert "tidak mempunyai gambar halaman. Unduh aslinya." in at_desk.words


def test_after_reading_the_page_shows_its_picture_and_its_pdf(
    at_desk: Visitor, works: Works
) -> None:
    desk.to_requirements(at_desk)
    at_desk.submit(
        "Unggah", {f"unggah.{FIELD}": [(picture(), "a.png")]}, persyaratan__sim_01__given="ya"
    )
    document = next(
        box.get("value") for box in at_desk.page().iter("input") if box.get("name") == FIELD
    )
    reading.read_document(works, UUID(document), page_seconds=60)
    at_desk.open(f"/dokumen/{document}").follow("Teks")
    assert "Halaman 1" in at_desk.words
    thumbnail = at_desk.client.get(f"/dokumen/{document}/halaman/1")
    assert thumbnail.mimetype.startswith("image/")
    assert at_desk.client.get(f"/dokumen/{document}/dokumen.pdf").data.startswith(b"%PDF")


def test_a_paper_can_be_added_to_the_case_outside_of_a_form(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    at_desk.follow("B-2026-000001")
    at_desk.submit("Tambahkan", {"berkas": [(picture("blue"), "x.png")]}, nama="Surat")
    assert "Surat: tersimpan." in at_desk.words
    at_desk.submit("Tambahkan", {"berkas": [(picture("blue"), "x.png")]}, nama="Surat")
    assert "sudah ada di berkas ini" in at_desk.words


def test_the_kind_of_an_added_paper_is_chosen_and_never_typed(
    at_desk: Visitor, works: Works
) -> None:
    desk.to_requirements(at_desk)
    path = at_desk.follow("B-2026-000001").path
    choice = next(part for part in at_desk.page().iter("select") if part.get("name") == "nama")
    assert {"Fotokopi KTP pelapor", "Dokumen lain"} <= {
        option.get("value") for option in choice.iter("option")
    }
    before = documents(works)
    at_desk.client.post(
        f"{path}/dokumen",
        data={
            "csrf_token": at_desk.token(),
            "nama": "KTP Contoh Warga",
            "berkas": (io.BytesIO(picture()), "x.png"),
        },
    )
    assert "Pilih jenis dokumen dari daftar" in at_desk.open(path).words
    assert documents(works) == before
