"""Requests that no page of ours sends: forged, odd, too large, or for something else. Each is
answered, nothing is lost.
"""

import time
from uuid import uuid4

import pytest

from tests.integration.web import desk
from tests.integration.web.sending import count, multipart, post
from tests.integration.web.visitor import Visitor
from workflow_app.models import Draft, Submission
from workflow_app.services.core.unit_of_work import Works

SCRIPT = {"Accept": "application/json"}


def test_what_did_not_arrive_as_a_form_wipes_no_draft(at_desk: Visitor, works: Works) -> None:
    desk.to_identity(at_desk).submit("Simpan dulu", nama="Contoh Warga Satu")
    task, token = at_desk.path, {"X-CSRFToken": at_desk.token()}
    sent = (
        {"json": {"nama": "x"}},
        {"data": "nama=x", "content_type": "text/plain"},
        {
            "data": b'--x\r\nContent-Disposition: form-data; name="nama',
            "content_type": "multipart/form-data; boundary=x",
        },
        {"data": b"--x\r\n", "content_type": "multipart/form-data"},
        {"data": b"\xff\xfe", "content_type": "application/xml"},
        {},
    )
    for path in (task, f"{task}/draf"):
        for each in sent:
            answer = at_desk.client.post(path, headers={**token, **SCRIPT}, **each)
            assert answer.status_code == 400, (path, each)
            assert "Muat ulang" in answer.json["sentence"]
    for button in ("", "hapus", "Selesai"):
        assert post(at_desk, task, tombol=button, nama="x") == 400
    assert 'value="Contoh Warga Satu"' in at_desk.open(task).text
    assert count(works, Draft) == 1


def test_a_forged_technical_field_of_any_length_is_refused(at_desk: Visitor, works: Works) -> None:
    desk.to_requirements(at_desk)
    task, before = at_desk.path, count(works, Submission)
    given = {name.replace("__", "."): value for name, value in desk.GIVEN.items()}
    for field in ("kunci", "versi", "pemegang", "bidang", "tombol"):
        at_desk.open(task)
        multipart(at_desk, task, **{"tombol": "selesai", **given, field: uuid4().hex * 5000})
        assert at_desk.answer.status_code == 400, field
        assert "Muat ulang" in at_desk.words, field
    assert count(works, Submission) == before


def test_the_key_of_another_form_completes_nothing(at_desk: Visitor, works: Works) -> None:
    desk.begin(at_desk)
    used = next(
        box.get("value") for box in at_desk.page().iter("input") if box.get("name") == "kunci"
    )
    at_desk.submit(desk.NEXT, sikap=["sapa", "duduk", "minum"], perkenalan="ya")
    before = count(works, Submission)
    at_desk.submit(desk.NEXT, **{**desk.IDENTITY, "kunci": used})
    assert at_desk.answer.status_code == 409
    assert "tugas lain" in at_desk.words
    assert count(works, Submission) == before


def test_the_fields_of_one_task_posted_to_another_complete_nothing(
    at_desk: Visitor, works: Works
) -> None:
    desk.to_identity(at_desk)
    before = count(works, Submission)
    multipart(
        at_desk, at_desk.path, tombol="selesai", kunci=str(uuid4()), perkenalan="ya", sikap="sapa"
    )
    assert at_desk.answer.status_code == 400
    assert "Isi “Nama lengkap”." in at_desk.words
    assert count(works, Submission) == before


def test_a_field_sent_twice_counts_once(at_desk: Visitor) -> None:
    desk.to_identity(at_desk)
    at_desk.submit(desk.NEXT, **{**desk.IDENTITY, "nik": ["1", "6306050102900001"]})
    assert at_desk.answer.status_code == 200
    assert "perlu diperbaiki" not in at_desk.words


def test_forms_without_files_are_small_and_refused_before_they_are_taken_apart(
    at_desk: Visitor, visitor: Visitor
) -> None:
    desk.begin(at_desk)
    many = "csrf_token=x" + "&a" * 2_000_000
    for who, path in ((at_desk, at_desk.path), (visitor, "/masuk")):
        began = time.thread_time()
        answer = who.client.post(path, data=many, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 413
        assert "Kiriman ini terlalu besar" in answer.text
        assert time.thread_time() - began < 2, "seconds; taking it apart took eleven"
    parts = {f"f{number}": "x" for number in range(4100)}
    assert multipart(at_desk, at_desk.path, **parts).answer.status_code == 413


def test_the_search_takes_any_words(at_desk: Visitor) -> None:
    for words in [
        "-" * 200, "- - - -a" * 25, "!" * 99, "a & | ! ( ) : * <-> <2>", '"' * 99, "or or or", "\\",
        "%_", "a:*b", "'; --",
        "😀" * 200, "\u202e", "x" * 200_000, "<script>alert(1)</script>", "{{ 7*7 }}", "\ufffd",
        "-or -\"a", "((((" * 50,
    ]:  # fmt: skip
        at_desk.open("/cari").submit("Cari", kata=words)
        assert at_desk.answer.status_code == 200, words[:40]
        assert "<script>alert" not in at_desk.text


def test_malformed_ids_cursors_and_addresses_are_answered(
    at_desk: Visitor, visitor: Visitor
) -> None:
    unknown = uuid4()
    missing = [
        "/tugas/zzz", f"/tugas/{unknown}", "/berkas/%00", f"/berkas/{unknown}'",
        f"/dokumen/{unknown}/halaman/{'9' * 40}",
        f"/dokumen/{unknown}/halaman/-1", "/surat/x.pdf", f"/surat/{unknown}.pdf",
        "/..%2f..%2fetc/passwd", "/static/../../etc/passwd",
        "/verifikasi/%ff%fe", "/verifikasi/" + "A" * 5000, "/%ff",
    ]  # fmt: skip
    for path in missing:
        assert at_desk.client.get(path).status_code in (400, 404), path
    cursors = [
        "x",
        "é",
        "a|b",
        "-1",
        "9" * 30,
        "²",
        "%ff%fe",
        "A" * 3000,
        "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMHw=",
        "' or 1=1",
    ]
    for cursor in cursors:
        assert (
            at_desk.client.get("/", query_string={"setelah": cursor, "daftar": "semua"}).status_code
            == 200
        ), cursor
        assert at_desk.client.get("/cari", query_string={"setelah": cursor}).status_code == 200, (
            cursor
        )
    for path in (
        "/?nomor=%ff%fe",
        "/?proses=%27--",
        "/?daftar=%ff",
        "/masuk?lanjut=//contoh.invalid",
        "/persyaratan?jenis=%ff",
    ):
        assert at_desk.client.get(path).status_code in (200, 302), path
    assert visitor.open("/masuk?lanjut=%ff").answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "sentra=\xff\xfe"}, {"Cookie": "sentra=" + "A" * 6000},
            {"Cookie": "=;;=; sentra"}, {"User-Agent": "\xff" * 8000},
        {"Accept": "\xff;q=zzz"}, {"Referer": "\xff"}, {"Range": "bytes=9-1"},
            {"If-Modified-Since": "zz"}, {"X-Request-ID": "a\tb" * 999},
    ],
)  # fmt: skip
def test_odd_headers_and_cookies_never_break_a_page(
    visitor: Visitor, headers: dict[str, str]
) -> None:
    assert visitor.client.get("/", headers=headers).status_code in (200, 302, 400)
    assert visitor.client.get("/masuk", headers=headers).status_code == 200
