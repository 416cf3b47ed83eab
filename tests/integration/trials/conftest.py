"""Trials close what they open."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def nothing_stays_open() -> Iterator[None]:
    """A connection that was left open fails the test that left it, not whichever runs when it is
    noticed.
    """
    gc.collect()
    yield
    gc.collect()
