"""Configuration of gunicorn, on this machine and in a container: `gunicorn -c
python:workflow_app.web_server`.

The address comes from the command line (`--bind`), the sizes from the settings. The worker class
distributes requests: a new connection is served by the process that has a free thread.
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
"""Requests that one process handles in parallel: one computes while the other waits for the
database. More would only wait for each other.
"""
LONG_SECONDS = 0.5
"""A request that runs this long waits for something slower (the object store, a lock, a slow
client) and no longer counts as busy, as far as there are threads.
"""
LINGER_SECONDS = 2.0
"""Seconds for the client to close the connection after the last answer (RFC 9112, 9.6)."""


class FreeHands(ThreadWorker):
    """Threaded worker that shares a listening socket with other processes.

    gunicorn's own worker accepts every connection and keeps it open however many wait in it, so
    requests queue in one process while another is idle. This worker accepts none while its threads
    are busy, and closes a connection that it then serves, so that its next request can reach
    another process.
    """

    max_keepalived: int
    """Attribute of gunicorn: with this many idle connections, a new request is the last on its
    connection.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept_at_most = self.max_keepalived
        self._at_work: dict[TConn, float] = {}
        """Connections in a thread, with the start time."""

    def has_free_hand(self) -> bool:
        """Return whether one more request would be handled at once."""
        recent = time.monotonic() - LONG_SECONDS
        return (
            len(self._at_work) < self.cfg.threads
            and sum(began > recent for began in self._at_work.values()) < AT_ONCE
        )

    def enqueue_req(self, conn: TConn) -> None:
        """Pass a connection to a thread."""
        self._at_work[conn] = time.monotonic()
        self._watch_the_door()
        try:
            super().enqueue_req(conn)
        except BaseException:
            del self._at_work[conn]
            raise

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        """Take a connection back from its thread."""
        del self._at_work[conn]
        self._watch_the_door()
        is_last = not fs.cancelled() and fs.exception() is None and fs.result() is False
        if is_last:
            self._see_off(conn)
        else:
            super().finish_request(conn, fs)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Handle an idle connection with new data. Its closing needs no thread."""
        if _has_hung_up(client):
            self.keepalived_conns.remove(conn)
            self._let_go(conn)
        else:
            super().on_client_socket_readable(conn, client)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept connections only with a free thread. gunicorn calls this in every round of the
        loop in which its own state differs.
        """
        super().set_accept_enabled(enabled and self.has_free_hand())

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for events, at most until a busy request may count as waiting."""
        super().wait_for_and_dispatch_events(
            timeout if self._accepting else min(timeout, LONG_SECONDS / 2)
        )

    def _watch_the_door(self) -> None:
        is_free = self.has_free_hand()
        self.max_keepalived = self._kept_at_most if is_free else 0
        if not is_free:
            self.set_accept_enabled(False)

    def _see_off(self, conn: TConn) -> None:
        """Close a connection after its last answer. gunicorn would block the process until the
        client has closed it; this worker waits in its event loop.
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
        self.pending_conns.append(conn)  # gunicorn closes these after their timeout

    def _on_last_words(self, conn: TConn, client: socket.socket) -> None:
        """Discard further data until the client closes the connection."""
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
    """Return whether the next thing to read from a readable connection is its end."""
    try:
        return not client.recv(1, socket.MSG_PEEK)
    except OSError as error:
        return not isinstance(error, BlockingIOError)
    except ValueError:  # TLS does not allow peeking
        return False


logconfig_dict = logs.configuration()
logging.config.dictConfig(logconfig_dict)


class OwnLines(Logger):
    """Logger without access lines; the application logs each request itself, without addresses of
    people.
    """

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Do nothing. Without this override gunicorn would build each line and discard it."""


FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def _own_folder() -> str | None:
    """Return a folder for the metrics that the processes share; None when one is configured, or
    when the disk is full.
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
"""Thresholds of the garbage collector. A request leaves some forty objects in reference cycles; a
collection every two hundred requests takes less time than one request.
"""

SILENT_SECONDS = 30
"""Seconds for which the kernel holds a connection without data before passing it on."""

wsgi_app = "workflow_app.app:create_warm_app()"
worker_class = FreeHands
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(
    os.environ.get("WEB_THREADS") or 4
)  # for waiting requests; only `AT_ONCE` are handled at a time
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
"""Folder of the heartbeat file of each process, in memory, so that a full disk does not stop the
server.
"""


def when_ready(server: Any) -> None:
    """Freeze the loaded objects, so that the garbage collector skips them and their memory pages
    stay shared.

    Connections without data, which browsers open in advance, wait in the kernel instead of a
    thread.
    """
    gc.collect()
    gc.freeze()
    for listener in server.LISTENERS:
        with contextlib.suppress(OSError):  # not TCP
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_SECONDS)


def pre_fork(server: Any, worker: Any) -> None:
    """Give a new web process the lowest free number, so that it continues the metrics of its
    predecessor.

    It also gets one of the processors with the fewest processes, chosen at random, so that several
    sites on a machine use different ones.
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
    """Set up a new web process: its number in the metrics, its processor and its
    garbage collector.
    """
    from workflow_app.web import (
        operations as metrics,  # after the folder of the metrics is known
    )

    metrics.share(str(worker.slot))
    gc.set_threshold(*COLLECT_AFTER)
    keep_to(worker.processor, server.num_workers)


def keep_to(processor: int, processes: int) -> None:
    """Bind this process to one processor.

    Only one Python thread runs at a time; if threads move between processors, cold caches cost a
    seventh. With more processes than processors nothing is bound, because the kernel balances
    better. Sandboxes still run on all processors.
    """
    free = os.sched_getaffinity(0)
    if processes <= len(free):
        os.environ[PROCESSORS] = ",".join(map(str, sorted(free)))
        with contextlib.suppress(OSError):  # a container may forbid it
            os.sched_setaffinity(0, {processor})


def on_exit(_server: Any) -> None:
    """Delete the folder of the metrics."""
    if OWN_FOLDER:
        shutil.rmtree(OWN_FOLDER, ignore_errors=True)
