"""Answers that are compared with another: an end after its start, a loss before its report (`order`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from workflow_app.engine.form_dates import is_date, is_instant
from workflow_app.types import WITA, Answer, Answers

RELATIONS = ("above", "at_least", "at_most")
"""How an answer lies to the other one: after it, not before it, not after it."""
DAYS = frozenset({"date", "datetime"})


@dataclass(frozen=True)
class Order:
    """How an answer lies to others, of this form or of earlier steps of the case."""

    relation: str
    others: tuple[tuple[str, str], ...]
    """Step and question of each; the step is empty for this form."""
    sentence: str
    """What the officer reads at the field where it lies otherwise."""

    def __str__(self) -> str:
        """For people who compare two versions of a form."""
        return f"{self.relation} {', '.join(map(named, self.others))} ({self.sentence})"


def named(other: tuple[str, str]) -> str:
    """Step and question as a form writes them."""
    return ".".join(filter(None, other))


def read_orders(ui: Mapping[str, Any]) -> tuple[Order, ...]:
    """The comparisons of a field. Raises what reading a wrong one raises."""
    return tuple(_order(rule) for rule in ui.get("order", ()))


def _order(rule: Mapping[str, Any]) -> Order:
    (relation,) = rule.keys() - {"sentence"}
    others = tuple(_other(name) for name in rule[relation].split())
    if relation not in RELATIONS or not others or not rule["sentence"].strip():
        raise ValueError(f"order: one of {', '.join(RELATIONS)} with questions, and a sentence")
    return Order(relation, others, rule["sentence"])


def _other(name: str) -> tuple[str, str]:
    element, _, field = name.rpartition(".")
    return element, field


def are_comparable(widget: str, other: str) -> bool:
    """Whether answers to two questions have an order: two numbers, or two of days and instants."""
    return widget == other == "number" or {widget, other} <= DAYS


def judge(
    orders: Mapping[str, Iterable[Order]], given: Mapping[str, Answer], earlier: Mapping[str, Answers]
) -> dict[str, str]:
    """A sentence for each answer that lies otherwise than it must. What was not answered is compared with nothing."""
    found: dict[str, str] = {}
    for name, rules in orders.items():
        for rule in rules:
            told = [(earlier.get(step, {}) if step else given).get(field) for step, field in rule.others]
            if not all(_holds(rule.relation, given.get(name), other) for other in told):
                found.setdefault(name, rule.sentence)
    return found


def _holds(relation: str, answer: Answer, other: Answer) -> bool:
    this, that = _places(answer, other)
    if this is None or that is None:
        return True
    match relation:
        case "above":
            return this > that
        case "at_least":
            return this >= that
    return this <= that


def _places(answer: Answer, other: Answer) -> tuple[float | None, float | None]:
    """Where two answers lie on one line. A day and an instant are compared by days, in the time of the counter (WITA)."""
    this, that = _read(answer), _read(other)
    if isinstance(this, datetime) and isinstance(that, datetime):
        return this.timestamp(), that.timestamp()
    return _place(this), _place(that)


def _read(answer: Answer) -> int | date | None:
    """What can be compared; None for what cannot, which other rules judge."""
    if isinstance(answer, int) and not isinstance(answer, bool):
        return answer
    if isinstance(answer, str) and is_date(answer):
        return date.fromisoformat(answer)
    if isinstance(answer, str) and is_instant(answer):
        return datetime.fromisoformat(answer)
    return None


def _place(value: int | date | None) -> float | None:
    match value:
        case datetime():
            return value.astimezone(WITA).toordinal()
        case date():
            return value.toordinal()
    return value
