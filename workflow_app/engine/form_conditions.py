"""Which questions of a form are shown: those without a condition, and those whose condition another answer meets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow_app.types import Answer


@dataclass(frozen=True)
class Condition:
    """A field is visible while another field has one of these values."""

    field: str
    values: tuple[Answer, ...]


def read_condition(ui: Mapping[str, Any]) -> Condition | None:
    """The condition of a field, if it has one. Raises what reading a wrong one raises."""
    if "visible_if" not in ui:
        return None
    rule = ui["visible_if"]
    return Condition(rule["field"], tuple(rule["in"]) if "in" in rule else (rule["equals"],))


def shown(conditions: Mapping[str, Condition | None], answers: Mapping[str, Answer]) -> set[str]:
    """Names of the fields that are shown. A field that depends on a hidden field is hidden too."""

    def is_shown(name: str, seen: frozenset[str]) -> bool:
        condition = conditions[name]
        if condition is None:
            return True
        if name in seen or condition.field not in conditions or not is_shown(condition.field, seen | {name}):
            return False
        answer = answers.get(condition.field)
        if isinstance(answer, list):
            return any(value in answer for value in condition.values)
        return any(type(answer) is type(value) and answer == value for value in condition.values)

    return {name for name in conditions if is_shown(name, frozenset())}
