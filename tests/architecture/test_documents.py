"""What the documents point to is there: files, other pages, commands with their options."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.architecture.tree import ROOT, texts
from workflow_app import cli

DOCUMENTS = [path for path in texts() if path.suffix == ".md"]
CHANGELOG = Path("CHANGELOG.md")
"""Tells of what was, so it may name what is gone."""
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
TOPS = "workflow_app|archive|ocr|tests|processes|docs|requirements"
PATH = re.compile(rf"`((?:{TOPS})/[\w./-]*[\w/])`")
MODULE = re.compile(
    r"`((?:services|web|engine|models|trials|cli|backup|local_stack|bootstrap|migrations)/[\w/.-]+\.(?:py|html|js|css))`"
)
COMMAND = re.compile(r"\./spkt((?: [a-z]+)+)([^`\n]*)")
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]+)")
MADE = {"processes/clauses.json"}
"""Files that the build of an image makes: no part of the sources."""


def words(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_to_files(document: Path) -> None:
    targets = [target for target in LINK.findall(words(document)) if "://" not in target]

    assert [target for target in targets if not (ROOT / document.parent / target).exists()] == []


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path != CHANGELOG], ids=str)
def test_named_files_are_there(document: Path) -> None:
    text = words(document)
    named = [*PATH.findall(text), *(f"workflow_app/{module}" for module in MODULE.findall(text))]

    assert [name for name in named if not (ROOT / name).exists() and name not in MADE] == []


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path != CHANGELOG], ids=str)
def test_named_commands_and_options_exist(document: Path) -> None:
    assert [fault for line in COMMAND.findall(words(document)) for fault in faults(*line)] == []


def faults(names: str, rest: str) -> Iterator[str]:
    """What a line of a document asks of `./spkt` that it does not know."""
    command: click.Command = cli.main
    context = click.Context(command)
    for name in names.split():
        if not isinstance(command, click.Group):
            break
        found = command.get_command(context, name)
        if found is None:
            yield f"no command {names.strip()}"
            return
        command = found
    known = {
        option
        for parameter in command.params
        for option in parameter.opts + parameter.secondary_opts
    }
    if command.context_settings.get("ignore_unknown_options"):
        return
    for option in OPTION.findall(rest.partition("./spkt")[0]):
        if option not in known and not isinstance(command, click.Group):
            yield f"{names.strip()} has no {option}"
