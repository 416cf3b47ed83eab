"""Process definitions: a process folder that was validated, parsed once and shared by all its
cases.

The `.json` file of a letter may declare two things. `tracking` holds the public words that tell the
citizen who holds the letter where the case stands (R36); only these words, labels of choices and
days are ever published that way. `publication` says how the cases with this letter are counted for
the public (R40); a case counts from the moment it has the letter, even if the letter is voided
later.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import Any

from lxml import etree

from workflow_app.domain import InvalidDefinition
from workflow_app.engine.decisions import DecisionTable, read_decision
from workflow_app.engine.forms import Form, read_form
from workflow_app.engine.model import (
    Model,
    Node,
    Value,
    find,
    initial_values,
    parse_xml,
    read_model,
)
from workflow_app.engine.process_folders import (
    CALLED,
    MODEL_FILE,
    ProcessFiles,
    called_folders,
    content_hash,
    own_files,
    read_json,
    shared_files,
    text_of,
)
from workflow_app.engine.specs import Specs, parse_specs

RECEIVING_LANE = "penerima"
"""Lane of the function that receives a handed-over case."""
ASKING_LANE = "pemohon"
"""Lane of the role that makes a request to another role."""
PART_LANES = (RECEIVING_LANE, ASKING_LANE, "atasan", "pengusul", "penyetuju")
"""Lanes whose role differs from case to case: the receiver, the requester, the superior who is told
when time runs out, the proposer and the approver. A control variable names the role of each task
(`roleFrom`).
"""


@dataclass(frozen=True)
class Element:
    """A flow node of the model, as the code outside the engine sees it."""

    id: str
    name: str
    kind: str
    """Tag of the node: userTask, serviceTask, endEvent, ..."""
    role: str
    """Role key of its lane; empty outside lanes."""
    clauses: tuple[str, ...]
    """Requirement numbers the element carries out (R45, R11, ...)."""
    properties: Mapping[str, str]
    process: str
    """Key of the process whose diagram contains it."""
    parent: str | None = None
    """Enclosing subprocess or called process, None on the top level of the case."""
    operation: str = ""
    """Operation that a service task requests."""
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names written in each parameter of the operation, such as the clocks among
    which it chooses.
    """
    result: str | None = None
    """Control variable that receives the result of the operation."""

    @property
    def is_hand_off(self) -> bool:
        """Return whether one of its tasks hands the case over to the receiving function."""
        return self.role == RECEIVING_LANE and "roleFrom" in self.properties

    @property
    def is_timed_per_round(self) -> bool:
        """Return whether the clock that starts here restarts each time, and not only
        once per case.
        """
        return self.properties.get("clockPer") == "round"


def names_written(expression: str) -> tuple[str, ...]:
    """Return the names in the text literals of an expression."""
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError):
        return ()
    texts = [
        n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]
    return tuple(dict.fromkeys(name for text in texts for name in re.findall(r"[\w.]+", text)))


CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
ANSWERS = re.compile(
    r"\bjawaban(?:\.|\[[\"'])([a-z_][a-z0-9_]*)(?:[\"']\])?(?:\.(?!get\b)([a-z_][a-z0-9_]*))?"
)
LABELS = re.compile(r"\blabel\([\"']([a-z0-9_]+)[\"'],\s*[\"']([a-z0-9_]+)[\"']\)")


def answers_named(html: str) -> set[tuple[str, str]]:
    """Return the pairs (element, field) that a template reads: `jawaban.<element>`,
    `jawaban["<element>"]`, `label("<element>", "<field>")`.
    """
    code = " ".join(CODE.findall(html))
    return {*ANSWERS.findall(code), *LABELS.findall(code)}


@dataclass(frozen=True)
class Mark:
    """A step, or one of its answers."""

    element: str
    field: str = ""


