"""A recognition engine that hangs, forks, eats memory or shouts: it ends in bounded time, with all
that it started.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ocr import engine, errors
from ocr.reading import read
from ocr.sandbox import Sandbox
from ocr.types import Limits, Options
from tests.unit.ocr import engines, papers

LIMITS = Limits(decode_memory=1_000_000_000)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "00001.pgm"
    papers.page(lines=("Lunas",), size=(400, 300)).save(path, "PPM")
    return path


def is_alive(process: int) -> bool:
    """True while the process runs; what only waits to be reaped does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(process: int) -> bool:
    until = time.monotonic() + 5
    while is_alive(process) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(process)


def test_what_an_engine_started_ends_with_it_when_time_is_up(picture: Path, tmp_path: Path) -> None:
    options = Options(LIMITS, tesseract_command=engines.engine(tmp_path, "forks"), page_seconds=1)
    with Sandbox(LIMITS, tmp_path) as sandbox:
        engine.probe(sandbox, options)  # started, so that the second is the engine's own
        began = time.monotonic()
        with pytest.raises(errors.EngineTimeout):
            engine.recognise(sandbox, picture, 300, options)
        assert time.monotonic() - began < 4
    assert wait_until_gone(engines.child_of(tmp_path))


def test_what_a_failing_engine_leaves_behind_ends_too(picture: Path, tmp_path: Path) -> None:
    options = Options(
        LIMITS, tesseract_command=engines.engine(tmp_path, "leaves_a_child"), page_seconds=2
    )
    with Sandbox(LIMITS, tmp_path) as sandbox:
        with pytest.raises(errors.EngineError):
            engine.recognise(sandbox, picture, 300, options)
        assert wait_until_gone(engines.child_of(tmp_path))


def test_an_engine_that_does_not_say_its_version_ends_in_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = Options(LIMITS, tesseract_command=engines.silent(tmp_path))
    with Sandbox(LIMITS, tmp_path) as sandbox:
        engine.probe(sandbox, Options(LIMITS, tesseract_command=engines.engine(tmp_path, "fails")))
        monkeypatch.setattr(engine, "PROBE_SECONDS", 1.0)
        began = time.monotonic()
        with pytest.raises(errors.EngineMissing, match="tidak menjawab"):
            engine.probe(sandbox, options)
        assert time.monotonic() - began < 4
    assert wait_until_gone(engines.child_of(tmp_path))


@pytest.mark.parametrize("kind", ["eats", "shouts", "fills_the_disk"])
def test_memory_output_and_files_of_the_engine_are_bounded(
    picture: Path, tmp_path: Path, kind: str
) -> None:
    limits = Limits(decode_memory=600_000_000, decode_file=20_000_000)
    options = Options(limits, tesseract_command=engines.engine(tmp_path, kind), page_seconds=10)
    began = time.monotonic()
    with Sandbox(limits, tmp_path) as sandbox, pytest.raises(errors.EngineFailed):
        engine.recognise(sandbox, picture, 300, options)
    assert time.monotonic() - began < 12
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 50_000_000


def test_the_engine_gets_no_secrets_few_threads_and_a_lower_priority(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://rahasia")
    told = tmp_path / "lingkungan"
    command = tmp_path / "tesseract-lapor"
    command.write_text(
        f"#!/bin/sh\nenv > {told}; nice >> {told}; ulimit -c >> {told}; ulimit -v >> {told}; "
        "exit 1\n"
    )
    command.chmod(0o755)
    with Sandbox(LIMITS, tmp_path, nice=7) as sandbox, pytest.raises(errors.EngineFailed):
        engine.recognise(sandbox, picture, 300, Options(LIMITS, tesseract_command=str(command)))
    lines = told.read_text().splitlines()
    assert "OMP_THREAD_LIMIT=1" in lines
    assert not any(line.startswith("DATABASE_URL") for line in lines)
    niceness, core, memory = lines[-3:]
    assert (int(niceness), core) == (os.nice(0) + 7, "0")
    assert int(memory) * 1024 <= LIMITS.decode_memory


def test_after_a_failure_the_same_sandbox_reads_the_next_page(
    picture: Path, tmp_path: Path
) -> None:
    with Sandbox(LIMITS, tmp_path) as sandbox:
        with pytest.raises(errors.EngineFailed):
            broken = Options(LIMITS, tesseract_command=engines.engine(tmp_path, "crashes"))
            engine.recognise(sandbox, picture, 300, broken)
        assert "Lunas" in engine.recognise(sandbox, picture, 300, Options(LIMITS)).text


STARTER = """
import sys
from pathlib import Path
from ocr import engine
from ocr.sandbox import Sandbox
from ocr.types import Limits, Options
folder = Path(sys.argv[1])
with Sandbox(Limits(), folder) as sandbox:
    engine.recognise(sandbox, folder / "00001.pgm", 300, Options(tesseract_command=sys.argv[2],
        page_seconds=60))
"""


def test_when_the_reader_is_killed_the_engine_ends_at_once(picture: Path, tmp_path: Path) -> None:
    command = engines.engine(tmp_path, "forks")
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path), command])
    until = time.monotonic() + 20
    while not (tmp_path / engines.CHILD).exists() and time.monotonic() < until:
        time.sleep(0.05)
    started = engines.child_of(tmp_path)
    assert is_alive(started)
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    assert wait_until_gone(started)


def test_a_document_has_a_bounded_time_too(tmp_path: Path) -> None:
    data = papers.tiff([papers.page(lines=("Lunas",), size=(400, 300))] * 5)
    options = Options(
        LIMITS,
        tesseract_command=engines.engine(tmp_path, "hangs"),
        page_seconds=1,
        document_seconds=1.5,
        workers=1,
    )
    began = time.monotonic()
    reading = read(data, options)
    assert time.monotonic() - began < 8
    assert [page.reason for page in reading.pages[2:]] == [errors.DocumentTimeout().sentence] * 3
    assert len(reading.failed) == 5
