"""Linter rules on messages: service tasks that have one sent."""

import ast
from collections.abc import Iterator

from workflow_app.engine.linting.source import Finding, Rule, Source, text_written
from workflow_app.engine.model import Node

CITIZEN = "warga"
SLIP = "slip"
CHANNELS = (SLIP, "kirim")
IDENTITY = "identitas"
"""Whose contact a message goes to when the task does not say."""
CONTACT = frozenset({"telepon", "surel"})

TEXT = "pesan."
"""Before the name of a text in the configuration."""


def messages(source: Source) -> Iterator[Finding]:
    """Texts, recipients, contacts and clocks that a message names exist, and are named directly."""
    for node in source.of_kind("serviceTask"):
        if node.operation != "send_message":
            continue
        given: dict[str, str] = {}
        for name in ("template", "to", "contact", "letter", "clock", "channel"):
            if name in node.parameters:
                value = text_written(node.parameters[name])
                if name == "to" and value is None:
                    value = _a_role(source, node.parameters[name])
                if value is None:
                    words = f"Parameter {name} harus tertulis langsung, dalam tanda kutip."
                    yield Finding("message-parameter", node.id, words)
                else:
                    given[name] = value
        yield from _named(source, node, given)


def _named(source: Source, node: Node, given: dict[str, str]) -> Iterator[Finding]:
    if source.lacks(f"{TEXT}{given.get('template', '')}"):
        known = ", ".join(
            key.removeprefix(TEXT) for key in sorted(source.settings or ()) if key.startswith(TEXT)
        )
        words = f"Pesan {given.get('template', '')} tidak ada di pengaturan. Yang ada: {known}."
        yield Finding("message-text", node.id, words)
    recipient = given.get("to", CITIZEN)
    if recipient != CITIZEN and recipient not in source.roles:
        yield Finding("message-recipient", node.id, f"Penerima {recipient} bukan warga atau peran.")
    if recipient == CITIZEN and given.get("channel") != SLIP:
        elements = given.get("contact", IDENTITY).split()
        if not any(_asks_contact(source, element) for element in elements):
            words = f"Tidak ada isian telepon atau surel pada {', '.join(elements) or '(kosong)'}."
            yield Finding("message-contact", node.id, words)
    # A process that others call may name the letters of its callers too.
    is_called = source.model.properties.get("callable") == "true"
    for letter in given.get("letter", "").split():
        if letter not in source.letters and not is_called:
            yield Finding("message-letter", node.id, f"Surat {letter} tidak ada pada proses ini.")
    for clock in given.get("clock", "").split():
        if clock not in started_clocks(source):
            yield Finding("message-clock", node.id, f"Jam {clock} tidak dimulai proses ini.")
    if given.get("channel", SLIP) not in CHANNELS:
        yield Finding("message-channel", node.id, "Parameter channel hanya dapat bernilai slip atau kirim.")


def _a_role(source: Source, variable: str) -> str | None:
    """One of the roles that a control variable can name, as that of a task (`roleFrom`) does; None where it can be something else."""
    values = source.values_of(variable)
    return min(values) if values and values <= {*source.roles} else None


def _asks_contact(source: Source, element: str) -> bool:
    form = source.forms.get(element)
    return form is not None and not CONTACT.isdisjoint(form.fields)


def started_clocks(source: Source) -> set[str]:
    """The clocks that the process starts; where it depends which, each of them."""
    started = (
        n.parameters.get("clock", "") for n in source.of_kind("serviceTask") if n.operation == "start_clock"
    )
    return {name for expression in started for name in _texts(expression)}


def _texts(expression: str) -> set[str]:
    try:
        return _values(ast.parse(expression.strip(), mode="eval").body)
    except (ValueError, SyntaxError):
        return set()


def _values(node: ast.expr) -> set[str]:
    """The texts that an expression can be."""
    if isinstance(node, ast.IfExp):
        return _values(node.body) | _values(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


RULES: tuple[Rule, ...] = (messages,)
