"""From the strings of a posted HTML form to typed answers. Nothing is refused here; `form_messages` judges the result."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflow_app.engine import coordinates
from workflow_app.engine.form_characters import normalise
from workflow_app.types import WITA, Answer

_TRUE = frozenset({"on", "true", "1", "ya"})
_LINE_LISTS = frozenset({"documents"})
_LINE_FLAGS = frozenset({"given", "waive"})
_LINE_TEXTS = frozenset({"number", "issuer", "date", "count", "reason"})
_WAIVER_PARTS = ("line", "decision", "reason")


def read_value(name: str, widget: str, schema: Mapping[str, Any], values: Mapping[str, list[str]]) -> Answer:
    """Answer to one field, None when it was left empty."""
    texts = [normalise(text, multiline=widget == "textarea") for text in values.get(name, [])]
    match widget:
        case "note" | "similar":
            return None
        case "requirements":
            return _lines(name, values) or None
        case "waiver":
            parts = {part: normalise((values.get(f"{name}.{part}") or [""])[-1]) for part in _WAIVER_PARTS}
            return {part: text for part, text in parts.items() if text} or None
        case "checkbox":
            return bool(texts) and texts[-1].lower() in _TRUE
        case "checkboxes" | "documents" | "members":
            return [text for text in dict.fromkeys(texts) if text] or None
    text = texts[-1] if texts else ""
    return _typed(text, widget, schema.get("type")) if text else None


def _typed(text: str, widget: str, kind: object) -> Answer:
    if widget == "nik":
        return re.sub(r"[\s.-]", "", text)
    if widget == "coordinates":
        return coordinates.normal(text)
    if widget == "date":
        return _date(text)
    if widget == "datetime":
        return _instant(text)
    if kind == "boolean":
        return text.lower() in _TRUE
    if kind == "integer" and widget != "checkboxes":
        return _number(text)
    return text


def _number(text: str) -> Answer:
    """An integer, also with the dots of Indonesian thousands; anything else stays text for the judgement."""
    digits = re.sub(r"\s", "", text)
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+", digits):
        digits = digits.replace(".", "")
    return int(digits) if re.fullmatch(r"-?[0-9]{1,15}", digits) else text


def _date(text: str) -> str:
    """ISO date, also from day-month-year as people write it."""
    match = re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", text)
    return f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}" if match else text


def _instant(text: str) -> str:
    """ISO instant; without an offset the local time of the counter (WITA) is meant."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (instant if instant.tzinfo else instant.replace(tzinfo=WITA)).isoformat()


def _lines(name: str, values: Mapping[str, list[str]]) -> dict[str, Answer]:
    """Requirement lines: fields named `<name>.<line>.<part>`."""
    lines: dict[str, dict[str, Answer]] = {}
    for key, texts in values.items():
        if not key.startswith(f"{name}.") or not texts:
            continue
        line, _, part = key.removeprefix(f"{name}.").rpartition(".")
        value = _line_part(part, [normalise(text) for text in texts])
        if line and value is not None:
            lines.setdefault(line, {})[part] = value
    return {line: parts for line, parts in lines.items() if parts}


def _line_part(part: str, texts: list[str]) -> Answer:
    if part in _LINE_LISTS:
        return [text for text in dict.fromkeys(texts) if text] or None
    if part in _LINE_FLAGS:
        return texts[-1].lower() in _TRUE or None
    if part not in _LINE_TEXTS or not texts[-1]:
        return None
    if part == "count":
        return _number(texts[-1])
    return _date(texts[-1]) if part == "date" else texts[-1]
