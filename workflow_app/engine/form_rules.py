"""Rules between the answers of a form.

A condition (`visible_if`) shows a question only while another question has certain answers. A tie
(`tied_to`) restricts the options after an earlier answer: if a citizen chose a thumb print, the
form does not take a signature on the screen. An order (`order`) compares an answer with another
one, such as an end with its start. Bounds say which days and instants are plausible: those that
every form has, and those that a field declares (`not_before`, `not_after`). `default` says which
moment a field offers.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from workflow_app.domain import WITA, Answer, Answers
from workflow_app.engine.form_values import read_duration


@dataclass(frozen=True)
class Condition:
    """A field is visible while another field has one of these values."""

    field: str
    values: tuple[Answer, ...]


def read_condition(ui: Mapping[str, Any]) -> Condition | None:
    """Return the condition of a field, if it has one. Raises `KeyError` or `TypeError` for a
    malformed one.
    """
    if "visible_if" not in ui:
        return None
    rule = ui["visible_if"]
    return Condition(rule["field"], tuple(rule["in"]) if "in" in rule else (rule["equals"],))


def shown(conditions: Mapping[str, Condition | None], answers: Mapping[str, Answer]) -> set[str]:
    """Return the names of the fields that are shown; a field that depends on a hidden field is
    hidden too.
    """

    def is_shown(name: str, seen: frozenset[str]) -> bool:
        condition = conditions[name]
        if condition is None:
            return True
        if (
            name in seen
            or condition.field not in conditions
            or not is_shown(condition.field, seen | {name})
        ):
            return False
        answer = answers.get(condition.field)
        if isinstance(answer, list):
            return any(value in answer for value in condition.values)
        return any(type(answer) is type(value) and answer == value for value in condition.values)

    return {name for name in conditions if is_shown(name, frozenset())}


@dataclass(frozen=True)
class Tie:
    """After a certain answer to an earlier question, this question takes only some options."""

    element: str
    """The earlier task."""
    field: str
    equals: str
    only: tuple[str, ...]
    sentence: str
    """Sentence shown to the officer for any other option."""


def read_tie(ui: Mapping[str, Any]) -> Tie | None:
    """Return the tie of a field, if it has one. Raises `KeyError` or `TypeError` for a malformed
    one.
    """
    given = ui.get("tied_to")
    if given is None:
        return None
    only = tuple(str(answer) for answer in given["only"])
    return Tie(given["element"], given["field"], str(given["equals"]), only, given["sentence"])


_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
NOW, OPENED = "now", "opened"
"""Moments that a field can offer: when the form is shown now, and when it was first shown."""
FIRST_YEAR = 1900
FARTHEST = timedelta(days=366)
"""How far in the future a day may lie when the field declares no bound."""

TOLERANCE = timedelta(minutes=5)
"""How far the clock of a counter's computer may run ahead of the server's."""

SENTENCE_DATE = "Isi tanggal yang benar, misalnya 31-12-2026."
SENTENCE_INSTANT = "Isi tanggal dan jam yang benar."
_IMPLAUSIBLE = "Tahunnya tidak masuk akal. Tulis tahun dengan empat angka dan periksa kembali."


def offered(widget: str, default: Answer, now: datetime, opened: datetime) -> Answer:
    """Return the initial value of a field: its literal default, or the moment it names for a day or
    an instant, written in the time of the counter.
    """
    moments = {NOW: now, OPENED: opened} if widget in ("date", "datetime") else {}
    if not isinstance(default, str) or default not in moments:
        return default
    local = moments[default].astimezone(WITA).replace(second=0, microsecond=0)
    return local.date().isoformat() if widget == "date" else local.isoformat()


def read_bound(text: str) -> timedelta:
    """Return how long before now a bound lies: `now`, or a duration such as `P7D`. Raises
    `ValueError`.
    """
    return timedelta(0) if text == NOW else read_duration(text)


def is_date(value: object) -> bool:
    """Return whether this is an ISO day, `2026-12-31`; other notations of ISO 8601, such as week
    dates, are refused.
    """
    try:
        return bool(_DAY.fullmatch(str(value)) and date.fromisoformat(str(value)))
    except ValueError:
        return False


def is_instant(text: str) -> bool:
    """Return whether this is an ISO instant with its offset."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def end_of_day(day: date) -> datetime:
    """Return the last instant of a day in the time of the counter (WITA)."""
    return datetime.combine(day, time.max, WITA).astimezone(UTC)


