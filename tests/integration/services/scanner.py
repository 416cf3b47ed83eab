"""The scanner of the tests and its folder."""

from pathlib import Path

from sqlalchemy import select

from tests.integration.services import stacks as made
from tests.unit.ocr import fed
from workflow_app.domain import SYSTEM
from workflow_app.models import PaperStack
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.intake import scan_folder
from workflow_app.services.intake.scan_folder import ScanFolder


class Scanner:
    """The folder, and the time that passes between two looks at it."""

    def __init__(self, path: Path, works: Works) -> None:
        self.path, self.works, self.now = path, works, 0.0
        self.folder = self.opened()

    def opened(self, **given: bool) -> ScanFolder:
        """As a worker opens it that was started just now."""
        self.folder = ScanFolder(self.path, ticks=lambda: self.now, **given)
        return self.folder

    def put(self, name: str, data: bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path

    def look(self, after: float = 20.0) -> scan_folder.Found:
        found = scan_folder.take_in(self.works, self.folder, max_megabytes=2)
        self.now += after
        return found

    def stacks(self) -> list[PaperStack]:
        with self.works.begin(SYSTEM) as work:
            query = (
                select(PaperStack)
                .where(PaperStack.brought_by.is_(None))
                .order_by(PaperStack.brought_at)
            )
            found = list(work.session.scalars(query))
            work.session.expunge_all()
            return found


def scan(words: str) -> bytes:
    return made.pdf(fed.sheet(words))
