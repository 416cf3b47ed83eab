"""Which words the code of the product passes to a function, found in its syntax tree.

Functions are named by the objects themselves, never by a path, so a renamed module or function is
found again. A word may reach the call through a constant, a choice between two, a table, a
variable, a return value, or a parameter of the function around it.
"""

import ast
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from itertools import product
from typing import Any

from tests.architecture.tree import ROOT, tracked

PACKAGES = ("workflow_app", "archive", "ocr")
UNKNOWN = "{}"
"""Stands for the part of a word that is not known before the program runs."""
DEEPEST = 6
"""Calls that are followed from a word back to where it is written."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    """One module of the product, read but not run."""

    name: str
    tree: ast.Module
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    """What a name of the module means elsewhere, as `package.module.name`."""
    own: dict[str, ast.stmt] = field(default_factory=dict)
    """Functions, methods (`Class.method`) and classes that it defines."""


@cache
def modules() -> Mapping[str, Module]:
    """Every module of the product by its name."""
    paths = (path for path in tracked() if path.suffix == ".py" and path.parts[0] in PACKAGES)
    return {module.name: module for module in map(_read, paths) if "migrations" not in module.name}


def _read(path: Any) -> Module:
    name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    module = Module(name, ast.parse((ROOT / path).read_text(encoding="utf-8")))
    for node in ast.walk(module.tree):
        module.parents |= dict.fromkeys(ast.iter_child_nodes(node), node)
        if isinstance(node, ast.ImportFrom) and node.module:
            module.imports |= {
                each.asname or each.name: f"{node.module}.{each.name}" for each in node.names
            }
        elif isinstance(node, ast.Import):
            module.imports |= {each.asname: each.name for each in node.names if each.asname}
            module.imports |= {
                each.name.split(".")[0]: each.name.split(".")[0] for each in node.names
            }
    for statement in module.tree.body:
        if isinstance(statement, Function | ast.ClassDef):
            module.own[statement.name] = statement
        if isinstance(statement, ast.ClassDef):
            methods = (each for each in statement.body if isinstance(each, Function))
            module.own |= {f"{statement.name}.{each.name}": each for each in methods}
    return module


def name_of(target: Callable[..., Any]) -> str:
    """The full name of a function or class of the product."""
    return f"{target.__module__}.{target.__qualname__}"


@cache
def _index() -> Mapping[str, list[tuple[Module, ast.Call]]]:
    """All calls by the full name of what they call; those of methods by `.name`, whatever the
    object.
    """
    found: dict[str, list[tuple[Module, ast.Call]]] = {}
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                meant = _meant(module, node.func)
                if not meant and isinstance(node.func, ast.Attribute):
                    meant = f".{node.func.attr}"
                found.setdefault(meant, []).append((module, node))
    return found


def calls(target: str) -> list[tuple[Module, ast.Call]]:
    """Every call of a function or a method of this full name."""
    is_method = target.rsplit(".", 2)[1][:1].isupper()
    own = _index().get(target, [])
    return [*own, *_index().get(f".{target.rpartition('.')[2]}", [])] if is_method else own


def words(target: Callable[..., Any], parameter: str) -> set[str]:
    """The words that all calls of a function pass for a parameter; `UNKNOWN` where one cannot be
    told.
    """
    return _passed(name_of(target), parameter, 0)


def keywords(target: Callable[..., Any]) -> set[str]:
    """Names of further arguments that calls give to a function with `**` in its signature."""
    declared = {each.arg for each in _parameters(name_of(target))}
    return {
        given.arg
        for _, call in calls(name_of(target))
        for given in call.keywords
        if given.arg and given.arg not in declared
    }


def keys(*functions: Callable[..., Any]) -> set[str]:
    """Keys of the dictionaries that these functions write out, and of those read or set by
    subscript.
    """
    found: set[str] = set()
    for function in functions:
        owner, _, name = name_of(function).partition(f"{function.__module__}.")[2].rpartition(".")
        node = modules()[function.__module__].own[f"{owner}.{name}" if owner else name]
        for each in ast.walk(node):
            asked = each.keys if isinstance(each, ast.Dict) else []
            asked = [each.slice] if isinstance(each, ast.Subscript) else asked
            found |= {
                key.value
                for key in asked
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
    return found


def _passed(target: str, parameter: str, depth: int) -> set[str]:
    if depth > DEEPEST:
        return {UNKNOWN}
    found: set[str] = set()
    declared = _parameters(target)
    for module, call in calls(target):
        given = _argument(call, [each.arg for each in declared], parameter)
        if given is not None:
            found |= _values(module, given, depth)
    return found


def _parameters(target: str) -> list[ast.arg]:
    module, _, name = target.rpartition(".")
    if module not in modules():
        module, _, owner = module.rpartition(".")
        name = f"{owner}.{name}"
    node = modules()[module].own.get(name)
    if isinstance(node, ast.ClassDef):
        fields = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
        return [ast.arg(each.id) for each in fields if isinstance(each, ast.Name)]
    assert isinstance(node, Function), f"{target} is no function of the product"
    found = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return found[1:] if found and found[0].arg == "self" else found


def _argument(call: ast.Call, names: list[str], parameter: str) -> ast.expr | None:
    for given in call.keywords:
        if given.arg == parameter:
            return given.value
    place = names.index(parameter)
    if any(isinstance(each, ast.Starred) for each in call.args[: place + 1]):
        return ast.Constant(UNKNOWN)
    return call.args[place] if place < len(call.args) else None


def _meant(module: Module, node: ast.expr) -> str:
    """The full name that an expression means; empty when it is none of a module's."""
    if isinstance(node, ast.Name):
        return module.imports.get(node.id) or (
            f"{module.name}.{node.id}" if node.id in module.own else ""
        )
    if isinstance(node, ast.Attribute):
        of = _meant(module, node.value)
        return f"{of}.{node.attr}" if of else ""
    return ""


