"""For tests that need several real transactions."""

from collections.abc import Iterator

import pytest

from workflow_app.connections import connect
from workflow_app.services.unit_of_work import Works
from workflow_app.settings import Settings


@pytest.fixture
def fresh_works(fresh_settings: Settings) -> Iterator[Works]:
    """Units of work that really commit, on a database of their own."""
    works = connect(fresh_settings, pool_size=20)
    works.blobs.ensure_bucket()
    yield works
    works.session_factory.kw["bind"].dispose()
