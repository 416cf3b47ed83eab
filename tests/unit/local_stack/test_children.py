import os
import signal
import sys
import time
from pathlib import Path

import pytest

from workflow_app.tools.embedded.server_processes import Child, Process, end, running, wait_until

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); "
    "time.sleep(60)"
)
WITH_CHILD = (
    "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; "
    "time.sleep(60)']);"
    "print(p.pid, flush=True); time.sleep(60)"
)


def child(tmp_path: Path, code: str, patience: float = Child.patience) -> Child:
    return Child(
        "test", [sys.executable, "-c", code], tmp_path / "log" / "child.log", patience=patience
    )


def wait_for_output(started: Child) -> str:
    assert wait_until(lambda: started.log.read_text().endswith("\n"), 10)
    return started.log.read_text().strip()


def test_a_process_is_told_from_a_later_one_with_the_same_number() -> None:
    me = Process.find(os.getpid())

    assert me is not None
    assert me.is_alive()
    assert not Process(me.pid, "0").is_alive()


def test_a_process_that_waits_to_be_reaped_counts_as_gone(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    assert wait_until(lambda: Process.find(pid) is None, 5)
    os.waitpid(pid, 0)


def test_running_lists_this_process_with_its_command_line() -> None:
    me = next(process for process in running() if process.pid == os.getpid())

    assert me.command()
    assert me.directory() == Path.cwd()


def test_a_child_that_ignores_the_signal_is_killed_after_its_patience(tmp_path: Path) -> None:
    stubborn = child(tmp_path, STUBBORN, patience=0.3)
    stubborn.start()
    wait_for_output(stubborn)
    began = time.monotonic()

    stubborn.stop()

    assert not stubborn.is_alive()
    assert time.monotonic() - began < 5


def test_a_stopped_child_cannot_be_helped_by_being_suspended(tmp_path: Path) -> None:
    suspended = child(
        tmp_path, "print('up', flush=True); import time; time.sleep(60)", patience=0.3
    )
    suspended.start()
    wait_for_output(suspended)
    assert suspended.pid
    os.kill(suspended.pid, signal.SIGSTOP)

    suspended.stop()

    assert not suspended.is_alive()


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    parent = child(tmp_path, WITH_CHILD, patience=2)
    parent.start()
    grandchild = Process.find(int(wait_for_output(parent)))
    assert grandchild

    parent.stop()

    assert wait_until(lambda: not grandchild.is_alive(), 5)


def test_end_says_whether_the_process_went_by_itself(tmp_path: Path) -> None:
    willing = child(tmp_path, "print('up', flush=True); import time; time.sleep(60)")
    willing.start()
    wait_for_output(willing)
    assert willing.pid
    process = Process.find(willing.pid)
    assert process

    assert end(process, patience=5) is True
    willing.stop()


def test_output_goes_to_the_log_and_its_end_can_be_quoted(tmp_path: Path) -> None:
    talker = child(tmp_path, "[print(i) for i in range(20)]")
    talker.start()
    assert wait_until(lambda: not talker.is_alive(), 10)

    assert talker.last_words(2) == "18\n19"
    assert talker.exit_code == 0


def test_a_large_log_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow_app.tools.embedded.server_processes.LOG_LIMIT", 10)
    talker = child(tmp_path, "print('new')")
    talker.log.parent.mkdir()
    talker.log.write_text("old " * 10)

    talker.start()
    wait_until(lambda: not talker.is_alive(), 10)

    assert talker.log.read_text() == "new\n"
    assert (tmp_path / "log" / "child.log.1").read_text() == "old " * 10
