"""Small processes of a test, deployed as folders are."""

from pathlib import Path

from tests.unit.engine.folder import Folder
from workflow_app.services import processes
from workflow_app.services.unit_of_work import Works
from workflow_app.types import SYSTEM


def deploy(works: Works, root: Path, *folders: Folder) -> None:
    """Make these folders the current versions."""
    for number, folder in enumerate(folders):
        path = root / f"{folder.key}{number}"
        for name, content in folder.files().items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
        with works.begin(SYSTEM) as work:
            processes.deploy(work, path)
