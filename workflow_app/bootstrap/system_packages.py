"""Debian packages: looked for, installed when we may, else named with the exact command."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from workflow_app.bootstrap.progress import BootstrapError, run_step

RUN = (
    "tesseract-ocr",
    "tesseract-ocr-ind",
    "tesseract-ocr-osd",
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",
    "fonts-liberation",
    "fonts-dejavu-core",
)
"""OCR, and what WeasyPrint needs for the letters."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SOURCES = Path("/var/lib/apt/lists")


def missing(packages: Iterable[str]) -> list[str]:
    """The packages that are not installed. A machine without dpkg is asked for the programs only."""
    wanted = list(packages)
    if shutil.which("dpkg-query") is None:
        return [] if shutil.which("tesseract") else ["tesseract-ocr"]
    command = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *wanted]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    installed = {line.split()[0] for line in shown if line.endswith(" installed")}
    return [package for package in wanted if package not in installed]


def browser() -> tuple[str, ...]:
    """The package that brings a browser for the tests; empty when there is one."""
    return () if any(map(shutil.which, BROWSERS)) else ("chromium",)


def provide(packages: Iterable[str], root: Path) -> None:
    """Install what is missing, as root or with a sudo that asks nothing; else stop with the command to type."""
    absent = missing(packages)
    if not absent:
        return
    prefix = _privilege()
    if prefix is None:
        names = " ".join(absent)
        raise BootstrapError(
            f"These system packages are missing: {names}\nInstall them, then start again:\n\n"
            f"    sudo apt-get update && sudo apt-get install --no-install-recommends {names}\n"
        )
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    install = [*prefix, "apt-get", "install", "-y", "-q", "--no-install-recommends", *absent]
    step = f"Installing system packages ({', '.join(absent)})"
    if not _is_known(absent):
        run_step("Updating the list of system packages", [*prefix, "apt-get", "update", "-q"], cwd=root)
    try:
        run_step(step, install, cwd=root, environment=quiet)
    except BootstrapError:
        run_step("Updating the list of system packages", [*prefix, "apt-get", "update", "-q"], cwd=root)
        run_step(step, install, cwd=root, environment=quiet)


def _privilege() -> list[str] | None:
    """What to put before apt-get: nothing as root, sudo where it needs no password; None when we may not."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def _is_known(packages: list[str]) -> bool:
    """Whether apt has heard of all of them (it has not on a fresh machine, before its first update)."""
    shown = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", *packages], capture_output=True, check=False
    )
    return shown.returncode == 0
