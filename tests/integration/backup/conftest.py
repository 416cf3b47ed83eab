"""A site that has worked, a backup of it, and an empty place."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.backup.sites import SKTLK, Site, deposit, play, site, stage_of
from workflow_app.domain import SYSTEM
from workflow_app.services.documents import reading
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions


@pytest.fixture(scope="session")
def office(stack: dict[str, str], template_database: str) -> Iterator[Site]:
    """A site with a finished case and its letter, a case in the middle, and a scan that was
    read.
    """
    with site(stack, template=template_database) as place:
        with place.works.begin(SYSTEM) as work:
            definitions.deploy(work, SKTLK)
            configuration.set_value(work, "mode_demo", True, configuration.SOP_IN_FORCE)
        stage = stage_of(place)
        play(stage)
        play(stage, 6)
        reading.read_document(
            place.works, deposit(place, "Surat tentang belangkas"), page_seconds=60
        )
        yield place


@pytest.fixture(scope="session")
def kept(office: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one backup of the office."""
    folder = tmp_path_factory.mktemp("kept") / "backup"
    office.backup(folder)
    return folder


@pytest.fixture
def copy(kept: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoilt."""
    return Path(shutil.copytree(kept, tmp_path / "copy"))


@pytest.fixture
def empty(stack: dict[str, str]) -> Iterator[Site]:
    """An empty place with the office's keys."""
    with site(stack) as place:
        yield place
