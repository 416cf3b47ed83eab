"""Linter rules on messages: service tasks that have one sent."""

from collections.abc import Iterator

from workflow_app.engine.lint_source import Finding, Rule, Source, text_written
from workflow_app.engine.model import Node

CITIZEN = "warga"
SLIP = "slip"
IDENTITY = "identitas"
"""Whose contact a message goes to when the task does not say."""
CONTACT = frozenset({"telepon", "surel"})


def messages(source: Source) -> Iterator[Finding]:
    """Texts, recipients, contacts and clocks that a message names exist, and are named directly."""
    for node in source.of_kind("serviceTask"):
        if node.operation != "send_message":
            continue
        given: dict[str, str] = {}
        for name in ("template", "to", "contact", "clock", "channel"):
            if name in node.parameters:
                value = text_written(node.parameters[name])
                if value is None:
                    words = f"Parameter {name} harus tertulis langsung, dalam tanda kutip."
                    yield Finding("message-parameter", node.id, words)
                else:
                    given[name] = value
        yield from _named(source, node, given)


def _named(source: Source, node: Node, given: dict[str, str]) -> Iterator[Finding]:
    if source.texts is not None and given.get("template", "") not in source.texts:
        known = ", ".join(sorted(source.texts))
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
    if "clock" in given and given["clock"] not in _clocks(source):
        yield Finding("message-clock", node.id, f"Jam {given['clock']} tidak dimulai proses ini.")
    if given.get("channel", SLIP) != SLIP:
        yield Finding("message-channel", node.id, "Parameter channel hanya dapat bernilai slip.")


def _asks_contact(source: Source, element: str) -> bool:
    form = source.forms.get(element)
    return form is not None and not CONTACT.isdisjoint(form.fields)


def _clocks(source: Source) -> set[str | None]:
    return {
        text_written(node.parameters.get("clock", ""))
        for node in source.of_kind("serviceTask")
        if node.operation == "start_clock"
    }


RULES: tuple[Rule, ...] = (messages,)
