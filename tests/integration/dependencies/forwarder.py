"""A line to a real server that can be cut, silenced and mended again, on 127.0.0.1."""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"


class Forwarder:
    """Passes bytes on to a server (`host:port`, or the path of a Unix socket)."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._flows = threading.Event()
        self._flows.set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.accepted = 0
        self.mend()

    @property
    def address(self) -> str:
        """host:port of our end."""
        return f"{HOST}:{self.port}"

    @property
    def standing(self) -> int:
        """Connections that stand at this moment."""
        with self._lock:
            return len(self._pairs)

    def cut(self) -> None:
        """The server is gone: every connection breaks, new ones are refused."""
        self._flows.set()
        if self._listener is not None:
            listener, self._listener = self._listener, None
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                _break(end)

    def silence(self) -> None:
        """The server is there and says nothing: connections stand, new ones are taken, no byte
        passes.
        """
        self._flows.clear()

    def mend(self) -> None:
        """As if nothing had been; connections that were silenced go on."""
        self._flows.set()
        if self._listener is None:
            self._listener = socket.create_server((HOST, self.port))
            self.port = int(self._listener.getsockname()[1])
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        self._flows.wait()
        try:
            far = self._reach()
        except OSError:
            near.close()
            return
        pair = (near, far)
        with self._lock:
            self._pairs.append(pair)
        with selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            try:
                while self._pass_on(selector):
                    pass
            except (OSError, ValueError):
                pass
        for end in pair:
            end.close()
        with self._lock:
            if pair in self._pairs:
                self._pairs.remove(pair)

    def _pass_on(self, selector: selectors.BaseSelector) -> bool:
        for key, _ in selector.select():
            source: socket.socket = key.fileobj  # type: ignore[assignment]  # only sockets are registered
            data = source.recv(1 << 16)
            self._flows.wait()
            if not data:
                return False
            key.data.sendall(data)
        return True

    def _reach(self) -> socket.socket:
        if self._server.startswith("/"):
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._server)
            return far
        host, _, port = self._server.rpartition(":")
        return socket.create_connection((host, int(port)))


def _break(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


@contextmanager
def line_to(server: str) -> Iterator[Forwarder]:
    """A line for the length of the block."""
    line = Forwarder(server)
    try:
        yield line
    finally:
        line.cut()
