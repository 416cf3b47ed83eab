"""Where the servers' files live, and as whom PostgreSQL runs.

A normal user owns everything. Root cannot run PostgreSQL, so it lends its files to an account without rights. When
that account cannot reach the data directory (a clone under a closed home), program and data go below ``/var/lib/sentra``.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from workflow_app.local_stack.errors import StackError

OPEN_PLACE = Path("/var/lib/sentra")
ACCOUNT = "sentra"
SOCKET_PATH_LIMIT = 107
"""Bytes a unix socket's path may have on Linux."""
SOCKET_NAME = ".s.PGSQL.5432"
LEAST_FREE = 300_000_000
"""Free bytes below which we do not even try to start."""


@dataclass(frozen=True)
class Account:
    """As whom PostgreSQL runs: ourselves, or as root a borrowed account."""

    uid: int
    gid: int
    is_borrowed: bool

    def command(self, *command: str | Path) -> list[str]:
        """The command line that runs a command as this account."""
        words = [str(word) for word in command]
        if not self.is_borrowed:
            return words
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", "--", *words]

    def can_reach(self, path: Path) -> bool:
        """Whether the account may enter an existing folder, or run a program, through every folder on the way."""
        if not self.is_borrowed:
            return os.access(path, os.X_OK)
        return subprocess.run(self.command("test", "-x", path), check=False).returncode == 0

    def make_directory(self, path: Path) -> None:
        """Make a directory that only this account (and root) can enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        if self.is_borrowed:
            os.chown(path, self.uid, self.gid)


def account() -> Account:
    """Ourselves; as root the account ``sentra`` (made when absent), or ``nobody`` where none can be made."""
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
        "PostgreSQL does not run as root. Start as a normal user, or add one: useradd --system sentra"
    )


def prepare_data_dir(data_dir: Path) -> Path:
    """Make the data directory and check that it can be used; returns its full path."""
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
            f"Only {free // 1_000_000} MB are free where {path} lies; at least {LEAST_FREE // 1_000_000} MB are needed. "
            "Free some space, or choose another place with --data DIR."
        )
    return path


def temporary_folder(data_dir: Path) -> Path:
    """The one place for temporary files of web server and worker, scans among them: closed to others, and emptied of what
    killed programs left behind."""
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
            f"{folder} cannot be emptied of old temporary files ({error.strerror}). Empty it, or change its owner."
        ) from error
    return folder


def cluster_base(data_dir: Path, who: Account) -> Path:
    """The folder that holds the cluster: the data directory itself, or a place of its own that the account can reach."""
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
    """PostgreSQL's program folder, copied to the open place when the account cannot reach the installed one.

    The copy keeps the wheel's layout: the programs look for their libraries in a folder beside the package.
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
    """A private place for the socket: below the cluster's folder, or a short one when that path is too long."""
    for folder in (base / "run", Path(tempfile.gettempdir()) / f"sentra-{os.geteuid()}-{base.stat().st_ino}"):
        if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return folder
    raise StackError(
        f"The path {base} is too long for a socket (at most {SOCKET_PATH_LIMIT} bytes), and so is the temporary folder. "
        "Choose a shorter one with --data DIR or TMPDIR."
    )


def _existing(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _make_account() -> pwd.struct_passwd | None:
    """Add the account; None where that is not possible (no useradd, read-only /etc)."""
    if shutil.which("useradd") is None:
        return None
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(OPEN_PLACE)]
    subprocess.run([*command, "--shell", "/usr/sbin/nologin", ACCOUNT], capture_output=True, check=False)
    return _existing(ACCOUNT)
