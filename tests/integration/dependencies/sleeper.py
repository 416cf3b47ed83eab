"""An application for the web processes alone: it sleeps as long as it is asked to, and says in
which process.
"""

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from workflow_app import web_server

web_server.LONG_SECONDS = float(os.environ.get("LONG_SECONDS", web_server.LONG_SECONDS))


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """`/0.5` takes half a second."""
    time.sleep(float(environ["PATH_INFO"].removeprefix("/")))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
