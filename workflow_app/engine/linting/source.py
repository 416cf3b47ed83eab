"""What the linter's rules look at: a process folder read as far as it can be read, and the
findings.
"""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workflow_app.engine.decisions import DecisionTable
from workflow_app.engine.definitions import LetterSource
from workflow_app.engine.forms import Form
from workflow_app.engine.model import Model, Node
from workflow_app.engine.process_folders import ProcessFiles, Scenario

SYSTEM_LANE = "sistem"
"""Lane of service and business rule tasks; no role of a person."""


@dataclass(frozen=True)
class Finding:
    """One thing that keeps a process folder from being deployed."""

    rule: str
    element: str
    """Element id or file name."""
    message: str
    """One Indonesian sentence."""


@dataclass(frozen=True)
class Source:
    """A process folder as the rules see it; parts that could not be read are absent (and have their
    own finding).
    """

    files: ProcessFiles
    roles: Collection[str]
    model: Model
    forms: Mapping[str, Form]
    letters: Mapping[str, LetterSource]
    decisions: Mapping[str, DecisionTable]
    scenarios: Mapping[str, Scenario]
    initial: Mapping[str, Any]
    called: Mapping[str, "Source"]
    """The processes it calls, by key; their own findings are found in them."""
    settings: Collection[str] | None = None
    """Keys of the configuration; None where they are not known."""

    def lacks(self, setting: str) -> bool:
        """Is this certainly no key of the configuration?"""
        return self.settings is not None and setting not in self.settings

    def of_kind(self, *kinds: str) -> Iterator[Node]:
        """Nodes of these kinds, in the order of the file."""
        return (node for node in self.model.nodes.values() if node.kind in kinds)

    def has_settings(self, prefix: str) -> bool:
        """May there be keys of the configuration that begin so?"""
        return self.settings is None or any(key.startswith(prefix) for key in self.settings)

    @property
    def parts(self) -> "tuple[Source, ...]":
        """The process and those it calls: what a case of it can run through."""
        return self, *self.called.values()

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """All nodes a case can run through."""
        return {node.id: node for part in self.parts for node in part.model.nodes.values()}

    @cached_property
    def user_tasks(self) -> frozenset[str]:
        """Ids of all user tasks a case can run through."""
        return frozenset(node.id for node in self.nodes.values() if node.kind == "userTask")

    @cached_property
    def known_forms(self) -> dict[str, Form]:
        """Forms of all user tasks a case can run through."""
        return {element: form for part in self.parts for element, form in part.forms.items()}

    @cached_property
    def variables(self) -> dict[str, str]:
        """Every control variable the process can set, with the element (or file) that sets it
        first.
        """
        found: dict[str, str] = dict.fromkeys(self.initial, "process.bpmn")
        for element, form in self.known_forms.items():
            for field in form.fields.values():
                if field.control:
                    found.setdefault(field.name, element)
                if "result" in field.parameters:
                    found.setdefault(field.parameters["result"], element)
            for name in form.presence:
                found.setdefault(name, element)
        for node in self.nodes.values():
            for name in [
                *(node.properties.get("keepOutputs", "").split()),
                *([node.result] if node.result else []),
            ]:
                found.setdefault(name, node.id)
        return found

    def values_of(self, variable: str) -> frozenset[str]:
        """What choices of forms, decisions and who begins a case give a control variable; an empty
        cell gives nothing.
        """
        fields = (f for form in self.known_forms.values() for f in form.fields.values())
        chosen = {v for f in fields if f.control and f.name == variable for v in f.options}
        tables = [
            table
            for part in self.parts
            for node in part.of_kind("businessRuleTask")
            if variable in node.properties.get("keepOutputs", "").split()
            and (table := part.decisions.get(node.decision or "")) is not None
        ]
        decided = {str(row.get(variable) or "") for table in tables for row in table.rows}
        begun = self.starters if variable == self.model.properties.get("startedAs") else ()
        return frozenset((chosen | decided | {*begun}) - {""})

    @property
    def starters(self) -> tuple[str, ...]:
        """The roles that begin its cases, in the order of the model; none where it names nobody."""
        return tuple(self.model.properties.get("startedBy", "").split())


def text_written(expression: str) -> str | None:
    """A text that an expression is, written directly in quotation marks; None when it is something
    else.
    """
    try:
        value = ast.literal_eval(expression)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, str) else None


Rule = Callable[[Source], Iterator[Finding]]
