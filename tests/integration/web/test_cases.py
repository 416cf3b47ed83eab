"""The case page: sentence, clocks, drawing, identity, letters, cancelling."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor, Busy
from workflow_app.services.cases import answers
from workflow_app.services.workflow import cases


def case_path(visitor: Visitor) -> str:
    """Address of the case of the open task page."""
    return visitor.follow("B-2026-000001").path


def test_the_page_tells_where_the_case_stands(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    at_desk.open(case_path(at_desk))
    assert "menunggu Petugas SPKT: periksa persyaratan" in at_desk.words
    assert "Sejak warga datang" in at_desk.words
    assert "Selesai: Terima warga" in at_desk.words


def test_the_drawing_is_served_with_its_marks(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    path = case_path(at_desk)
    at_desk.open(path)
    box = next(part for part in at_desk.page().iter("div") if part.get("data-drawing"))
    assert "periksa_persyaratan" in box.get("data-current").split()
    assert "terima_warga" in box.get("data-done").split()
    answer = at_desk.client.get(box.get("data-drawing"))
    assert answer.mimetype == "application/xml"
    assert b"BPMNDiagram" in answer.data


def test_personal_answers_are_masked_on_the_page(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    at_desk.open(case_path(at_desk))
    for secret in (desk.IDENTITY["nama"], desk.IDENTITY["nik"], desk.LOSS["kronologi"]):
        assert secret not in at_desk.text


def test_r23_identity_is_opened_for_a_purpose_shown_once_and_on_record(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    path = case_path(at_desk)
    at_desk.open(path).follow("Buka identitas")
    assert desk.IDENTITY["nik"] not in at_desk.text
    at_desk.submit("Buka identitas", tujuan="Menghubungi warga tentang berkas ini")
    assert desk.IDENTITY["nik"] in at_desk.text
    assert desk.IDENTITY["nama"] in at_desk.words
    assert at_desk.answer.headers["Cache-Control"] == "no-store"
    assert desk.IDENTITY["nik"] not in at_desk.path
    assert desk.IDENTITY["nik"] not in at_desk.open(f"{path}/identitas").text
    at_desk.open(path)
    assert "Pernah dibuka 1 kali" in at_desk.words
    assert "Contoh Budi: Menghubungi warga tentang berkas ini" in at_desk.words


def test_without_a_purpose_nothing_is_opened(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    path = case_path(at_desk)
    at_desk.open(f"{path}/identitas").submit("Buka identitas")
    assert at_desk.answer.status_code == 400
    assert desk.IDENTITY["nik"] not in at_desk.text
    assert "Pernah dibuka" not in at_desk.open(path).words


@pytest.mark.parametrize("role", ["pimpinan", "arsiparis"])
def test_roles_without_need_cannot_open_identity(
    at_desk: Visitor, person: Callable[..., Actor], visit: Callable[[str], Visitor], role: str
) -> None:
    person("dewi", role)
    desk.to_requirements(at_desk)
    path = case_path(at_desk)
    other: Visitor = visit("dewi")
    assert other.open(f"{path}/identitas").answer.status_code in (403, 404)
    assert "Buka identitas" not in other.open(path).words


def test_a_case_is_cancelled_with_a_reason_only(at_desk: Visitor) -> None:
    desk.to_identity(at_desk)
    path = case_path(at_desk)
    button = "Batalkan berkas B-2026-000001"
    at_desk.open(path).submit(button, alasan="salah")
    assert at_desk.answer.status_code == 400
    assert "Tulis alasan pembatalan" in at_desk.words
    at_desk.submit(button, alasan="Warga mengurungkan permohonannya")
    assert "Berkas dibatalkan. Alasannya tercatat." in at_desk.words
    assert "Batalkan berkas" not in at_desk.open(path).words


def test_an_unknown_case_and_a_foreign_one_answer_the_same(
    at_desk: Visitor, visit: Callable[[str], Visitor], tono: Actor
) -> None:
    desk.to_identity(at_desk)
    path = case_path(at_desk)
    stranger: Visitor = visit("tono")
    foreign = stranger.open(path)
    assert foreign.answer.status_code == 404
    sentence = foreign.words
    unknown = stranger.open("/berkas/00000000-0000-4000-8000-000000000000")
    assert unknown.words == sentence


def test_while_the_system_works_the_page_waits_and_then_leads_on(
    at_desk: Visitor, chief: Visitor
) -> None:
    desk.to_approval(at_desk)
    path = at_desk.path
    answer = at_desk.client.get(f"{path}/keadaan", headers={"Accept": "application/json"})
    assert answer.json == {"is_waiting": False, "following": None}
    chief.open("/").submit("Ambil tugas").submit("Simpan keputusan", keputusan="setuju")
    assert "Sistem sedang mengerjakan" in at_desk.open(path).words
    assert "SKTLK/1/XI/2026" in at_desk.words
    assert "Surat ini gratis (Rp0)" in at_desk.words
    answer = at_desk.client.get(f"{path}/keadaan", headers={"Accept": "application/json"})
    assert answer.json == {"is_waiting": True, "following": None}


def test_four_eyes_who_recorded_cannot_approve(
    at_desk: Visitor, person: Callable[..., Actor], visit: Callable[[str], Visitor], sktlk: str
) -> None:
    person("lina", "petugas", "ka_spkt")
    both: Visitor = visit("lina")
    desk.to_approval(both)
    both.open("/?daftar=antrean").submit("Ambil tugas")
    assert both.answer.status_code == 403
    assert "harus diberikan orang lain" in both.words


def test_leads_see_incidents_and_others_do_not(at_desk: Visitor, chief: Visitor) -> None:
    assert "Tidak ada gangguan" in chief.open("/insiden").words
    assert at_desk.open("/insiden").answer.status_code == 403


def test_the_start_page_sent_twice_leads_to_one_case(at_desk: Visitor) -> None:
    at_desk.open("/mulai")
    form = next(
        form for form in at_desk.page().iter("form") if form.get("action") == "/mulai/sktlk"
    )
    data = {box.get("name"): box.get("value") for box in form.iter("input")}
    first = at_desk.client.post("/mulai/sktlk", data=data).location
    assert at_desk.client.post("/mulai/sktlk", data=data).location == first
    assert at_desk.client.get(first).status_code == 200


def test_r23_who_reads_no_identities_finds_no_way_to_the_papers(
    at_desk: Visitor, visit: Callable[[str], Visitor], person: Callable[..., Actor]
) -> None:
    desk.to_requirements(at_desk)
    path = case_path(at_desk)
    picture = io.BytesIO()
    Image.new("L", (200, 280), 255).save(picture, "PNG")
    at_desk.open(path).submit(
        "Tambahkan", {"berkas": [(picture.getvalue(), "x.png")]}, nama="Surat"
    )
    person("rudi", "pimpinan")
    head: Visitor = visit("rudi")
    head.open(path)
    assert "Menunggu dibaca" in head.words
    assert "/dokumen/" not in head.text
    document = next(
        link.get("href")
        for link in at_desk.open(path).page().iter("a")
        if "/dokumen/" in link.get("href", "")
    )
    assert "Surat" in head.open(document).words
    assert "Unduh asli" not in head.words
    assert head.open(f"{document}/asli").answer.status_code == 403
    assert head.open(f"{document}?teks=ya").answer.status_code == 403


def test_a_case_that_is_busy_keeps_what_was_typed_and_claims_nothing(
    at_desk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Busy

    desk.to_requirements(at_desk)
    path = case_path(at_desk)
    monkeypatch.setattr(cases, "cancel", busy)
    monkeypatch.setattr(answers, "reveal", busy)

    at_desk.open(path).submit("Batalkan berkas B-2026-000001", alasan="Warga mengurungkan niatnya")
    assert at_desk.answer.status_code == 409
    assert "Warga mengurungkan niatnya</textarea>" in at_desk.text
    assert "belum ada yang berubah" in at_desk.words
    assert "tersimpan" not in at_desk.words.lower()

    at_desk.open(f"{path}/identitas").submit(
        "Buka identitas", tujuan="Pemeriksaan atau audit", uraian="nomor 7"
    )
    assert at_desk.answer.status_code == 409
    assert 'value="nomor 7"' in at_desk.text
    assert 'value="Pemeriksaan atau audit" checked' in at_desk.text
