"""Processes, files and accounts of the embedded servers.

A normal user owns everything. Root cannot run PostgreSQL, so its files belong to an account without
rights. If that account cannot reach the data directory (a clone under a closed home), program and
data are put below ``/var/lib/sentra``.

Servers start in sessions of their own. A process is identified by its number and start time, and
servers left by a killed run are found among the running processes; no file is used that could be
outdated.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class StackError(Exception):
    """The embedded servers cannot start or run; the message says why and what to do."""


OPEN_PLACE = Path("/var/lib/sentra")
ACCOUNT = "sentra"
SOCKET_PATH_LIMIT = 107
"""Longest path of a unix socket on Linux, in bytes."""
SOCKET_NAME = ".s.PGSQL.5432"
LEAST_FREE = 300_000_000
"""Free bytes below which no start is attempted."""


@dataclass(frozen=True)
class Account:
    """The account that runs PostgreSQL: the current user, or a separate account when the user is
    root.
    """

    uid: int
    gid: int
    is_borrowed: bool

    def command(self, *command: str | Path) -> list[str]:
        """Return the command line that runs a command as this account."""
        words = [str(word) for word in command]
        if not self.is_borrowed:
            return words
        return [
            "setpriv",
            f"--reuid={self.uid}",
            f"--regid={self.gid}",
            "--clear-groups",
            "--",
            *words,
        ]

    def can_reach(self, path: Path) -> bool:
        """Return whether the account may enter an existing folder, or run a program, through every
        folder on the way.
        """
        if not self.is_borrowed:
            return os.access(path, os.X_OK)
        return subprocess.run(self.command("test", "-x", path), check=False).returncode == 0

    def make_directory(self, path: Path) -> None:
        """Make a directory that only this account and root can enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        if self.is_borrowed:
            os.chown(path, self.uid, self.gid)


def account() -> Account:
    """Return the current user; for root the account ``sentra`` (created if absent), or ``nobody``
    if it cannot be created.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_borrowed=False)
    if shutil.which("setpriv") is None:
        raise StackError(
            "PostgreSQL does not run as root, and `setpriv` is missing: apt-get install util-linux"
        )
    for entry in (_existing(ACCOUNT) or _make_account(), _existing("nobody")):
        if entry and entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid, is_borrowed=True)
    raise StackError(
        "PostgreSQL does not run as root. Start as a normal user, or add one: useradd "
        "--system sentra"
    )


def prepare_data_dir(data_dir: Path) -> Path:
    """Make the data directory, check that it can be used and return its full path."""
    path = data_dir.expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
        path = path.resolve()
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        with tempfile.NamedTemporaryFile(dir=path, prefix=".write-test-") as probe:
            probe.write(b"x")
            probe.flush()
    except OSError as error:
        raise StackError(
            f"The data directory {path} cannot be written ({error.strerror}). "
            "Choose another one with --data DIR, or change its owner."
        ) from error
    free = shutil.disk_usage(path).free
    if free < LEAST_FREE:
        raise StackError(
            f"Only {free // 1_000_000} MB are free where {path} lies; at least "
            f"{LEAST_FREE // 1_000_000} MB are needed. "
            "Free some space, or choose another place with --data DIR."
        )
    return path


def temporary_folder(data_dir: Path) -> Path:
    """Return the only folder for temporary files of web server and worker, which may contain scans.
    It is private, and files left by killed programs are deleted.
    """
    folder = data_dir / "tmp"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        for left in folder.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink()
    except OSError as error:
        raise StackError(
            f"{folder} cannot be emptied of old temporary files ({error.strerror}). Empty it, "
            "or change its owner."
        ) from error
    return folder


def cluster_base(data_dir: Path, who: Account) -> Path:
    """Return the folder of the cluster: the data directory, or another place that the account can
    reach.
    """
    link = data_dir / "postgres"
    if link.is_symlink():
        base = link.readlink().parent
        if base.is_dir() and who.can_reach(base):
            return base
        raise StackError(
            f"{link} points to {base}, which is not there or not open to PostgreSQL. Put it back."
        )
    if who.can_reach(data_dir) or not who.is_borrowed:
        return data_dir
    OPEN_PLACE.mkdir(mode=0o711, parents=True, exist_ok=True)
    base = Path(tempfile.mkdtemp(prefix="data-", dir=OPEN_PLACE))
    base.chmod(0o711)
    link.symlink_to(base / "postgres")
    return base


def programs(installed: Path, version: str, who: Account) -> Path:
    """Return PostgreSQL's program folder, copied to the open place if the account cannot reach the
    installed one.

    The copy keeps the wheel's layout, because the programs look for their libraries in a folder
    beside the package.
    """
    if who.can_reach(installed / "bin" / "postgres"):
        return installed
    package = installed.parent
    copy = OPEN_PLACE / f"postgresql-{version}"
    if not copy.is_dir():
        OPEN_PLACE.mkdir(mode=0o711, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="copy-", dir=OPEN_PLACE) as place:
            fresh = Path(place) / copy.name
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(installed, fresh / package.name / installed.name, symlinks=True)
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
            fresh.rename(copy)
    return copy / package.name / installed.name


def socket_directory(base: Path) -> Path:
    """Return a private folder for the socket: below the cluster's folder, or a short path when that
    is too long.
    """
    for folder in (
        base / "run",
        Path(tempfile.gettempdir()) / f"sentra-{os.geteuid()}-{base.stat().st_ino}",
    ):
        if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return folder
    raise StackError(
        f"The path {base} is too long for a socket (at most {SOCKET_PATH_LIMIT} bytes), and "
        "so is the temporary folder. "
        "Choose a shorter one with --data DIR or TMPDIR."
    )


def _existing(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _make_account() -> pwd.struct_passwd | None:
    """Create the account; None when it is not possible (no useradd, read-only /etc)."""
    if shutil.which("useradd") is None:
        return None
    command = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        str(OPEN_PLACE),
    ]
    subprocess.run(
        [*command, "--shell", "/usr/sbin/nologin", ACCOUNT], capture_output=True, check=False
    )
    return _existing(ACCOUNT)


PROC = Path("/proc")
LOG_LIMIT = 5_000_000
"""Size in bytes above which a log file is renamed to ``<name>.1`` when its server starts."""


@dataclass(frozen=True)
class Process:
    """A running process, identified safely even if its number is used again later."""

    pid: int
    born: str

    @classmethod
    def find(cls, pid: int) -> "Process | None":
        """Return the process with this number, or None when there is none or it is a zombie."""
        fields = _stat(pid)
        return cls(pid, fields[19]) if fields and fields[0] != "Z" else None

    def is_alive(self) -> bool:
        return Process.find(self.pid) == self

    def parent(self) -> int | None:
        """Return the number of its parent process; None when it has ended."""
        fields = _stat(self.pid)
        return int(fields[1]) if fields else None

    def processor_seconds(self) -> float:
        """Return its processor time; 0 when it has ended."""
        fields = _stat(self.pid)
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0

    def command(self) -> list[str]:
        """Return its command line; empty when it has ended or is not accessible."""
        try:
            text = (PROC / str(self.pid) / "cmdline").read_bytes()
        except OSError:
            return []
        return [os.fsdecode(part) for part in text.rstrip(b"\0").split(b"\0")]

    def environment(self) -> list[str]:
        """Return its NAME=value pairs; empty when it has ended or is not accessible."""
        try:
            text = (PROC / str(self.pid) / "environ").read_bytes()
        except OSError:
            return []
        return [os.fsdecode(part) for part in text.split(b"\0")]

    def directory(self) -> Path | None:
        """Return its working directory; None when it has ended or is not accessible."""
        try:
            return (PROC / str(self.pid) / "cwd").readlink()
        except OSError:
            return None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process; SIGKILL goes to the whole group if the
        process leads one.
        """
        try:
            if number == signal.SIGKILL and os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            pass


