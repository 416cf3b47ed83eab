"""The SOP clause by clause: which elements of the processes carry it, and what proves that it
holds.

`processes/clauses.yaml` lists the clauses. A clause is carried by the software, and then needs a
proof that passes: a scenario that names it, or a test whose name does (`test_r57_...`). Or it is a
norm of conduct, a statement or a gap of the SOP's text; then it says where the product shows it.

The proof of the clauses as it was when a release was made, beside the processes it is about.

An installation has no tests to run. What it can know is which processes it runs, and whether they
are those that were proven: the record holds the hash of each, and every deployed process has one.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from workflow_app.domain import InvalidDefinition, NotFound
from workflow_app.engine import process_folders, rehearsal
from workflow_app.engine.definitions import Definition
from workflow_app.engine.process_folders import ScenarioFailed, own_files
from workflow_app.services.processes import definitions as process_definitions

CATALOGUE = "clauses.yaml"
COUNT = 82
TEST = re.compile(r"^ *(?:async )?def (test_\w+)", re.MULTILINE)
NUMBERED = re.compile(r"(?<=_)r(\d+)(?=_)")


class Verdict(StrEnum):
    """What can be said of a clause."""

    HOLDS = "terbukti"
    CONDUCT = "sikap"
    """No software can hold it; the product shows it somewhere."""
    FAILS = "gagal"
    """A scenario that proves it fails."""
    OPEN = "belum"
    """Nothing carries it yet, or nothing proves it."""


@dataclass(frozen=True)
class Clause:
    """One clause of the SOP, in our words."""

    id: str
    """`R1` to `R82`."""
    sop: str
    """Where it stands there."""
    text: str
    shown: str
    """For what is no matter of software: where the product shows it; otherwise empty."""
    lacking: str
    """What the product does not do yet; empty when nothing."""


@dataclass(frozen=True)
class Proof:
    """What carries a clause and what proves it."""

    clause: Clause
    elements: tuple[str, ...]
    """As `process/element`."""
    scenarios: tuple[str, ...]
    """As `process/scenario`."""
    tests: tuple[str, ...]
    """As `file::test`."""
    failed: tuple[str, ...] = ()
    """Scenarios that were played and failed."""

    @property
    def verdict(self) -> Verdict:
        """What can be said of it."""
        if self.failed:
            return Verdict.FAILS
        if self.clause.shown:
            return Verdict.CONDUCT
        if self.clause.lacking:
            return Verdict.OPEN
        is_proven = (self.elements or self.tests) and (self.scenarios or self.tests)
        return Verdict.HOLDS if is_proven else Verdict.OPEN

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "id": self.clause.id,
            "sop": self.clause.sop,
            "text": self.clause.text,
            "shown": self.clause.shown,
            "lacking": self.clause.lacking,
            "elements": self.elements,
            "scenarios": self.scenarios,
            "tests": self.tests,
            "failed": self.failed,
            "verdict": self.verdict,
        }


def catalogue(release: Path) -> list[Clause]:
    """The clauses in their order. Raises `InvalidDefinition` when one is missing or says too
    little.
    """
    try:
        content: Mapping[str, Any] = yaml.safe_load((release / CATALOGUE).read_bytes())
        clauses = [
            Clause(id_, one["sop"], one["isi"], one.get("tampak", ""), one.get("kurang", ""))
            for id_, one in content.items()
        ]
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise InvalidDefinition(detail=f"{CATALOGUE}: {type(error).__name__} {error}") from error
    if [clause.id for clause in clauses] != [f"R{no}" for no in range(1, COUNT + 1)]:
        raise InvalidDefinition(
            detail=f"{CATALOGUE}: expected R1 to R{COUNT}, each once and in order"
        )
    return clauses


def proofs(release: Path, tests: Path, *, play: bool = False) -> list[Proof]:
    """Every clause with what carries and proves it; with `play` the scenarios are played on the
    engine. Raises `InvalidDefinition`.
    """
    clauses = catalogue(release)
    elements: dict[str, list[str]] = defaultdict(list)
    told: dict[str, list[str]] = defaultdict(list)
    failed: set[str] = set()
    for folder in sorted(path.parent for path in release.glob("*/process.bpmn")):
        definition = process_definitions.read(folder)
        for element in definition.elements.values():
            for clause in element.clauses if element.process == definition.key else ():
                elements[clause].append(f"{definition.key}/{element.id}")
        for name, numbers, is_ok in _scenarios(definition, play=play):
            failed |= set() if is_ok else {name}
            for clause in numbers:
                told[clause].append(name)
    named = tests_by_clause(tests)
    return [
        Proof(
            clause=clause,
            elements=tuple(elements[clause.id]),
            scenarios=tuple(told[clause.id]),
            tests=tuple(named.get(clause.id, ())),
            failed=tuple(name for name in told[clause.id] if name in failed),
        )
        for clause in clauses
    ]


def tests_by_clause(folder: Path) -> dict[str, list[str]]:
    """Tests that name a clause, as `file::test`, by clause; nothing where there are no tests."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        place = path.relative_to(folder.parent).as_posix()
        for test in TEST.findall(path.read_text("utf-8")):
            for number in dict.fromkeys(NUMBERED.findall(test)):
                found[f"R{number}"].append(f"{place}::{test}")
    return found


