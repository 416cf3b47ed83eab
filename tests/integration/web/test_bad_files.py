"""Files that are broken, disguised or made to do harm, through the browser's form and through the
command: one sentence that says what to do, and nothing kept.
"""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pikepdf
import psycopg
import pytest
from PIL import Image
from sqlalchemy import func, select, text

from archive.models import Blob, Document
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from tests.services import ROOT
from tests.unit.ocr import engines, hostile, papers
from workflow_app.domain import SYSTEM
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import reading

FIELD = "persyaratan.sim_01.documents"
SCRIPT = {"Accept": "application/json"}
DOT = Image.new("1", (8, 8))


def locked() -> bytes:
    with pikepdf.open(io.BytesIO(papers.text_pdf(papers.LINES))) as pdf:
        return papers.saved(pdf, encryption=pikepdf.Encryption(owner="pemilik", user="rahasia"))


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "kosong.pdf": (lambda: b"", "kosong"),
    "salah.png": (lambda: b"catatan biasa", "bukan gambar atau PDF"),
    "terpotong.jpg": (lambda: cut(papers.coded(papers.page())), "terpotong"),
    "terpotong.pdf": (lambda: cut(papers.picture_pdf(papers.page())), "terpotong"),
    "terkunci.pdf": (locked, "kata sandi"),
    "bom.png": (lambda: papers.png_claiming(60_000, 60_000), "60000 x 60000"),
    "nol.png": (lambda: papers.png_claiming(0, 0), "rusak"),
    "bom.tif": (lambda: hostile.fax(tags=((256, 4, 1, 60_000), (257, 4, 1, 60_000))), "megapiksel"),
    "bom.pdf": (hostile.flate_bomb, "terlalu rumit"),
    "lingkar.pdf": (hostile.page_tree_in_a_circle, "rusak"),
    "halaman.tif": (lambda: papers.tiff([DOT] * 301), "301 halaman"),
    "halaman.jpg": (lambda: b"<!DOCTYPE html><script>alert(1)</script>", "HTML"),
    "gambar.jpg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "SVG"),
    "rusak.heic": (lambda: cut(papers.coded(papers.page().convert("RGB"), "HEIF")), "terpotong"),
    "program.pdf": (lambda: b"MZ" + bytes(300), "program"),
}
NAMES = [
    "../../../etc/passwd", "..\\..\\windows\\system32\\a.png", "/etc/passwd", "a\x1b[2J\r\nb.png",
    "ktp\u202egnp.exe", "x" * 5000 + ".png",
    "<script>alert(1)</script>.png", "'; rm -rf / #.png", "CON", ".",
    "Contoh Budi Santoso 6306050102900001.png", "\ufffd\udcff.png",
]  # fmt: skip


def kept(works: Works) -> tuple[int, int, int]:
    """Documents, blobs, jobs."""
    with works.begin(SYSTEM) as work:
        counted = (
            work.session.scalar(select(func.count()).select_from(table))
            for table in (Document, Blob)
        )
        jobs = work.session.scalar(text("select count(*) from procrastinate_jobs"))
        return (*(number or 0 for number in counted), jobs or 0)  # type: ignore[return-value]  # two tables and the jobs: three


