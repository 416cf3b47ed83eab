"""A developer adds a job: one decorated function in one file, as docs/how-to/add-a-job.md says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import ROOT

GUIDE = ROOT / "docs" / "how-to" / "add-a-job.md"
CHANGED = "workflow_app/services/reporting/stays.py"
ASK = """
import asyncio
from uuid import UUID
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM
from workflow_app.services.core import jobs
from workflow_app.settings import read_settings
from workflow_app.worker import create_worker

settings = read_settings()
works = connect(settings)
with works.begin(SYSTEM) as work:
    jobs.defer(work, "count_documents", case_id=UUID(int=7))

async def work_off():
    app = create_worker(settings, works)
    async with app.open_async():
        await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

asyncio.run(work_off())
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources, with the function of the guide at the end of one file."""
    for package in ("workflow_app", "archive", "ocr"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("vendor", "*.pyc")
        )
    written = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    with (tmp_path / CHANGED).open("a", encoding="utf-8") as file:
        file.write("\n\n" + written[0])
    return tmp_path


def python(copy: Path, address: str, stack: dict[str, str], *words: str) -> str:
    environment = {**os.environ, **stack, "DATABASE_URL": address, "PYTHONPATH": str(copy)}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_a_job_is_added_in_one_file(
    copy: Path, stack: dict[str, str], fresh_database_url: str
) -> None:
    said = python(copy, fresh_database_url, stack, "-c", ASK)
    assert "given up: 00000000-0000-0000-0000-000000000007" in said, "it ran, and was given up"

    listed = python(copy, fresh_database_url, stack, "-m", "workflow_app", "db", "jobs")
    (line,) = [line for line in listed.splitlines() if line.startswith("count_documents")]
    assert "keeping, 32 tries 2 to 3600 s apart" in line
    assert "0 due, 0 later, 1 failed" in line
    assert line.endswith("Menghitung dokumen")
