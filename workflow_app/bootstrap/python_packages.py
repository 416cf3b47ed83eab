"""The virtual environment: made, repaired, and filled from the hash-pinned requirement files."""

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

from workflow_app.bootstrap import system_packages
from workflow_app.bootstrap.progress import BootstrapError, check_writable, run_step, say

INCLUDES = {"embedded": ("embedded",), "dev": ("embedded", "dev")}
"""Which requirement files one set satisfies: `dev` is compiled on top of `embedded`."""
PIP_OPTIONS = ("--require-hashes", "--disable-pip-version-check", "--no-input", "--quiet")


SYSTEM_PYTHON = Path("/usr/bin/python3")
IS_FIT = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"


def interpreter() -> str:
    """The Python that the environment is made with: the system's when it is fit, else the one that runs this.

    Distributions build theirs with profile guided optimisation, and keep it patched. One compiled at home without it runs the
    product at little more than half the speed.
    """
    if Path(sys.executable).resolve() == SYSTEM_PYTHON.resolve():
        return sys.executable
    try:
        fit = subprocess.run([SYSTEM_PYTHON, "-I", "-c", IS_FIT], capture_output=True, check=False)
    except OSError:
        return sys.executable
    return str(SYSTEM_PYTHON) if fit.returncode == 0 else sys.executable


class VirtualEnvironment:
    """The `.venv` of this clone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / ".spkt-installed.json"

    def provide(self, name: str) -> None:
        """Bring the environment to the state of ``requirements/<name>.txt``; does nothing when it is there already."""
        if self.has(name):
            return
        check_writable(self.root)
        if not self._is_sound():
            self._make()
        installed = {**self._installed(), **dict.fromkeys(INCLUDES[name], "")}
        self.stamp.write_text(json.dumps(installed))
        requirements = self._requirements(name)
        run_step(
            "Installing Python packages",
            [self.python, "-m", "pip", "install", *PIP_OPTIONS, "-r", requirements],
            cwd=self.root,
        )
        installed.update({each: self._fingerprint(each) for each in INCLUDES[name]})
        self.stamp.write_text(json.dumps(installed))

    def has(self, name: str) -> bool:
        """Whether a finished installation of exactly this requirement file is there, on a Python that still works."""
        return self._installed().get(name) == self._fingerprint(name) and self._is_sound()

    def site_packages(self) -> Path:
        """Where its packages lie."""
        command = [str(self.python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())

    def _make(self) -> None:
        if self.folder.exists():
            if not (self.folder / "pyvenv.cfg").exists() and any(self.folder.iterdir()):
                raise BootstrapError(
                    f"{self.folder} is no virtual environment. Move it away and start again."
                )
            say("  The virtual environment belongs to a Python that is gone or has changed; making it anew.")
            shutil.rmtree(self.folder)
        is_own = interpreter() == sys.executable
        if is_own and (
            importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None
        ):
            system_packages.provide((f"python3.{sys.version_info.minor}-venv",), self.root)
        run_step("Making the virtual environment", [interpreter(), "-m", "venv", self.folder], cwd=self.root)

    def _is_sound(self) -> bool:
        """Its interpreter runs, is of the version the environment was made for, and has pip."""
        command = [str(self.python), "-c", "import sys, pip; print('%d.%d' % sys.version_info[:2])"]
        try:
            version = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
            lines = (self.folder / "pyvenv.cfg").read_text().splitlines()
        except (OSError, subprocess.CalledProcessError):
            return False
        made_for = dict(line.split(" = ", 1) for line in lines if " = " in line).get("version", "")
        return made_for.startswith(f"{version}.") and tuple(map(int, version.split("."))) >= (3, 11)

    def _installed(self) -> dict[str, str]:
        try:
            found = json.loads(self.stamp.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _requirements(self, name: str) -> Path:
        return self.root / "requirements" / f"{name}.txt"

    def _fingerprint(self, name: str) -> str:
        return hashlib.sha256(self._requirements(name).read_bytes()).hexdigest()
