"""Debian packages: installed when we may, else named with the command to type."""

from pathlib import Path

import pytest

from workflow_app.tools.bootstrap import packages
from workflow_app.tools.bootstrap.packages import BootstrapError

Steps = list[list[str]]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    taken: Steps = []
    monkeypatch.setattr(packages, "run_step", lambda _name, command, **_: taken.append(command))
    monkeypatch.setattr(
        packages, "missing", lambda packages: [name for name in packages if name != "there"]
    )
    monkeypatch.setattr(packages, "_is_known", lambda _: True)
    return taken


def test_nothing_is_done_when_nothing_is_missing(steps: Steps) -> None:
    packages.provide(["there"], Path())

    assert steps == []


def test_root_installs_exactly_what_is_missing(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_privilege", list)

    packages.provide(["there", "tesseract-ocr-ind"], Path())

    assert steps == [
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", "tesseract-ocr-ind"]
    ]


def test_a_fresh_machine_updates_its_list_first(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_privilege", lambda: ["sudo", "-n"])
    monkeypatch.setattr(packages, "_is_known", lambda _: False)

    packages.provide(["tesseract-ocr"], Path())

    assert [step[:4] for step in steps] == [
        ["sudo", "-n", "apt-get", "update"],
        ["sudo", "-n", "apt-get", "install"],
    ]


def test_who_may_not_install_is_told_the_exact_command(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_privilege", lambda: None)

    with pytest.raises(BootstrapError) as told:
        packages.provide(["there", "tesseract-ocr", "tesseract-ocr-ind"], Path())

    assert (
        "sudo apt-get update && sudo apt-get install --no-install-recommends tesseract-ocr "
        "tesseract-ocr-ind\n"
    ) in str(told.value)
    assert steps == []


def test_a_package_that_does_not_exist_is_missing() -> None:
    assert packages.missing(["no-such-package-anywhere"]) == ["no-such-package-anywhere"]
