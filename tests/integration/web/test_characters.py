"""A NUL, which no person types and the database cannot keep, is answered with a sentence wherever it comes."""

import pytest

from tests.integration.web import desk
from tests.integration.web.visitor import Visitor

SENTENCE = "karakter yang tidak dapat disimpan"


@pytest.mark.parametrize("path", ["/?nomor=%00", "/?proses=%00", "/?setelah=a%00b", "/cari?setelah=%00"])
def test_in_an_address_it_is_refused(at_desk: Visitor, path: str) -> None:
    at_desk.open(path)
    assert at_desk.answer.status_code == 400
    assert SENTENCE in at_desk.words


def test_at_the_sign_in_it_is_refused_without_an_account(visitor: Visitor) -> None:
    visitor.open("/masuk").submit("Masuk", nama_pengguna="\x00", kata_sandi="apa saja")
    assert visitor.answer.status_code == 400
    assert SENTENCE in visitor.words


def test_in_a_code_to_verify_it_is_refused_without_an_account(visitor: Visitor) -> None:
    assert visitor.open("/verifikasi/%00").answer.status_code == 400
    assert visitor.open("/verifikasi?kode=%00").answer.status_code == 400


def test_searched_for_it_is_not_remembered(at_desk: Visitor) -> None:
    at_desk.open("/cari").submit("Cari", kata="a\x00b")
    assert at_desk.answer.status_code == 400
    assert at_desk.open("/cari").answer.status_code == 200


@pytest.mark.parametrize("path", ["/mulai/%00", "/mulai/sktlk%00"])
def test_in_the_name_of_a_service_it_is_refused(at_desk: Visitor, path: str) -> None:
    at_desk.open("/mulai")
    answer = at_desk.client.post(path, data={"csrf_token": at_desk.token()})
    assert answer.status_code == 400
    assert SENTENCE in answer.text


def test_in_a_form_it_is_refused_in_values_and_names(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    task, case = at_desk.path, at_desk.follow("B-2026-000001").path
    for path, data in (
        (task, {"kunci": "\x00", "tindakan": "selesai"}),
        (task, {"a\x00": "b", "tindakan": "simpan"}),
        (f"{case}/identitas", {"tujuan": "Pemeriksaan atau audit", "uraian": "\x00"}),
        (f"{case}/batal", {"alasan": "cukup panjang\x00"}),
        (f"{case}/dokumen", {"nama": "\x00"}),
    ):
        answer = at_desk.client.post(path, data={"csrf_token": at_desk.token(), **data})
        assert (answer.status_code, SENTENCE in answer.text) == (400, True), (path, data)
