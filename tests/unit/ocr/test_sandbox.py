"""The separate process: whatever happens in it, the caller gets a named error and the next job
works.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocr import errors, sandbox
from ocr.child import PROCESSORS
from ocr.sandbox import Sandbox
from ocr.types import Limits
from tests.unit.ocr import papers

# A program with the same manners as ocr.child, whose jobs go wrong.
CHILD = """
import os, sys, time, json
from ocr import child

def environment(): return dict(os.environ)
def processors(): return {"numbers": sorted(os.sched_getaffinity(0))}
def hang(): time.sleep(300)
def spin():
    while True: pass
def crash(): os.abort()
def eat(): return {"size": len(bytearray(10**10))}
def lie(): os.write(int(sys.argv[1]), b"bukan json\\n"); time.sleep(300)
def answer(line): os.write(int(sys.argv[1]), line.encode() + b"\\n"); time.sleep(300)
def shout(): print("x" * 100_000); sys.stderr.write("y" * 100_000); return {}
def large(): return {"text": "teks " * 200_000}
def fail(): raise RuntimeError("rusak")

child.JOBS.clear()
child.JOBS.update({name: job for name, job in globals().items() if callable(job)})
child.main(*map(int, sys.argv[1:5]))
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    program = tmp_path / "anak.py"
    program.write_text(CHILD)
    monkeypatch.setattr(sandbox, "PROGRAM", (str(program),))
    with Sandbox(Limits(decode_seconds=3, decode_memory=1_000_000_000), tmp_path) as started:
        yield started


def works(child: Sandbox) -> bool:
    return child.call("shout") == {}


def test_a_job_answers(child: Sandbox) -> None:
    assert works(child)
    assert len(child.call("large")["text"]) == 1_000_000


@pytest.fixture
def keeping_to_one() -> Iterator[list[int]]:
    """Who runs the tests keeps to one processor; these are the ones he had."""
    free = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(free)})
    yield sorted(free)
    os.sched_setaffinity(0, free)


def test_a_job_runs_where_its_starter_lets_it_although_he_keeps_to_one_processor(
    child: Sandbox, keeping_to_one: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROCESSORS, ",".join(map(str, keeping_to_one)))
    assert child.call("processors") == {"numbers": keeping_to_one}


def test_a_job_runs_where_its_starter_does_when_nothing_is_said(
    child: Sandbox, keeping_to_one: list[int]
) -> None:
    assert child.call("processors") == {"numbers": keeping_to_one[:1]}


def test_a_job_that_hangs_is_stopped(child: Sandbox) -> None:
    with pytest.raises(errors.DecodeTimeout):
        child.call("hang", seconds=0.5)
    assert works(child)


def test_a_job_that_computes_without_end_is_stopped(child: Sandbox) -> None:
    with pytest.raises(errors.DecodeTimeout):
        child.call("spin", seconds=0.5)
    assert works(child)


def test_a_crash_is_named(child: Sandbox) -> None:
    with pytest.raises(errors.DecodeCrashed):
        child.call("crash")
    assert works(child)


def test_memory_is_bounded(child: Sandbox) -> None:
    with pytest.raises(errors.DecodeOutOfMemory):
        child.call("eat")
    assert works(child)


def test_an_answer_that_is_none_is_a_crash(child: Sandbox) -> None:
    with pytest.raises(errors.DecodeCrashed):
        child.call("lie")
    assert works(child)


@pytest.mark.parametrize(
    "line",
    [
        '{"answer": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "[]",
        "3",
        "null",
        "{}",
        '{"answer": 7}',
        '{"answer": null}',
        '{"error": {"sentence": 1}}',
        '{"error": "EngineMissing", "sentence": ["x"]',
    ],
    ids=["deep", "list", "number", "nothing", "empty", "no-answer", "null", "odd-error", "cut"],
)
def test_an_answer_of_no_known_shape_is_a_crash(child: Sandbox, line: str) -> None:
    with pytest.raises(errors.DecodeCrashed):
        child.call("answer", line=line)
    assert works(child)


def test_only_a_plain_small_file_of_the_folder_is_read(tmp_path: Path) -> None:
    folder, secret = tmp_path / "kotak", tmp_path / "rahasia"
    folder.mkdir()
    secret.write_bytes(b"rahasia")
    (folder / "baik").write_bytes(b"gambar")
    (folder / "besar").write_bytes(bytes(200))
    (folder / "kosong").write_bytes(b"")
    (folder / "tautan").symlink_to(secret)
    (folder / "dalam").mkdir()
    os.mkfifo(folder / "pipa")
    with Sandbox(Limits(), folder) as box:
        assert box.read("baik", 100) == b"gambar"
        for name in ("besar", "kosong", "tautan", "dalam", "pipa", "tidak-ada"):
            with pytest.raises(errors.DecodeCrashed):
                box.read(name, 100)


def test_an_error_of_a_decoder_is_a_page_that_cannot_be_read(child: Sandbox) -> None:
    with pytest.raises(errors.PageUnreadable):
        child.call("fail")
    assert works(child)


def test_the_process_gets_no_secrets(child: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://rahasia")
    seen = child.call("environment")
    assert "DATABASE_URL" not in seen
    assert "PATH" in seen


def test_the_process_is_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "berkas"
    path.write_bytes(papers.text_pdf(papers.LINES))
    with Sandbox(Limits(), tmp_path) as used:
        used.call("inspect_pdf", path=str(path))
        assert used.process_id is not None
        alive = used.process_id
    with pytest.raises(ProcessLookupError):
        os.kill(alive, 0)
