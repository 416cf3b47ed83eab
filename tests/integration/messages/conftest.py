"""The service that sends word, deployed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.messages import process
from tests.integration.messages.imap_server import Box, imap_server
from workflow_app.services.core.unit_of_work import Works


@pytest.fixture
def kabar(works: Works, tmp_path: Path) -> str:
    """Key of the service."""
    process.deploy(works, tmp_path)
    return process.KEY


@pytest.fixture
def box() -> Iterator[Box]:
    with imap_server(Box()) as opened:
        yield opened
