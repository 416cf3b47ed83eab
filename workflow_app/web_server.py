"""How gunicorn serves the site, here and in a container: `gunicorn -c python:workflow_app.web_server`.

The address comes from the command line (`--bind`), the sizes from the same settings as everything else.
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
from collections import Counter
from typing import Any

from gunicorn.glogging import Logger

from ocr.child import PROCESSORS
from workflow_app import logs
from workflow_app.web_worker import FreeHands

logconfig_dict = logs.configuration()
logging.config.dictConfig(logconfig_dict)


class OwnLines(Logger):
    """The application writes a line for each request itself, without addresses of people."""

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Write nothing, and gather nothing for it: without this, what a line would say is put together and thrown away."""


FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def _own_folder() -> str | None:
    """A folder where the processes count together; None when one is given, and when the disk has no room for one."""
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
"""A request leaves some forty objects that name each other in rings: garbage is looked for every two hundred requests, and that
takes less than one of them does."""

SILENT_SECONDS = 30
"""For about so long a connection on which nothing was said yet stays with the kernel."""

wsgi_app = "workflow_app.app:create_warm_app()"
worker_class = FreeHands
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)  # for who waits; at a time few work: `web_worker.AT_ONCE`
preload_app = True  # read once, then forked: the application opens no connection before its first request
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
"""A process shows that it lives by a file: in memory, so that a full disk does not stop the server."""


def when_ready(server: Any) -> None:
    """What was loaded stays: the collector of garbage need not look at it again, and the pages are shared between processes. And who
    comes without a word (browsers open connections ahead) waits outside, not in a thread.
    """
    gc.collect()
    gc.freeze()
    for listener in server.LISTENERS:
        with contextlib.suppress(OSError):  # not TCP
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_SECONDS)


def pre_fork(server: Any, worker: Any) -> None:
    """Give a new web process the lowest number that no living one has: it counts on where its predecessor ended. And a processor
    that the fewest have, whichever of these: so several sites on a machine spread.
    """
    others = server.WORKERS.values()
    taken = {getattr(other, "slot", 0) for other in others}
    worker.slot = next(number for number in itertools.count(1) if number not in taken)
    held = Counter(getattr(other, "processor", None) for other in others)
    free = os.sched_getaffinity(0)
    fewest = min(held[processor] for processor in free)
    worker.processor = secrets.choice([processor for processor in free if held[processor] == fewest])


def post_fork(server: Any, worker: Any) -> None:
    """Tell the figures which web process this is, and give it its processor and its collector of garbage."""
    from workflow_app.web import metrics  # not before the folder of the figures is known

    metrics.share(str(worker.slot))
    gc.set_threshold(*COLLECT_AFTER)
    keep_to(worker.processor, server.num_workers)


def keep_to(processor: int, processes: int) -> None:
    """Only one thread of Python runs at a time; where they wander between processors each finds its memory cold, which costs a
    seventh. Nobody is bound where so many processes have to share processors: the kernel evens them out better. Sandboxes that a
    process starts run where it might have.
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
