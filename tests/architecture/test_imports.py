"""How many modules the product has, and how many other modules each of them imports.

Both are counted so that the tree stays readable: a reader of one module looks into few others.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, tracked

MOST_MODULES = 430
MOST_EDGES = 25.0
"""Import edges per 1,000 lines of the product; an edge is one module that imports another."""
PACKAGES = ("workflow_app", "archive", "ocr")


def sources() -> dict[str, str]:
    """Return the source of every module of the product by its name, without migrations."""
    paths = (
        path
        for path in tracked()
        if path.suffix == ".py" and path.parts[0] in PACKAGES and "migrations" not in path.parts
    )
    return {name_of(path): (ROOT / path).read_text(encoding="utf-8") for path in paths}


def name_of(path: Path) -> str:
    """Return the dotted name of a module; that of a package for its `__init__`."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def edges(modules: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return every pair of a module and another one of them that it imports."""
    return {
        (name, target)
        for name, source in modules.items()
        for target in _imported(source, modules)
        if target != name
    }


def _imported(source: str, modules: Mapping[str, str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [(node.module, f"{node.module}.{alias.name}") for alias in node.names]
        else:
            continue
        for package, member in names:
            found = member if member in modules else package
            if found in modules:
                yield found


def density(modules: Mapping[str, str]) -> float:
    """Return the import edges per 1,000 lines."""
    lines = sum(source.count("\n") for source in modules.values())
    return 1000 * len(edges(modules)) / lines


def worst(modules: Mapping[str, str], count: int = 10) -> str:
    """Return the modules that import the most others, one on a line."""
    importers = Counter(name for name, _ in edges(modules))
    return "\n".join(f"{name} imports {number}" for name, number in importers.most_common(count))


MODULES = sources()


def test_the_product_has_few_enough_modules() -> None:
    assert len(MODULES) <= MOST_MODULES


def test_a_module_imports_few_others() -> None:
    assert density(MODULES) <= MOST_EDGES, f"{density(MODULES):.1f} edges\n{worst(MODULES)}"


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import a.b\n", {"a.b"}),
        ("from a import b\n", {"a.b"}),
        ("from a.b import name, other\n", {"a.b"}),
        ("def late():\n    from a import b\n", {"a.b"}),
        ("from a import elsewhere\nimport os\n", {"a"}),
        ("from a.b import name\nfrom a import b\n", {"a.b"}),
    ],
)
def test_an_edge_is_one_module_that_imports_another(source: str, imported: set[str]) -> None:
    modules = {"a": "", "a.b": "", "me": source}

    assert edges(modules) == {("me", target) for target in imported}


def test_what_is_over_the_limit_is_refused() -> None:
    modules = {"a": "\n" * 30, "b": "\n" * 9 + "import a\n"}

    assert density(modules) == MOST_EDGES
    assert density(modules | {"b": "import a\n"}) > MOST_EDGES
    assert worst(modules) == "b imports 1"
