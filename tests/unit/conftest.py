"""Unit tests cannot reach a network or a database: the attempt fails the test with a sentence."""

import socket
from typing import Any, NoReturn

import psycopg
import pytest


@pytest.fixture(autouse=True)
def no_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection, also the ones libpq would make behind Python's back."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        pytest.fail("a unit test tried to reach a server; it belongs into tests/integration")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    for kind in (psycopg.Connection, psycopg.AsyncConnection):
        monkeypatch.setattr(kind, "connect", refuse)
    monkeypatch.setattr(psycopg, "connect", refuse)
