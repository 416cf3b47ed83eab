"""Odd, forged and hostile input on the pages: a clear answer, nothing kept half, nothing shown
unescaped, never a 500.
"""

import json
import shutil
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.integration.deploying import copy_of
from tests.integration.web import desk
from tests.integration.web.sending import count, multipart
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM
from workflow_app.models import Case, Submission
from workflow_app.services.cases import answers
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.processes import definitions

INJECTIONS = {
    "nama": "Nor'ain <script>alert(1)</script>",
    "alamat": '\'; DROP TABLE service_case; -- " onfocus=alert(1) x="',
    "pekerjaan": "{{ config.SECRET_KEY }} {% raw %}",
    "desa": '=HYPERLINK("http://contoh.invalid")',
    "tempat_lahir": "typename & lane_owners __class__",
}
RESERVED = (
    "typename",
    "lane_owners",
    "constructor",
    "data",
    "script_engine",
    "variables",
    "kelengkapan",
    "butir",
)
"""Names that mean something to the engine or are control variables that only services compute."""


@pytest.fixture
def newer_sktlk(works: Works, sktlk: str, tmp_path: Path) -> Callable[[], None]:
    """Deploys a version whose identity form asks one question more."""

    def deploy() -> None:
        folder = copy_of(sktlk, tmp_path)
        for name, change in (("identitas.json", _ask_more), ("identitas.ui.json", _show_more)):
            path = folder / "forms" / name
            content = json.loads(path.read_text())
            change(content)
            path.write_text(json.dumps(content))
        shutil.rmtree(folder / "scenarios")
        with works.begin(SYSTEM) as work:
            definitions.deploy(work, folder)

    return deploy


def _ask_more(schema: dict[str, Any]) -> None:
    question = {"type": "string", "title": "Nama ibu kandung", "maxLength": 120}
    schema["properties"].append({"nama_ibu": question})
    schema["required"].append("nama_ibu")


def _show_more(ui: dict[str, Any]) -> None:
    question = {"widget": "text", "title": "Nama ibu kandung", "personal": "identitas"}
    ui["fields"].append({"nama_ibu": question})
    ui["sections"][0]["fields"].append("nama_ibu")


def test_hostile_text_is_kept_as_typed_and_shown_escaped_on_every_page(
    at_desk: Visitor, chief: Visitor
) -> None:
    desk.to_identity(at_desk)
    task = at_desk.path
    at_desk.submit("Simpan dulu", **{**desk.IDENTITY, **INJECTIONS})
    at_desk.open(task)
    at_desk.submit(desk.NEXT, **{**desk.IDENTITY, **INJECTIONS}).submit(
        desk.NEXT, peristiwa="hilang"
    )
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


def test_reserved_words_as_field_names_leave_the_engine_and_the_answers_as_they_are(
    at_desk: Visitor, works: Works
) -> None:
    for more in ({}, dict.fromkeys(RESERVED, "x")):
        desk.to_identity(at_desk).submit(desk.NEXT, **desk.IDENTITY, **more)
        at_desk.submit(desk.NEXT, peristiwa="hilang", **more)
        at_desk.submit(desk.NEXT, jenis="SIM", **desk.LOSS, **more)
        given = {name.replace("__", "."): value for name, value in desk.GIVEN.items()}
        dunder = dict.fromkeys(("__class__", "jenis"), "x") if more else {}
        multipart(
            at_desk, at_desk.path, tombol="selesai", kunci=str(uuid4()), **given, **more, **dunder
        )
        assert at_desk.answer.status_code == 200
    with works.begin(SYSTEM) as work:
        plain, forged = work.session.scalars(select(Case).order_by(Case.number))
        assert _engine_of(plain)["variables"]["kelengkapan"] == "lengkap", "the engine has gone on"
        assert _engine_of(forged) == _engine_of(plain)
        assert _answers_of(work, forged) == _answers_of(work, plain)


def _engine_of(case: Case) -> dict[str, Any]:
    """What the engine keeps of a case, without the ids and times of its tasks."""
    kept = json.loads(zlib.decompress(case.state))
    workflow = kept.pop("workflow")
    parts = [workflow, *workflow["subprocesses"].values()]
    tasks = [task for part in parts for task in part["tasks"].values()]
    data = [part["data"] for part in parts]
    return {**kept, "data": data, "tasks": [(t["task_spec"], t["state"], t["data"]) for t in tasks]}


def _answers_of(work: UnitOfWork, case: Case) -> dict[str, Any]:
    return answers.unsealed(work, case, answers.newest(work, case.id).values())


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
    began = time.thread_time()
    multipart(
        at_desk,
        at_desk.path,
        tombol="selesai",
        kunci=str(uuid4()),
        **{**desk.IDENTITY, "nama": "x" * 1_000_000},
    )
    assert time.thread_time() - began < 5
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
    began = time.thread_time()
    multipart(at_desk, at_desk.path, tombol="selesai", **{**desk.IDENTITY, "nama": name})
    assert time.thread_time() - began < 5
    assert at_desk.answer.status_code == 400
    assert sentence in at_desk.words
    assert "Kandangan" in at_desk.text


