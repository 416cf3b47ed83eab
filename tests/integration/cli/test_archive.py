"""`archive` and `audit` as an administrator uses them: in a process of their own, on a database of
their own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.integration.services import scans
from tests.services import ROOT


@pytest.fixture
def site(stack: dict[str, str], fresh_database_url: str) -> dict[str, str]:
    """Environment of a site without any data."""
    own = {
        "DATABASE_URL": fresh_database_url,
        "S3_BUCKET": f"site-{uuid4().hex}",
        "MAX_UPLOAD_MB": "1",
    }
    return {**stack, **own}


def spkt(site: dict[str, str], *words: str | bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "workflow_app", *words],
        cwd=ROOT,
        env={**os.environ, **site},
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_file_gets_one_answer_whatever_it_is(site: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "kiriman"
    (folder / "dalam").mkdir(parents=True)
    (folder / "a.png").write_bytes(scans.picture())
    (folder / "b salinan.png").write_bytes(scans.picture())
    (folder / "dalam" / "dua halaman.tif").write_bytes(scans.tiff("satu", "dua"))
    (folder / "dalam" / "kosong.pdf").write_bytes(b"")
    (folder / "dalam" / "rusak.pdf").write_bytes(b"%PDF-1.7\n" + b"\xff" * 500)
    (folder / "dalam" / "program.jpg").write_bytes(b"MZ" + bytes(300))
    (folder / "besar.png").write_bytes(scans.picture() + bytes(1_000_000))
    (folder / "putus.png").symlink_to("tidak ada")
    (folder / "putaran").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "pipa")
    strange = os.fsencode(folder) + b"/nama-\xff-aneh.png"
    Path(os.fsdecode(strange)).write_bytes(scans.picture("nama aneh"))

    done = spkt(
        site,
        "archive",
        "add",
        str(folder),
        str(tmp_path / "hilang.pdf"),
        "x" * 300,
        "/dev/zero",
        "--json",
    )

    found = {Path(answer["file"]).name: answer for answer in answers(done)}
    assert {name: answer["status"] for name, answer in found.items()} == {
        "a.png": "stored",
        "b salinan.png": "duplicate",
        "dua halaman.tif": "stored",
        "kosong.pdf": "refused",
        "rusak.pdf": "refused",
        "program.jpg": "refused",
        "besar.png": "refused",
        "putus.png": "refused",
        "pipa": "refused",
        os.fsdecode(b"nama-\xff-aneh.png"): "stored",
        "hilang.pdf": "refused",
        "x" * 300: "refused",
        "zero": "refused",
    }
    assert all(
        set(answer) == {"file", "status", "document_id", "pages", "reason"}
        for answer in found.values()
    )
    assert found["dua halaman.tif"]["pages"] == 2
    assert found["b salinan.png"]["document_id"] == found["a.png"]["document_id"]
    assert all(answer["reason"] for answer in found.values() if answer["status"] == "refused")
    assert "MB" in found["besar.png"]["reason"]
    with psycopg.connect(site["DATABASE_URL"]) as connection:
        row = connection.execute(
            "select count(*) from procrastinate_jobs where task_name = 'read_document'"
        ).fetchone()
        kept = connection.execute(
            "select string_agg(d::text, ' ') from archive.document d"
        ).fetchone()
    assert row == (3,)
    assert kept is not None
    assert "aneh" not in kept[0]


def test_level_and_name_are_chosen_from_lists_and_told(
    site: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(scans.picture())
    for option, given in (("--level", "sangat"), ("--label", "Surat Budi")):
        done = spkt(site, "archive", "add", str(tmp_path / "a.png"), option, given)
        assert done.returncode == 2
        assert b"is not one of" in done.stderr
    first = spkt(
        site, "archive", "add", str(tmp_path / "a.png"), "--level", "terbatas", "--label", "Surat"
    )
    again = spkt(site, "archive", "add", str(tmp_path / "a.png"), "--level", "rahasia", "--json")
    assert b"1 stored, 0 duplicate, 0 refused" in first.stdout
    assert answers(again)[0]["reason"].endswith("Tingkat aksesnya dinaikkan seperti yang diminta.")
    with psycopg.connect(site["DATABASE_URL"]) as connection:
        assert connection.execute("select level, label from archive.document").fetchall() == [
            (2, "Surat")
        ]


def test_verify_names_the_blob_that_is_gone(site: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(scans.picture("fixity"))
    stored = spkt(site, "archive", "add", str(tmp_path / "a.png"))
    assert (stored.returncode, stored.stdout.decode().splitlines()[-1]) == (
        0,
        "1 stored, 0 duplicate, 0 refused",
    )

    sound = spkt(site, "archive", "verify")
    assert (sound.returncode, sound.stdout.decode().splitlines()[0]) == (
        0,
        "1 blobs read, 0 not intact",
    )
    with psycopg.connect(site["DATABASE_URL"]) as connection:
        connection.execute(
            "insert into archive.blob (sha256, size, media_type, version_id, stored_at)"
            " values (repeat('0', 64), 5, 'image/png', '1', now())"
        )
    done = spkt(site, "archive", "verify")

    assert done.returncode == 1
    first, second, holds, lock = done.stdout.decode().splitlines()
    assert (first, second) == (f"{'0' * 64} missing", "2 blobs read, 1 not intact")
    assert holds == "0 legal holds corrected"
    assert lock.startswith(
        "object lock holds: overwriting refused, deleting refused, shortening refused, "
    )


def test_r37_what_was_exported_verifies_by_itself_and_is_taken_in(
    site: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(scans.picture("ekspor"))
    stored = answers(spkt(site, "archive", "add", str(tmp_path / "a.png"), "--json"))[0][
        "document_id"
    ]
    bag = tmp_path / "tas"
    exported = spkt(site, "archive", "export", str(bag), "--document", stored)
    assert (exported.returncode, exported.stdout[:11]) == (0, b"1 papers in"), exported.stderr

    def verify() -> tuple[int, str]:
        alone = [sys.executable, "-I", "-S", "verify.py"]
        done = subprocess.run(alone, cwd=bag, env={}, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    assert verify() == (0, "Lengkap dan tidak berubah.\n")
    taken = spkt(site, "archive", "import", str(bag))
    assert (taken.returncode, taken.stdout.decode().splitlines()[0].split()[::2]) == (
        0,
        [stored, "duplicate"],
    )
    events = bag / "data" / "documents" / stored / "events.jsonl"
    events.write_text(events.read_text().replace("Sistem", "Bukan", 1))
    code, told = verify()
    assert (code, "kejadian ini sudah berubah" in told, "events.jsonl sudah berubah" in told) == (
        1,
        True,
        True,
    )
    refused = spkt(site, "archive", "import", str(bag))
    assert (refused.returncode, b"tidak diterima" in refused.stderr) == (1, True)


def test_the_trail_is_verified_from_the_command_line(site: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(scans.picture("jejak"))
    spkt(site, "archive", "add", str(tmp_path))

    made = spkt(site, "audit", "checkpoint")
    again = spkt(site, "audit", "checkpoint")
    sound = spkt(site, "audit", "verify")
    with psycopg.connect(site["DATABASE_URL"]) as connection:
        connection.execute("alter table audit_event disable trigger user")
        connection.execute("update audit_event set action = 'x' where position = 1")
    broken = spkt(site, "audit", "verify")

    assert made.stdout.startswith(b"checkpoint 1: ")
    assert again.stdout == b"no new events\n"
    assert sound.returncode == 0
    assert b"nothing was changed" in sound.stdout
    assert broken.returncode == 1
    assert b"archive at 1: was changed after it was written" in broken.stdout


def test_a_store_that_is_away_is_a_sentence_and_no_answer(
    site: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(scans.picture())

    done = spkt({**site, "S3_ENDPOINT": "127.0.0.1:9"}, "archive", "add", str(tmp_path), "--json")

    assert done.returncode == 1
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr
    assert b"tidak" in done.stderr
