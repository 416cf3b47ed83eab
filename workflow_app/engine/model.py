"""A BPMN file as data (nodes, flows, lanes and properties), and the restricted expressions in it.

Expressions consist of constants, control variables, comparisons and a few functions. All
expressions of gateways, timers, service parameters and decision tables are evaluated here. An
expression is parsed, checked against a list of allowed syntax and only then evaluated, without
builtins; syntax that is not listed is refused.
"""

import ast
import builtins
import json
import keyword
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import CodeType
from typing import Any, TypeGuard

from lxml import etree

from workflow_app.domain import InvalidDefinition

Value = str | int | bool | list[str] | None
"""Types of a control variable."""

FUNCTIONS: Mapping[str, Callable[..., Any]] = {"len": len, "max": max, "min": min}
"""All functions that an expression may call."""

RESERVED = (
    frozenset({"typename", "lane_owners", "dmninputexpr"})
    | frozenset(FUNCTIONS)
    | frozenset(keyword.kwlist)
    | frozenset(keyword.softkwlist)
    | frozenset(dir(builtins))
)
"""Names that no control variable may have; names that start with an underscore are reserved too."""

MAX_LENGTH = 1000
"""Longest expression, in characters."""

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.Expression,
    ast.BoolOp, ast.And, ast.Or,
    ast.UnaryOp, ast.Not, ast.USub,
    ast.BinOp, ast.Add, ast.Sub,
    ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is,
        ast.IsNot,
    ast.IfExp, ast.Call, ast.Name, ast.Load, ast.List, ast.Tuple, ast.Constant,
)  # fmt: skip


class ExpressionError(ValueError):
    """The expression uses something that is not allowed."""


def is_reserved(name: str) -> bool:
    """Return whether no control variable may have this name."""
    return name.startswith("_") or name in RESERVED or not name.isidentifier()


def is_value(value: object) -> TypeGuard[Value]:
    """Return whether a control variable may hold this: str, int, bool, None or a list of str."""
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, str | int)


def check(text: str) -> None:
    """Check an expression. Raises `SyntaxError` if it does not parse, `ExpressionError` if it uses
    syntax that is not allowed.
    """
    _compile(text)


def names_in(text: str) -> frozenset[str]:
    """Return the control variables that an expression reads."""
    return (
        frozenset(node.id for node in ast.walk(_parse(text)) if isinstance(node, ast.Name))
        - FUNCTIONS.keys()
    )


def evaluate(text: str, variables: Mapping[str, Any]) -> Any:
    """Return the value of an expression. Raises `NameError` for a name that is not a control
    variable.
    """
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


NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "spiffworkflow": "http://spiffworkflow.org/bpmn/schema/1.0/core",
}
"""Namespace prefixes of the XPath queries."""

_ACTIVITIES = frozenset({"task", "subProcess", "transaction", "adHocSubProcess", "callActivity"})
_CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess"})


@dataclass(frozen=True)
class Flow:
    """A sequence flow; `condition` is its expression, if any."""

    id: str
    source: str
    target: str
    condition: str | None
    name: str = ""


@dataclass(frozen=True)
class Node:
    """A flow node of the model, on the top level or inside an embedded subprocess."""

    id: str
    kind: str
    """Local name of the tag: userTask, exclusiveGateway, ..."""
    name: str
    role: str
    parent: str | None
    """Id of the enclosing subprocess."""
    properties: Mapping[str, str]
    events: tuple[str, ...]
    """Event definitions: timerEventDefinition, messageEventDefinition, ..."""
    attached_to: str | None
    is_interrupting: bool
    default: str | None
    decision: str | None
    operation: str | None
    result: str | None
    parameters: Mapping[str, str]
    timers: tuple[tuple[str, str], ...]
    """Pairs (timeDate | timeDuration | timeCycle, expression)."""
    messages: tuple[str, ...]
    called: str | None = None
    """Key of the process that a call activity runs."""
    markers: tuple[str, ...] = ()
    """Features that change the behaviour of a node: loops, scripts, isForCompensation,
    triggeredByEvent, ...
    """


@dataclass(frozen=True)
class Model:
    """One process of one BPMN file."""

    key: str
    name: str
    processes: tuple[str, ...]
    properties: Mapping[str, str]
    """Properties of the process itself (`initial`, `callable`, `startable`, `startedBy`,
    `startedAs`, `purpose`, `rank`, `reopenable`, `reopenConfined`).
    """
    lanes: Mapping[str, tuple[str, str]]
    """Role and label of each lane, by lane id."""
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]
    root: Any = field(repr=False, compare=False)

    @cached_property
    def outgoing(self) -> dict[str, list[Flow]]:
        """Flows that leave each node."""
        result: dict[str, list[Flow]] = {node: [] for node in self.nodes}
        for flow in self.flows:
            result.setdefault(flow.source, []).append(flow)
        return result

    @cached_property
    def incoming(self) -> dict[str, list[Flow]]:
        """Flows that enter each node."""
        result: dict[str, list[Flow]] = {node: [] for node in self.nodes}
        for flow in self.flows:
            result.setdefault(flow.target, []).append(flow)
        return result


