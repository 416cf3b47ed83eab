"""The virtual environment: installed once, repeated when it was not finished, made anew when its
Python is gone.
"""

import shutil
import sys
from pathlib import Path

import pytest

from workflow_app.tools.bootstrap import packages
from workflow_app.tools.bootstrap.packages import BootstrapError, VirtualEnvironment


class Recorder:
    """Notes the long steps instead of taking them, except for making an environment."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.fails = False

    def __call__(self, name: str, command: list[str], *, cwd: Path) -> None:
        self.steps.append(name)
        if name.startswith("Making"):
            folder = Path(command[-1])
            (folder / "bin").mkdir(parents=True)
            (folder / "bin" / "python").symlink_to(sys.executable)
            (folder / "pyvenv.cfg").write_text(
                f"version = {sys.version_info.major}.{sys.version_info.minor}.0\n"
            )
        elif self.fails:
            raise BootstrapError("no network")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(packages, "run_step", recorder)
    return recorder


@pytest.fixture
def environment(tmp_path: Path) -> VirtualEnvironment:
    (tmp_path / "requirements").mkdir()
    for name in ("embedded", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1 --hash=sha256:aa\n")
    return VirtualEnvironment(tmp_path)


MAKE, INSTALL = "Making the virtual environment", "Installing Python packages"


def test_the_first_start_makes_and_fills_the_environment_and_the_second_does_nothing(
    environment: VirtualEnvironment, steps: Recorder
) -> None:
    environment.provide("embedded")
    environment.provide("embedded")

    assert steps.steps == [MAKE, INSTALL]


def test_a_changed_requirement_file_is_installed_again(
    environment: VirtualEnvironment, steps: Recorder
) -> None:
    environment.provide("embedded")
    (environment.root / "requirements" / "embedded.txt").write_text(
        "embedded==2 --hash=sha256:bb\n"
    )
    environment.provide("embedded")

    assert steps.steps == [MAKE, INSTALL, INSTALL]


def test_what_the_tests_need_includes_what_the_site_needs(
    environment: VirtualEnvironment, steps: Recorder
) -> None:
    environment.provide("dev")
    environment.provide("embedded")

    assert steps.steps == [MAKE, INSTALL]


def test_an_installation_that_was_cut_off_is_repeated(
    environment: VirtualEnvironment, steps: Recorder
) -> None:
    environment.provide("embedded")
    (environment.root / "requirements" / "dev.txt").write_text("changed\n")
    steps.fails = True
    with pytest.raises(BootstrapError):
        environment.provide("dev")

    assert not environment.has("embedded")
    steps.fails = False
    environment.provide("embedded")
    assert steps.steps == [MAKE, INSTALL, INSTALL, INSTALL]


def test_an_environment_whose_python_is_gone_is_made_anew(
    environment: VirtualEnvironment, steps: Recorder
) -> None:
    environment.provide("embedded")
    environment.python.unlink()
    environment.python.symlink_to("/nowhere/python3")

    environment.provide("embedded")

    assert steps.steps == [MAKE, INSTALL, MAKE, INSTALL]


def test_an_environment_made_for_another_python_is_made_anew(
    environment: VirtualEnvironment, steps: Recorder
) -> None:
    environment.provide("embedded")
    (environment.folder / "pyvenv.cfg").write_text("version = 3.9.2\n")

    environment.provide("embedded")

    assert steps.steps == [MAKE, INSTALL, MAKE, INSTALL]


def test_a_folder_that_is_no_environment_is_left_alone(
    environment: VirtualEnvironment, steps: Recorder
) -> None:
    environment.folder.mkdir()
    (environment.folder / "notes").write_text("mine")

    with pytest.raises(BootstrapError, match="Move it away"):
        environment.provide("embedded")

    assert (environment.folder / "notes").read_text() == "mine"


def test_a_clone_that_cannot_be_written_gets_a_sentence(
    environment: VirtualEnvironment, steps: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)

    with pytest.raises(BootstrapError, match="cannot be written by this user"):
        environment.provide("embedded")
    assert steps.steps == []


def test_a_ready_environment_works_in_a_clone_that_cannot_be_written(
    environment: VirtualEnvironment, steps: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.provide("embedded")
    monkeypatch.setattr("os.access", lambda *_: False)

    environment.provide("embedded")

    assert steps.steps == [MAKE, INSTALL]
    shutil.rmtree(environment.folder)
