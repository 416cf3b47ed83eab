"""A place for the data of a site of a test."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workflow_app.tools.embedded.stack import LocalStack


@contextmanager
def own_place() -> Iterator[Path]:
    """A data directory with a short path that PostgreSQL can reach, erased afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="spkt-own-"))
    folder.chmod(0o755)
    yield folder / "var"
    LocalStack(folder / "var").erase()
    folder.rmdir()
