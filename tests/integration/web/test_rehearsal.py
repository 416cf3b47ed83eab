"""Pages that are made before the server divides itself: nothing is written, nothing is left open, and a database that is away is
no reason not to start.
"""

import logging
import threading

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from workflow_app.app import create_app
from workflow_app.settings import Settings
from workflow_app.web import rehearsal
from workflow_app.web.parts import EXTENSION


def engine_of(app: Flask) -> Engine:
    found: Engine = app.extensions[EXTENSION].works.session_factory.kw["bind"]
    return found


@pytest.fixture
def served(settings: Settings) -> Flask:
    """An application with connections of its own, as the web server has it."""
    return create_app(settings)


def test_first_pages_only_look_and_leave_no_connection_and_no_thread(
    served: Flask, sktlk: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert sktlk
    watch, before = served.extensions[EXTENSION].watch, threading.active_count()
    asked: list[str] = []
    event.listen(engine_of(served), "before_cursor_execute", lambda *told: asked.append(told[2]))
    with caplog.at_level(logging.INFO, "workflow_app.web.rehearsal"):
        rehearsal.rehearse(served)

    assert not caplog.records, "every page was made"
    assert len(asked) > 20
    assert [one for one in asked if one.lstrip().lower().startswith(("insert", "update", "delete"))] == []
    assert engine_of(served).pool.status().startswith("Pool size"), "a new pool"
    assert engine_of(served).pool.checkedin() == 0
    assert served.extensions[EXTENSION].watch is watch
    assert threading.active_count() == before


def test_a_database_that_is_away_does_not_keep_the_server_from_starting(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    away = settings.model_copy(
        update={"database_url": type(settings.database_url)("postgresql://x@127.0.0.1:9/x")}
    )
    with caplog.at_level(logging.INFO, "workflow_app.web.rehearsal"):
        rehearsal.rehearse(create_app(away))
    assert "were not made beforehand" in caplog.text