def judge_date(
    text: str, now: datetime | None, not_before: str = "", not_after: str = ""
) -> str | None:
    """Return what is wrong with a day, None if nothing. Days are compared in the time of the
    counter (WITA).
    """
    if not is_date(text):
        return SENTENCE_DATE
    day = date.fromisoformat(text)
    today = now.astimezone(WITA).date() if now else None
    if day.year < FIRST_YEAR or (today and day > today + FARTHEST):
        return _IMPLAUSIBLE
    if today and not_after and day > today - read_bound(not_after):
        return _late(read_bound(not_after), "Tanggal")
    if today and not_before and day < today - read_bound(not_before):
        return _early(read_bound(not_before), "Tanggal")
    return None


def judge_instant(
    text: str, now: datetime | None, not_before: str = "", not_after: str = ""
) -> str | None:
    """Return what is wrong with an instant, None if nothing."""
    if not is_instant(text):
        return SENTENCE_INSTANT
    at = datetime.fromisoformat(text)
    if at.year < FIRST_YEAR or (now and at.date() > now.date() + FARTHEST):
        return _IMPLAUSIBLE
    if now and not_after and at > now - read_bound(not_after) + TOLERANCE:
        return _late(read_bound(not_after), "Waktu")
    if now and not_before and at < now - read_bound(not_before):
        return _early(read_bound(not_before), "Waktu")
    return None


def _late(before: timedelta, what: str) -> str:
    if not before:
        return f"{what} ini belum terjadi. Periksa kembali."
    return f"{what} ini terlalu baru: paling lambat {_span(before)} yang lalu."


def _early(before: timedelta, what: str) -> str:
    if not before:
        return f"{what} ini sudah lewat. Periksa kembali."
    return f"{what} ini terlalu lama: paling awal {_span(before)} yang lalu."


def _span(span: timedelta) -> str:
    if span.days:
        return f"{span.days} hari"
    return f"{int(span.total_seconds() // 60)} menit"


RELATIONS = ("above", "at_least", "at_most")
"""Relations to the other answer: after it, not before it, not after it."""
DAYS = frozenset({"date", "datetime"})


@dataclass(frozen=True)
class Order:
    """A comparison of an answer with others, of this form or of earlier steps of the case."""

    relation: str
    others: tuple[tuple[str, str], ...]
    """Step and question of each other answer; the step is empty for this form."""
    sentence: str
    """Sentence shown to the officer when the comparison fails."""

    def __str__(self) -> str:
        """Return a text for comparing two versions of a form."""
        return f"{self.relation} {', '.join(map(named, self.others))} ({self.sentence})"


def named(other: tuple[str, str]) -> str:
    """Return step and question in the notation of a form."""
    return ".".join(filter(None, other))


def read_orders(ui: Mapping[str, Any]) -> tuple[Order, ...]:
    """Return the comparisons of a field. Raises `KeyError`, `TypeError` or `AttributeError` for a
    malformed one.
    """
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
    """Return whether answers to two widgets can be ordered: two numbers, or two days
    or instants.
    """
    return widget == other == "number" or {widget, other} <= DAYS


def judge(
    orders: Mapping[str, Iterable[Order]],
    given: Mapping[str, Answer],
    earlier: Mapping[str, Answers],
) -> dict[str, str]:
    """Return a sentence for each answer that breaks a comparison. A missing answer breaks none."""
    found: dict[str, str] = {}
    for name, rules in orders.items():
        for rule in rules:
            told = [
                (earlier.get(step, {}) if step else given).get(field) for step, field in rule.others
            ]
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
    """Return both answers as numbers on one scale. A day and an instant are compared by days, in
    the time of the counter (WITA).
    """
    this, that = _read(answer), _read(other)
    if isinstance(this, datetime) and isinstance(that, datetime):
        return this.timestamp(), that.timestamp()
    return _place(this), _place(that)


def _read(answer: Answer) -> int | date | None:
    """Return a comparable value, or None for any other answer, which other rules judge."""
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
