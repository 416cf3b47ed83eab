"""Sandboxes forked from a process that has loaded its libraries: as shut in as those that are
started, and as mortal.
"""

import os
import signal
import time
from pathlib import Path

import pytest

from ocr import preloaded
from ocr.errors import DecodeCrashed, DecodeTimeout
from ocr.reading import read
from ocr.sandbox import Sandbox
from ocr.types import Limits
from tests.unit.ocr import papers

PROBE = {"command": "tesseract", "languages": "ind"}


def forked(folder: Path) -> Sandbox:
    return Sandbox(Limits(), folder, is_preloaded=True)


def is_gone(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    return False


def shared() -> preloaded.Preloaded:
    return preloaded._shared[os.getpid()]


def preloading() -> int:
    process = shared()._process
    assert process is not None
    return process.pid


def test_it_knows_nothing_of_its_starter_works_in_its_folder_and_ends_with_its_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://contoh-rahasia")
    with forked(tmp_path) as box:
        box.call("probe", **PROBE)
    shared().stop()
    with forked(tmp_path) as box:
        assert "ind" in box.call("probe", **PROBE)["languages"]
        child = box.process_id
        assert child is not None
        for process in (child, preloading()):
            assert b"rahasia" not in Path(f"/proc/{process}/environ").read_bytes()
        assert Path(f"/proc/{child}/cwd").resolve() == tmp_path.resolve()
        assert os.getpgid(child) == child
        files = [
            str(each.readlink()) for each in Path(f"/proc/{child}/fd").iterdir() if each.exists()
        ]
        assert not any("socket" in file for file in files), "it cannot order others"
    assert is_gone(child)


def test_one_that_dies_or_hangs_is_named_and_followed_by_another(tmp_path: Path) -> None:
    with forked(tmp_path) as box:
        box.call("probe", **PROBE)
        assert box.process_id is not None
        os.kill(box.process_id, signal.SIGKILL)
        with pytest.raises(DecodeCrashed):
            box.call("probe", **PROBE)
        box.call("probe", **PROBE)
        os.kill(box.process_id, signal.SIGSTOP)
        with pytest.raises(DecodeTimeout):
            box.call("probe", seconds=0.5, **PROBE)
        assert box.call("probe", **PROBE)["version"]


def test_a_paper_is_read_although_the_process_that_forks_has_died() -> None:
    data = papers.coded(papers.page())
    assert read(data).is_readable
    os.kill(preloading(), signal.SIGKILL)
    assert read(data).is_readable


def test_it_ends_when_its_line_is_closed_and_what_was_spent_is_told(tmp_path: Path) -> None:
    with forked(tmp_path) as box:
        box.call("probe", **PROBE)
    assert shared().spent() > 0
    process = preloading()
    shared().stop()
    for _ in range(100):
        if is_gone(process):
            break
        time.sleep(0.1)
    assert is_gone(process)
    assert shared().spent() == 0
