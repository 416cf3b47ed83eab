"""A line of the log: machine-readable, with its request, without what an exception repeats."""

import json
import logging
from collections.abc import Iterator

import pytest

from workflow_app import domain, logs


@pytest.fixture(autouse=True)
def no_origin() -> Iterator[None]:
    with logs.bound():
        yield


def line(error: Exception | None = None, **facts: str | int) -> dict[str, object]:
    record = logging.LogRecord("a.b", logging.INFO, __file__, 1, "told %s", ("things",), None)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    record.facts = facts
    found: dict[str, object] = json.loads(logs.JsonFormatter().format(record))
    return found


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except Exception as caught:
        return caught


def test_a_line_is_one_json_object_with_the_facts_of_its_request() -> None:
    with logs.bound(request="abc", job=7):
        found = line(status=200)

    assert {
        name: found[name] for name in ("level", "logger", "message", "request", "job", "status")
    } == {
        "level": "INFO",
        "logger": "a.b",
        "message": "told things",
        "request": "abc",
        "job": 7,
        "status": 200,
    }
    assert str(found["time"]).endswith("+00:00")
    assert "request" not in line()


def test_a_request_forgets_the_one_before_it_on_the_same_thread() -> None:
    logs.begin(request="first", user="x")
    logs.begin(request="second")

    assert line()["request"] == "second"
    assert "user" not in line()


@pytest.mark.parametrize("formatter", logs.FORMATTERS.values())
def test_what_an_exception_repeats_is_not_written(formatter: type[logging.Formatter]) -> None:
    secret = "Contoh Warga 6306050102900001"
    error = raised(ValueError(secret), raised(KeyError(secret)))
    record = logging.LogRecord(
        "a", logging.ERROR, __file__, 1, "failed", (), (type(error), error, error.__traceback__)
    )

    text = formatter().format(record)

    assert secret not in text
    assert "ValueError" in text
    assert "caused by KeyError" in text
    assert "test_logs.py" in text


def test_words_meant_for_the_log_are_written() -> None:
    assert (
        line(raised(domain.Unavailable(detail="database: gone")))["error"]
        == "Unavailable: database: gone"
    )
    assert (
        line(raised(OSError(28, "No space left on device", "/x/y")))["error"]
        == "OSError: No space left on device"
    )


def test_many_lines_in_one_message_stay_one_line() -> None:
    record = logging.LogRecord("a", logging.INFO, __file__, 1, "one\ntwo", (), None)

    assert "\n" not in logs.JsonFormatter().format(record)


def test_format_and_level_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "text")
    monkeypatch.setenv("LOG_LEVEL", "WARNING")

    found = logs.configuration()

    assert found["formatters"]["line"]["()"] is logs.TextFormatter
    assert found["root"]["level"] == "WARNING"
