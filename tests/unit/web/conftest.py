"""The application on parts that refuse: pages that need no data, and the machinery around views."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from workflow_app.app import create_app
from workflow_app.domain import Unavailable
from workflow_app.settings import Settings, read_settings

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Monday, 23 November 2026, 12.00 WITA."""
KEY = "A" * 43 + "="


class AbsentServers:
    """Units of work on a database that does not answer."""

    def clock(self) -> datetime:
        return NOON

    @contextmanager
    def begin(self, _actor: Any) -> Iterator[Any]:
        raise Unavailable(detail="no database in unit tests")
        yield


@pytest.fixture(scope="session")
def made_up_settings() -> Settings:
    return read_settings(
        {
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "S3_ENDPOINT": "127.0.0.1:1",
            "S3_ACCESS_KEY": "made-up",
            "S3_SECRET_KEY": "made-up-made-up",
            "SECRET_KEY": "made-up" * 6,
            "IDENTITY_KEY": KEY,
            "AUDIT_SIGNING_KEY": KEY,
            "PUBLIC_URL": "https://sentra.example",
            "COOKIE_SECURE": "false",
            "MAX_UPLOAD_MB": "1",
            "MAX_RECORDING_MB": "1",
        }
    )


@pytest.fixture
def app(made_up_settings: Settings) -> Flask:
    return create_app(made_up_settings, works=AbsentServers())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
