"""The linter of process folders: what it finds keeps a folder from being deployed."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TypeVar

from workflow_app.engine.decisions import DecisionTable, read_decision
from workflow_app.engine.definitions import LetterSource, form_of, load, read_letter, read_shared
from workflow_app.engine.forms import Form
from workflow_app.engine.linting import (
    calls,
    clocks,
    contents,
    decisions,
    drawing,
    elements,
    expressions,
    flow,
    forms,
    kinship,
    lanes,
    messages,
    orders,
    public,
    stages,
    walls,
)
from workflow_app.engine.linting.source import Finding, Rule, Source
from workflow_app.engine.model import initial_values, read_model
from workflow_app.engine.process_folders import CALLED, MODEL_FILE, ProcessFiles, called_folders, own_files
from workflow_app.engine.scenarios import Scenario, read_scenario
from workflow_app.engine.shared_parts import SHARED, shared_files
from workflow_app.errors import InvalidDefinition

__all__ = ["RULES", "Finding", "lint"]

RULES: tuple[Rule, ...] = (
    *elements.RULES,
    *lanes.RULES,
    *calls.RULES,
    *flow.RULES,
    *expressions.RULES,
    *decisions.RULES,
    *forms.RULES,
    *orders.RULES,
    *walls.RULES,
    *drawing.RULES,
    *contents.RULES,
    *kinship.RULES,
    *stages.RULES,
    *clocks.RULES,
    *messages.RULES,
    *public.RULES,
)

T = TypeVar("T")


def lint(
    files: ProcessFiles, roles: Collection[str], settings: Collection[str] | None = None
) -> list[Finding]:
    """Everything that is wrong with a process folder; empty when it may be deployed.

    `roles` are the known role keys, `settings` the keys of the configuration; without these it is not asked whether a setting exists.
    """
    findings: list[Finding] = []
    called: dict[str, Source] = {}
    shared = shared_files(files)
    for key, folder in called_folders(files).items():
        other, found = _judge(folder | shared, roles, {}, settings)
        called |= {key: other} if other else {}
        findings += [Finding(f.rule, f"{CALLED}{key}: {f.element}", f.message) for f in found]
    findings += _judge(own_files(files) | shared, roles, called, settings)[1]
    if not findings:
        try:
            load(files)
        except InvalidDefinition as error:
            findings.append(_unreadable("model", MODEL_FILE, error))
    return findings


def _unreadable(rule: str, element: str, error: InvalidDefinition) -> Finding:
    return Finding(rule, element, f"Tidak dapat dibaca: {error.detail}.")


def _judge(
    files: ProcessFiles,
    roles: Collection[str],
    called: Mapping[str, Source],
    settings: Collection[str] | None,
) -> tuple[Source | None, list[Finding]]:
    """One folder as far as it can be read, and what is wrong with it."""
    findings: list[Finding] = []

    def attempt(rule: str, element: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except InvalidDefinition as error:
            findings.append(_unreadable(rule, element, error))
            return None

    model = attempt("model", MODEL_FILE, lambda: read_model(files.get(MODEL_FILE, b"")))
    if model is None:
        return None, findings
    asked: dict[str, Form] = {}
    for node in model.nodes.values():
        if "formJsonSchemaFilename" in node.properties:
            form = attempt("form-unreadable", node.id, partial(form_of, files, node))
            asked |= {node.id: form} if form else {}
    tables: dict[str, DecisionTable] = {}
    for name in sorted(n for n in files if n.endswith(".dmn")):
        table = attempt("decision-unreadable", name, partial(read_decision, files[name], name))
        if table and table.name in tables:
            findings.append(Finding("one-decision", name, f"Keputusan {table.name} sudah ada di file lain."))
        tables |= {table.name: table} if table else {}
    parts = attempt("letter-unreadable", SHARED, lambda: read_shared(files)) or {}
    letters: dict[str, LetterSource] = {}
    for name in sorted(n for n in files if n.startswith("letters/") and n.endswith(".html")):
        letter = attempt("letter-unreadable", name, partial(read_letter, files, name, parts))
        letters |= {name.removeprefix("letters/").removesuffix(".html"): letter} if letter else {}
    scenarios: dict[str, Scenario] = {}
    for name in sorted(n for n in files if n.startswith("scenarios/")):
        scenario = attempt("scenario-unreadable", name, partial(read_scenario, name, files[name]))
        scenarios |= {name: scenario} if scenario else {}
    initial = attempt("initial-unreadable", MODEL_FILE, lambda: initial_values(model)) or {}
    source = Source(
        files, frozenset(roles), model, asked, letters, tables, scenarios, initial, called, settings
    )
    for rule in RULES:
        findings.extend(rule(source))
    return source, findings
