"""Processes of a test, deployed as folders are: small ones, and changed copies of those of the
release.
"""

import shutil
from pathlib import Path

from tests.unit.engine.folder import Folder
from tests.unit.processes.folder import PROCESSES
from workflow_app.domain import SYSTEM
from workflow_app.engine import process_folders
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions


def deploy(works: Works, root: Path, *folders: Folder) -> None:
    """Make these folders the current versions."""
    for number, folder in enumerate(folders):
        path = root / f"{folder.key}{number}"
        for name, content in folder.files().items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
        with works.begin(SYSTEM) as work:
            definitions.deploy(work, path)


def copy_of(key: str, root: Path) -> Path:
    """The folder of a process of the release, with the shared parts and what it calls beside it, to
    be changed by a test.
    """
    called = process_folders.called_folders(process_folders.read_folder(PROCESSES / key))
    for beside in ("shared", *called):
        shutil.copytree(PROCESSES / beside, root / beside, dirs_exist_ok=True)
    return Path(shutil.copytree(PROCESSES / key, root / key))
