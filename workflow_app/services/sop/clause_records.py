"""The proof of the clauses as it was when a release was made, beside the processes it is about.

An installation has no tests to run. What it can know is which processes it runs, and whether they are those that were proven: the
record holds the hash of each, and every deployed process has one.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from workflow_app.engine import scenarios
from workflow_app.engine.definitions import Definition
from workflow_app.engine.process_folders import own_files
from workflow_app.errors import NotFound
from workflow_app.services.sop import processes
from workflow_app.services.sop.clauses import Proof, Verdict

FILE = "clauses.json"


@dataclass(frozen=True)
class Named:
    """An element or a scenario of a process, with what people call it."""

    process: str
    id: str
    name: str


@dataclass(frozen=True)
class RecordedClause:
    """One clause, and what carried and proved it."""

    id: str
    sop: str
    text: str
    shown: str
    lacking: str
    verdict: Verdict
    elements: tuple[Named, ...]
    scenarios: tuple[Named, ...]
    tests: tuple[str, ...]
    """As `file::test`."""

    @property
    def processes(self) -> frozenset[str]:
        """The processes that the proof rests on."""
        return frozenset(one.process for one in (*self.elements, *self.scenarios))


@dataclass(frozen=True)
class Record:
    """What a release says of itself."""

    processes: Mapping[str, str]
    """Key to the content hash of what was proven."""
    names: Mapping[str, str]
    """Key to name."""
    clauses: tuple[RecordedClause, ...]


def make(release: Path, found: Iterable[Proof]) -> str:
    """The record of these proofs, as a file."""
    folders = sorted(path.parent for path in release.glob("*/process.bpmn"))
    definitions = {definition.key: definition for definition in map(processes.read, folders)}
    told = {
        f"{definition.key}/{Path(scenario.file).stem}": scenario.name
        for definition in definitions.values()
        for scenario in scenarios.read_scenarios(own_files(definition.files))
    }
    record = Record(
        processes={key: definition.hash for key, definition in definitions.items()},
        names={key: definition.name for key, definition in definitions.items()},
        clauses=tuple(_recorded(proof, definitions, told) for proof in found),
    )
    return json.dumps(asdict(record), ensure_ascii=False, indent=1) + "\n"


def read(release: Path) -> Record:
    """The record of the release that is installed here. Raises `NotFound` where it has none that can be read."""
    path = release / FILE
    try:
        found = path.stat()
        return _read(path, (found.st_mtime_ns, found.st_size))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotFound("Peta butir SOP tidak ada di pemasangan ini.", detail=f"{FILE}: {error}") from error


@lru_cache(maxsize=4)
def _read(path: Path, _state: tuple[int, int]) -> Record:
    content: Mapping[str, Any] = json.loads(path.read_bytes())
    clauses = (
        RecordedClause(
            **{name: one[name] for name in ("id", "sop", "text", "shown", "lacking")},
            verdict=Verdict(one["verdict"]),
            elements=tuple(Named(**each) for each in one["elements"]),
            scenarios=tuple(Named(**each) for each in one["scenarios"]),
            tests=tuple(one["tests"]),
        )
        for one in content["clauses"]
    )
    return Record(dict(content["processes"]), dict(content["names"]), tuple(clauses))


def _recorded(proof: Proof, definitions: Mapping[str, Definition], told: Mapping[str, str]) -> RecordedClause:
    elements = []
    for place in proof.elements:
        process, _, element = place.partition("/")
        elements.append(Named(process, element, definitions[process].elements[element].name or element))
    played = []
    for place in proof.scenarios:
        process, _, scenario = place.partition("/")
        played.append(Named(process, scenario, told[place]))
    clause = proof.clause
    return RecordedClause(
        clause.id,
        clause.sop,
        clause.text,
        clause.shown,
        clause.lacking,
        proof.verdict,
        tuple(elements),
        tuple(played),
        proof.tests,
    )
