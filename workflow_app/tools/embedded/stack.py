"""The servers of one data directory, started and stopped together.

One process owns a data directory: it holds a lock on ``stack.lock`` that the kernel releases when
the process ends. Other processes can use the servers: they read the addresses that the owner
published in ``environment.env``.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg

from workflow_app.tools.embedded import object_store, server_processes
from workflow_app.tools.embedded.object_store import ObjectStore
from workflow_app.tools.embedded.postgres import PostgresServer
from workflow_app.tools.embedded.server_processes import StackError

BUCKET = "sentra"
PRODUCT_KEYS = ("SECRET_KEY", "IDENTITY_KEY", "AUDIT_SIGNING_KEY")
PUBLISHED = "environment.env"
Notice = Callable[[str], None]


def _silent(_: str) -> None:
    """Ignore a sentence."""


class LocalStack:
    """PostgreSQL and the object store of one data directory.

    `given` is the environment of this process: a server that it names (DATABASE_URL, S3_ENDPOINT)
    is not started here, and a key in it is used instead of a generated one.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        given: Mapping[str, str] | None = None,
        durable: bool = True,
        notice: Notice = _silent,
    ) -> None:
        self.data_dir = data_dir
        self.environment: dict[str, str] = {}
        self._given = given or {}
        self._durable = durable
        self._notice = notice
        self._lock: IO[str] | None = None
        self._servers: list[PostgresServer | ObjectStore] = []
        self._told: dict[str, str] = {}

    def claim(self) -> None:
        """Become the owner of the data directory. Raises `StackError` when another process is."""
        self.data_dir = server_processes.prepare_data_dir(self.data_dir)
        (self.data_dir / "log").mkdir(mode=0o700, exist_ok=True)
        self._lock = _take_lock(self.data_dir)

    def start(self) -> dict[str, str]:
        """Start the needed servers and return the settings for them. Raises `StackError`."""
        if self._lock is None:
            self.claim()
        try:
            self._start_servers()
        except BaseException:
            self.stop()
            raise
        object_store.write_private(
            self.data_dir / PUBLISHED,
            "".join(f"{name}={value}\n" for name, value in self.environment.items()),
        )
        return self.environment

    def _start_servers(self) -> None:
        has_data = any((self.data_dir / name).exists() for name in ("postgres", "objects"))
        made = object_store.load_or_make(self.data_dir, has_data=has_data)
        self.environment = {
            name: made[name] for name in PRODUCT_KEYS if not _is_given(name, self._given)
        }
        if not _is_given("DATABASE_URL", self._given):
            self._servers.append(PostgresServer(self.data_dir, made, durable=self._durable))
        if not _is_given("S3_ENDPOINT", self._given):
            self._servers.append(ObjectStore(self.data_dir, made, durable=self._durable))
        with ThreadPoolExecutor() as both:
            for begun in [both.submit(self._begin, server) for server in self._servers]:
                begun.result()
        for server in self._servers:
            self.environment |= _settings_of(server)

    def _begin(self, server: PostgresServer | ObjectStore) -> None:
        began = time.monotonic()
        server.start()
        self._notice(f"{server.name} started ({time.monotonic() - began:.1f} s)")

    def revive(self) -> list[str]:
        """Restart servers that have ended, with the same addresses, and return sentences about it.

        A failed restart is repeated at the next call, because the cause (a full disk, another kill)
        may disappear. The same cause is reported once.
        """
        sentences = []
        for server in self._servers:
            if server.is_alive():
                continue
            try:
                server.start()
            except (StackError, psycopg.Error, OSError) as error:
                if self._told.get(server.name) != str(error):
                    sentences.append(
                        f"{server.name} ended and does not start; trying again. {error}"
                    )
                self._told[server.name] = str(error)
            else:
                self._told.pop(server.name, None)
                sentences.append(f"{server.name} had ended and was started again.")
        return sentences

    def stop(self) -> None:
        """Stop every server, the last started first, and release the data directory."""
        while self._servers:
            self._servers.pop().stop()
        if self._lock:
            (self.data_dir / PUBLISHED).unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def erase(self) -> None:
        """Stop, and delete everything the servers wrote. For tests."""
        self.stop()
        link = self.data_dir / "postgres"
        if link.is_symlink():
            shutil.rmtree(link.readlink().parent, ignore_errors=True)
        shutil.rmtree(self.data_dir, ignore_errors=True)


@contextmanager
def running(
    data_dir: Path, *, given: Mapping[str, str] | None = None, notice: Notice = _silent
) -> Iterator[dict[str, str]]:
    """Provide the settings of running servers during the block.

    Uses the servers of the `./spkt run` that owns the data directory, if there is one, else starts
    servers for the block.
    """
    published = _join(data_dir)
    if published is not None:
        yield published
        return
    stack = LocalStack(data_dir, given=given, notice=notice)
    try:
        yield stack.start()
    finally:
        stack.stop()


def _join(data_dir: Path) -> dict[str, str] | None:
    """Return what the owner of this data directory published; None when there is no owner."""
    lock = data_dir / "stack.lock"
    for _ in range(600):
        if not lock.exists() or not _is_held(lock):
            return None
        found = object_store.read(data_dir / PUBLISHED)
        if found:
            return found
        time.sleep(0.1)
    raise StackError(
        f"Another ./spkt has been starting on {data_dir} for a minute. End it, then try again."
    )


def _settings_of(server: PostgresServer | ObjectStore) -> dict[str, str]:
    """Return the settings for a started server."""
    if isinstance(server, PostgresServer):
        return {"DATABASE_URL": server.address()}
    return {
        "S3_ENDPOINT": server.endpoint,
        "S3_ACCESS_KEY": server.access_key,
        "S3_SECRET_KEY": server.secret_key,
        "S3_BUCKET": BUCKET,
        "S3_SECURE": "false",
        "S3_REGION": "us-east-1",
    }


def _take_lock(data_dir: Path) -> IO[str]:
    path = data_dir / "stack.lock"
    try:
        lock = path.open("a+")
    except OSError as error:
        raise StackError(f"{path} cannot be written ({error.strerror}).") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read().strip() or "unknown"
        lock.close()
        raise StackError(
            f"Another ./spkt (process {owner}) uses {data_dir}. End it, or choose another "
            "place with --data DIR."
        ) from None
    (data_dir / PUBLISHED).unlink(missing_ok=True)
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _is_held(path: Path) -> bool:
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _is_given(name: str, environment: Mapping[str, str]) -> bool:
    return bool(environment.get(name) or environment.get(f"{name}_FILE"))