def test_with_a_script_every_bad_file_gets_one_sentence_and_leaves_nothing(
    at_desk: Visitor, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.to_requirements(at_desk)
    before, stored = kept(works), []
    monkeypatch.setattr(type(works.blobs), "put", lambda _store, data, _kind: stored.append(data))
    for name, (made, part) in BAD.items():
        began = time.monotonic()
        answer = at_desk.client.post(
            f"{at_desk.path}/dokumen",
            data={
                "csrf_token": at_desk.token(),
                "bidang": FIELD,
                "berkas": (io.BytesIO(made()), name),
            },
            headers=SCRIPT,
        )
        assert (answer.status_code, part in answer.json["sentence"]) == (400, True), (
            name,
            answer.json,
        )
        assert time.monotonic() - began < 30, name
    assert kept(works) == before
    assert not stored, "not even bytes that no row names"


def test_without_a_script_bad_files_are_named_beside_their_field_and_good_ones_are_kept(
    at_desk: Visitor, works: Works
) -> None:
    desk.to_requirements(at_desk)
    documents, blobs, jobs = kept(works)
    for number, name in enumerate(("kosong.pdf", "terkunci.pdf", "gambar.jpg", "bom.png")):
        made, part = BAD[name]
        good = papers.coded(Image.new("RGB", (60, 40), (number, 9, 9)), "PNG")
        at_desk.submit(
            "Simpan dulu",
            {f"unggah.{FIELD}": [(good, "a.png"), (made(), name)]},
            catatan="Catatan uji",
        )
        assert at_desk.answer.status_code == 400, name
        assert part in at_desk.words, name
        assert name not in at_desk.text
        assert "Catatan uji" in at_desk.text
    assert kept(works) == (documents + 4, blobs + 4, jobs + 4)


def test_a_tiff_of_300_pages_is_taken_and_more_files_than_twenty_are_not(
    at_desk: Visitor, works: Works
) -> None:
    desk.to_requirements(at_desk)
    at_desk.submit("Unggah", {f"unggah.{FIELD}": [(papers.tiff([DOT] * 300), "banyak.tif")]})
    assert at_desk.answer.status_code == 200
    before = kept(works)[0]
    pictures = [
        (papers.coded(Image.new("L", (9, 9), number), "PNG"), f"{number}.png")
        for number in range(25)
    ]
    at_desk.submit("Unggah", {f"unggah.{FIELD}": pictures})
    assert at_desk.answer.status_code == 400
    assert "Paling banyak 20 file" in at_desk.words
    assert kept(works)[0] == before + 20


def test_file_names_of_any_kind_are_neither_used_nor_shown_nor_kept(
    at_desk: Visitor, works: Works
) -> None:
    desk.to_requirements(at_desk)
    for number, name in enumerate(NAMES):
        good = papers.coded(Image.new("RGB", (30, 40 + number), "white"), "PNG")
        boundary = uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="%s"'
        body = b"".join(
            (
                (head % "csrf_token").encode(), b"\r\n\r\n", at_desk.token().encode(), b"\r\n",
                (head % "bidang").encode(), b"\r\n\r\n", FIELD.encode(), b"\r\n",
                (head % "berkas").encode(), b'; filename="', name.encode("utf-8",
                    "surrogateescape").replace(b'"', b"'"),
                b'"\r\nContent-Type: text/html\r\n\r\n', good, f"\r\n--{boundary}--\r\n".encode(),
            )
        )  # fmt: skip
        answer = at_desk.client.post(
            f"{at_desk.path}/dokumen",
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
            headers=SCRIPT,
        )
        assert answer.status_code in (200, 400), (name[:40], answer.text)
        assert "passwd" not in answer.text
        assert "Santoso" not in answer.text
    with works.begin(SYSTEM) as work:
        rows = str(
            work.session.execute(
                text("select d::text, c::text from archive.document d, case_document c")
            ).all()
        )
    for trace in ("passwd", "Santoso", "6306050102900001", "<script", "exe"):
        assert trace not in rows


def test_a_disguised_file_is_handed_out_as_what_it_is_and_never_runs(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    double = papers.coded(Image.new("RGB", (40, 30))) + b"<html><script>alert(1)</script>"
    at_desk.submit("Unggah", {f"unggah.{FIELD}": [(double, "foto.html")]})
    document = next(
        box.get("value") for box in at_desk.page().iter("input") if box.get("name") == FIELD
    )
    answer = at_desk.client.get(f"/dokumen/{document}/asli")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=dokumen-")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("kind", ["hangs", "crashes", "rubbish", "forks", "eats", "shouts"])
def test_a_paper_whose_reading_fails_says_so_and_can_be_read_again(
    at_desk: Visitor, works: Works, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.to_requirements(at_desk)
    page = papers.coded(papers.page(lines=("Lunas",), size=(400, 300)), "PNG")
    at_desk.submit("Unggah", {f"unggah.{FIELD}": [(page, "a.png")]})
    document = next(
        box.get("value") for box in at_desk.page().iter("input") if box.get("name") == FIELD
    )
    with monkeypatch.context() as broken:
        Path(engines.engine(tmp_path, kind)).rename(tmp_path / "tesseract")
        broken.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        broken.setattr(
            reading,
            "ACCEPTED",
            reading.ACCEPTED.__class__(max_bytes=500_000_000, decode_memory=700_000_000),
        )
        began = time.monotonic()
        with pytest.raises(reading.Unavailable):
            reading.read_document(works, UUID(document), page_seconds=2)
        assert time.monotonic() - began < 30
    words = at_desk.open(f"/dokumen/{document}").words
    assert "tidak terbaca" in words
    assert "Coba baca ulang" in words
    assert at_desk.client.get(f"/dokumen/{document}/asli").data == page
    assert reading.read_document(works, UUID(document), page_seconds=60) == "readable"


@pytest.fixture
def site(stack: dict[str, str], fresh_database_url: str) -> dict[str, str]:
    """Environment of a site without any data."""
    return {**stack, "DATABASE_URL": fresh_database_url, "S3_BUCKET": f"site-{uuid4().hex}"}


def test_the_command_refuses_the_same_files_in_the_same_words(
    site: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "kiriman"
    folder.mkdir()
    for name, (made, _) in BAD.items():
        (folder / name).write_bytes(made())
    (folder / "baik.png").write_bytes(papers.coded(papers.page(), "PNG"))
    forged = folder / "x\nstored    palsu.png\x1b[2J\u202e"
    forged.write_bytes(b"")

    def add(*words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "workflow_app", "archive", "add", *words],
            cwd=ROOT, env={**os.environ, **site}, capture_output=True, check=True, timeout=120,
        )  # fmt: skip

    found = {
        Path(line["file"]).name: line
        for line in map(json.loads, add(str(folder), "--json").stdout.splitlines())
    }
    assert found.pop("baik.png")["status"] == "stored"
    assert found.pop(forged.name)["status"] == "refused"
    assert set(found) == set(BAD)
    for name, (_, part) in BAD.items():
        assert (found[name]["status"], part in found[name]["reason"]) == ("refused", True), found[
            name
        ]
    with psycopg.connect(site["DATABASE_URL"]) as connection:
        counted = connection.execute(
            "select (select count(*) from archive.document), (select count(*) from archive.blob)"
        )
        assert counted.fetchone() == (1, 1)
    plain = add(str(forged)).stdout
    assert len(plain.splitlines()) == 2, "a name cannot write a line of its own"
    assert b"\x1b" not in plain
    assert "\u202e".encode() not in plain
