"""Parts of a form that are tables: rows that are added, removed and moved by buttons of the form
itself. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from workflow_app.services.office_settings.configuration_parts import (
    Faults,
    Part,
    Posted,
    Record,
    Told,
    Typed,
    merged_order,
    over_names,
    spoken,
    text_of,
)

MOST_ROWS = 200
COUNT = "baris"
"""Name of the input that says how many rows were sent."""
ADD, REMOVE, UP = "tambah", "hapus", "naik"


@dataclass(frozen=True, kw_only=True)
class Table(Part):
    """Rows of the same parts, kept as a list."""

    kind: ClassVar[str] = "table"
    row: Record
    noun: str = "baris"
    is_ordered: bool = True
    is_optional: bool = False
    named_by: str = ""
    """The part by which a row is known, so that two people change different ones."""

    def typed(self, name: str, value: Any) -> Typed:
        found: Typed = {f"{name}.{COUNT}": [str(len(value))]}
        for no, item in enumerate(value):
            found |= self.row.typed(f"{name}.{no}", item)
        return found

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        """Rows in which nothing was typed are none."""
        found = [
            self.row.read(f"{name}.{no}", posted, faults)
            for no in range(count(posted, name))
            if not self.row.is_left_out(f"{name}.{no}", posted)
        ]
        if not found and not self.is_optional:
            faults[name] = f"Isi paling sedikit satu {self.noun}."
        return found

    def told(self, value: Any) -> Told:
        return [_line(self.row, item) for item in value] or [("", "belum ada yang diisi")]

    def over(self, before: Any, own: Any, onto: Any) -> Any:
        old, mine, others = (
            {row[self.named_by]: row for row in rows} for rows in (before, own, onto)
        )
        rows = over_names(dict.fromkeys(mine, self.row), old, mine, others)
        return [rows[name] for name in merged_order(list(old), list(mine), list(others), rows)]


@dataclass(frozen=True, kw_only=True)
class Pairs(Table):
    """Rows of a key and what it means, kept as a map."""

    def typed(self, name: str, value: Any) -> Typed:
        key, content = self.row.parts
        return super().typed(name, [{key: one, content: value[one]} for one in value])

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        key, content = self.row.parts
        found: dict[Any, Any] = {}
        for no in range(count(posted, name)):
            if self.row.is_left_out(f"{name}.{no}", posted):
                continue
            item = self.row.read(f"{name}.{no}", posted, faults)
            if item[key] in found:
                faults.setdefault(f"{name}.{no}.{key}", "Sudah tertulis pada baris lain.")
            found[item[key]] = item[content]
        return found

    def told(self, value: Any) -> Told:
        key, content = self.row.parts
        return [
            (
                spoken(self.row.parts[key].told(one)),
                spoken(self.row.parts[content].told(value[one])),
            )
            for one in value
        ] or [("", "belum ada yang diisi")]

    @property
    def nothing(self) -> Any:
        return {}

    def over(self, before: Any, own: Any, onto: Any) -> Any:
        _, content = self.row.parts.values()
        return over_names(dict.fromkeys(own, content), before, own, onto)


def _line(row: Record, item: Mapping[str, Any]) -> tuple[str, str]:
    """A row by its first part, and the others behind it."""
    first, *others = [name for name in row.parts if name in item]
    rest = [spoken(row.parts[name].told(item[name])) for name in others if row.parts[name].is_told]
    return spoken(row.parts[first].told(item[first])), spoken(
        [("", words) for words in rest if words]
    )


def count(posted: Posted, name: str) -> int:
    """How many rows of a table were sent."""
    text = text_of(posted, f"{name}.{COUNT}")
    return min(int(text), MOST_ROWS) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def press(posted: Posted, button: str) -> Typed | None:
    """The form after one of its buttons was pressed (`tambah:<table>`, `hapus:<table>:<row>`,
    `naik:<table>:<row>`); None where it is no such button.
    """
    verb, _, rest = button.partition(":")
    name, _, no = rest.partition(":")
    if verb not in (ADD, REMOVE, UP) or f"{name}.{COUNT}" not in posted:
        return None
    rows = _rows(posted, name)
    if verb == ADD:
        rows = [*rows, {}][:MOST_ROWS]
    elif no.isascii() and no.isdigit() and int(no) < len(rows):
        at = int(no)
        if verb == REMOVE:
            rows = rows[:at] + rows[at + 1 :]
        elif at:
            rows = [*rows[: at - 1], rows[at], rows[at - 1], *rows[at + 1 :]]
    others = {key: list(texts) for key, texts in posted.items() if not key.startswith(f"{name}.")}
    moved = {
        f"{name}.{at}{key}": texts for at, row in enumerate(rows) for key, texts in row.items()
    }
    return {**others, f"{name}.{COUNT}": [str(len(rows))], **moved}


def _rows(posted: Posted, name: str) -> list[dict[str, list[str]]]:
    return [
        {
            key.removeprefix(f"{name}.{at}"): list(texts)
            for key, texts in posted.items()
            if key.startswith(f"{name}.{at}.")
        }
        for at in range(count(posted, name))
    ]


def sent(posted: Mapping[str, Sequence[str]], name: str) -> Typed:
    """Of a whole form that which belongs to the value `name`."""
    return {
        key: list(texts)
        for key, texts in posted.items()
        if key == name or key.startswith(f"{name}.")
    }
