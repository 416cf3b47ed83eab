import sys
from pathlib import Path

import pytest

from workflow_app.tools.embedded.server_processes import Child, Process, wait_until
from workflow_app.tools.embedded.site import LONGEST_PAUSE, STEADY_SECONDS, Watched
from workflow_app.tools.embedded.stack import LocalStack


def watched(tmp_path: Path, code: str) -> Watched:
    return Watched(Child("worker", [sys.executable, "-c", code], tmp_path / "worker.log"))


def let_end(program: Watched) -> None:
    assert wait_until(lambda: not program.child.is_alive(), 10)


def test_a_child_that_lives_needs_no_word(tmp_path: Path) -> None:
    program = watched(tmp_path, "import time; time.sleep(60)")
    program.start()
    try:
        assert program.look(program.began) == ""
    finally:
        program.child.patience = 1
        program.child.stop()


def test_a_dead_child_is_named_with_its_code_and_last_words_and_started_after_the_pause(
    tmp_path: Path,
) -> None:
    program = watched(tmp_path, "print('no database'); raise SystemExit(3)")
    program.start()
    let_end(program)

    told = program.look(program.began + 1)

    assert "worker ended (code 3)" in told
    assert "no database" in told
    assert "started again" in program.look(program.began + 1)
    let_end(program)
    program.look(program.began + 1)
    assert program.look(program.began + 1.5) == ""
    assert "started again" in program.look(program.began + 2.1)
    program.child.stop()


def test_what_a_dead_child_had_started_is_ended_before_it_starts_again(tmp_path: Path) -> None:
    mark = tmp_path / "orphan"
    program = watched(
        tmp_path,
        "import os, time\n"
        "if (born := os.fork()) == 0: time.sleep(60)\n"
        f"open({str(mark)!r}, 'w').write(str(born))",
    )
    program.start()
    let_end(program)
    orphan = Process.find(int(mark.read_text()))
    assert orphan is not None

    program.look(program.began + 1)

    assert wait_until(lambda: not orphan.is_alive(), 5)


def test_the_pause_grows_up_to_a_limit_and_shrinks_after_a_steady_time(tmp_path: Path) -> None:
    program = watched(tmp_path, "raise SystemExit(1)")
    for _ in range(8):
        program.start()
        let_end(program)
        program.look(program.began + 1)
    assert program.pause == LONGEST_PAUSE

    program.start()
    let_end(program)
    program.look(program.began + STEADY_SECONDS + 1)

    assert program.pause == 1.0
    program.child.stop()


def test_a_child_that_cannot_be_started_is_tried_again_after_the_pause(tmp_path: Path) -> None:
    program = watched(tmp_path, "raise SystemExit(3)")
    program.start()
    let_end(program)
    program.look(program.began)
    program.child.log.unlink()
    program.child.log.mkdir()

    told = program.look(program.began + 1)
    program.child.log.rmdir()

    assert "worker cannot be started (Is a directory); starting it again in 1 s" in told
    assert program.look(program.began + 1.1) == ""
    assert "started again" in program.look(program.began + 2.1)
    program.child.stop()


class Unwilling:
    """A server that died and finds no room to start."""

    name = "PostgreSQL"
    starts = 0

    def is_alive(self) -> bool:
        return self.starts > 2

    def start(self) -> None:
        self.starts += 1
        if self.starts < 3:
            raise OSError(28, "No space left on device", "postgres.log")


def test_a_server_without_room_is_tried_again_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = LocalStack(tmp_path)
    monkeypatch.setattr(stack, "_servers", [Unwilling()])

    told = [stack.revive() for _ in range(4)]

    assert ["No space left on device" in word for words in told for word in words] == [True, False]
    assert told[1] == told[3] == []
    assert told[2] == ["PostgreSQL had ended and was started again."]
