"""For tests that need several real transactions."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from workflow_app.connections import connect
from workflow_app.services.unit_of_work import UnitOfWork, Works
from workflow_app.settings import Settings
from workflow_app.types import Actor


@pytest.fixture
def fresh_works(fresh_settings: Settings) -> Iterator[Works]:
    """Units of work that really commit, on a database of their own."""
    works = connect(fresh_settings, pool_size=20)
    works.blobs.ensure_bucket()
    yield works
    works.session_factory.kw["bind"].dispose()


@pytest.fixture
def officer(work: UnitOfWork, budi: Actor, sktlk: str) -> UnitOfWork:
    """A unit of work in which the officer who records acts."""
    return replace(work, actor=budi)