def parse_xml(data: bytes, name: str) -> Any:
    """Return the root element of an XML file of a process folder, without resolving entities or
    external references. Raises `InvalidDefinition`.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InvalidDefinition(detail=f"{name}: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise InvalidDefinition(detail=f"{name}: a document type declaration is not allowed")
    return root


def find(element: Any, path: str) -> list[Any]:
    """Return the result of an XPath query below an element, with the prefixes of `NAMESPACES`."""
    return list(element.xpath(path, namespaces=NAMESPACES))


def read_model(data: bytes, name: str = "process.bpmn") -> Model:
    """Read a BPMN file. Raises `InvalidDefinition` if it contains no process."""
    root = parse_xml(data, name)
    processes = find(root, "./bpmn:process")
    if not processes:
        raise InvalidDefinition(detail=f"{name}: no process found")
    process = processes[0]
    lanes: dict[str, tuple[str, str]] = {}
    role_of: dict[str, str] = {}
    for lane in find(process, ".//bpmn:lane"):
        identifier = lane.get("id", "")
        role = identifier.removeprefix("lane_")
        lanes[identifier] = (role, lane.get("name", ""))
        role_of.update({(ref.text or "").strip(): role for ref in find(lane, "./bpmn:flowNodeRef")})
    nodes = {node.id: node for node in _nodes(process, None, "", role_of)}
    flows = tuple(
        Flow(
            f.get("id", ""),
            f.get("sourceRef", ""),
            f.get("targetRef", ""),
            _text(f, "./bpmn:conditionExpression"),
            (f.get("name") or "").strip(),
        )
        for f in find(process, ".//bpmn:sequenceFlow")
    )
    return Model(
        key=process.get("id", ""),
        name=process.get("name") or _pool_name(root) or process.get("id", ""),
        processes=tuple(p.get("id", "") for p in processes),
        properties=_properties(process),
        lanes=lanes,
        nodes=nodes,
        flows=flows,
        root=root,
    )


def _nodes(
    container: Any, parent: str | None, parent_role: str, role_of: Mapping[str, str]
) -> Iterator[Node]:
    for child in container:
        kind = _local_name(child)
        if not (kind in _ACTIVITIES or kind.endswith(("Task", "Event", "Gateway"))):
            continue
        node = _node(child, kind, parent, parent_role, role_of)
        yield node
        if kind in _CONTAINERS:
            yield from _nodes(child, node.id, node.role, role_of)


def _local_name(element: Any) -> str:
    if not isinstance(element.tag, str):
        return ""
    tag = etree.QName(element)
    return tag.localname if tag.namespace == NAMESPACES["bpmn"] else ""


def _node(
    element: Any, kind: str, parent: str | None, parent_role: str, role_of: Mapping[str, str]
) -> Node:
    identifier = element.get("id", "")
    attached = element.get("attachedToRef")
    events = find(element, "./*[contains(local-name(), 'EventDefinition')]")
    operator = next(
        iter(find(element, "./bpmn:extensionElements/spiffworkflow:serviceTaskOperator")), None
    )
    messages = {
        m.get("id"): m.get("name", "") for m in find(element, "/bpmn:definitions/bpmn:message")
    }
    return Node(
        id=identifier,
        kind=kind,
        name=(element.get("name") or "").strip(),
        role=role_of.get(identifier)
        or (role_of.get(attached, "") if attached else "")
        or parent_role,
        parent=parent,
        properties=_properties(element),
        events=tuple(etree.QName(event).localname for event in events),
        attached_to=attached,
        is_interrupting=element.get("cancelActivity", "true") != "false",
        default=element.get("default"),
        decision=_text(element, "./bpmn:extensionElements/spiffworkflow:calledDecisionId"),
        operation=operator.get("id") if operator is not None else None,
        result=operator.get("resultVariable") or None if operator is not None else None,
        parameters={
            p.get("id", ""): p.get("value", "")
            for p in find(operator, ".//spiffworkflow:parameter")
        }
        if operator is not None
        else {},
        timers=tuple(
            (etree.QName(t).localname, (t.text or "").strip())
            for event in events
            for t in find(event, "./bpmn:*")
        ),
        messages=tuple(
            messages.get(e.get("messageRef"), "") for e in events if e.get("messageRef")
        ),
        called=element.get("calledElement"),
        markers=tuple(_markers(element)),
    )


def _markers(element: Any) -> Iterator[str]:
    for attribute in ("triggeredByEvent", "isForCompensation"):
        if element.get(attribute) == "true":
            yield attribute
    for path in (
        "./bpmn:standardLoopCharacteristics", "./bpmn:multiInstanceLoopCharacteristics",
        "./bpmn:ioSpecification",
        "./bpmn:dataInputAssociation", "./bpmn:dataOutputAssociation",
        "./bpmn:extensionElements/spiffworkflow:preScript",
        "./bpmn:extensionElements/spiffworkflow:postScript",
        "./bpmn:extensionElements/spiffworkflow:variableName",
    ):  # fmt: skip
        for found in find(element, path):
            yield etree.QName(found).localname


def _properties(element: Any) -> dict[str, str]:
    path = "./bpmn:extensionElements/spiffworkflow:properties/spiffworkflow:property"
    return {p.get("name", ""): p.get("value", "") for p in find(element, path)}


def _pool_name(root: Any) -> str:
    return next(
        (p.get("name", "") for p in find(root, "./bpmn:collaboration/bpmn:participant")), ""
    )


def _text(element: Any, path: str) -> str | None:
    found = find(element, path)
    return (found[0].text or "").strip() if found else None


def initial_values(model: Model) -> dict[str, Value]:
    """Return the initial control variables from the process property `initial`. Raises
    `InvalidDefinition`.
    """
    try:
        values = json.loads(model.properties.get("initial", "{}"))
    except ValueError as error:
        raise InvalidDefinition(detail=f"process.bpmn: property initial: {error}") from error
    if not isinstance(values, dict) or any(
        is_reserved(k) or not is_value(v) for k, v in values.items()
    ):
        raise InvalidDefinition(
            detail="process.bpmn: property initial: names or values are not allowed"
        )
    return values
