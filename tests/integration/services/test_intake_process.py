"""The real worker empties the scanner's folder and the mailbox, also after it was killed in the
middle (R39).
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from tests.integration.messages.imap_server import PASSWORD, USER, Box, imap_server
from tests.integration.messages.mails import letter
from tests.integration.services.conftest import fresh_works as fresh_works
from tests.integration.services.scanner import scan
from tests.services import ROOT
from workflow_app.domain import SYSTEM
from workflow_app.models import PaperStack, StackPart
from workflow_app.services.core.unit_of_work import Works
from workflow_app.tools.embedded.server_processes import wait_until

PATIENCE = 150


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[None]:
    """Killed at the end, not asked to stop."""
    child = subprocess.Popen(
        [sys.executable, "-m", "workflow_app.worker"], cwd=ROOT, env={**os.environ, **environment}
    )
    try:
        yield
    finally:
        child.kill()
        child.wait()


def counted(works: Works, status: str) -> tuple[int, int]:
    """Stacks of this status, and parts that wait."""
    with works.begin(SYSTEM) as work:
        whole = select(func.count()).select_from(PaperStack).where(PaperStack.status == status)
        parts = select(func.count()).select_from(StackPart).where(StackPart.status == "tray")
        return work.session.scalar(whole) or 0, work.session.scalar(parts) or 0


def test_r39_what_lies_in_the_folder_and_the_mailbox_ends_in_the_tray(
    stack: dict[str, str], fresh_database_url: str, fresh_works: Works, tmp_path: Path
) -> None:
    for no in range(3):
        (tmp_path / f"{no}.pdf").write_bytes(scan(f"Contoh pekerja {no}"))
    with imap_server(Box()) as box:
        box.put(letter("Surat contoh."))
        environment = {
            **stack, "DATABASE_URL": fresh_database_url, "SCAN_FOLDER": str(tmp_path),
                "IMAP_HOST": "127.0.0.1",
            "IMAP_PORT": str(box.port), "IMAP_TLS": "none", "IMAP_USER": USER,
            "IMAP_PASSWORD": PASSWORD,
        }  # fmt: skip
        with worker(environment):
            assert wait_until(
                lambda: (
                    sum(counted(fresh_works, "waiting")) > 0
                    or sum(counted(fresh_works, "split")) > 0
                ),
                PATIENCE,
            )
        with worker(environment):
            assert wait_until(lambda: counted(fresh_works, "split") == (4, 4), PATIENCE)
    assert sorted(path.name for path in (tmp_path / "diterima").iterdir()) == [
        "0.pdf",
        "1.pdf",
        "2.pdf",
    ]
    assert box.unseen() == []
