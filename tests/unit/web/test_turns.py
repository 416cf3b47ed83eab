"""Requests that only compute wait for each other; nothing waits for long."""

import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from workflow_app.web import turns
from workflow_app.web.turns import unhurried


class Floor:
    """Who computes at this moment, and the most that ever did at once."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.lock = threading.Lock()
        self.may_end = threading.Event()

    def enter(self) -> str:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.may_end.wait(5)
        with self.lock:
            self.now -= 1
        return "ok"


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.fixture
def app(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(turns, "_turn", threading.Semaphore(1))
    app = Flask(__name__)
    app.before_request(turns.take)
    app.teardown_request(turns.give_back)
    app.add_url_rule("/hitung", "compute", floor.enter, methods=["GET", "POST"])
    app.add_url_rule("/tunggu", "wait", unhurried(lambda: "ok"))
    app.add_url_rule("/rusak", "broken", lambda: 1 / 0)
    yield app


def ask(app: Flask, times: int) -> list[threading.Thread]:
    threads = [threading.Thread(target=lambda: app.test_client().get("/hitung")) for _ in range(times)]
    for thread in threads:
        thread.start()
    return threads


def test_one_request_computes_at_a_time(app: Flask, floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST", 10)
    threads = ask(app, 3)
    time.sleep(0.2)
    assert floor.now == 1
    floor.may_end.set()
    for thread in threads:
        thread.join(5)
    assert floor.most == 1


def test_nobody_waits_long_for_one_that_is_stuck(
    app: Flask, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LONGEST", 0.05)
    threads = ask(app, 2)
    time.sleep(0.5)
    assert floor.now == 2
    floor.may_end.set()
    for thread in threads:
        thread.join(5)


def test_who_waits_for_something_else_takes_no_turn(
    app: Flask, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LONGEST", 10)
    (stuck,) = ask(app, 1)
    time.sleep(0.1)
    began = time.monotonic()
    assert app.test_client().get("/tunggu").text == "ok"
    assert time.monotonic() - began < 2
    floor.may_end.set()
    stuck.join(5)


def test_the_turn_comes_back_after_an_error(
    app: Flask, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LONGEST", 10)
    floor.may_end.set()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert app.test_client().get("/rusak").status_code == 500
    began = time.monotonic()
    assert app.test_client().get("/hitung").text == "ok"
    assert time.monotonic() - began < 2
