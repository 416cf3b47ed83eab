"""What a process folder holds: its own files, those of the processes it calls, shared parts of letters; read from disk, hashed."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_app.engine.model import read_model
from workflow_app.engine.shared_parts import SHARED, read_parts
from workflow_app.errors import InvalidDefinition

ProcessFiles = Mapping[str, bytes]
"""Path inside the process folder (with `/`) to content."""

MODEL_FILE = "process.bpmn"
CALLED = "called/"
"""Where a definition keeps the folders of the processes it calls, each under its key."""


def read_folder(path: Path) -> ProcessFiles:
    """All files of a process folder, hidden ones excepted, with the folders beside it whose processes it calls and the shared
    parts that letters build on.

    Raises `InvalidDefinition` without a model.
    """
    files, beside = _read_one(path), path.resolve().parent
    for key in sorted(_called_keys(files)):
        if (beside / key / MODEL_FILE).is_file():
            other = _read_one(beside / key)
            files |= {f"{CALLED}{key}/{name}": content for name, content in other.items()}
    return files | read_parts(files, beside)


def _read_one(path: Path) -> dict[str, bytes]:
    if not (path / MODEL_FILE).is_file():
        raise InvalidDefinition(detail=f"{path.name}: {MODEL_FILE} is missing")
    found = {p.relative_to(path).as_posix(): p for p in sorted(path.rglob("*")) if p.is_file()}
    if any(name.startswith((CALLED, SHARED)) for name in found):
        raise InvalidDefinition(
            detail=f"{path.name}: {CALLED} and {SHARED} are filled when the folder is read"
        )
    return {
        name: p.read_bytes() for name, p in found.items() if not any(s[0] == "." for s in name.split("/"))
    }


def _called_keys(files: ProcessFiles) -> set[str]:
    """Keys of the processes that a folder calls; none where its model cannot be read, which the linter tells."""
    try:
        nodes = read_model(files[MODEL_FILE]).nodes.values()
    except InvalidDefinition:
        return set()
    return {node.called for node in nodes if node.called and re.fullmatch(r"[a-z][a-z0-9_]*", node.called)}


def own_files(files: ProcessFiles) -> dict[str, bytes]:
    """The files of the folder itself."""
    return {name: content for name, content in files.items() if not name.startswith((CALLED, SHARED))}


def called_folders(files: ProcessFiles) -> dict[str, dict[str, bytes]]:
    """The folders of called processes, by key, each with its files as in its own folder."""
    folders: dict[str, dict[str, bytes]] = {}
    for name in sorted(n for n in files if n.startswith(CALLED)):
        key, _, inner = name.removeprefix(CALLED).partition("/")
        folders.setdefault(key, {})[inner] = files[name]
    return folders


def content_hash(files: ProcessFiles) -> str:
    """SHA-256 over all names and contents, each preceded by its length, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def read_json(files: ProcessFiles, name: str) -> dict[str, Any]:
    """A JSON object of the folder. Raises `InvalidDefinition`."""
    try:
        value = json.loads(text_of(files, name))
    except ValueError as error:
        raise InvalidDefinition(detail=f"{name}: {error}") from error
    if not isinstance(value, dict):
        raise InvalidDefinition(detail=f"{name}: an object is expected")
    return value


def text_of(files: ProcessFiles, name: str) -> str:
    """A text file of the folder. Raises `InvalidDefinition`."""
    if name not in files:
        raise InvalidDefinition(detail=f"{name or 'a file'} is missing")
    try:
        return files[name].decode()
    except UnicodeDecodeError as error:
        raise InvalidDefinition(detail=f"{name}: not UTF-8") from error
