"""How gunicorn serves the site, here and in a container: `gunicorn -c
python:workflow_app.web_server`.

The address comes from the command line (`--bind`), the sizes from the same settings as everything
else.

How the web processes share the work: who comes is served by the process that has a hand free.
"""

import contextlib
import gc
import itertools
import logging.config
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections import Counter
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

from ocr.child import PROCESSORS
from workflow_app import logs

AT_ONCE = 2
"""Requests that one process works on at a time: one computes while the other waits for the
database. More would only wait for one another.
"""
LONG_SECONDS = 0.5
"""Who has been at work for so long waits for something slower (the object store, a lock, a paper
over a poor line) and leaves the processor to others, as far as there are threads.
"""
LINGER_SECONDS = 2.0
"""How long the other side has to hang up, once its last answer is sent (RFC 9112, 9.6)."""


class FreeHands(ThreadWorker):
    """Threads of one process, beside other processes that listen at the same door.

    gunicorn's own worker lets in whoever comes, and keeps connections open however many wait in it;
    so officers crowd before one process while the other idles. This one leaves who comes to the
    others while it has its hands full, and sends a connection that it then serves back to the door
    afterwards.
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
        """A connection that rests has something to read. When that is its end, no hand is
        needed.
        """
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
        super().wait_for_and_dispatch_events(
            timeout if self._accepting else min(timeout, LONG_SECONDS / 2)
        )

    def _watch_the_door(self) -> None:
        is_free = self.has_free_hand()
        self.max_keepalived = self._kept_at_most if is_free else 0
        if not is_free:
            self.set_accept_enabled(False)

    def _see_off(self, conn: TConn) -> None:
        """Nothing more is said on this connection. gunicorn waits here until the other side has
        hung up, and everybody at this process with it; this one looks after it in its loop.
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


logconfig_dict = logs.configuration()
logging.config.dictConfig(logconfig_dict)


class OwnLines(Logger):
    """The application writes a line for each request itself, without addresses of people."""

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Write nothing, and gather nothing for it: without this, what a line would say is put
        together and thrown away.
        """


FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def _own_folder() -> str | None:
    """A folder where the processes count together; None when one is given, and when the disk has no
    room for one.
    """
    if FOLDER in os.environ:
        return None
    try:
        return tempfile.mkdtemp(prefix="spkt-figures-")
    except OSError:
        return None


OWN_FOLDER = _own_folder()
if OWN_FOLDER:
    os.environ[FOLDER] = OWN_FOLDER

MEMORY = "/dev/shm"  # noqa: S108 - gunicorn makes a private file there and unlinks it at once

COLLECT_AFTER = (10_000, 20, 20)
"""A request leaves some forty objects that name each other in rings: garbage is looked for every
two hundred requests, and that takes less than one of them does.
"""

SILENT_SECONDS = 30
"""For about so long a connection on which nothing was said yet stays with the kernel."""

wsgi_app = "workflow_app.app:create_warm_app()"
worker_class = FreeHands
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(
    os.environ.get("WEB_THREADS") or 4
)  # for who waits; at a time few work: `web_worker.AT_ONCE`
preload_app = (
    True  # read once, then forked: the application opens no connection before its first request
)
timeout = 60
graceful_timeout = 6
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
errorlog = "-"
accesslog = None
logger_class = OwnLines
control_socket_disable = True
worker_tmp_dir = MEMORY if os.access(MEMORY, os.W_OK | os.X_OK) else None
"""A process shows that it lives by a file: in memory, so that a full disk does not stop the server.
"""


def when_ready(server: Any) -> None:
    """What was loaded stays: the collector of garbage need not look at it again, and the pages are
    shared between processes. And who comes without a word (browsers open connections ahead) waits
    outside, not in a thread.
    """
    gc.collect()
    gc.freeze()
    for listener in server.LISTENERS:
        with contextlib.suppress(OSError):  # not TCP
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_SECONDS)


def pre_fork(server: Any, worker: Any) -> None:
    """Give a new web process the lowest number that no living one has: it counts on where its
    predecessor ended. And a processor that the fewest have, whichever of these: so several sites on
    a machine spread.
    """
    others = server.WORKERS.values()
    taken = {getattr(other, "slot", 0) for other in others}
    worker.slot = next(number for number in itertools.count(1) if number not in taken)
    held = Counter(getattr(other, "processor", None) for other in others)
    free = os.sched_getaffinity(0)
    fewest = min(held[processor] for processor in free)
    worker.processor = secrets.choice(
        [processor for processor in free if held[processor] == fewest]
    )


def post_fork(server: Any, worker: Any) -> None:
    """Tell the figures which web process this is, and give it its processor and its collector of
    garbage.
    """
    from workflow_app.web import (
        operations as metrics,  # not before the folder of the figures is known
    )

    metrics.share(str(worker.slot))
    gc.set_threshold(*COLLECT_AFTER)
    keep_to(worker.processor, server.num_workers)


def keep_to(processor: int, processes: int) -> None:
    """Only one thread of Python runs at a time; where they wander between processors each finds its
    memory cold, which costs a seventh. Nobody is bound where so many processes have to share
    processors: the kernel evens them out better. Sandboxes that a process starts run where it might
    have.
    """
    free = os.sched_getaffinity(0)
    if processes <= len(free):
        os.environ[PROCESSORS] = ",".join(map(str, sorted(free)))
        with contextlib.suppress(OSError):  # a container may forbid it
            os.sched_setaffinity(0, {processor})


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    if OWN_FOLDER:
        shutil.rmtree(OWN_FOLDER, ignore_errors=True)
