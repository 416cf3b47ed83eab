"""The scanner's folder when something dies, is full, is away, or comes twice (R39)."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.integration.services.conftest import fresh_works as fresh_works
from tests.integration.services.scanner import Scanner, scan
from tests.small_disk import fill, small_disk
from workflow_app.domain import SYSTEM, DiskFull
from workflow_app.models import Heartbeat, PaperStack
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.intake import scan_folder, stacks
from workflow_app.services.intake.scan_folder import ScanFolder
from workflow_app.services.operations import health, upkeep


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
        assert (scanner.look().faults, (scanner.path / "buruk.docx").is_file()) == (
            ["OSError"],
            True,
        )
        filling.unlink()
        scanner.look()
        assert {path.name for path in (scanner.path / "ditolak").iterdir()} == {
            "buruk.docx",
            "buruk.docx.txt",
        }


def test_the_site_says_when_the_folder_is_away_and_when_it_is_back(
    scanner: Scanner, works: Works
) -> None:
    def state() -> tuple[str, object]:
        with works.begin(SYSTEM) as work:
            (part,) = health.ways_in(work, [health.FOLDER])
            return part.state, part.facts.get("refused")

    def look() -> None:
        upkeep.take_scans(works, scanner.folder, max_megabytes=2)
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
        work.session.get_one(Heartbeat, health.FOLDER).at -= timedelta(
            seconds=health.INTAKE_LATE + 1
        )
    assert state() == ("late", 1)
