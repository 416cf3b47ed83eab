"""What the assembly hands to the web: how to open units of work, what one upload may weigh, how the parts are."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from flask import current_app

from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.watching.watch import Watch

EXTENSION = "sentra"


@dataclass(frozen=True)
class Sentra:
    """The parts of one running application."""

    works: Works
    max_upload_mb: int
    max_recording_mb: int
    watch: Watch
    public_url: str
    """Where citizens reach the site; stands on what is printed for them."""
    release: Path
    """Folder of the processes of this release, with the record of what was proven of them."""


def sentra() -> Sentra:
    """The parts this application was assembled from."""
    return cast(Sentra, current_app.extensions[EXTENSION])


def now() -> datetime:
    """The current instant by the clock of the application, in UTC."""
    return sentra().works.clock()
