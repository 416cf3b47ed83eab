"""The files of a process folder as they are hashed and deployed, and its scenarios.

The files are those of the folder itself, those of the processes it calls, and the shared parts of
its letters, so that a running case keeps the letter layout with which it began. A form may refer by
`$ref` to blocks of questions that several processes share: in `properties`, `fields`, `required`
and the fields of a section. Reading a folder replaces the references, so deployed files contain
none.

A scenario says which answers lead a case to which end; it is played on the engine alone. There the
target of a clock is ten minutes unless the scenario sets another one, every day is a working day, a
letter gets an invented id, and a checklist is judged by its decision table. The integration tests
play the same scenarios on the real services.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from workflow_app.domain import Answers, InvalidDefinition
from workflow_app.engine import scenario_defaults
from workflow_app.engine.form_values import read_duration
from workflow_app.engine.model import read_model

SHARED = "shared/"
"""Folder of shared files beside the process folders; a definition keeps them under
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
    """Return the paths of the shared parts that a template includes; None stands for any other
    template, which no letter may include.
    """
    return [found[1] if (found := _NAME.match(named)) else None for named in _USE.findall(template)]


def missing_pieces(template: str, parts: Mapping[str, str]) -> list[str]:
    """Return the names that a template imports from a part which does not define them."""
    imported = (
        (part, name.split()[0])
        for part, names in _PIECES.findall(template)
        for name in names.split(",")
    )
    return [
        name for part, name in imported if part in parts and name not in _MACRO.findall(parts[part])
    ]


def read_parts(files: Mapping[str, bytes], root: Path) -> dict[str, bytes]:
    """Return the shared parts below `root` that the letters of these files include, directly or
    through other parts.

    A missing part is left out; the linter reports it.
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
    """Return the shared parts among the files of a definition."""
    return {name: content for name, content in files.items() if name.startswith(SHARED)}


def _named(templates: Iterable[bytes]) -> list[str]:
    return [
        name for content in templates for name in uses(content.decode(errors="replace")) if name
    ]


ProcessFiles = Mapping[str, bytes]
"""Path inside the process folder (with `/`) to content."""

MODEL_FILE = "process.bpmn"
CALLED = "called/"
"""Folder in which a definition keeps the files of each process it calls, under its key."""


def read_folder(path: Path) -> ProcessFiles:
    """Return all files of a process folder as they are deployed, without hidden files.

    Shared blocks and default answers of scenarios are merged in. The result includes the folders of
    called processes and the shared parts of letters. Raises `InvalidDefinition` if there is no
    model.
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
    return scenario_defaults.merge(resolve(files, path.resolve().parent))


def _called_keys(files: ProcessFiles) -> set[str]:
    """Return the keys of the processes that a folder calls; empty for an unreadable model, which
    the linter reports.
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
    """Return the files of the folder itself."""
    return {
        name: content for name, content in files.items() if not name.startswith((CALLED, SHARED))
    }


def called_folders(files: ProcessFiles) -> dict[str, dict[str, bytes]]:
    """Return the folders of called processes by key, each with the paths of its own folder."""
    folders: dict[str, dict[str, bytes]] = {}
    for name in sorted(n for n in files if n.startswith(CALLED)):
        key, _, inner = name.removeprefix(CALLED).partition("/")
        folders.setdefault(key, {})[inner] = files[name]
    return folders


def content_hash(files: ProcessFiles) -> str:
    """Return the SHA-256 over all names and contents in the order of the names, each preceded by
    its length.
    """
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def read_json(files: ProcessFiles, name: str) -> dict[str, Any]:
    """Return a JSON object of the folder. Raises `InvalidDefinition`."""
    try:
        value = json.loads(text_of(files, name))
    except ValueError as error:
        raise InvalidDefinition(detail=f"{name}: {error}") from error
    if not isinstance(value, dict):
        raise InvalidDefinition(detail=f"{name}: an object is expected")
    return value


def text_of(files: ProcessFiles, name: str) -> str:
    """Return a text file of the folder. Raises `InvalidDefinition`."""
    if name not in files:
        raise InvalidDefinition(detail=f"{name or 'a file'} is missing")
    try:
        return files[name].decode()
    except UnicodeDecodeError as error:
        raise InvalidDefinition(detail=f"{name}: not UTF-8") from error


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Safe YAML loader; the C version, if present, is ten times as fast."""