def as_page(found: Iterable[Proof]) -> str:
    """The map for people, as Markdown: generated, so that it cannot tell what is not there."""
    lines = [
        "# Clauses",
        "",
        (
            "The SOP in 82 numbered requirements, what carries each and what proves it. Written "
            "by `./spkt clauses --write`; `./spkt check` compares."
        ),
        (
            "Words: `terbukti` carried by software with a proof, `sikap` a norm of conduct or a "
            "gap of the text (with the place where it is shown), `belum` not yet."
        ),
        "",
        "| | SOP | Clause | | Carried by | Proven by |",
        "|---|---|---|---|---|---|",
    ]
    for proof in found:
        files = dict.fromkeys(test.partition("::")[0].rpartition("/")[2] for test in proof.tests)
        proven = [*(f"`{name}`" for name in proof.scenarios), *(f"`{file}`" for file in files)]
        carried = [f"`{element}`" for element in proof.elements]
        shown = [words for words in (proof.clause.shown, proof.clause.lacking) if words]
        lines.append(
            f"| {proof.clause.id} | {proof.clause.sop} | {proof.clause.text} | {proof.verdict} |"
            f" {' '.join([*shown, *carried]) or '-'} | {' '.join(proven) or '-'} |"
        )
    return "\n".join(lines) + "\n"


def _scenarios(
    definition: Definition, *, play: bool
) -> Iterable[tuple[str, tuple[str, ...], bool]]:
    for scenario in process_folders.read_scenarios(own_files(definition.files)):
        is_ok = True
        if play:
            try:
                rehearsal.rehearse(definition, scenario)
            except ScenarioFailed:
                is_ok = False
        yield f"{definition.key}/{Path(scenario.file).stem}", scenario.clauses, is_ok


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
    definitions = {
        definition.key: definition for definition in map(process_definitions.read, folders)
    }
    told = {
        f"{definition.key}/{Path(scenario.file).stem}": scenario.name
        for definition in definitions.values()
        for scenario in process_folders.read_scenarios(own_files(definition.files))
    }
    record = Record(
        processes={key: definition.hash for key, definition in definitions.items()},
        names={key: definition.name for key, definition in definitions.items()},
        clauses=tuple(_recorded(proof, definitions, told) for proof in found),
    )
    return json.dumps(asdict(record), ensure_ascii=False, indent=1) + "\n"


def read(release: Path) -> Record:
    """Return the record of the release that is installed here. Raises `NotFound` where it has none.

    In a clone, where the tests stand beside the processes and nobody has written the record, it is
    made from them, once.
    """
    path, tests = release / FILE, release.resolve().parent / "tests"
    try:
        if not path.is_file() and tests.is_dir():
            return _made(release, tests)
        found = path.stat()
        return _read(path, (found.st_mtime_ns, found.st_size))
    except (OSError, ValueError, KeyError, TypeError, InvalidDefinition) as error:
        sentence = "Peta butir SOP tidak ada di pemasangan ini."
        raise NotFound(sentence, detail=f"{FILE}: {error}") from error


@lru_cache(maxsize=1)
def _made(release: Path, tests: Path) -> Record:
    return _parsed(make(release, proofs(release, tests)))


@lru_cache(maxsize=4)
def _read(path: Path, _state: tuple[int, int]) -> Record:
    return _parsed(path.read_text("utf-8"))


def _parsed(text: str) -> Record:
    content: Mapping[str, Any] = json.loads(text)
    recorded = (
        RecordedClause(
            **{name: one[name] for name in ("id", "sop", "text", "shown", "lacking")},
            verdict=Verdict(one["verdict"]),
            elements=tuple(Named(**each) for each in one["elements"]),
            scenarios=tuple(Named(**each) for each in one["scenarios"]),
            tests=tuple(one["tests"]),
        )
        for one in content["clauses"]
    )
    return Record(dict(content["processes"]), dict(content["names"]), tuple(recorded))


def _recorded(
    proof: Proof, definitions: Mapping[str, Definition], told: Mapping[str, str]
) -> RecordedClause:
    elements = []
    for place in proof.elements:
        process, _, element = place.partition("/")
        elements.append(
            Named(process, element, definitions[process].elements[element].name or element)
        )
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
