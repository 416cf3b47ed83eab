"""Words of the process folders that stored definitions, running cases and letters go by."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from tests.architecture.tree import ROOT, tracked
from workflow_app.engine import process_folders
from workflow_app.services.processes import definitions

SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
NAMED = {"serviceTaskOperator": "id", "parameter": "id", "property": "name"}


def _files(pattern: str) -> Iterator[Path]:
    return (path for path in tracked() if path.match(f"processes/*/{pattern}"))


def processes() -> Iterator[str]:
    """Keys of the processes, their outcomes and their letters."""
    for path in _files("process.bpmn"):
        yield f"process {path.parent.name}"
    yield from (f"process {key}" for key in definitions.FORMER)
    for path in _files("letters/*.json"):
        told = json.loads((ROOT / path).read_text(encoding="utf-8"))
        yield f"letter {path.stem} of series {told.get('series', 'none')}"
        yield from (f"letter says {name}" for name in told)


def elements() -> Iterator[str]:
    """Operations with their parameters, and properties of elements."""
    for path in _files("process.bpmn"):
        for node in etree.parse(ROOT / path).iter(f"{SPIFF}*"):
            kind = etree.QName(node).localname
            if kind in NAMED:
                operation = node.getparent().getparent().get("id") if kind == "parameter" else ""
                yield f"{kind} {f'{operation}.' if operation else ''}{node.get(NAMED[kind])}"


def forms() -> Iterator[str]:
    """Widgets and attributes that forms are described by."""
    for path in _files("forms/*.ui.json"):
        name = f"forms/{path.name}"
        resolved = process_folders.resolve({name: (ROOT / path).read_bytes()}, ROOT / "processes")
        told: dict[str, Any] = json.loads(resolved[name])
        yield from (f"form {name}" for name in told)
        for field in told.get("fields", {}).values():
            yield from (f"field {name}" for name in field)
            yield f"widget {field.get('widget', 'none')}"
