"""The input and output of linter rules: a process folder, read as far as possible, and the
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
"""Lane of service and business rule tasks; it is not a role of people."""


@dataclass(frozen=True)
class Finding:
    """One problem that prevents the deployment of a process folder."""

    rule: str
    element: str
    """Element id or file name."""
    message: str
    """One Indonesian sentence."""


@dataclass(frozen=True)
class Source:
    """A process folder as the rules see it; parts that could not be read are absent and have their
    own finding.
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
    """The processes it calls, by key; their own findings are reported there."""
    settings: Collection[str] | None = None
    """Keys of the office settings; None when they are not known."""

    def lacks(self, setting: str) -> bool:
        """Return whether this is certainly not a key of the settings."""
        return self.settings is not None and setting not in self.settings

    def of_kind(self, *kinds: str) -> Iterator[Node]:
        """Yield the nodes of these kinds, in the order of the file."""
        return (node for node in self.model.nodes.values() if node.kind in kinds)

    def has_settings(self, prefix: str) -> bool:
        """Return whether there may be keys of the settings with this prefix."""
        return self.settings is None or any(key.startswith(prefix) for key in self.settings)

    @property
    def parts(self) -> "tuple[Source, ...]":
        """The process and those it calls: everything a case of it can run through."""
        return self, *self.called.values()

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """All nodes that a case can run through."""
        return {node.id: node for part in self.parts for node in part.model.nodes.values()}

    @cached_property
    def user_tasks(self) -> frozenset[str]:
        """Ids of all user tasks that a case can run through."""
        return frozenset(node.id for node in self.nodes.values() if node.kind == "userTask")

    @cached_property
    def known_forms(self) -> dict[str, Form]:
        """Forms of all user tasks that a case can run through."""
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
        """Return the values that a control variable can receive from choices of forms, decisions
        and the role that starts a case; an empty cell gives none.
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
        """The roles that start its cases, in the order of the model; empty when it names none."""
        return tuple(self.model.properties.get("startedBy", "").split())


def text_written(expression: str) -> str | None:
    """Return the text of an expression that is a literal in quotation marks; None for any other."""
    try:
        value = ast.literal_eval(expression)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, str) else None


Rule = Callable[[Source], Iterator[Finding]]
