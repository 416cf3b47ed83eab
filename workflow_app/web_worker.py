"""How the web processes share the work: who comes is served by the process that has a hand free."""

import socket
import time
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

AT_ONCE = 2
"""Requests that one process works on at a time: one computes while the other waits for the database. More would only wait for
one another."""
LONG_SECONDS = 0.5
"""Who has been at work for so long waits for something slower (the object store, a lock, a paper over a poor line) and leaves the
processor to others, as far as there are threads."""
LINGER_SECONDS = 2.0
"""How long the other side has to hang up, once its last answer is sent (RFC 9112, 9.6)."""


class FreeHands(ThreadWorker):
    """Threads of one process, beside other processes that listen at the same door.

    gunicorn's own worker lets in whoever comes, and keeps connections open however many wait in it; so officers crowd before one
    process while the other idles. This one leaves who comes to the others while it has its hands full, and sends a connection that it
    then serves back to the door afterwards.
    """

    max_keepalived: int
    """gunicorn's: a request that begins while so many connections rest is the last on its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept_at_most = self.max_keepalived
        self._at_work: dict[TConn, float] = {}
        """Connections that were given to a thread, and when."""

    def has_free_hand(self) -> bool:
        """Whether one more request would be worked on at once."""
        recent = time.monotonic() - LONG_SECONDS
        return (
            len(self._at_work) < self.cfg.threads
            and sum(began > recent for began in self._at_work.values()) < AT_ONCE
        )

    def enqueue_req(self, conn: TConn) -> None:
        """A connection is given to a thread."""
        self._at_work[conn] = time.monotonic()
        self._watch_the_door()
        try:
            super().enqueue_req(conn)
        except BaseException:
            del self._at_work[conn]
            raise

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        """It comes back."""
        del self._at_work[conn]
        self._watch_the_door()
        is_last = not fs.cancelled() and fs.exception() is None and fs.result() is False
        if is_last:
            self._see_off(conn)
        else:
            super().finish_request(conn, fs)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """A connection that rests has something to read. When that is its end, no hand is needed."""
        if _has_hung_up(client):
            self.keepalived_conns.remove(conn)
            self._let_go(conn)
        else:
            super().on_client_socket_readable(conn, client)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Asked for in every round of the loop, whenever it is not as gunicorn would have it."""
        super().set_accept_enabled(enabled and self.has_free_hand())

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Not for longer than until somebody at work may count as waiting."""
        super().wait_for_and_dispatch_events(timeout if self._accepting else min(timeout, LONG_SECONDS / 2))

    def _watch_the_door(self) -> None:
        is_free = self.has_free_hand()
        self.max_keepalived = self._kept_at_most if is_free else 0
        if not is_free:
            self.set_accept_enabled(False)

    def _see_off(self, conn: TConn) -> None:
        """Nothing more is said on this connection. gunicorn waits here until the other side has hung up, and everybody at this
        process with it; this one looks after it in its loop.
        """
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, EVENT_READ, partial(self._on_last_words, conn))
        except (OSError, ValueError):  # it has hung up already
            self.nr_conns -= 1
            conn.close()
            return
        conn.timeout = time.monotonic() + LINGER_SECONDS
        self.pending_conns.append(conn)  # which gunicorn closes when their time is over

    def _on_last_words(self, conn: TConn, client: socket.socket) -> None:
        """What still comes is dropped, until nothing comes."""
        try:
            is_over = not client.recv(65_536)
        except BlockingIOError:
            is_over = False
        except OSError:
            is_over = True
        if is_over:
            self.pending_conns.remove(conn)
            self._let_go(conn)

    def _let_go(self, conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()


def _has_hung_up(client: socket.socket) -> bool:
    """Whether the next thing to read of a connection that has something to read is its end."""
    try:
        return not client.recv(1, socket.MSG_PEEK)
    except OSError as error:
        return not isinstance(error, BlockingIOError)
    except ValueError:  # over TLS nobody can look ahead
        return False
