"""The watch over the parts: bounded, shared, and honest about what it does not know."""

import threading
import time
from collections.abc import Iterator

import pytest

from workflow_app.domain import Unavailable
from workflow_app.services.operations import health
from workflow_app.services.operations.health import (
    DATABASE,
    DISK,
    LOW,
    READER,
    SCHEMA,
    SENTENCES,
    STORAGE,
    WRONG,
    Look,
    Part,
    Report,
    Watch,
)


@pytest.fixture
def silence() -> Iterator[threading.Event]:
    """A part that does not answer until the test ends."""
    event = threading.Event()
    yield event
    event.set()


def well(name: str) -> Look:
    return lambda: [Part(name)]


def failing() -> list[Part]:
    raise Unavailable(detail="gone")


def test_a_silent_part_is_away_after_a_bounded_time_and_is_not_asked_twice(
    silence: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.1)
    monkeypatch.setattr(health, "FRESH", 0.0)
    asked: list[int] = []

    def silent() -> list[Part]:
        asked.append(1)
        silence.wait(60)
        return [Part(STORAGE)]

    found = Watch({DATABASE: well(DATABASE), STORAGE: silent}, automatic=False)
    began = time.monotonic()
    reports = [found.report() for _ in range(3)]

    assert time.monotonic() - began < 30, "one that is waited for answers after a minute"
    assert [{part.name: part.state for part in report.parts} for report in reports] == [
        {DATABASE: "ok", STORAGE: "away"}
    ] * 3
    assert len(asked) == 1
    silence.set()
    found._running[STORAGE].join(5)
    assert found.report().status == "ready", "it is asked again when it answers again"


@pytest.mark.parametrize(
    ("name", "status"), [(DATABASE, "unready"), (STORAGE, "degraded"), ("counter", "degraded")]
)
def test_only_what_every_page_needs_makes_the_site_unready(name: str, status: str) -> None:
    assert Watch({name: failing}, automatic=False).report().status == status
    assert Watch({name: well(name)}, automatic=False).report().status == "ready"


def test_an_answer_is_given_again_for_a_moment() -> None:
    asked: list[str] = []

    def answering() -> list[Part]:
        asked.append(STORAGE)
        return [Part(STORAGE)]

    found = Watch({STORAGE: answering}, automatic=False)

    assert found.report() is found.report()
    assert asked == [STORAGE]


def test_pages_never_wait_and_know_soon(silence: threading.Event) -> None:
    found = Watch({STORAGE: failing, DISK: lambda: [Part(DISK, LOW)]}, automatic=True)

    assert found.known().parts == ()
    deadline = time.monotonic() + 5
    while not found.known().parts and time.monotonic() < deadline:
        time.sleep(0.01)
    assert found.known().sentences == (SENTENCES[STORAGE], SENTENCES[DISK])


def test_without_a_page_nothing_is_asked() -> None:
    assert Watch({STORAGE: failing}, automatic=False).known().parts == ()


def test_people_read_the_worst_only() -> None:
    assert Report((Part(DATABASE, "away"), Part(STORAGE, "away"))).sentences == (
        SENTENCES[DATABASE],
    )
    assert Report((Part(SCHEMA, WRONG), Part(DATABASE))).sentences == (SENTENCES[SCHEMA],)
    assert Report((Part("counter", "late"), Part("reading", "late"))).sentences == (
        SENTENCES["counter"],
    )
    assert Report((Part("scheduler", "late"), Part(READER, "unknown"))).sentences == ()


def test_a_change_is_told_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "FRESH", 0.0)
    is_well = False
    found = Watch({STORAGE: lambda: [Part(STORAGE)] if is_well else failing()}, automatic=False)

    with caplog.at_level("INFO"):
        found.report()
        found.report()
        is_well = True
        found.report()

    assert [record.getMessage() for record in caplog.records] == [
        "storage is away",
        "storage is ok",
    ]
