"""Bounds on what a piece of work may cost this process, counted so that a busy machine changes
nothing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def bounded(*, seconds: float, megabytes: float) -> Iterator[None]:
    """Processor time of this process, and by how much its memory may grow meanwhile."""
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
    memory, began = _kilobytes("VmRSS"), time.process_time()
    yield
    assert time.process_time() - began < seconds
    assert _kilobytes("VmHWM") - memory < megabytes * 1000


def _kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))
