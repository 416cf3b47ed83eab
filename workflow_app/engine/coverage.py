"""What the scenarios of the processes take: sequence flows, boundary events and rows of decision tables.

A process that others call is also taken by their scenarios. A row counts where a scenario meets it, or where an example of
its table names it (`tables/<decision>.yaml`): given these variables, the table says this.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from workflow_app.engine.decisions import DecisionTable
from workflow_app.engine.definitions import Definition
from workflow_app.engine.examples import check, read_examples
from workflow_app.engine.model import Model, read_model
from workflow_app.engine.process_folders import MODEL_FILE, own_files
from workflow_app.engine.rehearsal import rehearse
from workflow_app.engine.scenarios import read_scenarios
from workflow_app.types import Step


@dataclass(frozen=True)
class Share:
    """How much of one kind is taken."""

    total: int
    missing: tuple[str, ...]
    """Ids of what no scenario takes, in the order of the model."""

    @property
    def percent(self) -> float:
        """0 to 100; nothing to take is all of it."""
        return 100.0 * (self.total - len(self.missing)) / self.total if self.total else 100.0


@dataclass(frozen=True)
class Coverage:
    """What the scenarios take of one process."""

    key: str
    scenarios: int
    flows: Share
    events: Share
    """Boundary events."""
    rows: Share
    """Rows of decision tables, as `table/row`."""

    @property
    def shares(self) -> dict[str, Share]:
        """Each kind under the word of BPMN and DMN for it."""
        return {"sequence flows": self.flows, "boundary events": self.events, "decision rows": self.rows}

    @property
    def is_complete(self) -> bool:
        """Is nothing left out?"""
        return not any(share.missing for share in self.shares.values())

    def as_dict(self) -> dict[str, object]:
        """The figures, for JSON."""
        shares = {
            kind.replace(" ", "_"): {
                "total": share.total,
                "percent": round(share.percent, 1),
                "missing": share.missing,
            }
            for kind, share in self.shares.items()
        }
        return {"scenarios": self.scenarios, **shares}


@dataclass
class _Taken:
    """By process: flows as source and target, elements, rows as table and row."""

    flows: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    elements: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rows: set[tuple[str, str]] = field(default_factory=set)
    """Ids of tables are those of their own process, wherever it is called."""


def measure(release: Iterable[Definition]) -> list[Coverage]:
    """Play all scenarios of these processes. Raises `ScenarioFailed` where one differs, `InvalidDefinition`."""
    definitions, taken = list(release), _Taken()
    for definition in definitions:
        for scenario in read_scenarios(own_files(definition.files)):
            rehearse(definition, scenario, partial(_note, taken, definition))
        for example in read_examples(own_files(definition.files)):
            taken.rows |= {(example.table, row) for row in check(definition.decision(example.table), example)}
    return [_coverage(definition, taken) for definition in definitions]


def _note(taken: _Taken, definition: Definition, step: Step) -> None:
    for source, target in step.flows:
        taken.flows[definition.elements[source].process].add((source, target))
    for element in step.completed:
        taken.elements[definition.elements[element].process].add(element)
    names = {table.table.id: table.name for table in definition.decisions.values()}
    taken.rows |= {(names[table], row) for table, row in step.rows}


def _coverage(definition: Definition, taken: _Taken) -> Coverage:
    model = read_model(definition.files[MODEL_FILE])
    flows, passed = taken.flows[definition.key], taken.elements[definition.key]
    rows = [(table.name, row) for table in _own_tables(definition) for row in table.row_ids]
    return Coverage(
        key=definition.key,
        scenarios=len(read_scenarios(own_files(definition.files))),
        flows=Share(
            len(model.flows),
            tuple(flow.id for flow in model.flows if (flow.source, flow.target) not in flows),
        ),
        events=_events(model, passed),
        rows=Share(
            len(rows), tuple(f"{table}/{row}" for table, row in rows if (table, row) not in taken.rows)
        ),
    )


def _events(model: Model, passed: set[str]) -> Share:
    events = [node.id for node in model.nodes.values() if node.kind == "boundaryEvent"]
    return Share(len(events), tuple(event for event in events if event not in passed))


def _own_tables(definition: Definition) -> list[DecisionTable]:
    own = {name for name in own_files(definition.files) if name.endswith(".dmn")}
    return [table for table in definition.decisions.values() if table.file in own]
