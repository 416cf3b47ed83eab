"""Counting never ends a web process. Each in a process of its own: how it counts is settled
once.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.services import ROOT

MANY_KINDS = """
from workflow_app.web import operations as metrics
metrics.share("1")
kinds = 0
while metrics._has_room():
    kinds += 1
    metrics.REQUESTS.labels("GET", f"/{'x' * 100}/<uuid:case_id>/{kinds}", "200").observe(1)
print(kinds)
"""

NO_FOLDER = """
import tempfile
def full(**_):
    raise OSError(28, "No space left on device")
tempfile.mkdtemp = full
from workflow_app import web_server
from workflow_app.web import operations as metrics
metrics.share("1")
metrics.REQUESTS.labels("GET", "/masuk", "200").observe(1)
print(web_server.OWN_FOLDER)
"""


def printed_by(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_file_of_a_process_never_grows(tmp_path: Path) -> None:
    kinds = int(printed_by(MANY_KINDS, PROMETHEUS_MULTIPROC_DIR=str(tmp_path)))

    (file,) = tmp_path.iterdir()
    assert kinds > 400
    assert file.stat().st_size == 2 << 20


def test_a_server_that_cannot_make_a_folder_for_counts_starts_all_the_same() -> None:
    assert printed_by(NO_FOLDER) == "None"
