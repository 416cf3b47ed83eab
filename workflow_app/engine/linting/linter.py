"""The linter of process folders, whose findings prevent the deployment of a folder.

The module also holds the rules on shared blocks, letters, scenarios and the page for the reader,
and the linter of a release (`between`), which checks what process folders name in each other. A
deployment does not run the latter, because the other process may be deployed later or in another
version.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import TypeVar

from workflow_app.domain import InvalidDefinition
from workflow_app.engine import forms as engine_forms
from workflow_app.engine import scenario_defaults
from workflow_app.engine.decisions import DecisionTable, read_decision
from workflow_app.engine.definitions import (
    Definition,
    LetterSource,
    answers_named,
    form_of,
    load,
    read_letter,
    read_shared,
)
from workflow_app.engine.forms import HERE_AND_NOW, Form, secrecy
from workflow_app.engine.linting import clocks, decisions, declarations, elements, flow, forms
from workflow_app.engine.linting.declarations import literal
from workflow_app.engine.linting.source import Finding, Rule, Source, text_written
from workflow_app.engine.model import initial_values, read_model
from workflow_app.engine.process_folders import (
    BLOCKS,
    CALLED,
    MODEL_FILE,
    SHARED,
    Complete,
    ExpectOpen,
    Message,
    ProcessFiles,
    Scenario,
    called_folders,
    missing_pieces,
    own_files,
    read_json,
    read_scenario,
    references,
    scenario_files,
    shared_files,
    uses,
)


def between(definition: Definition, release: Mapping[str, Definition]) -> Iterator[Finding]:
    """Processes that are started exist; answers that are taken over are asked in both processes and
    do not become less secret.
    """
    for node in read_model(definition.files[MODEL_FILE]).nodes.values():
        process = literal(node, "process") if node.operation == "start_case" else None
        if process and process not in release:
            yield Finding("kin-unknown", node.id, f"Proses lanjutan {process} tidak ada.")
        flag = node.properties.get("beginsWith")
        if (
            flag
            and process
            and process in release
            and release[process].initial.get(flag) is not False
        ):
            message = f"Variabel {flag} pada {process} harus bernilai awal false."
            yield Finding("kin-bequest", node.id, message)
        for name in (name for name in node.properties.get("prefill", "").split() if "." in name):
            key, _, element = name.partition(".")
            theirs = release[key].forms.get(element) if key in release else None
            if theirs is None:
                yield Finding(
                    "kin-unknown", node.id, f"Properti prefill menunjuk {name}, yang tidak ada."
                )
            else:
                yield from _shared(node.id, name, definition.form(node.id), theirs)


def _shared(element: str, name: str, form: Form, theirs: Form) -> Iterator[Finding]:
    shared = [field for field in form.fields.values() if field.name in theirs.fields]
    shared = [field for field in shared if field.widget not in HERE_AND_NOW]
    if not shared:
        yield Finding(
            "kin-nothing", element, f"Formulir ini tidak mempunyai isian yang sama dengan {name}."
        )
    for field in shared:
        if secrecy(field) < secrecy(theirs.fields[field.name]):
            yield Finding(
                "kin-secrecy",
                element,
                f"Isian {field.name} lebih rahasia pada {name}, jadi tidak diambil.",
            )


def readme(source: Source) -> Iterator[Finding]:
    """A page for the business reader exists."""
    if not source.files.get("README.md", b"").strip():
        yield Finding("readme-missing", "README.md", "Folder proses belum mempunyai README.md.")
    if source.model.key in source.model.nodes or not re.fullmatch(
        r"[a-z][a-z0-9_]{1,39}", source.model.key
    ):
        yield Finding(
            "process-key", source.model.key or "?", "Kunci proses harus satu kata huruf kecil."
        )


def blocks(source: Source) -> Iterator[Finding]:
    """Forms name existing shared blocks; a reference that remains after reading
    points to nothing.
    """
    for name in sorted(n for n in source.files if n.startswith("forms/") and n.endswith(".json")):
        try:
            found = list(references(read_json(source.files, name)))
        except InvalidDefinition:
            continue  # reported when the form is read
        if any(not reference.startswith(BLOCKS) or ".." in reference for reference in found):
            message = f"Formulir hanya menunjuk blok bersama: {BLOCKS}<blok>.json#/<bagian>."
            yield Finding("form-block", name, message)
        elif found:
            message = f"Salah satu rujukan tidak ada atau tidak pada tempatnya: {', '.join(found)}."
            yield Finding("form-block", name, message)


def letters(source: Source) -> Iterator[Finding]:
    """Issued letters exist, every letter is issued, and templates name tasks of this process."""
    issued = set()
    for node in source.of_kind("serviceTask"):
        if node.operation == "issue_letter" and "letter" in node.parameters:
            letter = text_written(node.parameters["letter"])
            if letter is None:
                yield Finding(
                    "letter-unknown",
                    node.id,
                    "Nama surat harus tertulis langsung, dalam tanda kutip.",
                )
                continue
            issued.add(letter)
            if letter not in source.letters:
                yield Finding(
                    "letter-unknown", node.id, f"Surat {letter} tidak ada di folder letters."
                )
    for name, letter_source in source.letters.items():
        if name not in issued:
            yield Finding(
                "letter-unused",
                f"letters/{name}.html",
                "Surat ini tidak diterbitkan tugas mana pun.",
            )
        if not letter_source.meta.get("title"):
            yield Finding(
                "letter-meta",
                f"letters/{name}.json",
                "Pengaturan surat belum memuat judul (title).",
            )
        for element, field in sorted(answers_named(letter_source.html)):
            form = source.known_forms.get(element)
            if element not in source.user_tasks:
                message = f"Surat menyebut tugas {element}, yang tidak ada."
                yield Finding("letter-reference", f"letters/{name}.html", message)
            elif field and form is not None and field not in form.fields:
                message = f"Surat menyebut isian {field}, yang tidak ada pada {element}."
                yield Finding("letter-reference", f"letters/{name}.html", message)


def letter_parts(source: Source) -> Iterator[Finding]:
    """Letters include only existing shared parts, and a shared part names no answers: the letter
    passes them to it.
    """
    templates = {f"letters/{name}.html": letter.html for name, letter in source.letters.items()}
    parts = {
        name: content.decode(errors="replace")
        for name, content in shared_files(source.files).items()
    }
    for name, html in {**templates, **parts}.items():
        for used in uses(html):
            if used is None:
                message = (
                    "Surat hanya memakai bagian bersama, yang ditulis langsung: "
                    '"shared/letters/....html".'
                )
                yield Finding("letter-part", name, message)
            elif used not in parts:
                yield Finding("letter-part", name, f"Bagian surat {used} tidak ada.")
        for piece in missing_pieces(html, parts):
            yield Finding(
                "letter-part", name, f"Potongan surat {piece} tidak ada pada bagian bersama."
            )
    for name, html in parts.items():
        if answers_named(html):
            yield Finding(
                "letter-part",
                name,
                "Bagian bersama tidak menyebut isian; surat yang memberikannya.",
            )


def companions(source: Source) -> Iterator[Finding]:
    """Letters that are valid only together name each other."""
    for name, letter in source.letters.items():
        for other in letter.meta.get("together_with", ()):
            if other not in source.letters or name not in source.letters[other].meta.get(
                "together_with", ()
            ):
                message = (
                    f"Surat {other} (together_with) tidak ada, atau tidak menyebut surat ini "
                    "kembali."
                )
                yield Finding("letter-meta", f"letters/{name}.json", message)


def usual_answers(source: Source) -> Iterator[Finding]:
    """Every default answer is used by a scenario; defaults that remain after merging are unused or
    unreadable.
    """
    file = scenario_defaults.FILE
    for message in scenario_defaults.faults(source.files[file]) if file in source.files else ():
        yield Finding("scenario-default", file, message)


def scenarios(source: Source) -> Iterator[Finding]:
    """Scenarios name existing tasks, roles, letters, outcomes and fields."""
    outcomes = {node.properties.get("outcome") for node in source.of_kind("endEvent")} - {None}
    messages = {message for node in source.nodes.values() for message in node.messages}
    known_letters = {letter for part in source.parts for letter in part.letters}
    for file, scenario in source.scenarios.items():
        for step in scenario.steps:
            named = step.elements if isinstance(step, ExpectOpen) else ()
            if isinstance(step, Complete):
                named = (step.element,)
                yield from _complete(source, file, step)
            if isinstance(step, Message) and step.name not in messages:
                yield Finding(
                    "scenario-reference",
                    file,
                    f"Skenario mengirim pesan {step.name}, yang tidak ada.",
                )
            for element in named:
                if element not in source.user_tasks:
                    yield Finding(
                        "scenario-reference",
                        file,
                        f"Skenario menyebut tugas {element}, yang tidak ada.",
                    )
        if scenario.outcome is not None and scenario.outcome not in outcomes:
            yield Finding(
                "scenario-reference",
                file,
                f"Skenario menunggu hasil {scenario.outcome}, yang tidak ada.",
            )
        for letter in scenario.letters or ():
            if letter not in known_letters:
                yield Finding(
                    "scenario-reference", file, f"Skenario menunggu surat {letter}, yang tidak ada."
                )
        for name in sorted(scenario.variables.keys() - source.variables.keys()):
            yield Finding(
                "scenario-reference", file, f"Skenario menunggu variabel {name}, yang tidak ada."
            )
        for name in sorted(scenario.begins_with.keys() - source.initial.keys()):
            yield Finding(
                "scenario-reference",
                file,
                f"Skenario dimulai dengan {name}, yang bukan nilai awal.",
            )


def _complete(source: Source, file: str, step: Complete) -> Iterator[Finding]:
    node = source.nodes.get(step.element)
    roles = {node.role} if node is not None else set()
    if node is not None and "roleFrom" in node.properties:
        roles = set(source.values_of(node.properties["roleFrom"]))
    if node is not None and node.kind == "userTask" and step.role not in roles:
        yield Finding(
            "scenario-reference", file, f"Tugas {step.element} bukan milik peran {step.role}."
        )
    form = source.known_forms.get(step.element)
    if form is None:
        return
    for name in sorted(step.answers.keys() - form.fields.keys()):
        yield Finding(
            "scenario-reference", file, f"Tugas {step.element} tidak mempunyai isian {name}."
        )
    known = step.answers.keys() & form.fields.keys()
    for name in sorted(known - engine_forms.visible(form, step.answers).keys()):
        yield Finding(
            "scenario-reference",
            file,
            f"Tugas {step.element}: isian {name} tersembunyi pada jawaban ini.",
        )


CONTENT_RULES: tuple[Rule, ...] = (
    readme,
    blocks,
    letters,
    letter_parts,
    companions,
    usual_answers,
    scenarios,
)


__all__ = ["RULES", "Finding", "lint"]

RULES: tuple[Rule, ...] = (
    *elements.RULES,
    *elements.LANE_RULES,
    *flow.CALL_RULES,
    *flow.RULES,
    *decisions.EXPRESSION_RULES,
    *decisions.RULES,
    *forms.RULES,
    *forms.ORDER_RULES,
    *declarations.WALL_RULES,
    *flow.DRAWING_RULES,
    *CONTENT_RULES,
    *declarations.RULES,
    *clocks.STAGE_RULES,
    *clocks.CLOCK_RULES,
    *declarations.MESSAGE_RULES,
    *declarations.PUBLIC_RULES,
)

T = TypeVar("T")


def lint(
    files: ProcessFiles, roles: Collection[str], settings: Collection[str] | None = None
) -> list[Finding]:
    """Return everything that is wrong with a process folder; empty when it may be deployed.

    `roles` are the known role keys, `settings` the keys of the office settings. With None for
    `settings`, the existence of settings is not checked.
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
    """Return one folder, as far as it can be read, and its findings."""
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
            findings.append(
                Finding("one-decision", name, f"Keputusan {table.name} sudah ada di file lain.")
            )
        tables |= {table.name: table} if table else {}
    parts = attempt("letter-unreadable", SHARED, lambda: read_shared(files)) or {}
    letters: dict[str, LetterSource] = {}
    for name in sorted(n for n in files if n.startswith("letters/") and n.endswith(".html")):
        letter = attempt("letter-unreadable", name, partial(read_letter, files, name, parts))
        letters |= {name.removeprefix("letters/").removesuffix(".html"): letter} if letter else {}
    scenarios: dict[str, Scenario] = {}
    for name in scenario_files(files):
        scenario = attempt("scenario-unreadable", name, partial(read_scenario, name, files[name]))
        scenarios |= {name: scenario} if scenario else {}
    initial = attempt("initial-unreadable", MODEL_FILE, lambda: initial_values(model)) or {}
    source = Source(
        files, frozenset(roles), model, asked, letters, tables, scenarios, initial, called, settings
    )
    for rule in RULES:
        findings.extend(rule(source))
    return source, findings
