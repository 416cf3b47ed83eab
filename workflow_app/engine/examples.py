"""Examples of decision tables: given these variables, the table says this. They stand in `tables/<decision>.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml

from workflow_app.engine.decisions import DecisionTable
from workflow_app.engine.scenarios import ScenarioFailed
from workflow_app.errors import InvalidDefinition

FOLDER = "tables/"


@dataclass(frozen=True)
class Example:
    """One question to a table and its answer."""

    file: str
    given: Mapping[str, Any]
    """What is not named is not known."""
    expected: Mapping[str, Any]
    """Outputs that are not named may be anything."""

    @property
    def table(self) -> str:
        """Id of the decision."""
        return PurePosixPath(self.file).stem


def read_examples(files: Mapping[str, bytes]) -> list[Example]:
    """The examples of a process folder. Raises `InvalidDefinition`."""
    return [
        example for name in sorted(files) if name.startswith(FOLDER) for example in _read(name, files[name])
    ]


def check(table: DecisionTable, example: Example) -> list[str]:
    """The rows that apply. Raises `ScenarioFailed` where the table says something else."""
    hits = table.hits({**dict.fromkeys(table.variables), **example.given})
    said = [{name: hit.outputs.get(name) for name in example.expected} for hit in hits]
    if said != [dict(example.expected)]:
        raise ScenarioFailed(f"{example.file}: given {dict(example.given)} the table says {said}")
    return [hit.row for hit in hits]


def _read(name: str, data: bytes) -> list[Example]:
    try:
        return [Example(name, dict(one["given"]), dict(one["expect"])) for one in yaml.safe_load(data)]
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise InvalidDefinition(detail=f"{name}: {type(error).__name__} {error}") from error
