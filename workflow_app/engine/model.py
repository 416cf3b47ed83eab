"""Reading a BPMN file as data: nodes, flows, lanes and properties, for the runner's elements and for the linter."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml import etree

from workflow_app.engine.functions import Value, is_reserved, is_value
from workflow_app.errors import InvalidDefinition

NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "spiffworkflow": "http://spiffworkflow.org/bpmn/schema/1.0/core",
}
"""Namespace prefixes used in our queries."""

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
    """Things that change how the node behaves: loops, scripts, isForCompensation, triggeredByEvent, ..."""


@dataclass(frozen=True)
class Model:
    """One process of one BPMN file."""

    key: str
    name: str
    processes: tuple[str, ...]
    properties: Mapping[str, str]
    """Properties of the process itself (`initial`, `callable`, `startable`, `startedBy`, `startedAs`, `purpose`, `rank`, `reopenable`,
    `reopenConfined`)."""
    lanes: Mapping[str, tuple[str, str]]
    """Lane id to (role, label)."""
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]
    root: Any = field(repr=False, compare=False)

    @cached_property
    def outgoing(self) -> dict[str, list[Flow]]:
        """Flows leaving each node."""
        result: dict[str, list[Flow]] = {node: [] for node in self.nodes}
        for flow in self.flows:
            result.setdefault(flow.source, []).append(flow)
        return result

    @cached_property
    def incoming(self) -> dict[str, list[Flow]]:
        """Flows entering each node."""
        result: dict[str, list[Flow]] = {node: [] for node in self.nodes}
        for flow in self.flows:
            result.setdefault(flow.target, []).append(flow)
        return result


def parse_xml(data: bytes, name: str) -> Any:
    """Root element of an XML file of a process folder; entities and outside references are not resolved."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InvalidDefinition(detail=f"{name}: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise InvalidDefinition(detail=f"{name}: a document type declaration is not allowed")
    return root


def find(element: Any, path: str) -> list[Any]:
    """XPath below an element with our namespace prefixes."""
    return list(element.xpath(path, namespaces=NAMESPACES))


def read_model(data: bytes, name: str = "process.bpmn") -> Model:
    """Read a BPMN file. Raises `InvalidDefinition` if it holds no process."""
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


def _node(element: Any, kind: str, parent: str | None, parent_role: str, role_of: Mapping[str, str]) -> Node:
    identifier = element.get("id", "")
    attached = element.get("attachedToRef")
    events = find(element, "./*[contains(local-name(), 'EventDefinition')]")
    operator = next(iter(find(element, "./bpmn:extensionElements/spiffworkflow:serviceTaskOperator")), None)
    messages = {m.get("id"): m.get("name", "") for m in find(element, "/bpmn:definitions/bpmn:message")}
    return Node(
        id=identifier,
        kind=kind,
        name=(element.get("name") or "").strip(),
        role=role_of.get(identifier) or (role_of.get(attached, "") if attached else "") or parent_role,
        parent=parent,
        properties=_properties(element),
        events=tuple(etree.QName(event).localname for event in events),
        attached_to=attached,
        is_interrupting=element.get("cancelActivity", "true") != "false",
        default=element.get("default"),
        decision=_text(element, "./bpmn:extensionElements/spiffworkflow:calledDecisionId"),
        operation=operator.get("id") if operator is not None else None,
        result=operator.get("resultVariable") or None if operator is not None else None,
        parameters={p.get("id", ""): p.get("value", "") for p in find(operator, ".//spiffworkflow:parameter")}
        if operator is not None
        else {},
        timers=tuple(
            (etree.QName(t).localname, (t.text or "").strip())
            for event in events
            for t in find(event, "./bpmn:*")
        ),
        messages=tuple(messages.get(e.get("messageRef"), "") for e in events if e.get("messageRef")),
        called=element.get("calledElement"),
        markers=tuple(_markers(element)),
    )


def _markers(element: Any) -> Iterator[str]:
    for attribute in ("triggeredByEvent", "isForCompensation"):
        if element.get(attribute) == "true":
            yield attribute
    for path in (
        "./bpmn:standardLoopCharacteristics", "./bpmn:multiInstanceLoopCharacteristics", "./bpmn:ioSpecification",
        "./bpmn:dataInputAssociation", "./bpmn:dataOutputAssociation",
        "./bpmn:extensionElements/spiffworkflow:preScript", "./bpmn:extensionElements/spiffworkflow:postScript",
        "./bpmn:extensionElements/spiffworkflow:variableName",
    ):  # fmt: skip
        for found in find(element, path):
            yield etree.QName(found).localname


def _properties(element: Any) -> dict[str, str]:
    path = "./bpmn:extensionElements/spiffworkflow:properties/spiffworkflow:property"
    return {p.get("name", ""): p.get("value", "") for p in find(element, path)}


def _pool_name(root: Any) -> str:
    return next((p.get("name", "") for p in find(root, "./bpmn:collaboration/bpmn:participant")), "")


def _text(element: Any, path: str) -> str | None:
    found = find(element, path)
    return (found[0].text or "").strip() if found else None


def initial_values(model: Model) -> dict[str, Value]:
    """Control variables named by the process property `initial`. Raises `InvalidDefinition`."""
    try:
        values = json.loads(model.properties.get("initial", "{}"))
    except ValueError as error:
        raise InvalidDefinition(detail=f"process.bpmn: property initial: {error}") from error
    if not isinstance(values, dict) or any(is_reserved(k) or not is_value(v) for k, v in values.items()):
        raise InvalidDefinition(detail="process.bpmn: property initial: names or values are not allowed")
    return values
