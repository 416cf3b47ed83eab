"""The real application on the shared servers, and people who visit it."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.integration.web.visitor import Visitor
from workflow_app.app import create_app
from workflow_app.domain import Actor
from workflow_app.services.core.unit_of_work import Works
from workflow_app.settings import Settings


@pytest.fixture
def app(settings: Settings, works: Works) -> Flask:
    return create_app(settings, works=works)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody without an account."""
    return Visitor(app.test_client())


@pytest.fixture
def at_desk(visit: Callable[[str], Visitor], budi: Actor, sktlk: str) -> Visitor:
    """Budi, signed in at the counter; SKTLK is deployed."""
    assert budi.roles and sktlk
    return visit("budi")


@pytest.fixture
def chief(visit: Callable[[str], Visitor], sari: Actor) -> Visitor:
    """Sari, the Ka SPKT, signed in."""
    assert sari.roles
    return visit("sari")
