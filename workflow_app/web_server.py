"""How gunicorn serves the site, here and in a container: `gunicorn -c python:workflow_app.web_server`.

The address comes from the command line (`--bind`), the sizes from the same settings as everything else.
"""

import gc
import itertools
import logging.config
import os
import shutil
import tempfile
from typing import Any

from workflow_app import logs

logconfig_dict = logs.configuration()
logging.config.dictConfig(logconfig_dict)

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
OWN_FOLDER = None if FOLDER in os.environ else tempfile.mkdtemp(prefix="spkt-figures-")
os.environ.setdefault(FOLDER, OWN_FOLDER or "")

COLLECT_AFTER = (50_000, 20, 20)
"""A request makes some ten thousand objects and leaves no cycles to speak of: garbage is looked for every few requests."""

wsgi_app = "workflow_app.app:create_app()"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
preload_app = True  # read once, then forked: the application opens no connection before its first request
timeout = 60
graceful_timeout = 6
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
errorlog = "-"
accesslog = None  # the application writes its own lines, without addresses of people
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """What was loaded stays: the collector of garbage need not look at it again, and the pages are shared between processes."""
    gc.collect()
    gc.freeze()


def pre_fork(server: Any, worker: Any) -> None:
    """Give a new web process the lowest number that no living one has: it counts on where its predecessor ended."""
    taken = {getattr(other, "slot", 0) for other in server.WORKERS.values()}
    worker.slot = next(number for number in itertools.count(1) if number not in taken)


def post_fork(_server: Any, worker: Any) -> None:
    """Tell the figures which web process this is."""
    from workflow_app.web import metrics  # not before the folder of the figures is known

    metrics.slot = str(worker.slot)
    gc.set_threshold(*COLLECT_AFTER)


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    if OWN_FOLDER:
        shutil.rmtree(OWN_FOLDER, ignore_errors=True)
