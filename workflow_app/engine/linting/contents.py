"""Linter rules on the rest of the folder: letters, scenarios, the reader's page."""

import re
from collections.abc import Iterator

from workflow_app.engine import forms
from workflow_app.engine.letter_answers import answers_named
from workflow_app.engine.linting.source import Finding, Rule, Source, text_written
from workflow_app.engine.scenarios import Complete, ExpectOpen, Message
from workflow_app.engine.shared_parts import missing_pieces, shared_files, uses


def readme(source: Source) -> Iterator[Finding]:
    """A page for the business reader."""
    if not source.files.get("README.md", b"").strip():
        yield Finding("readme-missing", "README.md", "Folder proses belum mempunyai README.md.")
    if source.model.key in source.model.nodes or not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", source.model.key):
        yield Finding("process-key", source.model.key or "?", "Kunci proses harus satu kata huruf kecil.")


def letters(source: Source) -> Iterator[Finding]:
    """Issued letters exist, and every letter is issued; what templates name are tasks of this process."""
    issued = set()
    for node in source.of_kind("serviceTask"):
        if node.operation == "issue_letter" and "letter" in node.parameters:
            letter = text_written(node.parameters["letter"])
            if letter is None:
                yield Finding(
                    "letter-unknown", node.id, "Nama surat harus tertulis langsung, dalam tanda kutip."
                )
                continue
            issued.add(letter)
            if letter not in source.letters:
                yield Finding("letter-unknown", node.id, f"Surat {letter} tidak ada di folder letters.")
    for name, letter_source in source.letters.items():
        if name not in issued:
            yield Finding(
                "letter-unused", f"letters/{name}.html", "Surat ini tidak diterbitkan tugas mana pun."
            )
        if not letter_source.meta.get("title"):
            yield Finding(
                "letter-meta", f"letters/{name}.json", "Pengaturan surat belum memuat judul (title)."
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
    """Letters build on shared parts that exist, and on nothing else; a shared part is told what it shows."""
    templates = {f"letters/{name}.html": letter.html for name, letter in source.letters.items()}
    parts = {name: content.decode(errors="replace") for name, content in shared_files(source.files).items()}
    for name, html in {**templates, **parts}.items():
        for used in uses(html):
            if used is None:
                message = (
                    'Surat hanya memakai bagian bersama, yang ditulis langsung: "shared/letters/....html".'
                )
                yield Finding("letter-part", name, message)
            elif used not in parts:
                yield Finding("letter-part", name, f"Bagian surat {used} tidak ada.")
        for piece in missing_pieces(html, parts):
            yield Finding("letter-part", name, f"Potongan surat {piece} tidak ada pada bagian bersama.")
    for name, html in parts.items():
        if answers_named(html):
            yield Finding(
                "letter-part", name, "Bagian bersama tidak menyebut isian; surat yang memberikannya."
            )


def companions(source: Source) -> Iterator[Finding]:
    """Letters that do not hold without each other say so of each other."""
    for name, letter in source.letters.items():
        for other in letter.meta.get("together_with", ()):
            if other not in source.letters or name not in source.letters[other].meta.get("together_with", ()):
                message = f"Surat {other} (together_with) tidak ada, atau tidak menyebut surat ini kembali."
                yield Finding("letter-meta", f"letters/{name}.json", message)


def scenarios(source: Source) -> Iterator[Finding]:
    """Scenarios name tasks, roles, letters, outcomes and fields that exist."""
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
                    "scenario-reference", file, f"Skenario mengirim pesan {step.name}, yang tidak ada."
                )
            for element in named:
                if element not in source.user_tasks:
                    yield Finding(
                        "scenario-reference", file, f"Skenario menyebut tugas {element}, yang tidak ada."
                    )
        if scenario.outcome is not None and scenario.outcome not in outcomes:
            yield Finding(
                "scenario-reference", file, f"Skenario menunggu hasil {scenario.outcome}, yang tidak ada."
            )
        for letter in scenario.letters or ():
            if letter not in known_letters:
                yield Finding(
                    "scenario-reference", file, f"Skenario menunggu surat {letter}, yang tidak ada."
                )
        for name in sorted(scenario.variables.keys() - source.variables.keys()):
            yield Finding("scenario-reference", file, f"Skenario menunggu variabel {name}, yang tidak ada.")
        for name in sorted(scenario.begins_with.keys() - source.initial.keys()):
            yield Finding(
                "scenario-reference", file, f"Skenario dimulai dengan {name}, yang bukan nilai awal."
            )


def _complete(source: Source, file: str, step: Complete) -> Iterator[Finding]:
    node = source.nodes.get(step.element)
    roles = {node.role} if node is not None else set()
    if node is not None and "roleFrom" in node.properties:
        roles = set(source.values_of(node.properties["roleFrom"]))
    if node is not None and node.kind == "userTask" and step.role not in roles:
        yield Finding("scenario-reference", file, f"Tugas {step.element} bukan milik peran {step.role}.")
    form = source.known_forms.get(step.element)
    if form is None:
        return
    for name in sorted(step.answers.keys() - form.fields.keys()):
        yield Finding("scenario-reference", file, f"Tugas {step.element} tidak mempunyai isian {name}.")
    known = step.answers.keys() & form.fields.keys()
    for name in sorted(known - forms.visible(form, step.answers).keys()):
        yield Finding(
            "scenario-reference", file, f"Tugas {step.element}: isian {name} tersembunyi pada jawaban ini."
        )


RULES: tuple[Rule, ...] = (readme, letters, letter_parts, companions, scenarios)
