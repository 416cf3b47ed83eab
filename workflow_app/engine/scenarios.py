"""Scenarios of a process folder: "given these answers, the case ends here", run on the engine
alone.

Operations are played: a clock's target is ten minutes unless the scenario says otherwise, every day
is a working day, a letter gets an invented id, a checklist is judged by its decision table. The
same scenarios run on the real services in the integration tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from workflow_app.domain import Answers, InvalidDefinition
from workflow_app.engine import scenario_defaults
from workflow_app.engine.form_values import read_duration

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Safe either way; the one in C, where there is one, is ten times as fast."""

BEGINS_AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Instant at which every scenario begins (Monday, 09.00 WITA)."""

DEFAULT_TARGET = timedelta(minutes=10)


class ScenarioFailed(AssertionError):
    """The process did something else than the scenario says; the message tells what."""


@dataclass(frozen=True)
class Complete:
    """A person of a role completes an open task with these answers."""

    element: str
    role: str
    answers: Answers
    by_colleague: bool = False
    """Done by another holder of the role than its other steps, as four eyes may require."""


@dataclass(frozen=True)
class Advance:
    """Time passes, and timers that are due fire."""

    by: timedelta


@dataclass(frozen=True)
class Message:
    """The case receives a message."""

    name: str
    answers: Answers


@dataclass(frozen=True)
class ExpectOpen:
    """Exactly these tasks are open."""

    elements: tuple[str, ...]


ScenarioStep = Complete | Advance | Message | ExpectOpen


@dataclass(frozen=True)
class Scenario:
    """One scenario file."""

    file: str
    name: str
    clauses: tuple[str, ...]
    steps: tuple[ScenarioStep, ...]
    outcome: str | None
    """Expected outcome, None when the case is expected to be still running."""
    letters: tuple[str, ...] | None
    """Letters that are valid at the end; None when the scenario does not say."""
    messages: tuple[str, ...] | None
    """Service tasks that put a message into the outbox; None when the scenario does not say."""
    variables: Mapping[str, Any]
    """Control variables expected at the end."""
    targets: Mapping[str, timedelta | int | None]
    """Targets of clocks that differ from ten minutes; a number is working days."""
    begins_with: Mapping[str, Any]
    """Control variables that differ from what the process begins with."""
    areas: Mapping[str, tuple[str, ...]]
    """Region codes of the areas that the process asks for; an area that is not named is empty."""
    settings: Mapping[str, Any]
    """Settings that differ from what the process begins with."""


def read_scenario(file: str, data: bytes) -> Scenario:
    """Read a scenario file. Raises `InvalidDefinition`."""
    try:
        content = yaml.load(data, _LOADER)  # noqa: S506 - a safe loader in both cases
        expected = content.get("expect", {})
        unknown = {*content} - {
            "name",
            "clauses",
            "steps",
            "expect",
            "targets",
            "areas",
            "begins_with",
            "settings",
        }
        unknown |= {*expected} - {"outcome", "letters", "messages", "variables"}
        if unknown:
            raise ValueError(f"unknown keys {sorted(unknown)}")
        letters = expected.get("letters")
        return Scenario(
            file=file,
            name=str(content["name"]),
            clauses=tuple(content["clauses"]),
            steps=tuple(_step(step) for step in content["steps"]),
            outcome=expected.get("outcome"),
            letters=None if letters is None else tuple(letters),
            messages=tuple(expected["messages"]) if "messages" in expected else None,
            variables=dict(expected.get("variables", {})),
            targets={k: _target(v) for k, v in content.get("targets", {}).items()},
            begins_with=dict(content.get("begins_with", {})),
            areas={k: tuple(map(str, codes)) for k, codes in content.get("areas", {}).items()},
            settings=dict(content.get("settings", {})),
        )
    except (
        yaml.YAMLError,
        UnicodeDecodeError,
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
    ) as error:
        raise InvalidDefinition(detail=f"{file}: {type(error).__name__} {error}") from error


def read_scenarios(files: Mapping[str, bytes]) -> list[Scenario]:
    """Return all scenarios of a process folder, by file name. Raises `InvalidDefinition`."""
    return [read_scenario(name, files[name]) for name in scenario_files(files)]


def scenario_files(files: Mapping[str, bytes]) -> list[str]:
    """Return the names of the scenarios of a process folder; usual answers left over are none."""
    return sorted(n for n in files if n.startswith("scenarios/") and n != scenario_defaults.FILE)


def _target(value: Any) -> timedelta | int | None:
    if isinstance(value, dict):
        return int(value["hari_kerja"])
    return None if value is None else read_duration(value)


def _step(step: Mapping[str, Any]) -> ScenarioStep:
    kinds = {
        "complete": {"as", "by", "answers"},
        "advance": set(),
        "message": {"answers"},
        "expect_open": set(),
    }
    kind = next(iter(kinds.keys() & step.keys()), None)
    if kind is None or step.keys() - kinds[kind] - {kind}:
        raise ValueError(f"step {dict(step)}")
    match kind:
        case "complete":
            if step.get("by", "colleague") != "colleague":
                raise ValueError(f"by {step['by']}")
            return Complete(str(step["complete"]), str(step["as"]), _answers(step), "by" in step)
        case "advance":
            return Advance(read_duration(step["advance"]))
        case "message":
            return Message(str(step["message"]), _answers(step))
    return ExpectOpen(tuple(step["expect_open"]))


def _answers(step: Mapping[str, Any]) -> Answers:
    answers = step.get("answers") or {}
    if not isinstance(answers, dict):
        raise ValueError("answers are not a mapping")
    return {str(name): _plain(value) for name, value in answers.items()}


def _plain(value: Any) -> Any:
    """YAML reads dates as such; answers are text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | None) else value.isoformat()
