"""Process folders as definitions: validated, parsed once, shared by all cases that run under them.

A letter may declare two things in its `.json`. `tracking`: the public words in which the citizen
who holds it reads where the case stands (R36); nothing but these words, labels of choices and days
ever leaves the house that way. `publication`: how the cases that carry it are counted for the
public (R40); a case counts once it has the letter, whatever becomes of the letter.
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
"""Lane of the function that a case is handed on to."""
ASKING_LANE = "pemohon"
"""Lane of who asks others for something."""
PART_LANES = (RECEIVING_LANE, ASKING_LANE, "atasan", "pengusul", "penyetuju")
"""Lanes of a part that different roles play: who receives, who asks, who is told when time runs
out, who proposes, who decides on it. A control variable names the role of each task (`roleFrom`).
"""


@dataclass(frozen=True)
class Element:
    """A flow node of the model as the rest of the product sees it."""

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
    """Key of the process in whose drawing it is."""
    parent: str | None = None
    """Enclosing subprocess or called process, None on the top level of the case."""
    operation: str = ""
    """What a service task asks for."""
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By parameter of the operation the names that are written in it, such as the clocks among
    which it chooses.
    """
    result: str | None = None
    """The control variable that holds what the operation gave back."""

    @property
    def is_hand_off(self) -> bool:
        """Does a task of it put the case into the hands of the function that receives it?"""
        return self.role == RECEIVING_LANE and "roleFrom" in self.properties

    @property
    def is_timed_per_round(self) -> bool:
        """Does the clock that starts here start anew each time, or once per case?"""
        return self.properties.get("clockPer") == "round"


def names_written(expression: str) -> tuple[str, ...]:
    """The names in the texts of an expression; none where there are no texts."""
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
    """Elements and fields a template reads: `jawaban.<element>`, `jawaban["<element>"]`,
    `label("<element>", "<field>")`.
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
    """One stage of a case as the public hears of it."""

    title: str
    words: str
    next: str
    """What follows, in words; empty where nothing does."""
    after: tuple[Mark, ...]
    """Reached when one of these steps is done, or one of these answers given; a day that was
    answered is its day.
    """
    state: Mark | None
    """A choice whose newest label is shown while this is the newest stage."""
    promise: Mark | None
    """The day until which the complainant hears again."""
    clock: str
    """Clock whose end is what is promised while it runs; empty where none is."""


@dataclass(frozen=True)
class Tracking:
    """How a case is told to who holds the letter and its secret code."""

    stages: tuple[Stage, ...]
    """In their order; the first is always reached."""
    ended: Mapping[str, str]
    """Outcome to words."""
    held_back: str
    """All that is told of a case that is kept from some members."""


def read_tracking(meta: Mapping[str, Any], name: str) -> Tracking | None:
    """What the settings of a letter declare; None when it carries no code. Raises
    `InvalidDefinition`.
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
    """A step (`tangani`) or one of its answers (`tangani.kabar_berikut`), as a setting writes
    it.
    """
    element, _, field = text.partition(".")
    return Mark(element, field)


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("empty words")
    return text


@dataclass(frozen=True)
class Counting:
    """By what cases are divided up."""

    channel: tuple[Mark, ...]
    """Choices that say by which way a case came; the newest answer of any of them counts."""
    clock: str
    """It starts when a case is received and stops at the first response; its end is the limit for
    that.
    """


