"""Blocks of questions that forms of several processes share, put in their place at reading.

A form names a block by `$ref` in four places: among the parts of `properties` and of `fields`,
among the names of `required`, and among those of a section. What is deployed holds no reference.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

BLOCKS = "shared/forms/"
"""The folder of the blocks, beside the process folders."""
REF = "$ref"


class _Missing(Exception):
    """A reference leads nowhere."""


def resolve(files: Mapping[str, bytes], root: Path) -> dict[str, bytes]:
    """Return the files with the blocks below `root` in place of the references to them.

    A form with a reference that leads nowhere stays as it is written: the linter names it.
    """
    return {name: _resolved(name, content, root) for name, content in files.items()}


def references(content: Any) -> Iterator[str]:
    """Return every reference written in a form, wherever it stands."""
    if isinstance(content, dict):
        if REF in content:
            yield str(content[REF])
        for value in content.values():
            yield from references(value)
    elif isinstance(content, list):
        for value in content:
            yield from references(value)


def unused_blocks(root: Path) -> list[str]:
    """Return the blocks below `root` that no form of a process folder beside them names."""
    paths = sorted(root.glob("*/forms/*.json"))
    forms = [path.read_bytes() for path in paths if path.parent != root / BLOCKS]
    named = {
        ref.partition("#")[0]
        for form in forms
        if _may_refer(form)
        for ref in references(_parsed(form))
    }
    blocks = (path.relative_to(root).as_posix() for path in sorted(root.glob(f"{BLOCKS}*")))
    return [block for block in blocks if block not in named]


def _resolved(name: str, content: bytes, root: Path) -> bytes:
    if not (name.startswith("forms/") and name.endswith(".json") and _may_refer(content)):
        return content
    form = _parsed(content)
    try:
        if not isinstance(form, dict):
            return content
        for key in ("properties", "fields"):
            if isinstance(form.get(key), list):
                form[key] = _merged(form[key], root)
        if isinstance(form.get("required"), list):
            form["required"] = _spliced(form["required"], root)
        for section in form.get("sections", ()):
            section["fields"] = _spliced(section["fields"], root)
    except (_Missing, KeyError, TypeError):
        return content
    return (json.dumps(form, indent=2, ensure_ascii=False) + "\n").encode()


def _may_refer(content: bytes) -> bool:
    return b'"$ref"' in content


def _parsed(content: bytes) -> Any:
    """Return the content of a JSON file; None where it is none: who reads the form says so."""
    try:
        return json.loads(content)
    except ValueError:
        return None


def _merged(parts: list[dict[str, Any]], root: Path) -> dict[str, Any]:
    """Return one mapping of blocks and own questions in their order; a later part overrides."""
    merged: dict[str, Any] = {}
    for part in parts:
        found = _target(part[REF], root) if set(part) == {REF} else part
        if not isinstance(found, dict):
            raise _Missing
        merged |= found
    return merged


def _spliced(names: list[Any], root: Path) -> list[str]:
    """Return names with those of a block in place of a reference to it."""
    spliced: list[str] = []
    for name in names:
        is_reference = isinstance(name, dict) and set(name) == {REF}
        spliced += [*_target(name[REF], root)] if is_reference else [name]
    return spliced


def _target(reference: Any, root: Path) -> Any:
    """Return what `shared/forms/<block>.json#/<part>` points at. Raises `_Missing`."""
    file, _, part = str(reference).partition("#/")
    path = root / file
    if not file.startswith(BLOCKS) or ".." in file or not path.is_file():
        raise _Missing
    found = path.stat()
    block = _block(path, (found.st_mtime_ns, found.st_size))
    if part not in block:
        raise _Missing
    return block[part]


@lru_cache(maxsize=64)
def _block(path: Path, _state: tuple[int, int]) -> Mapping[str, Any]:
    block = _parsed(path.read_bytes())
    return block if isinstance(block, dict) else {}
