"""The scanner's folder empties itself into stacks: nothing half, nothing twice, nothing lost, and no name is kept (R39)."""

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.models import Document
from tests.integration.services import stacks as made
from tests.integration.services.conftest import fresh_works as fresh_works
from tests.small_disk import fill, small_disk
from tests.unit.ocr import fed
from workflow_app.errors import DiskFull, Forbidden, NotFound
from workflow_app.models.audit import AuditEvent
from workflow_app.models.heartbeat import Heartbeat
from workflow_app.models.stack import PaperStack
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.papers import folder_intake, scan_folder, stacks
from workflow_app.services.papers.scan_folder import ScanFolder
from workflow_app.services.running import tray
from workflow_app.services.watching import health, intakes
from workflow_app.types import SYSTEM, Actor

NAME = "Budi O'Contoh 6306010101010001.pdf"
"""Of a file; nothing of it may be kept."""


class Scanner:
    """The folder, and the time that passes between two looks at it."""

    def __init__(self, path: Path, works: Works) -> None:
        self.path, self.works, self.now = path, works, 0.0
        self.folder = self.opened()

    def opened(self, **given: bool) -> ScanFolder:
        """As a worker opens it that was started just now."""
        self.folder = ScanFolder(self.path, ticks=lambda: self.now, **given)
        return self.folder

    def put(self, name: str, data: bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path

    def look(self, after: float = 20.0) -> folder_intake.Found:
        found = folder_intake.take_in(self.works, self.folder, max_megabytes=2)
        self.now += after
        return found

    def stacks(self) -> list[PaperStack]:
        with self.works.begin(SYSTEM) as work:
            query = select(PaperStack).where(PaperStack.brought_by.is_(None)).order_by(PaperStack.brought_at)
            found = list(work.session.scalars(query))
            work.session.expunge_all()
            return found


@pytest.fixture
def scanner(tmp_path: Path, works: Works) -> Scanner:
    folder = tmp_path / "pindai"
    folder.mkdir()
    return Scanner(folder, works)


def scan(words: str) -> bytes:
    return made.pdf(fed.sheet(words))


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


def test_hidden_unfinished_and_other_things_are_passed_over(scanner: Scanner, tmp_path: Path) -> None:
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


def test_a_link_in_the_place_of_a_folder_of_ours_leads_nowhere(scanner: Scanner, tmp_path: Path) -> None:
    elsewhere = tmp_path / "lain"
    elsewhere.mkdir()
    (scanner.path / "diterima").symlink_to(elsewhere)
    scanner.put("a.pdf", scan("Contoh tautan"))
    scanner.look()
    assert (scanner.look().faults, [*elsewhere.iterdir()]) == (["NotADirectoryError"], [])
    assert len(scanner.stacks()) == 1, "its bytes are kept, the file stays and is said to"


def test_a_subfolder_named_as_a_unit_brings_to_that_unit(scanner: Scanner, tono: Actor, works: Works) -> None:
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


class Killed(BaseException):
    """Nothing of ours handles it, as nothing handles SIGKILL."""


@pytest.mark.parametrize("point", ["begin", "accept", "rename"])
def test_killed_at_any_point_nothing_is_lost_or_doubled(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Before the commit, after it, and in the middle of moving."""
    scanner.put("a.pdf", scan(f"Contoh mati {point}"))
    scanner.look()
    target = {"begin": stacks, "accept": ScanFolder, "rename": scan_folder.os}[point]

    def die(*_args: object, **_named: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(target, point, die)
        with pytest.raises(Killed):
            scanner.look()
    assert (scanner.path / "a.pdf").is_file()
    assert len(scanner.stacks()) == (0 if point == "begin" else 1)
    scanner.opened()
    scanner.look()
    assert scanner.look().taken == 1
    assert (len(scanner.stacks()), (scanner.path / "diterima" / "a.pdf").is_file()) == (1, True)


def test_two_workers_at_once_take_each_file_once(tmp_path: Path, fresh_works: Works) -> None:
    folder = tmp_path / "bersama"
    folder.mkdir()
    both = [Scanner(folder, fresh_works), Scanner(folder, fresh_works)]
    for no in range(8):
        both[0].put(f"{no}.pdf", scan(f"Contoh bersama {no}"))
    for one in both:
        one.look()
    start, found = threading.Barrier(2), []

    def go(one: Scanner) -> None:
        start.wait()
        found.append(one.look())

    threads = [threading.Thread(target=go, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(2):  # what one found locked
        both[0].look()
    assert len(found) == 2
    with fresh_works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).select_from(PaperStack)) == 8
    assert len([*(folder / "diterima").iterdir()]) == 8


def test_a_full_store_leaves_the_file_and_a_full_folder_refuses_later(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner.put("a.pdf", scan("Contoh penuh"))
    scanner.look()

    def full(*_args: object, **_named: object) -> None:
        raise DiskFull

    with monkeypatch.context() as patch:
        patch.setattr(stacks, "take_in", full)
        with pytest.raises(DiskFull):
            scanner.look()
    assert scanner.look().taken == 1

    with small_disk(scanner.path, 1):
        (scanner.path / "ditolak").mkdir()
        scanner.put("buruk.docx", b"bukan pindaian")
        filling = fill(scanner.path / "ditolak")
        scanner.look(after=scan_folder.LONG_QUIET)
        assert (scanner.look().faults, (scanner.path / "buruk.docx").is_file()) == (["OSError"], True)
        filling.unlink()
        scanner.look()
        assert {path.name for path in (scanner.path / "ditolak").iterdir()} == {
            "buruk.docx",
            "buruk.docx.txt",
        }


def test_the_site_says_when_the_folder_is_away_and_when_it_is_back(scanner: Scanner, works: Works) -> None:
    def state() -> tuple[str, object]:
        with works.begin(SYSTEM) as work:
            (part,) = health.ways_in(work, [health.FOLDER])
            return part.state, part.facts.get("refused")

    def look() -> None:
        intakes.take_scans(works, scanner.folder, max_megabytes=2)
        scanner.now += scan_folder.LONG_QUIET

    assert state() == ("unknown", None)
    away = scanner.path.rename(scanner.path.with_name("dicabut"))
    look()
    assert state() == ("away", None)
    assert "Folder pemindai" in health.SENTENCES[health.FOLDER]
    away.rename(scanner.path)
    scanner.put("buruk.txt", b"bukan pindaian")
    look()
    look()
    assert state() == ("ok", 1)
    with works.begin(SYSTEM) as work:
        work.session.get_one(Heartbeat, health.FOLDER).at -= timedelta(seconds=health.INTAKE_LATE + 1)
    assert state() == ("late", 1)
