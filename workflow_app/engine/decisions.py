"""Decision tables (DMN): their content, their evaluation outside a running process, and their
examples.

An example says which rows a table gives for some variables. Examples are in
`tables/<decision>.yaml` of the process folder.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any

import yaml
from SpiffWorkflow.dmn.parser.DMNParser import DMNParser
from SpiffWorkflow.exceptions import SpiffWorkflowException

from workflow_app.domain import InvalidDefinition, ProcessFault
from workflow_app.engine import model
from workflow_app.engine.model import Value, parse_xml
from workflow_app.engine.process_folders import ScenarioFailed
from workflow_app.engine.specs import Scope, TableEngine

MOST_KNOWN = 1000
"""Number of answers of one table that are cached."""


@dataclass(frozen=True)
class Hit:
    """A row that applies."""

    row: str
    """Id of the row."""
    outputs: Mapping[str, Any]


@dataclass(frozen=True)
class DecisionTable:
    """One decision table of a process folder."""

    name: str
    """Id of the decision."""
    label: str
    file: str
    hit_policy: str
    inputs: tuple[str, ...]
    """Input expressions, usually names of control variables."""
    outputs: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    """The rows, each by column: a literal cell as its value, a cell that says "any" as None, every
    other cell as its text.
    """
    table: Any = field(repr=False, compare=False)
    _known: dict[Any, list[Hit]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def variables(self) -> frozenset[str]:
        """Control variables that the columns read."""
        return frozenset().union(*map(model.names_in, self.inputs))

    @property
    def row_ids(self) -> tuple[str, ...]:
        """Id of every row, in the order of `rows`."""
        return tuple(rule.id for rule in self.table.rules)

    def evaluate(self, variables: Mapping[str, Value]) -> list[dict[str, Any]]:
        """Return the outputs of the matching rows: all for COLLECT, otherwise the first. Raises
        `ProcessFault`.
        """
        return [dict(hit.outputs) for hit in self.hits(variables)]

    def hits(self, variables: Mapping[str, Value]) -> list[Hit]:
        """Return the matching rows with their outputs. Raises `ProcessFault`.

        Answers are cached: a table never changes, and its cells read nothing but `variables`.
        """
        asked = frozenset(
            (name, type(value), tuple(value) if isinstance(value, list) else value)
            for name, value in variables.items()
        )
        if asked not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[asked] = self._decide(variables)
        return self._known[asked]

    def _decide(self, variables: Mapping[str, Value]) -> list[Hit]:
        task = outside_task(variables)
        try:
            rules = TableEngine(self.table).decide(task)
            return [Hit(rule.id, dict(rule.output_as_dict(task))) for rule in rules]
        except Exception as error:
            raise ProcessFault(self.name, f"{type(error).__name__}: {error}") from error


def outside_task(variables: Mapping[str, Value]) -> Any:
    """Return a stand-in for the task that the library's table engine needs, without a running
    process.
    """
    scope = Scope(variables, datetime.min.replace(tzinfo=UTC))
    workflow = SimpleNamespace(script_engine=scope, spec=SimpleNamespace(file=None))
    workflow.top_workflow = workflow
    spec = SimpleNamespace(name="decision", bpmn_name="decision")
    return SimpleNamespace(data={}, workflow=workflow, task_spec=spec)


def read_decision(data: bytes, file: str) -> DecisionTable:
    """Read the one decision of a DMN file. Raises `InvalidDefinition`."""
    root = parse_xml(data, file)
    if len(root.findall("{*}decision")) != 1:
        raise InvalidDefinition(detail=f"{file}: exactly one decision is expected")
    try:
        parser = DMNParser(None, root, {"dmn": root.nsmap[root.prefix]}, filename=file)
        parser.parse()
        table = parser.decision.decisionTables[0]
    except (SpiffWorkflowException, KeyError, IndexError, ValueError) as error:
        raise InvalidDefinition(detail=f"{file}: {error}") from error
    inputs = tuple(column.expression or column.label for column in table.inputs)
    outputs = tuple(column.name or column.label for column in table.outputs)
    return DecisionTable(
        name=parser.decision.id,
        label=parser.decision.name,
        file=file,
        hit_policy=table.hit_policy,
        inputs=inputs,
        outputs=outputs,
        rows=tuple(_row(rule, inputs, outputs) for rule in table.rules),
        table=table,
    )


def _row(rule: Any, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> dict[str, Any]:
    cells = [entry.lhs[0] if entry.lhs else None for entry in rule.inputEntries]
    cells += [entry.text for entry in rule.outputEntries]
    return {name: _literal(cell) for name, cell in zip(inputs + outputs, cells, strict=False)}


def _literal(cell: str | None) -> Any:
    if cell is None or not cell.strip():
        return None
    try:
        return ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError):
        return cell.strip()


FOLDER = "tables/"


@dataclass(frozen=True)
class Example:
    """One set of variables for a table, with the expected answer."""

    file: str
    given: Mapping[str, Any]
    """Variables; one that is not named is unknown."""
    expected: Mapping[str, Any]
    """Expected outputs; one that is not named may have any value."""

    @property
    def table(self) -> str:
        """Id of the decision."""
        return PurePosixPath(self.file).stem


def read_examples(files: Mapping[str, bytes]) -> list[Example]:
    """Return the examples of a process folder. Raises `InvalidDefinition`."""
    return [
        example
        for name in sorted(files)
        if name.startswith(FOLDER)
        for example in _read(name, files[name])
    ]


def check(table: DecisionTable, example: Example) -> list[str]:
    """Return the ids of the rows that apply. Raises `ScenarioFailed` if the table answers
    otherwise.
    """
    hits = table.hits({**dict.fromkeys(table.variables), **example.given})
    said = [{name: hit.outputs.get(name) for name in example.expected} for hit in hits]
    if said != [dict(example.expected)]:
        raise ScenarioFailed(f"{example.file}: given {dict(example.given)} the table says {said}")
    return [hit.row for hit in hits]


def _read(name: str, data: bytes) -> list[Example]:
    try:
        return [
            Example(name, dict(one["given"]), dict(one["expect"])) for one in yaml.safe_load(data)
        ]
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise InvalidDefinition(detail=f"{name}: {type(error).__name__} {error}") from error