def running() -> Iterator[Process]:
    """Yield every process that this user can see."""
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (process := Process.find(int(entry.name))):
            yield process


def end(
    process: Process, *, gentle: signal.Signals = signal.SIGTERM, patience: float = 5.0
) -> bool:
    """Stop a process: signal it, wait ``patience`` seconds, then kill it. Returns True if it ended
    before the kill.
    """
    process.signal(gentle)
    if wait_until(lambda: not process.is_alive(), patience):
        return True
    process.signal(signal.SIGKILL)
    wait_until(lambda: not process.is_alive(), 5.0)
    return False


def wait_until(condition: Callable[[], bool], seconds: float, *, pause: float = 0.05) -> bool:
    """Check the condition repeatedly until it holds or the time is over."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= limit:
            return False
        time.sleep(pause)
    return True


@dataclass
class Child:
    """One server process: its command, its log and its stop signal."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    directory: Path | None = None
    gentle: signal.Signals = signal.SIGTERM
    patience: float = 5.0
    _started: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the supervisor."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        with self.log.open("ab") as output:
            self._started = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if self.environment is None else dict(self.environment),
                cwd=self.directory,
                start_new_session=True,
            )

    def is_alive(self) -> bool:
        return self._started is not None and self._started.poll() is None

    @property
    def pid(self) -> int | None:
        return self._started.pid if self._started else None

    @property
    def exit_code(self) -> int | None:
        """Return its exit code (negative: the signal that ended it); None while it runs or before
        its start.
        """
        return self._started.poll() if self._started else None

    def ask_to_stop(self) -> None:
        """Send the stop signal and return at once, so that several children can stop
        in parallel.
        """
        if self._started and self._started.poll() is None:
            self._started.send_signal(self.gentle)

    def stop(self) -> None:
        """Stop it and everything it started, in whatever state it is."""
        started, self._started = self._started, None
        if started is None:
            return
        if started.poll() is None:
            started.send_signal(self.gentle)
            try:
                started.wait(self.patience)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(started.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        started.wait(10)

    def last_words(self, lines: int = 8) -> str:
        """Return the end of its log, for an error message."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat after the name: [state, parent, group, ..., start time,
    ...].
    """
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except (OSError, UnicodeDecodeError):
        return []
    return text.rpartition(")")[2].split()
