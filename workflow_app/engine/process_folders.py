"""What a process folder holds: its own files, those of the processes it calls, and what it shares.

It is read from disk with the shared blocks of its forms and the usual answers of its scenarios in
their place, and hashed so.

Parts that letters of several processes share (the sheet they stand on): they come along with every
folder that uses them.

So a definition holds all it prints with, and a running case keeps the sheet it began under.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workflow_app.domain import InvalidDefinition
from workflow_app.engine import form_blocks, scenario_defaults
from workflow_app.engine.model import read_model

SHARED = "shared/"
"""The folder beside the process folders, and where a definition keeps what it uses of it: both have
the same paths.
"""

_USE = re.compile(r"\{%[-+]?\s*(?:extends|include|import|from)\b\s*(.*?)%\}", re.DOTALL)
_NAME = re.compile(r"""["'](shared/[a-z0-9_]+(?:/[a-z0-9_]+)*\.html)["'](?:\s|$)""")

_PIECES = re.compile(
    r"""\{%[-+]?\s*from\s+["'](.*?)["']\s+import\s+(.*?)\s*(?:with(?:out)?\s+context\s*)?[-+]?%\}""",
    re.DOTALL,
)
_MACRO = re.compile(r"\{%[-+]?\s*macro\s+(\w+)")


def uses(template: str) -> list[str | None]:
    """What a template builds on: paths of shared parts; None for anything else it names, which no
    letter may.
    """
    return [found[1] if (found := _NAME.match(named)) else None for named in _USE.findall(template)]


def missing_pieces(template: str, parts: Mapping[str, str]) -> list[str]:
    """Names that a template imports from a part which does not have them."""
    imported = (
        (part, name.split()[0])
        for part, names in _PIECES.findall(template)
        for name in names.split(",")
    )
    return [
        name for part, name in imported if part in parts and name not in _MACRO.findall(parts[part])
    ]


def read_parts(files: Mapping[str, bytes], root: Path) -> dict[str, bytes]:
    """The shared parts below `root` that the letters of these files build on, with what those build
    on in turn.

    A part that is not there is left out: the linter names it.
    """
    parts: dict[str, bytes] = {}
    letters = (
        content for name, content in files.items() if "letters/" in name and name.endswith(".html")
    )
    waiting = _named(letters)
    while waiting:
        name = waiting.pop()
        if name not in parts and (root / name).is_file():
            parts[name] = (root / name).read_bytes()
            waiting += _named([parts[name]])
    return parts


def shared_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The shared parts among the files of a definition."""
    return {name: content for name, content in files.items() if name.startswith(SHARED)}


def _named(templates: Iterable[bytes]) -> list[str]:
    return [
        name for content in templates for name in uses(content.decode(errors="replace")) if name
    ]


ProcessFiles = Mapping[str, bytes]
"""Path inside the process folder (with `/`) to content."""

MODEL_FILE = "process.bpmn"
CALLED = "called/"
"""Where a definition keeps the folders of the processes it calls, each under its key."""


def read_folder(path: Path) -> ProcessFiles:
    """Return all files of a process folder, hidden ones excepted, as they are deployed.

    The shared blocks of its forms and the usual answers of its scenarios stand in their place. With
    the files come the folders beside it whose processes it calls, and the shared parts of letters.
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
    files = {
        name: p.read_bytes()
        for name, p in found.items()
        if not any(s[0] == "." for s in name.split("/"))
    }
    return scenario_defaults.merge(form_blocks.resolve(files, path.resolve().parent))


def _called_keys(files: ProcessFiles) -> set[str]:
    """Keys of the processes that a folder calls; none where its model cannot be read, which the
    linter tells.
    """
    try:
        nodes = read_model(files[MODEL_FILE]).nodes.values()
    except InvalidDefinition:
        return set()
    return {
        node.called
        for node in nodes
        if node.called and re.fullmatch(r"[a-z][a-z0-9_]*", node.called)
    }


def own_files(files: ProcessFiles) -> dict[str, bytes]:
    """The files of the folder itself."""
    return {
        name: content for name, content in files.items() if not name.startswith((CALLED, SHARED))
    }


def called_folders(files: ProcessFiles) -> dict[str, dict[str, bytes]]:
    """The folders of called processes, by key, each with its files as in its own folder."""
    folders: dict[str, dict[str, bytes]] = {}
    for name in sorted(n for n in files if n.startswith(CALLED)):
        key, _, inner = name.removeprefix(CALLED).partition("/")
        folders.setdefault(key, {})[inner] = files[name]
    return folders


def content_hash(files: ProcessFiles) -> str:
    """SHA-256 over all names and contents, each preceded by its length, in the order of the
    names.
    """
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
