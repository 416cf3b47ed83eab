"""The service that sends word, deployed."""

from pathlib import Path

import pytest

from tests.integration.messages import process
from workflow_app.services.ground.unit_of_work import Works


@pytest.fixture
def kabar(works: Works, tmp_path: Path) -> str:
    """Key of the service."""
    process.deploy(works, tmp_path)
    return process.KEY