def read_publication(meta: Mapping[str, Any], name: str) -> Counting | None:
    """What the settings of a letter declare; None when its cases are not published. Raises
    `InvalidDefinition`.
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
"""Rank of a process that says nothing of it."""


@dataclass(frozen=True)
class LetterSource:
    """Template of a paper and its settings (series, title, ...)."""

    html: str
    meta: Mapping[str, Any]
    parts: Mapping[str, str] = field(default_factory=dict)
    """Shared parts the template may build on, by the path under which it names them."""
    tracking: Tracking | None = None
    """How the case is told to who holds the letter, where it carries a secret code."""
    counting: Counting | None = None
    """How the cases that carry the letter are counted for the public."""


@dataclass(frozen=True)
class Definition:
    """One process folder at one content hash. Shared between threads; nothing in it changes."""

    key: str
    name: str
    hash: str
    files: ProcessFiles = field(repr=False)
    elements: Mapping[str, Element] = field(repr=False)
    """By id, in the order of the file."""
    initial: Mapping[str, Value]
    """Control variables every case starts with (process property `initial`, a JSON object)."""
    forms: Mapping[str, Form] = field(repr=False)
    letters: Mapping[str, LetterSource] = field(repr=False)
    decisions: Mapping[str, DecisionTable] = field(repr=False)
    called: Mapping[str, str]
    """Processes it calls, key to name; their elements, forms, letters and decisions are those of
    the definition.
    """
    flows: tuple[tuple[str, str], ...] = field(repr=False)
    """Source and target of each flow of it and of those it calls, in the order of the files."""
    purpose: str
    """When somebody at the counter chooses it, in one sentence; empty where the model says nothing.
    """
    rank: int
    """Its place where services are begun; what is most urgent comes first."""
    is_startable: bool
    """False for a process that only others begin or call."""
    started_by: tuple[str, ...]
    """Roles whose people begin its cases, in the order of the model; empty where the counter does.
    """
    started_as: str
    """Control variable that holds the role in which a case was begun; empty where no step asks."""
    is_reopenable: bool
    """A lead may take an ended case up again: another one of this process continues it."""
    reopens_confined: str
    """Control variable that is true from the start where the case that is taken up is confined: its
    role leads there and does the first step too. Empty when what is confined is not taken up.
    """

    @cached_property
    def specs(self) -> Specs:
        """What the engine runs: parsed when it is first asked for. Raises `InvalidDefinition`."""
        called = {
            name: self.files[name]
            for name in (f"{CALLED}{key}/{MODEL_FILE}" for key in self.called)
        }
        tables = {name: self.files[name] for name in sorted(self.files) if name.endswith(".dmn")}
        return parse_specs(self.key, {**called, MODEL_FILE: self.files[MODEL_FILE]}, tables)

    @property
    def bpmn_xml(self) -> str:
        """The model with its drawing, for the viewer."""
        return self.files[MODEL_FILE].decode()

    def called_xml(self, key: str) -> str:
        """The model of a called process with its drawing."""
        return self.files[f"{CALLED}{key}/{MODEL_FILE}"].decode()

    def form(self, element_id: str) -> Form:
        """Form of a user task. Raises `InvalidDefinition` if it has none."""
        if element_id not in self.forms:
            raise InvalidDefinition(detail=f"{self.key}: {element_id} has no form")
        return self.forms[element_id]

    def letter(self, name: str) -> LetterSource:
        """Template of a letter. Raises `InvalidDefinition` if there is none of this name."""
        if name not in self.letters:
            raise InvalidDefinition(detail=f"{self.key}: no letter {name}")
        return self.letters[name]

    def decision(self, name: str) -> DecisionTable:
        """Decision table by its id. Raises `InvalidDefinition` if there is none of this name."""
        if name not in self.decisions:
            raise InvalidDefinition(detail=f"{self.key}: no decision {name}")
        return self.decisions[name]


_loaded: dict[str, Definition] = {}
_judged: set[str] = set()


def load(files: ProcessFiles) -> Definition:
    """The definition held by these files; parsed once per content. Raises `InvalidDefinition`."""
    hash_ = content_hash(files)
    if hash_ not in _judged:
        definition = _parse(dict(files), hash_)
        _ = definition.specs
        _loaded[hash_] = definition
        _judged.add(hash_)
    return _loaded[hash_]


def load_deployed(files: ProcessFiles) -> Definition:
    """The same of files that were judged before they were deployed: half of the work is judging,
    and it is not done again.
    """
    hash_ = content_hash(files)
    return known(hash_) or _loaded.setdefault(hash_, _parse(dict(files), hash_, is_judged=True))


def known(hash_: str) -> Definition | None:
    """The definition with this content, if it was loaded already."""
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
    """The element a node of the model stands for."""
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
    """The form a user task names in its properties. Raises `InvalidDefinition`."""
    schema_file = node.properties["formJsonSchemaFilename"]
    ui_file = node.properties.get("formUiSchemaFilename", "")
    return read_form(
        node.id, read_json(files, schema_file), read_json(files, ui_file), anew=not is_judged
    )


def read_letter(files: ProcessFiles, name: str, shared: Mapping[str, str]) -> LetterSource:
    """The letter whose template is this file (`letters/<letter>.html`). Raises
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
    """The shared parts of letters, by path. Raises `InvalidDefinition`."""
    return {name: text_of(files, name) for name in shared_files(files)}


def _rank(model: Model) -> int:
    try:
        return int(model.properties.get("rank", LAST))
    except ValueError as error:
        raise InvalidDefinition(detail=f"{MODEL_FILE}: property rank: {error}") from error


def _is_letter(name: str) -> bool:
    return name.startswith("letters/") and name.endswith(".html")


INNER = ("extensionElements", "documentation", "conditionExpression", "ioSpecification")
"""What an element has for the engine or for who models."""


@lru_cache(maxsize=32)
def drawing_of(bpmn_xml: str) -> bytes:
    """The model with nothing but what is drawn."""
    root = parse_xml(bpmn_xml.encode(), "process.bpmn")
    for name in INNER:
        for element in find(root, f"//bpmn:{name}"):
            element.getparent().remove(element)
    for event in find(root, "//*[contains(local-name(), 'EventDefinition')]"):
        for child in list(event):
            event.remove(child)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
