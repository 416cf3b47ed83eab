"""The embedded S3 server, and the keys and passwords of a data directory.

The server is one SeaweedFS process with only the parts for S3, on 127.0.0.1 and free ports. Its
internal ports require no key, so it trusts the local users of this machine; a production site sets
``S3_ENDPOINT`` to a server of its own. Keys are created once and kept in a file that only its owner
can read.
"""

import base64
import json
import os
import secrets
import shutil
import socket
import sysconfig
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from workflow_app.tools.embedded.server_processes import Child, StackError, end, running, wait_until

FILE_NAME = "secrets.env"


def _text() -> str:
    return secrets.token_urlsafe(36)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": _text,
    "IDENTITY_KEY": _key,
    "AUDIT_SIGNING_KEY": _key,
    "S3_ACCESS_KEY": lambda: secrets.token_hex(10),
    "S3_SECRET_KEY": _text,
    "POSTGRES_PASSWORD": _text,
}


def load_or_make(data_dir: Path, *, has_data: bool) -> dict[str, str]:
    """Return the keys of this data directory. Missing ones are created, unless there are data that
    were written with lost ones.
    """
    path = data_dir / FILE_NAME
    keys = read(path)
    missing = [name for name in MAKERS if name not in keys]
    if not missing:
        return keys
    if has_data:
        raise StackError(
            f"{path} does not hold {', '.join(missing)}, but there are data that were written "
            "with it. "
            f"Put the file back from your backup, or start with an empty directory (--data DIR)."
        )
    keys.update({name: MAKERS[name]() for name in missing})
    _write(path, keys)
    return keys


def read(path: Path) -> dict[str, str]:
    """Return the keys in a file of NAME=value lines; none for an absent file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise StackError(f"{path} cannot be read: {error}") from error
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def write_private(path: Path, text: str) -> None:
    """Write a file atomically, readable by its owner only."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise StackError(f"{path} cannot be written: {error.strerror}") from error


def _write(path: Path, keys: dict[str, str]) -> None:
    head = (
        "# Made by ./spkt on the first start. Without IDENTITY_KEY no name in the database "
        "can be read again:\n"
        "# keep a copy of this file in a safe place, apart from the data.\n"
    )
    write_private(path, head + "".join(f"{name}={value}\n" for name, value in keys.items()))


HOST = "127.0.0.1"
START_SECONDS = 60.0
PORTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
    "filer.port.grpc", "s3.port",
         "s3.port.grpc")  # fmt: skip
DURABLE_BUCKETS = {"version": 1, "locations": [{"locationPrefix": "/buckets/", "fsync": True}]}
"""Filer rule: the bytes of every object are on the disk before the upload is answered."""
FEW_VOLUMES = "[master.volume_growth]\ncopy_1 = 1\n"
PATIENCE = 2.0
"""Seconds to wait for a regular stop. The server itself would wait 15 s for its parts. Writes reach
the file immediately, so killing loses nothing.
"""