@dataclass(frozen=True)
class Stage:
    """One stage of a case as it is told to the public."""

    title: str
    words: str
    next: str
    """What follows, in words; empty when nothing follows."""
    after: tuple[Mark, ...]
    """Steps or answers of which one reaches the stage; an answered day is the day of the stage."""
    state: Mark | None
    """A choice whose latest label is shown while this is the latest stage."""
    promise: Mark | None
    """The answer with the day by which the complainant receives the next news."""
    clock: str
    """Clock whose end is the promised day while it runs; empty when there is none."""


@dataclass(frozen=True)
class Tracking:
    """How the state of a case is told to the holder of the letter and its secret code."""

    stages: tuple[Stage, ...]
    """Stages in order; the first is always reached."""
    ended: Mapping[str, str]
    """Public words for each outcome."""
    held_back: str
    """The only text told of a confined case."""


def read_tracking(meta: Mapping[str, Any], name: str) -> Tracking | None:
    """Return the tracking declared in the settings of a letter; None when it has no secret code.

    Raises `InvalidDefinition`.
    """
    if "tracking" not in meta:
        return None
    try:
        given = meta["tracking"]
        stages = tuple(_stage(part) for part in given["stages"])
        ended = {str(outcome): _words(words) for outcome, words in given["ended"].items()}
        return Tracking(stages, ended, _words(given["held_back"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidDefinition(detail=f"letters/{name}.json: tracking: {error!r}") from error


def _stage(given: Mapping[str, Any]) -> Stage:
    unknown = set(given) - {"title", "words", "next", "after", "state", "promise", "clock"}
    if unknown:
        raise ValueError(f"unknown {sorted(unknown)}")
    return Stage(
        _words(given["title"]),
        _words(given["words"]),
        str(given.get("next", "")),
        tuple(read_mark(text) for text in given["after"]),
        read_mark(given["state"]) if "state" in given else None,
        read_mark(given["promise"]) if "promise" in given else None,
        str(given.get("clock", "")),
    )


def read_mark(text: str) -> Mark:
    """Return the step (`tangani`) or the answer of a step (`tangani.kabar_berikut`) that a text
    names.
    """
    element, _, field = text.partition(".")
    return Mark(element, field)


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("empty words")
    return text


@dataclass(frozen=True)
class Counting:
    """How published cases are grouped and timed."""

    channel: tuple[Mark, ...]
    """Choices that say through which channel a case came; the latest answer of any of
    them counts.
    """
    clock: str
    """Clock that starts when a case is received and stops at the first response; its end is the
    limit for the response.
    """


def read_publication(meta: Mapping[str, Any], name: str) -> Counting | None:
    """Return the counting declared in the settings of a letter; None when its cases are not
    published.

    Raises `InvalidDefinition`.
    """
    if "publication" not in meta:
        return None
    try:
        given = meta["publication"]
        channel = tuple(read_mark(text) for text in given["channel"])
        if set(given) != {"channel", "clock"} or not channel or not given["clock"]:
            raise ValueError("channel and clock are needed, and nothing else")
        return Counting(channel, str(given["clock"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidDefinition(detail=f"letters/{name}.json: publication: {error!r}") from error


LAST = 99
"""Rank of a process that declares none."""


@dataclass(frozen=True)
class LetterSource:
    """Template of a letter and its settings (series, title, ...)."""

    html: str
    meta: Mapping[str, Any]
    parts: Mapping[str, str] = field(default_factory=dict)
    """Shared parts the template may include, by the path with which it names them."""
    tracking: Tracking | None = None
    """How the case is told to the holder of the letter, if the letter carries a secret code."""
    counting: Counting | None = None
    """How the cases with this letter are counted for the public."""


@dataclass(frozen=True)
class Definition:
    """One process folder at one content hash; immutable and shared between threads."""

    key: str
    name: str
    hash: str
    files: ProcessFiles = field(repr=False)
    elements: Mapping[str, Element] = field(repr=False)
    """Elements by id, in the order of the file."""
    initial: Mapping[str, Value]
    """Control variables every case starts with (process property `initial`, a JSON object)."""
    forms: Mapping[str, Form] = field(repr=False)
    letters: Mapping[str, LetterSource] = field(repr=False)
    decisions: Mapping[str, DecisionTable] = field(repr=False)
    called: Mapping[str, str]
    """Names of the processes it calls, by key; their elements, forms, letters and decisions belong
    to this definition too.
    """
    flows: tuple[tuple[str, str], ...] = field(repr=False)
    """Source and target of each flow of this process and of those it calls, in the order of the
    files.
    """
    purpose: str
    """When the counter chooses this process, in one sentence; empty when the model declares
    nothing.
    """
    rank: int
    """Position in the list of services; the most urgent process has the lowest rank."""
    is_startable: bool
    """False for a process that only other processes start or call."""
    started_by: tuple[str, ...]
    """Roles that start its cases, in the order of the model; empty when the counter starts them."""
    started_as: str
    """Control variable with the role in which a case was started; empty when no step needs it."""
    is_reopenable: bool
    """True if a lead may reopen an ended case: a new case of this process continues it."""
    reopens_confined: str
    """Control variable that is true from the start when the reopened case is confined: the process
    then leads to the role of the confinement, which does the first step too. Empty when confined
    cases cannot be reopened.
    """

    @cached_property
    def specs(self) -> Specs:
        """The parsed specification that the runner executes, parsed on first use. Raises
        `InvalidDefinition`.
        """
        called = {
            name: self.files[name]
            for name in (f"{CALLED}{key}/{MODEL_FILE}" for key in self.called)
        }
        tables = {name: self.files[name] for name in sorted(self.files) if name.endswith(".dmn")}
        return parse_specs(self.key, {**called, MODEL_FILE: self.files[MODEL_FILE]}, tables)

    @property
    def bpmn_xml(self) -> str:
        """The model with its diagram, for the viewer."""
        return self.files[MODEL_FILE].decode()

    def called_xml(self, key: str) -> str:
        """Return the model of a called process with its diagram."""
        return self.files[f"{CALLED}{key}/{MODEL_FILE}"].decode()

    def form(self, element_id: str) -> Form:
        """Return the form of a user task. Raises `InvalidDefinition` if it has none."""
        if element_id not in self.forms:
            raise InvalidDefinition(detail=f"{self.key}: {element_id} has no form")
        return self.forms[element_id]

    def letter(self, name: str) -> LetterSource:
        """Return the template of a letter. Raises `InvalidDefinition` if there is none of this
        name.
        """
        if name not in self.letters:
            raise InvalidDefinition(detail=f"{self.key}: no letter {name}")
        return self.letters[name]

    def decision(self, name: str) -> DecisionTable:
        """Return a decision table by its id. Raises `InvalidDefinition` if there is none of this
        name.
        """
        if name not in self.decisions:
            raise InvalidDefinition(detail=f"{self.key}: no decision {name}")
        return self.decisions[name]


_loaded: dict[str, Definition] = {}
_judged: set[str] = set()


def load(files: ProcessFiles) -> Definition:
    """Return the definition held by these files, parsed once per content. Raises
    `InvalidDefinition`.
    """
    hash_ = content_hash(files)
    if hash_ not in _judged:
        definition = _parse(dict(files), hash_)
        _ = definition.specs
        _loaded[hash_] = definition
        _judged.add(hash_)
    return _loaded[hash_]


def load_deployed(files: ProcessFiles) -> Definition:
    """Return the definition of files that were judged before their deployment, without judging them
    again.
    """
    hash_ = content_hash(files)
    return known(hash_) or _loaded.setdefault(hash_, _parse(dict(files), hash_, is_judged=True))


def known(hash_: str) -> Definition | None:
    """Return the definition with this content hash if it is loaded already."""
    return _loaded.get(hash_)


def _parse(files: ProcessFiles, hash_: str, *, is_judged: bool = False) -> Definition:
    own, folders, shared = own_files(files), called_folders(files), read_shared(files)
    if MODEL_FILE not in own:
        raise InvalidDefinition(detail=f"{MODEL_FILE} is missing")
    model = read_model(own[MODEL_FILE])
    called = {
        key: read_model(part.get(MODEL_FILE, b""), f"{CALLED}{key}/{MODEL_FILE}")
        for key, part in folders.items()
    }
    parts = [(model, own), *((called[key], folders[key]) for key in called)]
    tables = [
        read_decision(part[n], n) for _, part in parts for n in sorted(part) if n.endswith(".dmn")
    ]
    return Definition(
        key=model.key,
        name=model.name,
        hash=hash_,
        files=files,
        elements={
            node.id: element_of(node, part.key, is_called=part is not model)
            for part, _ in parts
            for node in part.nodes.values()
        },
        initial=initial_values(model),
        forms={
            node.id: form_of(part_files, node, is_judged=is_judged)
            for part, part_files in parts
            for node in part.nodes.values()
            if "formJsonSchemaFilename" in node.properties
        },
        letters={
            PurePosixPath(n).stem: read_letter(part, n, shared)
            for _, part in parts
            for n in sorted(part)
            if _is_letter(n)
        },
        decisions={table.name: table for table in tables},
        called={key: part.name for key, part in called.items()},
        flows=tuple(
            dict.fromkeys((flow.source, flow.target) for part, _ in parts for flow in part.flows)
        ),
        purpose=model.properties.get("purpose", ""),
        rank=_rank(model),
        is_startable=model.properties.get("startable") != "false",
        started_by=tuple(model.properties.get("startedBy", "").split()),
        started_as=model.properties.get("startedAs", ""),
        is_reopenable=model.properties.get("reopenable") == "true",
        reopens_confined=model.properties.get("reopenConfined", ""),
    )


def element_of(node: Node, process: str, *, is_called: bool) -> Element:
    """Return the element for a node of the model."""
    clauses = tuple(node.properties.get("clause", "").split())
    parent = node.parent or (process if is_called else None)
    return Element(
        node.id,
        node.name,
        node.kind,
        node.role,
        clauses,
        node.properties,
        process,
        parent,
        node.operation or "",
        {name: names_written(expression) for name, expression in node.parameters.items()},
        node.result,
    )


def form_of(files: ProcessFiles, node: Node, *, is_judged: bool = False) -> Form:
    """Return the form that a user task names in its properties. Raises `InvalidDefinition`."""
    schema_file = node.properties["formJsonSchemaFilename"]
    ui_file = node.properties.get("formUiSchemaFilename", "")
    return read_form(
        node.id, read_json(files, schema_file), read_json(files, ui_file), anew=not is_judged
    )


def read_letter(files: ProcessFiles, name: str, shared: Mapping[str, str]) -> LetterSource:
    """Return the letter with this template file (`letters/<letter>.html`). Raises
    `InvalidDefinition`.
    """
    meta_file = f"{name.removesuffix('.html')}.json"
    meta = read_json(files, meta_file) if meta_file in files else {}
    stem = PurePosixPath(name).stem
    return LetterSource(
        text_of(files, name),
        meta,
        shared,
        read_tracking(meta, stem),
        counting=read_publication(meta, stem),
    )


def read_shared(files: ProcessFiles) -> dict[str, str]:
    """Return the shared parts of letters, by path. Raises `InvalidDefinition`."""
    return {name: text_of(files, name) for name in shared_files(files)}


def _rank(model: Model) -> int:
    try:
        return int(model.properties.get("rank", LAST))
    except ValueError as error:
        raise InvalidDefinition(detail=f"{MODEL_FILE}: property rank: {error}") from error


def _is_letter(name: str) -> bool:
    return name.startswith("letters/") and name.endswith(".html")


INNER = ("extensionElements", "documentation", "conditionExpression", "ioSpecification")
"""Child elements that serve the engine or the modeller and are not drawn."""


@lru_cache(maxsize=32)
def drawing_of(bpmn_xml: str) -> bytes:
    """Return the model reduced to what the diagram shows."""
    root = parse_xml(bpmn_xml.encode(), "process.bpmn")
    for name in INNER:
        for element in find(root, f"//bpmn:{name}"):
            element.getparent().remove(element)
    for event in find(root, "//*[contains(local-name(), 'EventDefinition')]"):
        for child in list(event):
            event.remove(child)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
