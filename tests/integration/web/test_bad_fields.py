"""Odd, forged and hostile input on the pages: a clear answer, nothing kept half, nothing shown unescaped, never a 500."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from werkzeug.test import stream_encode_multipart

from tests.integration.conftest import PROCESSES
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app.models.case import Case
from workflow_app.models.submission import Submission
from workflow_app.models.task import Draft
from workflow_app.services import processes
from workflow_app.services.unit_of_work import Works
from workflow_app.types import SYSTEM

SCRIPT = {"Accept": "application/json"}
INJECTIONS = {
    "nama": "Nor'ain <script>alert(1)</script>",
    "alamat": '\'; DROP TABLE service_case; -- " onfocus=alert(1) x="',
    "pekerjaan": "{{ config.SECRET_KEY }} {% raw %}",
    "desa": '=HYPERLINK("http://contoh.invalid")',
    "tempat_lahir": "typename & lane_owners __class__",
}


@pytest.fixture
def newer_sktlk(works: Works, sktlk: str, tmp_path: Path) -> Callable[[], None]:
    """Deploys a version whose identity form asks one question more."""

    def deploy() -> None:
        folder = tmp_path / sktlk
        shutil.copytree(PROCESSES / sktlk, folder)
        for name, change in (("identitas.json", _ask_more), ("identitas.ui.json", _show_more)):
            path = folder / "forms" / name
            content = json.loads(path.read_text())
            change(content)
            path.write_text(json.dumps(content))
        shutil.rmtree(folder / "scenarios")
        with works.begin(SYSTEM) as work:
            processes.deploy(work, folder)

    return deploy


def _ask_more(schema: dict[str, Any]) -> None:
    schema["properties"]["nama_ibu"] = {"type": "string", "title": "Nama ibu kandung", "maxLength": 120}
    schema["required"].append("nama_ibu")


def _show_more(ui: dict[str, Any]) -> None:
    ui["fields"]["nama_ibu"] = {"widget": "text", "title": "Nama ibu kandung", "personal": "identitas"}
    ui["sections"][0]["fields"].append("nama_ibu")


def count(works: Works, table: type) -> int:
    with works.begin(SYSTEM) as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def post(visitor: Visitor, path: str, **data: object) -> int:
    return visitor.client.post(path, data={"csrf_token": visitor.token(), **data}).status_code


def multipart(visitor: Visitor, path: str, **data: object) -> Visitor:
    """As the browser sends the form of a task: in parts."""
    body, _, boundary = stream_encode_multipart({"csrf_token": visitor.token(), **data}, threshold=1 << 30)
    kind = f"multipart/form-data; boundary={boundary}"
    return visitor._arrive(visitor.client.post(path, data=body.read(), content_type=kind))


def test_hostile_text_is_kept_as_typed_and_shown_escaped_on_every_page(
    at_desk: Visitor, chief: Visitor
) -> None:
    desk.to_identity(at_desk)
    task = at_desk.path
    at_desk.submit("Simpan dulu", **{**desk.IDENTITY, **INJECTIONS})
    at_desk.open(task)
    at_desk.submit(desk.NEXT, **{**desk.IDENTITY, **INJECTIONS}).submit(desk.NEXT, peristiwa="hilang")
    at_desk.submit(desk.NEXT, **{**desk.LOSS, "jenis": "SIM", "barang": INJECTIONS["nama"]})
    shown = [at_desk.text]
    at_desk.submit(desk.NEXT, **desk.GIVEN)
    case = at_desk.path
    shown.append(at_desk.text)
    shown.append(
        at_desk.open(f"{case}/identitas")
        .submit("Buka identitas", tujuan="Pemeriksaan atau audit", uraian=INJECTIONS["nama"])
        .text
    )
    assert "&lt;script&gt;alert(1)" in shown[-1]
    assert "{{ config.SECRET_KEY }}" in at_desk.words
    shown.append(chief.open(case).text)
    for text in shown:
        assert "<script>alert" not in text
        assert 'onfocus=alert(1) x="' not in text


def test_reserved_words_as_field_names_are_ignored(at_desk: Visitor, works: Works) -> None:
    desk.to_requirements(at_desk)
    multipart(
        at_desk,
        at_desk.path,
        tindakan="simpan",
        **dict.fromkeys(("typename", "lane_owners", "__class__", "kelengkapan", "jenis", "constructor"), "x"),
    )
    assert at_desk.answer.status_code == 200
    with works.begin(SYSTEM) as work:
        state = str(work.session.scalars(select(Case.state)).one())
    assert "constructor" not in state


def test_a_line_that_the_table_does_not_have_is_refused(at_desk: Visitor, works: Works) -> None:
    desk.to_requirements(at_desk)
    before = count(works, Submission)
    lines = {"persyaratan.typename.given": "ya", "persyaratan.__class__.given": "ya"}
    at_desk.submit(desk.NEXT, **desk.GIVEN, **lines)
    assert at_desk.answer.status_code == 400
    assert count(works, Submission) == before


def test_a_megabyte_in_a_name_gets_a_sentence_at_the_field(at_desk: Visitor, works: Works) -> None:
    desk.to_identity(at_desk)
    before = count(works, Submission)
    began = time.monotonic()
    multipart(
        at_desk,
        at_desk.path,
        tindakan="selesai",
        kunci=str(uuid4()),
        **{**desk.IDENTITY, "nama": "x" * 1_000_000},
    )
    assert time.monotonic() - began < 5
    assert at_desk.answer.status_code == 400
    assert "Isian terlalu panjang" in at_desk.words
    assert count(works, Submission) == before


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Budi \u202egnp.exe", "karakter tersembunyi"),
        ("Z" + "\u0301\u0327" * 50_000, "terlalu panjang"),
        ("Z\u0301\u0327\u0301\u0327\u0301\u0327\u0330", "tanda bertumpuk"),
        ("Me\ufffdti", "tidak terbaca"),
    ],
)
def test_names_that_would_spoil_a_letter_are_refused_and_stay_in_the_form(
    at_desk: Visitor, name: str, sentence: str
) -> None:
    desk.to_identity(at_desk)
    began = time.monotonic()
    multipart(at_desk, at_desk.path, tindakan="selesai", **{**desk.IDENTITY, "nama": name})
    assert time.monotonic() - began < 5
    assert at_desk.answer.status_code == 400
    assert sentence in at_desk.words
    assert "Kandangan" in at_desk.text


def test_names_of_the_world_are_taken(at_desk: Visitor) -> None:
    for name in ["مُحَمَّد رضوان", "Nor'ain binti O'Brien", "陈伟", "👨‍👩‍👧 Keluarga Contoh"]:
        desk.to_identity(at_desk).submit(desk.NEXT, **{**desk.IDENTITY, "nama": name})
        assert at_desk.answer.status_code == 200, name
        assert "perlu diperbaiki" not in at_desk.words, name


def test_days_that_cannot_be_get_a_sentence_and_stay_in_the_form(at_desk: Visitor) -> None:
    desk.to_identity(at_desk)
    for day in ["31-02-2026", "01-01-0001", "31-12-9999", "2026-W01-1", "٣١-١٢-٢٠٢٦", "1e9"]:
        at_desk.submit(desk.NEXT, **{**desk.IDENTITY, "tanggal_lahir": day})
        assert at_desk.answer.status_code == 400, day
        assert "perlu diperbaiki" in at_desk.words, day
        assert f'value="{day}"' in at_desk.text, day


def test_an_instant_at_the_end_of_the_calendar_in_a_draft_does_not_lock_the_task(at_desk: Visitor) -> None:
    desk.begin(at_desk)
    for instant in ("0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"):
        at_desk.submit("Simpan dulu", arrived_at=instant)
        assert at_desk.answer.status_code == 200
        assert "Kunjungan" in at_desk.open(at_desk.path).words or at_desk.answer.status_code == 200


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
        assert post(at_desk, task, tindakan=button, nama="x") == 400
    assert 'value="Contoh Warga Satu"' in at_desk.open(task).text
    assert count(works, Draft) == 1


def test_a_forged_technical_field_of_any_length_is_refused(at_desk: Visitor, works: Works) -> None:
    desk.to_requirements(at_desk)
    task, before = at_desk.path, count(works, Submission)
    given = {name.replace("__", "."): value for name, value in desk.GIVEN.items()}
    for field in ("kunci", "versi", "pemegang", "bidang", "tindakan"):
        at_desk.open(task)
        multipart(at_desk, task, **{"tindakan": "selesai", **given, field: uuid4().hex * 5000})
        assert at_desk.answer.status_code == 400, field
        assert "Muat ulang" in at_desk.words, field
    assert count(works, Submission) == before


def test_the_key_of_another_form_completes_nothing(at_desk: Visitor, works: Works) -> None:
    desk.begin(at_desk)
    used = next(box.get("value") for box in at_desk.page().iter("input") if box.get("name") == "kunci")
    at_desk.submit(desk.NEXT, sikap=["sapa", "duduk", "minum"], perkenalan="ya")
    before = count(works, Submission)
    at_desk.submit(desk.NEXT, **{**desk.IDENTITY, "kunci": used})
    assert at_desk.answer.status_code == 409
    assert "tugas lain" in at_desk.words
    assert count(works, Submission) == before


def test_the_fields_of_one_task_posted_to_another_complete_nothing(at_desk: Visitor, works: Works) -> None:
    desk.to_identity(at_desk)
    before = count(works, Submission)
    multipart(at_desk, at_desk.path, tindakan="selesai", kunci=str(uuid4()), perkenalan="ya", sikap="sapa")
    assert at_desk.answer.status_code == 400
    assert "Isi “Nama lengkap”." in at_desk.words
    assert count(works, Submission) == before


def test_answers_to_hidden_questions_are_not_kept(at_desk: Visitor, works: Works) -> None:
    desk.to_identity(at_desk)
    at_desk.submit(
        desk.NEXT, **desk.IDENTITY, nama_penolong="Contoh Penolong Palsu", nomor_identitas="X123", asing="x"
    )
    assert "perlu diperbaiki" not in at_desk.words
    case = at_desk.follow("B-2026-000001").path
    at_desk.open(f"{case}/identitas").submit("Buka identitas", tujuan="Pemeriksaan atau audit", uraian="uji")
    assert "Contoh Warga Satu" in at_desk.words
    assert "Penolong Palsu" not in at_desk.words


def test_a_field_sent_twice_counts_once(at_desk: Visitor) -> None:
    desk.to_identity(at_desk)
    at_desk.submit(desk.NEXT, **{**desk.IDENTITY, "nik": ["1", "6306050102900001"]})
    assert at_desk.answer.status_code == 200
    assert "perlu diperbaiki" not in at_desk.words


def test_reasons_are_bounded_and_free_of_hidden_characters(at_desk: Visitor, works: Works) -> None:
    desk.to_requirements(at_desk)
    case = at_desk.follow("B-2026-000001").path
    for reason in ("x" * 3000, "salah ketik \u202e nama", "salah ketik \ufffd nama"):
        at_desk.open(case)
        answer = at_desk.client.post(f"{case}/batal", data={"csrf_token": at_desk.token(), "alasan": reason})
        assert answer.status_code == 400
        assert "lalu ketik ulang" in answer.text or "paling banyak 2000 karakter" in answer.text
        answer = at_desk.client.post(
            f"{case}/identitas",
            data={"csrf_token": at_desk.token(), "tujuan": "Pemeriksaan atau audit", "uraian": reason},
        )
        assert answer.status_code == 400
    with works.begin(SYSTEM) as work:
        assert work.session.scalars(select(Case.status)).one() == "running"


def test_forms_without_files_are_small_and_refused_before_they_are_taken_apart(
    at_desk: Visitor, visitor: Visitor
) -> None:
    desk.begin(at_desk)
    many = "csrf_token=x" + "&a" * 2_000_000
    for who, path in ((at_desk, at_desk.path), (visitor, "/masuk")):
        began = time.monotonic()
        answer = who.client.post(path, data=many, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 413
        assert "Kiriman ini terlalu besar" in answer.text
        assert time.monotonic() - began < 2, "seconds; taking it apart took eleven"
    parts = {f"f{number}": "x" for number in range(4100)}
    assert multipart(at_desk, at_desk.path, **parts).answer.status_code == 413


def test_the_search_takes_any_words(at_desk: Visitor) -> None:
    for words in [
        "-" * 200, "- - - -a" * 25, "!" * 99, "a & | ! ( ) : * <-> <2>", '"' * 99, "or or or", "\\", "%_", "a:*b", "'; --",
        "😀" * 200, "\u202e", "x" * 200_000, "<script>alert(1)</script>", "{{ 7*7 }}", "\ufffd", "-or -\"a", "((((" * 50,
    ]:  # fmt: skip
        at_desk.open("/cari").submit("Cari", kata=words)
        assert at_desk.answer.status_code == 200, words[:40]
        assert "<script>alert" not in at_desk.text


def test_malformed_ids_cursors_and_addresses_are_answered(at_desk: Visitor, visitor: Visitor) -> None:
    unknown = uuid4()
    missing = [
        "/tugas/zzz", f"/tugas/{unknown}", "/berkas/%00", f"/berkas/{unknown}'", f"/dokumen/{unknown}/halaman/{'9' * 40}",
        f"/dokumen/{unknown}/halaman/-1", "/surat/x.pdf", f"/surat/{unknown}.pdf", "/..%2f..%2fetc/passwd", "/static/../../etc/passwd",
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
            at_desk.client.get("/", query_string={"setelah": cursor, "daftar": "semua"}).status_code == 200
        ), cursor
        assert at_desk.client.get("/cari", query_string={"setelah": cursor}).status_code == 200, cursor
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
        {"Cookie": "sentra=\xff\xfe"}, {"Cookie": "sentra=" + "A" * 6000}, {"Cookie": "=;;=; sentra"}, {"User-Agent": "\xff" * 8000},
        {"Accept": "\xff;q=zzz"}, {"Referer": "\xff"}, {"Range": "bytes=9-1"}, {"If-Modified-Since": "zz"}, {"X-Request-ID": "a\tb" * 999},
    ],
)  # fmt: skip
def test_odd_headers_and_cookies_never_break_a_page(visitor: Visitor, headers: dict[str, str]) -> None:
    assert visitor.client.get("/", headers=headers).status_code in (200, 302, 400)
    assert visitor.client.get("/masuk", headers=headers).status_code == 200


def test_a_case_keeps_the_form_it_was_started_under(
    at_desk: Visitor, works: Works, newer_sktlk: Callable[[], None]
) -> None:
    desk.to_identity(at_desk)
    newer_sktlk()
    assert "Nama lengkap" in at_desk.words
    at_desk.submit(desk.NEXT, **desk.IDENTITY)
    assert at_desk.answer.status_code == 200
    assert "perlu diperbaiki" not in at_desk.words, "the new question is not required of a running case"
    desk.to_identity(at_desk)
    assert "Nama ibu kandung" in at_desk.words, "a new case asks it"
    at_desk.submit(desk.NEXT, **desk.IDENTITY)
    assert at_desk.answer.status_code == 400