class ObjectStore:
    """One SeaweedFS server below a data directory."""

    name = "SeaweedFS"

    def __init__(self, data_dir: Path, keys: Mapping[str, str], *, durable: bool = True) -> None:
        self.data = data_dir / "objects"
        self.settings = data_dir / "objects.conf"
        self.log = data_dir / "log" / "objects.log"
        self.access_key = keys["S3_ACCESS_KEY"]
        self.secret_key = keys["S3_SECRET_KEY"]
        self.durable = durable
        self.ports: dict[str, int] = {}
        self._is_known = False
        self._child: Child | None = None

    @property
    def endpoint(self) -> str:
        """host:port of the S3 interface."""
        return f"{HOST}:{self.ports['s3.port']}"

    def start(self) -> None:
        """Start the server and wait until it answers. A restart keeps the ports, so that the
        address stays valid.
        """
        self._end_leftover()
        self._write_settings()
        for _ in range(3):
            self.ports = self.ports or self._choose_ports()
            self._child = self._server()
            self._child.start()
            wait_until(lambda: self._answers() or not self.is_alive(), START_SECONDS)
            if self.is_alive() and self._answers():
                break
            words = self._child.last_words()
            self.stop()
            if not self._is_known:
                self.ports = {}
                self._remembered.unlink(missing_ok=True)
        else:
            raise StackError(f"The object store did not start. The end of {self.log}:\n{words}")
        if self.durable:
            self._make_durable()
        self._is_known = True

    def stop(self) -> None:
        """Stop the server. The web server and the worker must have ended before."""
        if self._child:
            self._child.stop()

    def is_alive(self) -> bool:
        return self._child is not None and self._child.is_alive()

    def _server(self) -> Child:
        options = {
            "dir": self.data,
            "ip": HOST,
            "ip.bind": HOST,
            "filer": "true",
            "filer.localSocket": self.settings / "filer.sock",
            "s3": "true",
            "s3.config": self.settings / "identities.json",
            "s3.localSocket": self.settings / "s3.sock",
            "s3.iam": "false",
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "master.telemetry": "false",
            "master.electionTimeout": "500ms",
            "master.heartbeatInterval": "100ms",
            "master.volumeSizeLimitMB": 1024,
            "volume.max": 200,
            "volume.preStopSeconds": 0,
            **self.ports,
        }
        return Child(
            "weed",
            [
                str(_program()),
                "-logtostderr=true",
                "server",
                *(f"-{name}={value}" for name, value in options.items()),
            ],
            self.log,
            environment={
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": str(self.settings),
                "TMPDIR": str(self.settings),
            },
            directory=self.settings,
            patience=PATIENCE if self.durable else 0.0,
        )

    @property
    def _remembered(self) -> Path:
        return self.settings / "ports.json"

    def _choose_ports(self) -> dict[str, int]:
        """Return the former ports if they are free, because its master then starts faster, else
        free ones.
        """
        try:
            ports = {name: int(json.loads(self._remembered.read_text())[name]) for name in PORTS}
        except (OSError, ValueError, KeyError):
            ports = {}
        if not ports or not all(is_free(port) for port in ports.values()):
            for state in self.data.glob("m[0-9]*"):
                shutil.rmtree(state, ignore_errors=True)
            ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
            write_private(self._remembered, json.dumps(ports))
        return ports

    def _write_settings(self) -> None:
        for folder in (self.data, self.settings):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
        identity = {
            "name": "sentra",
            "credentials": [{"accessKey": self.access_key, "secretKey": self.secret_key}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        write_private(self.settings / "identities.json", json.dumps({"identities": [identity]}))
        write_private(self.settings / "master.toml", FEW_VOLUMES)

    def _answers(self) -> bool:
        """Return whether it can take an object: the master knows a volume server, and the S3
        interface refuses an unsigned call.
        """
        if not self.is_alive():
            return False
        try:
            status = json.loads(_call(self.ports["master.port"], "GET", "/dir/status")[1])
            if not status["Topology"].get("DataCenters"):
                return False
            return _call(self.ports["s3.port"], "GET", "/")[0] in (401, 403)
        except (OSError, HTTPException, ValueError, KeyError):
            return False

    def _make_durable(self) -> None:
        try:
            code, _ = _call(
                self.ports["filer.port"],
                "PUT",
                "/etc/seaweedfs/filer.conf",
                json.dumps(DURABLE_BUCKETS),
            )
        except (OSError, HTTPException) as error:
            raise StackError(f"The object store stopped answering: {error}") from error
        if code >= 300:
            raise StackError(
                f"The object store refused to write to the disk at once (it answered {code})."
            )

    def _end_leftover(self) -> None:
        """Stop a server that a killed run left on this directory."""
        for process in running():
            command = process.command()
            if command and Path(command[0]).name == "weed" and f"-dir={self.data}" in command:
                end(process, patience=PATIENCE)


def _call(port: int, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
    """Send one request to an internal port and return status and body."""
    connection = HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that are free now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [int(each.getsockname()[1]) for each in sockets]


def is_free(port: int, host: str = HOST) -> bool:
    """Return whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _program() -> Path:
    found = shutil.which("weed", path=sysconfig.get_path("scripts"))
    if found is None:
        raise StackError(
            "SeaweedFS is not installed here. Start through ./spkt, which installs it, or set "
            "S3_ENDPOINT to a server."
        )
    return Path(found)
