"""Checks that need no program of their own: templates, and requirement files against pyproject.toml."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, meta
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

SETS = {"server": (), "embedded": ("embedded",), "dev": ("embedded", "dev")}
"""Requirement file -> the extras of pyproject.toml it holds beside the product's own dependencies."""
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)")
DIRECT = "sentra-spkt (pyproject.toml)"
EXTENSIONS = ("jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols")


def template_faults(root: Path) -> Iterator[str]:
    """Templates that do not compile, or that name another one that does not exist."""
    pages = root / "workflow_app" / "web" / "templates"
    processes = root / "processes"
    for base, folder in (
        (pages, pages),
        *((processes, found) for found in sorted(processes.glob("*/letters"))),
    ):
        for path in sorted(folder.rglob("*.html")):
            yield from (f"{path.relative_to(root)}{fault}" for fault in _faults(path, base))


class _AnyName(dict[str, Any]):
    """Stands for filters and tests the application adds; a test compiles the pages with the real ones."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, str)


def _faults(path: Path, base: Path) -> Iterator[str]:
    environment = Environment(extensions=EXTENSIONS, autoescape=True)
    environment.filters, environment.tests = _AnyName(environment.filters), _AnyName(environment.tests)
    source = path.read_text(encoding="utf-8")
    try:
        environment.compile(source, name=path.name, filename=str(path))
        for name in meta.find_referenced_templates(environment.parse(source)):
            if name is not None and not (base / name).is_file():
                yield f": names {name}, which does not exist"
    except TemplateSyntaxError as error:
        yield f":{error.lineno}: {error.message}"


def requirement_faults(root: Path) -> Iterator[str]:
    """Where requirements/*.txt and pyproject.toml disagree. Reads files only."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    pinned: dict[str, dict[str, Version]] = {}
    for name, included in SETS.items():
        text = (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        declared = [*project["dependencies"], *(line for extra in included for line in extras[extra])]
        pinned[name] = _pins(text)
        for fault in (*_line_faults(text), *_declared_faults(text, pinned[name], declared)):
            yield f"requirements/{name}.txt: {fault}"
    for smaller, larger in (("server", "embedded"), ("embedded", "dev")):
        for package, version in pinned[smaller].items():
            if pinned[larger].get(package) != version:
                yield f"requirements: {package} is {version} in {smaller}.txt and {pinned[larger].get(package)} in {larger}.txt"


def _pins(text: str) -> dict[str, Version]:
    found = (PIN.match(line) for line in text.splitlines())
    return {canonicalize_name(pin[1]): Version(pin[2]) for pin in found if pin}


def _line_faults(text: str) -> Iterator[str]:
    """Every package is pinned with hashes, and no address of an index or a download is recorded."""
    for block in re.split(r"\n(?=\S)", text.strip()):
        head = block.splitlines()[0]
        if head.startswith("#"):
            continue
        if head.startswith("-") or "://" in head:
            yield f"records an address or option: {head}"
        elif not PIN.match(head):
            yield f"is not pinned: {head}"
        elif "--hash=sha256:" not in block:
            yield f"has no hash: {head}"


def _declared_faults(text: str, pinned: dict[str, Version], declared: list[str]) -> Iterator[str]:
    names = set()
    for line in declared:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        names.add(name)
        version = pinned.get(name)
        if version is None:
            yield f"lacks {line}; compile it again"
        elif not requirement.specifier.contains(version, prereleases=True):
            yield f"pins {name}=={version}, but pyproject.toml asks for {line}; compile it again"
    for block in re.split(r"\n(?=\S)", text.strip()):
        if (pin := PIN.match(block)) and DIRECT in block and canonicalize_name(pin[1]) not in names:
            yield f"holds {pin[1]}, which pyproject.toml does not name any more; compile it again"
