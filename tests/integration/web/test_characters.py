"""A NUL and broken UTF-8, which no person types and nothing can keep, are answered with a sentence
wherever they come.
"""

import pytest

from tests.integration.web import desk
from tests.integration.web.sending import count
from tests.integration.web.visitor import Visitor
from workflow_app.models import Draft
from workflow_app.services.core.unit_of_work import Works

SENTENCE = "karakter yang tidak dapat disimpan"


@pytest.mark.parametrize(
    "path", ["/?nomor=%00", "/?proses=%00", "/?setelah=a%00b", "/cari?setelah=%00"]
)
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
        (task, {"kunci": "\x00", "tombol": "selesai"}),
        (task, {"a\x00": "b", "tombol": "simpan"}),
        (f"{case}/identitas", {"tujuan": "Pemeriksaan atau audit", "uraian": "\x00"}),
        (f"{case}/batal", {"alasan": "cukup panjang\x00"}),
        (f"{case}/dokumen", {"nama": "\x00"}),
    ):
        answer = at_desk.client.post(path, data={"csrf_token": at_desk.token(), **data})
        assert (answer.status_code, SENTENCE in answer.text) == (400, True), (path, data)


@pytest.mark.parametrize(
    "name",
    [
        b"Me\xffti",
        b"Me%FFti",
        b"%ED%A0%80",
        b"\xed\xa0\x80",
        b"%C3",
        b"Siti%c0%80",
        b"\xf5\x80\x80\x80",
    ],
)
def test_what_is_no_utf_8_is_refused_instead_of_kept_as_signs(
    at_desk: Visitor, works: Works, name: bytes
) -> None:
    desk.to_identity(at_desk).submit("Simpan dulu", nama="Contoh Warga Satu")
    task, token = at_desk.path, at_desk.token().encode()
    for field in (b"nama=" + name, b"pekerjaan=Petani&" + name + b"=x"):
        for button in (b"simpan", b"selesai"):
            body = b"csrf_token=" + token + b"&tombol=" + button + b"&" + field
            answer = at_desk.client.post(
                task, data=body, content_type="application/x-www-form-urlencoded"
            )
            assert answer.status_code == 400
            assert "rusak di jalan" in answer.text
    assert 'value="Contoh Warga Satu"' in at_desk.open(task).text, "the form stays as it was"
    assert count(works, Draft) == 1


def test_what_is_no_utf_8_is_refused_at_the_sign_in_and_utf_8_is_taken_however_it_is_written(
    visitor: Visitor,
) -> None:
    visitor.open("/masuk")
    token = visitor.token().encode()
    for name, sentence in (
        (b"b%FF", "rusak di jalan"),
        ("Ñusa".encode(), "salah"),
        (b"%c3%91usa+x", "salah"),
    ):
        body = b"csrf_token=" + token + b"&kata_sandi=x&nama_pengguna=" + name
        answer = visitor.client.post(
            "/masuk", data=body, content_type="application/x-www-form-urlencoded"
        )
        assert sentence in answer.text, name


def test_in_a_form_in_parts_what_was_lost_is_named_at_its_field_and_the_rest_stays(
    at_desk: Visitor,
) -> None:
    desk.to_identity(at_desk)
    fields = {
        **desk.IDENTITY,
        "csrf_token": at_desk.token(),
        "tombol": "selesai",
        "nama": "Me\udcffti",
    }
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    )
    body = "".join(parts).encode(errors="surrogateescape") + b"--x--\r\n"
    at_desk._arrive(
        at_desk.client.post(at_desk.path, data=body, content_type="multipart/form-data; boundary=x")
    )
    assert at_desk.answer.status_code == 400
    assert "Sebagian isian ini tidak terbaca" in at_desk.words
    assert 'value="Kandangan"' in at_desk.text
