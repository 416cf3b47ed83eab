"""The scanner's folder empties itself into stacks: nothing half, nothing twice, nothing lost, and
no name is kept (R39).
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from archive.models import Document
from tests.integration.services.conftest import fresh_works as fresh_works
from tests.integration.services.scanner import Scanner, scan
from workflow_app.domain import Actor, Forbidden, NotFound, StorageAway
from workflow_app.models import AuditEvent
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.intake import scan_folder, stacks
from workflow_app.services.intake.scan_folder import ScanFolder
from workflow_app.services.workflow import tray

NAME = "Budi O'Contoh 6306010101010001.pdf"
"""Of a file; nothing of it may be kept."""


def test_r39_what_lies_complete_in_the_folder_becomes_a_stack_and_its_name_is_kept_nowhere(
    scanner: Scanner, works: Works, person: Callable[..., Actor], caplog: pytest.LogCaptureFixture
) -> None:
    data = scan("Contoh dari folder")
    scanner.put(NAME, data)
    assert scanner.look().taken == 0, "one look does not show that nothing is written any more"
    assert scanner.look().taken == 1
    assert [path.name for path in (scanner.path / "diterima").iterdir()] == [NAME]
    assert [path.name for path in scanner.path.iterdir()] == ["diterima"]

    (stack,) = scanner.stacks()
    assert (stack.unit, stack.status, stack.kind) == ("spkt", "waiting", "scan")
    assert stacks.split(works, stack.id) == "split"
    with works.begin(person("arsip", "arsiparis")) as work:
        (shown,) = tray.show(work).stacks
        assert (shown.brought_by, shown.can_take_out, shown.waiting) == ("Folder pemindai", True, 1)
        assert stacks.original(work, stack.id).data == data
        told = [str(event.details) for event in work.session.scalars(select(AuditEvent))]
        told += [document.label for document in work.session.scalars(select(Document))]
    assert not [words for words in [*told, caplog.text] if "Contoh 63" in words]


def test_the_whole_of_what_nobody_brought_is_not_for_the_counter(
    scanner: Scanner, works: Works, budi: Actor, person: Callable[..., Actor]
) -> None:
    scanner.put("a.pdf", scan("Contoh utuh"))
    scanner.look()
    scanner.look()
    (stack,) = scanner.stacks()
    for who in (budi, person("jauh", "arsiparis", unit="lain")):
        with works.begin(who) as work, pytest.raises(NotFound):
            stacks.original(work, stack.id)
    with works.begin(person("auditor", "auditor")) as work, pytest.raises(Forbidden):
        stacks.original(work, stack.id)


def test_a_file_that_grows_is_not_taken_half(scanner: Scanner) -> None:
    data = scan("Contoh yang ditulis perlahan")
    path = scanner.put("lambat.pdf", data[:500])
    for end in (900, 1300, len(data) - 5):
        scanner.look()
        path.write_bytes(data[:end])
    scanner.look()
    assert scanner.look().taken == 0, "it has no end yet, so the scanner may only have paused"
    assert (path.is_file(), scanner.stacks()) == (True, [])
    path.write_bytes(data)
    scanner.look()
    assert scanner.look().taken == 1


def test_a_file_that_is_exchanged_between_look_and_reading_is_left_alone(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = scanner.put("ganti.pdf", scan("Contoh lama"))
    scanner.look()
    read, newer = ScanFolder.read, scan("Contoh yang lebih baru")

    def exchanged(folder: ScanFolder, arrival: scan_folder.Arrival, limit: int) -> bytes | None:
        data = read(folder, arrival, limit)
        path.write_bytes(newer)
        return data

    with monkeypatch.context() as patch:
        patch.setattr(ScanFolder, "read", exchanged)
        scanner.look()
    assert path.read_bytes() == newer, "what was written meanwhile is not moved away with the old"
    scanner.look()
    scanner.look()
    assert (path.exists(), len(scanner.stacks())) == (False, 2)


def test_what_cannot_be_a_stack_is_put_aside_with_the_reason(scanner: Scanner) -> None:
    scanner.put("surat.docx", b"PK\x03\x04 bukan gambar")
    scanner.put("kosong.pdf", b"")
    scanner.put("separuh.pdf", scan("Contoh separuh")[:700])
    scanner.put("besar.tif", b"II*\x00" + bytes(2_100_000))
    scanner.look()
    assert scanner.look(after=scan_folder.LONG_QUIET).refused == 0, "they may still be written"
    assert (scanner.look().taken, scanner.stacks()) == (0, [])
    aside = scanner.path / "ditolak"
    files = {"surat.docx", "kosong.pdf", "separuh.pdf", "besar.tif"}
    assert {path.name for path in aside.iterdir()} == files | {f"{name}.txt" for name in files}
    for name in files:
        sentence = (aside / f"{name}.txt").read_text(encoding="utf-8").strip()
        assert sentence.endswith(".") and len(sentence) > 20, sentence
    assert scanner.look().refused == 4


def test_one_file_that_breaks_us_does_not_keep_the_others_waiting(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    poison = scan("Contoh yang pertama")
    for name, data in (("Budi Contoh.pdf", poison), ("b.pdf", scan("Contoh kedua"))):
        scanner.put(name, data)
    scanner.look()
    bring = stacks.take_in

    def broken(work: UnitOfWork, data: bytes, **given: Any) -> stacks.Brought:
        if data == poison:
            raise ZeroDivisionError
        return bring(work, data, **given)

    with monkeypatch.context() as patch:
        patch.setattr(stacks, "take_in", broken)
        found = scanner.look()
    assert (found.taken, found.faults) == (1, ["ZeroDivisionError"])
    assert "Budi" not in caplog.text
    assert (scanner.look().taken, len(scanner.stacks())) == (1, 2)


def test_nothing_goes_on_while_the_store_is_away(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner.put("a.pdf", scan("Contoh menunggu"))
    scanner.look()

    def away(*_given: Any, **_named: Any) -> None:
        raise StorageAway

    with monkeypatch.context() as patch, pytest.raises(StorageAway):
        patch.setattr(stacks, "take_in", away)
        scanner.look()
    assert scanner.look().taken == 1


def test_hidden_unfinished_and_other_things_are_passed_over(
    scanner: Scanner, tmp_path: Path
) -> None:
    outside = tmp_path / "rahasia.pdf"
    outside.write_bytes(scan("Contoh di luar"))
    (scanner.path / "tautan.pdf").symlink_to(outside)
    (scanner.path / "lain").symlink_to(tmp_path)
    os.mkfifo(scanner.path / "pipa.pdf")
    for name in (
        ".tersembunyi.pdf",
        "~sementara.pdf",
        "unduh.pdf.part",
        "x.tmp",
        "Thumbs.db",
        "folder/dalam.pdf",
    ):
        scanner.put(name, scan(name))
    before = sorted(path.name for path in scanner.path.iterdir())
    for _ in range(3):
        scanner.look(after=scan_folder.LONG_QUIET)
    assert sorted(path.name for path in scanner.path.iterdir()) == before
    assert (outside.is_file(), scanner.stacks()) == (True, [])


def test_a_link_in_the_place_of_a_folder_of_ours_leads_nowhere(
    scanner: Scanner, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "lain"
    elsewhere.mkdir()
    (scanner.path / "diterima").symlink_to(elsewhere)
    scanner.put("a.pdf", scan("Contoh tautan"))
    scanner.look()
    assert (scanner.look().faults, [*elsewhere.iterdir()]) == (["NotADirectoryError"], [])
    assert len(scanner.stacks()) == 1, "its bytes are kept, the file stays and is said to"


def test_a_subfolder_named_as_a_unit_brings_to_that_unit(
    scanner: Scanner, tono: Actor, works: Works
) -> None:
    scanner.put("lain/a.pdf", scan("Contoh unit lain"))
    scanner.put("antah/b.pdf", scan("Contoh tanpa unit"))
    scanner.look()
    assert scanner.look().taken == 1
    (stack,) = scanner.stacks()
    assert stack.unit == tono.unit == "lain"
    assert (scanner.path / "lain" / "diterima" / "a.pdf").is_file()
    assert (scanner.path / "antah" / "b.pdf").is_file()


def test_the_same_name_with_other_bytes_is_kept_beside_the_first_and_the_same_bytes_are_one_stack(
    scanner: Scanner,
) -> None:
    one, other = scan("Contoh satu"), scan("Contoh dua")
    for data in (one, other, one):
        scanner.put("SCAN0001.pdf", data)
        scanner.look()
        assert scanner.look().taken == 1
    assert len(scanner.stacks()) == 2
    taken = sorted(path.name for path in (scanner.path / "diterima").iterdir())
    assert len(taken) == 3
    assert all(name.startswith("SCAN0001") for name in taken)
    assert len({(scanner.path / "diterima" / name).read_bytes() for name in taken}) == 2


def test_names_of_any_kind_are_taken(scanner: Scanner) -> None:
    odd = os.fsdecode(b"salah-\xff\xfe.pdf")
    names = ["a" * 250 + ".pdf", "baris\nbaru.pdf", "'; drop table.pdf", "-rf", odd]
    for no, name in enumerate(names):
        scanner.put(name, scan(f"Contoh nama {no}"))
    scanner.look()
    assert (scanner.look().taken, len(scanner.stacks())) == (5, 5)
    assert len([*(scanner.path / "diterima").iterdir()]) == 5


def test_what_was_taken_may_be_deleted_instead(scanner: Scanner) -> None:
    scanner.opened(is_kept=False)
    scanner.put("a.pdf", scan("Contoh dihapus"))
    scanner.look()
    assert (scanner.look().taken, len(scanner.stacks()), [*scanner.path.iterdir()]) == (1, 1, [])