BEGINS_AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Instant at which every scenario begins (Monday, 09.00 WITA)."""

DEFAULT_TARGET = timedelta(minutes=10)


class ScenarioFailed(AssertionError):
    """The process behaved differently from the scenario; the message names the difference."""


@dataclass(frozen=True)
class Complete:
    """An officer of a role completes an open task with these answers."""

    element: str
    role: str
    answers: Answers
    by_colleague: bool = False
    """Another holder of the role than for its other steps does it, as the four-eyes principle may
    require.
    """


@dataclass(frozen=True)
class Advance:
    """Time passes, and due timers fire."""

    by: timedelta


@dataclass(frozen=True)
class Message:
    """The case receives a message."""

    name: str
    answers: Answers


@dataclass(frozen=True)
class ExpectOpen:
    """Exactly these tasks are open."""

    elements: tuple[str, ...]


ScenarioStep = Complete | Advance | Message | ExpectOpen


@dataclass(frozen=True)
class Scenario:
    """One scenario file."""

    file: str
    name: str
    clauses: tuple[str, ...]
    steps: tuple[ScenarioStep, ...]
    outcome: str | None
    """Expected outcome, None when the case is expected to be still running."""
    letters: tuple[str, ...] | None
    """Letters that are valid at the end; None when the scenario does not check them."""
    messages: tuple[str, ...] | None
    """Service tasks that put a message into the outbox; None when the scenario does
    not check them.
    """
    variables: Mapping[str, Any]
    """Control variables expected at the end."""
    targets: Mapping[str, timedelta | int | None]
    """Targets of clocks that differ from ten minutes; a number means working days."""
    begins_with: Mapping[str, Any]
    """Control variables that differ from the initial ones of the process."""
    areas: Mapping[str, tuple[str, ...]]
    """Region codes of the areas that the process reads; an area that is not named is empty."""
    settings: Mapping[str, Any]
    """Settings that differ from the initial values of the process."""


def read_scenario(file: str, data: bytes) -> Scenario:
    """Read a scenario file. Raises `InvalidDefinition`."""
    try:
        content = yaml.load(data, _LOADER)  # noqa: S506 - a safe loader in both cases
        expected = content.get("expect", {})
        unknown = {*content} - {
            "name",
            "clauses",
            "steps",
            "expect",
            "targets",
            "areas",
            "begins_with",
            "settings",
        }
        unknown |= {*expected} - {"outcome", "letters", "messages", "variables"}
        if unknown:
            raise ValueError(f"unknown keys {sorted(unknown)}")
        letters = expected.get("letters")
        return Scenario(
            file=file,
            name=str(content["name"]),
            clauses=tuple(content["clauses"]),
            steps=tuple(_step(step) for step in content["steps"]),
            outcome=expected.get("outcome"),
            letters=None if letters is None else tuple(letters),
            messages=tuple(expected["messages"]) if "messages" in expected else None,
            variables=dict(expected.get("variables", {})),
            targets={k: _target(v) for k, v in content.get("targets", {}).items()},
            begins_with=dict(content.get("begins_with", {})),
            areas={k: tuple(map(str, codes)) for k, codes in content.get("areas", {}).items()},
            settings=dict(content.get("settings", {})),
        )
    except (
        yaml.YAMLError,
        UnicodeDecodeError,
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
    ) as error:
        raise InvalidDefinition(detail=f"{file}: {type(error).__name__} {error}") from error


def read_scenarios(files: Mapping[str, bytes]) -> list[Scenario]:
    """Return all scenarios of a process folder, by file name. Raises `InvalidDefinition`."""
    return [read_scenario(name, files[name]) for name in scenario_files(files)]


def scenario_files(files: Mapping[str, bytes]) -> list[str]:
    """Return the names of the scenario files, without a remaining file of default answers."""
    return sorted(n for n in files if n.startswith("scenarios/") and n != scenario_defaults.FILE)


def _target(value: Any) -> timedelta | int | None:
    if isinstance(value, dict):
        return int(value["hari_kerja"])
    return None if value is None else read_duration(value)


def _step(step: Mapping[str, Any]) -> ScenarioStep:
    kinds = {
        "complete": {"as", "by", "answers"},
        "advance": set(),
        "message": {"answers"},
        "expect_open": set(),
    }
    kind = next(iter(kinds.keys() & step.keys()), None)
    if kind is None or step.keys() - kinds[kind] - {kind}:
        raise ValueError(f"step {dict(step)}")
    match kind:
        case "complete":
            if step.get("by", "colleague") != "colleague":
                raise ValueError(f"by {step['by']}")
            return Complete(str(step["complete"]), str(step["as"]), _answers(step), "by" in step)
        case "advance":
            return Advance(read_duration(step["advance"]))
        case "message":
            return Message(str(step["message"]), _answers(step))
    return ExpectOpen(tuple(step["expect_open"]))


def _answers(step: Mapping[str, Any]) -> Answers:
    answers = step.get("answers") or {}
    if not isinstance(answers, dict):
        raise ValueError("answers are not a mapping")
    return {str(name): _plain(value) for name, value in answers.items()}


def _plain(value: Any) -> Any:
    """Return a YAML value as an answer: dates become ISO text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | None) else value.isoformat()


BLOCKS = "shared/forms/"
"""Folder of the shared form blocks, beside the process folders."""
REF = "$ref"


class _Missing(Exception):
    """A reference points to nothing."""


def resolve(files: Mapping[str, bytes], root: Path) -> dict[str, bytes]:
    """Return the files with references replaced by the blocks below `root`.

    A form with a reference that points to nothing stays unchanged; the linter reports it.
    """
    return {name: _resolved(name, content, root) for name, content in files.items()}


def references(content: Any) -> Iterator[str]:
    """Yield every reference in a form, at any depth."""
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
    """Return the content of a JSON file; None for an invalid file, which the reader of the form
    reports.
    """
    try:
        return json.loads(content)
    except ValueError:
        return None


def _merged(parts: list[dict[str, Any]], root: Path) -> dict[str, Any]:
    """Return one mapping of blocks and own questions in order; a later part overrides an earlier
    one.
    """
    merged: dict[str, Any] = {}
    for part in parts:
        found = _referenced(part[REF], root) if set(part) == {REF} else part
        if not isinstance(found, dict):
            raise _Missing
        merged |= found
    return merged


def _spliced(names: list[Any], root: Path) -> list[str]:
    """Return the names, with each reference replaced by the names of its block."""
    spliced: list[str] = []
    for name in names:
        is_reference = isinstance(name, dict) and set(name) == {REF}
        spliced += [*_referenced(name[REF], root)] if is_reference else [name]
    return spliced


def _referenced(reference: Any, root: Path) -> Any:
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