def _values(module: Module, node: ast.expr, depth: int) -> set[str]:
    """The words that an expression may be."""
    match node:
        case ast.Constant():
            return {node.value} if isinstance(node.value, str) else set()
        case ast.IfExp():
            return _values(module, node.body, depth) | _values(module, node.orelse, depth)
        case ast.BoolOp():
            return set().union(*(_values(module, each, depth) for each in node.values))
        case ast.JoinedStr():
            parts = [sorted(_part(module, each, depth)) for each in node.values]
            return {"".join(each) for each in product(*parts)}
        case ast.Subscript(value=value) | ast.Call(func=ast.Attribute(value=value, attr="get")):
            return _of(_constant(module, value))
        case ast.Call() if (found := _returned(module, node.func, depth)) is not None:
            return found
        case ast.Name():
            return _named(module, node, depth)
    return _of(_constant(module, node))


def _part(module: Module, node: ast.expr, depth: int) -> set[str]:
    found = _values(module, node.value if isinstance(node, ast.FormattedValue) else node, depth)
    return found or {UNKNOWN}


def _returned(module: Module, function: ast.expr, depth: int) -> set[str] | None:
    """What a function of the product returns; None where it is none."""
    target = _meant(module, function)
    home = modules().get(target.rpartition(".")[0])
    node = home.own.get(target.rpartition(".")[2]) if home else None
    if home is None or not isinstance(node, Function) or depth > DEEPEST:
        return None
    ends = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
    return set().union(*(_values(home, each, depth + 1) for each in ends))


def _named(module: Module, node: ast.Name, depth: int) -> set[str]:
    """A variable or a parameter of the functions around it, or a constant of the module."""
    around: ast.AST | None = node
    while around is not None:
        around = module.parents.get(around)
        if isinstance(around, Function):
            if any(
                each.arg == node.id for each in ast.walk(around.args) if isinstance(each, ast.arg)
            ):
                of = module.parents.get(around)
                owner = f"{of.name}." if isinstance(of, ast.ClassDef) else ""
                return _passed(f"{module.name}.{owner}{around.name}", node.id, depth + 1) or {
                    UNKNOWN
                }
            if set_here := [value for name, value in _assigned(around) if name == node.id]:
                return set().union(*(_values(module, value, depth + 1) for value in set_here))
    return _of(_constant(module, node))


def _assigned(function: Function) -> Iterator[tuple[str, ast.expr]]:
    """Names that a function gives to values; of one that runs over a table or a list, to each of
    its words.
    """
    for node in ast.walk(function):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                yield name, value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                yield from (
                    (n.id, v) for n, v in zip(names, values, strict=True) if isinstance(n, ast.Name)
                )
            case ast.For(
                target=ast.Name(id=name), iter=ast.Tuple(elts=values) | ast.List(elts=values)
            ):
                yield from ((name, value) for value in values)


def _constant(module: Module, node: ast.expr) -> Any:
    """The value of a constant of some module; None when it is none."""
    if isinstance(node, ast.Name) and node.id not in module.imports:
        return getattr(importlib.import_module(module.name), node.id, None)
    home, _, name = _meant(module, node).rpartition(".")
    if home in modules():
        return getattr(importlib.import_module(home), name, None)
    outer, _, owner = home.rpartition(".")
    return (
        getattr(getattr(importlib.import_module(outer), owner, None), name, None)
        if outer in modules()
        else None
    )


def _of(constant: Any) -> set[str]:
    """The words in a constant; unknown where there is none."""
    if isinstance(constant, Enum):
        constant = constant.value
    if isinstance(constant, str):
        return {constant}
    values = list(constant.values()) if isinstance(constant, Mapping) else constant
    if isinstance(values, list | tuple | set | frozenset) and values:
        return set().union(*map(_of, values))
    return {UNKNOWN}


def addresses(name: str) -> set[str]:
    """Texts that are put together with a value of this name, such as an address that is printed."""
    return {
        text
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.JoinedStr) and any(_is_named(each, name) for each in ast.walk(node))
        for text in _values(module, node, 0)
    }


def read_from(mapping: str) -> set[str]:
    """Names asked for as `mapping[NAME]`, `NAME in mapping` or `mapping.get(NAME)`."""
    found: set[str] = set()
    for module in modules().values():
        for node in ast.walk(module.tree):
            match node:
                case ast.Subscript(value=value, slice=asked):
                    pass
                case ast.Call(func=ast.Attribute(value=value, attr="get"), args=[asked, *_]):
                    pass
                case ast.Compare(left=asked, ops=[ast.In() | ast.NotIn()], comparators=[value]):
                    pass
                case _:
                    continue
            if _is_named(value, mapping):
                found |= _values(module, asked, 0)
    return found


def _is_named(node: ast.AST, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (
        isinstance(node, ast.Attribute) and node.attr == name
    )