def test_names_of_the_world_are_taken_as_far_as_the_letter_can_show_them(at_desk: Visitor) -> None:
    for name in [
        "مُحَمَّد رضوان",
        "Nor'ain binti O'Brien",
        "Nguyễn Thị Ái",
        "陈伟",
        "👨‍👩‍👧 Contoh",
        "བསྟན་འཛིན",
        "Budi \u0378",
    ]:
        desk.to_identity(at_desk).submit(desk.NEXT, **{**desk.IDENTITY, "nama": name})
        if missing := formatting.unshown(name):
            assert at_desk.answer.status_code == 400, name
            assert (
                f"Huruf “{missing}” tidak dapat dicetak pada surat. Tulis dengan huruf Latin"
                in at_desk.words
            )
            assert f'value="{name}"' in at_desk.text, "stays in the form"
        else:
            assert at_desk.answer.status_code == 200, name
            assert "perlu diperbaiki" not in at_desk.words, name


def test_a_draft_and_a_reason_keep_letters_that_no_paper_shows(at_desk: Visitor) -> None:
    desk.to_identity(at_desk).submit("Simpan dulu", nama="Budi \u0378")
    assert 'value="Budi \u0378"' in at_desk.text
    case = at_desk.follow("B-2026-000001").path
    at_desk.open(case)
    answer = at_desk.client.post(
        f"{case}/batal",
        data={"csrf_token": at_desk.token(), "alasan": "Warga berpamitan 👋 dan tidak jadi"},
    )
    assert answer.status_code == 302


def test_days_that_cannot_be_get_a_sentence_and_stay_in_the_form(at_desk: Visitor) -> None:
    desk.to_identity(at_desk)
    for day in ["31-02-2026", "01-01-0001", "31-12-9999", "2026-W01-1", "٣١-١٢-٢٠٢٦", "1e9"]:
        at_desk.submit(desk.NEXT, **{**desk.IDENTITY, "tanggal_lahir": day})
        assert at_desk.answer.status_code == 400, day
        assert "perlu diperbaiki" in at_desk.words, day
        assert f'value="{day}"' in at_desk.text, day


def test_an_instant_at_the_end_of_the_calendar_in_a_draft_does_not_lock_the_task(
    at_desk: Visitor,
) -> None:
    desk.begin(at_desk)
    for instant in ("0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"):
        at_desk.submit("Simpan dulu", arrived_at=instant)
        assert at_desk.answer.status_code == 200
        assert "Kunjungan" in at_desk.open(at_desk.path).words or at_desk.answer.status_code == 200


def test_answers_to_hidden_questions_are_not_kept(at_desk: Visitor, works: Works) -> None:
    desk.to_identity(at_desk)
    at_desk.submit(
        desk.NEXT,
        **desk.IDENTITY,
        nama_penolong="Contoh Penolong Palsu",
        nomor_identitas="X123",
        asing="x",
    )
    assert "perlu diperbaiki" not in at_desk.words
    case = at_desk.follow("B-2026-000001").path
    at_desk.open(f"{case}/identitas").submit(
        "Buka identitas", tujuan="Pemeriksaan atau audit", uraian="uji"
    )
    assert "Contoh Warga Satu" in at_desk.words
    assert "Penolong Palsu" not in at_desk.words


def test_reasons_are_bounded_and_free_of_hidden_characters(at_desk: Visitor, works: Works) -> None:
    desk.to_requirements(at_desk)
    case = at_desk.follow("B-2026-000001").path
    for reason in ("x" * 3000, "salah ketik \u202e nama", "salah ketik \ufffd nama"):
        at_desk.open(case)
        answer = at_desk.client.post(
            f"{case}/batal", data={"csrf_token": at_desk.token(), "alasan": reason}
        )
        assert answer.status_code == 400
        assert "lalu ketik ulang" in answer.text or "paling banyak 2000 karakter" in answer.text
        answer = at_desk.client.post(
            f"{case}/identitas",
            data={
                "csrf_token": at_desk.token(),
                "tujuan": "Pemeriksaan atau audit",
                "uraian": reason,
            },
        )
        assert answer.status_code == 400
    with works.begin(SYSTEM) as work:
        assert work.session.scalars(select(Case.status)).one() == "running"


def test_a_case_keeps_the_form_it_was_started_under(
    at_desk: Visitor, works: Works, newer_sktlk: Callable[[], None]
) -> None:
    desk.to_identity(at_desk)
    newer_sktlk()
    assert "Nama lengkap" in at_desk.words
    at_desk.submit(desk.NEXT, **desk.IDENTITY)
    assert at_desk.answer.status_code == 200
    assert "perlu diperbaiki" not in at_desk.words, (
        "the new question is not required of a running case"
    )
    desk.to_identity(at_desk)
    assert "Nama ibu kandung" in at_desk.words, "a new case asks it"
    at_desk.submit(desk.NEXT, **desk.IDENTITY)
    assert at_desk.answer.status_code == 400


def test_a_question_of_a_newer_form_posted_to_an_older_case_means_nothing_there(
    at_desk: Visitor, works: Works, newer_sktlk: Callable[[], None]
) -> None:
    desk.to_identity(at_desk)
    newer_sktlk()
    task = at_desk.path
    at_desk.submit("Simpan dulu", **desk.IDENTITY, nama_ibu="Contoh Ibu")
    at_desk.open(task).submit(desk.NEXT, **desk.IDENTITY, nama_ibu="Contoh Ibu")
    assert at_desk.answer.status_code == 200
    assert "perlu diperbaiki" not in at_desk.words
    with works.begin(SYSTEM) as work:
        kept = _answers_of(work, work.session.scalars(select(Case)).one())
    assert kept["identitas"]["nama"] == desk.IDENTITY["nama"]
    assert "Contoh Ibu" not in str(kept)
