"""The engine's module brings along what it needs and nothing else that happens to be installed."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
ASK = (
    "import sys, ocr.tesseract; assert 'pandas' not in sys.modules; import pandas; "
    "print(pandas.HERE)"
)


def test_pandas_is_not_taken_along_and_can_be_imported_afterwards(tmp_path: Path) -> None:
    (tmp_path / "pandas.py").write_text("HERE = 'imported'\n")
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("imported", "")
