"""The restricted expressions of a process: constants, control variables, comparisons and a few functions.

Gateways, timers, service parameters and decision tables are evaluated here and nowhere else. An expression is parsed,
checked against a list of allowed syntax and only then evaluated, without builtins: what is not listed does not exist.
"""

import ast
import builtins
import keyword
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any, TypeGuard

Value = str | int | bool | list[str] | None
"""What a control variable may hold."""

FUNCTIONS: Mapping[str, Callable[..., Any]] = {"len": len, "max": max, "min": min}
"""Everything an expression may call."""

RESERVED = (
    frozenset({"typename", "lane_owners", "dmninputexpr"})
    | frozenset(FUNCTIONS)
    | frozenset(keyword.kwlist)
    | frozenset(keyword.softkwlist)
    | frozenset(dir(builtins))
)
"""Names a control variable must not have (with every name starting with an underscore)."""

MAX_LENGTH = 1000
"""Longest expression, in characters."""

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.Expression,
    ast.BoolOp, ast.And, ast.Or,
    ast.UnaryOp, ast.Not, ast.USub,
    ast.BinOp, ast.Add, ast.Sub,
    ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot,
    ast.IfExp, ast.Call, ast.Name, ast.Load, ast.List, ast.Tuple, ast.Constant,
)  # fmt: skip


class ExpressionError(ValueError):
    """The expression uses something that is not allowed."""


def is_reserved(name: str) -> bool:
    """True if no control variable may have this name."""
    return name.startswith("_") or name in RESERVED or not name.isidentifier()


def is_value(value: object) -> TypeGuard[Value]:
    """True if a control variable may hold this: str, int, bool, None or a list of str."""
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, str | int)


def check(text: str) -> None:
    """Raise `SyntaxError` if the expression does not parse, `ExpressionError` if it uses what is not allowed."""
    _compile(text)


def names_in(text: str) -> frozenset[str]:
    """The control variables an expression reads."""
    return (
        frozenset(node.id for node in ast.walk(_parse(text)) if isinstance(node, ast.Name)) - FUNCTIONS.keys()
    )


def evaluate(text: str, variables: Mapping[str, Any]) -> Any:
    """The value of an expression; a name that is no control variable raises `NameError`."""
    code = _compile(text)
    # Only syntax of the list above gets here, and it sees neither builtins nor attributes.
    return eval(code, {"__builtins__": {}}, {**variables, **FUNCTIONS})  # noqa: S307 - see the line above


@lru_cache(maxsize=4096)
def _compile(text: str) -> CodeType:
    return compile(_parse(text), "<expression>", "eval")


def _parse(text: str) -> ast.Expression:
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters")
    tree = ast.parse(text.strip(), mode="eval")
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise ExpressionError(f"{type(node).__name__} is not allowed")
        if isinstance(node, ast.Name) and node.id.startswith("_"):
            raise ExpressionError(f"the name {node.id} is not allowed")
        if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | None):
            raise ExpressionError(f"{type(node.value).__name__} constants are not allowed")
        if isinstance(node, ast.Call) and not _is_listed(node):
            raise ExpressionError("only the listed functions may be called")
    return tree


def _is_listed(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in FUNCTIONS and not call.keywords
