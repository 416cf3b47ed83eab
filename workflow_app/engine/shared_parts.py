"""Parts that letters of several processes share (the sheet they stand on): they come along with every folder that uses them.

So a definition holds all it prints with, and a running case keeps the sheet it began under.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

SHARED = "shared/"
"""The folder beside the process folders, and where a definition keeps what it uses of it: both have the same paths."""

_USE = re.compile(r"\{%[-+]?\s*(?:extends|include|import|from)\b\s*(.*?)%\}", re.DOTALL)
_NAME = re.compile(r"""["'](shared/[a-z0-9_]+(?:/[a-z0-9_]+)*\.html)["'](?:\s|$)""")

_PIECES = re.compile(
    r"""\{%[-+]?\s*from\s+["'](.*?)["']\s+import\s+(.*?)\s*(?:with(?:out)?\s+context\s*)?[-+]?%\}""",
    re.DOTALL,
)
_MACRO = re.compile(r"\{%[-+]?\s*macro\s+(\w+)")


def uses(template: str) -> list[str | None]:
    """What a template builds on: paths of shared parts; None for anything else it names, which no letter may."""
    return [found[1] if (found := _NAME.match(named)) else None for named in _USE.findall(template)]


def missing_pieces(template: str, parts: Mapping[str, str]) -> list[str]:
    """Names that a template imports from a part which does not have them."""
    imported = (
        (part, name.split()[0]) for part, names in _PIECES.findall(template) for name in names.split(",")
    )
    return [name for part, name in imported if part in parts and name not in _MACRO.findall(parts[part])]


def read_parts(files: Mapping[str, bytes], root: Path) -> dict[str, bytes]:
    """The shared parts below `root` that the letters of these files build on, with what those build on in turn.

    A part that is not there is left out: the linter names it.
    """
    parts: dict[str, bytes] = {}
    letters = (content for name, content in files.items() if "letters/" in name and name.endswith(".html"))
    waiting = _named(letters)
    while waiting:
        name = waiting.pop()
        if name not in parts and (root / name).is_file():
            parts[name] = (root / name).read_bytes()
            waiting += _named([parts[name]])
    return parts


def shared_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The shared parts among the files of a definition."""
    return {name: content for name, content in files.items() if name.startswith(SHARED)}


def _named(templates: Iterable[bytes]) -> list[str]:
    return [name for content in templates for name in uses(content.decode(errors="replace")) if name]
