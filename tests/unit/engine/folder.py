"""A small process folder, built readably: nodes and flows are listed, drawing and forms come by
themselves.
"""

import json
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests.unit.engine.table import dmn
from workflow_app.engine.definitions import Definition, load

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
    ' id="definisi" targetNamespace="https://contoh.invalid/bpmn">'
)


@dataclass
class Node:
    """A flow node as written to the file."""

    id: str
    tag: str
    lane: str
    parent: str
    attributes: dict[str, str]
    properties: dict[str, str]
    extension: str = ""
    body: str = ""
    drawn: bool = True


@dataclass(repr=False)
class Folder:
    """Builder; every method returns the folder itself."""

    key: str = "uji"
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[tuple[str, str, str, str | None]] = field(default_factory=list)
    defaults: dict[str, str] = field(default_factory=dict)
    lane_names: dict[str, str] = field(default_factory=dict)
    messages: set[str] = field(default_factory=set)
    extra: dict[str, bytes] = field(default_factory=dict)
    process_properties: dict[str, str] = field(default_factory=dict)
    parent: str = ""

    def add(
        self,
        tag: str,
        id: str,
        lane: str = "petugas",
        *,
        extension: str = "",
        body: str = "",
        **rest: Any,
    ) -> "Folder":
        """Any node; keyword `attributes` are XML attributes, other keywords are properties."""
        attributes = {"name": id.replace("_", " ").capitalize(), **rest.pop("attributes", {})}
        properties = {k: str(v) for k, v in rest.items() if v is not None}
        self.nodes[id] = Node(id, tag, lane, self.parent, attributes, properties, extension, body)
        return self

    def start(self, id: str = "mulai") -> "Folder":
        return self.add("startEvent", id)

    def end(
        self, id: str = "selesai", outcome: str | None = "selesai", *, terminate: bool = False
    ) -> "Folder":
        body = "<bpmn:terminateEventDefinition/>" if terminate else ""
        return self.add("endEvent", id, body=body, outcome=outcome)

    def user(
        self,
        id: str,
        lane: str = "petugas",
        *,
        control: dict[str, list[str]] | None = None,
        **properties: Any,
    ) -> "Folder":
        """A user task with a form of one free note and of choices that steer the process (name to
        values).
        """
        properties = {"clause": "R54", "formJsonSchemaFilename": f"forms/{id}.json", **properties}
        properties = {"formUiSchemaFilename": f"forms/{id}.ui.json", **properties}
        choices = {
            n: {"type": "string", "title": n.capitalize(), "enum": v}
            for n, v in (control or {}).items()
        }
        fields = {
            n: {"widget": "select", "control": True, "options": {v: v for v in s["enum"]}}
            for n, s in choices.items()
        }
        note = {"type": "string", "title": "Catatan", "maxLength": 200}
        self.form(id, {"catatan": note, **choices}, {"catatan": {"widget": "text"}, **fields})
        return self.add("userTask", id, lane, **properties)

    def form(
        self,
        id: str,
        properties: dict[str, Any],
        fields: dict[str, Any],
        summary: tuple[str, ...] = (),
        **schema: Any,
    ) -> "Folder":
        ui: dict[str, Any] = {
            "summary": summary,
            "title": id,
            "intro": "Isi lalu simpan.",
            "submit": "Simpan",
            "next": "Selesai.",
            "fields": fields,
        }
        ui["sections"] = [{"title": "Isian", "fields": list(fields)}]
        self.json(f"forms/{id}.json", {"type": "object", "properties": properties, **schema})
        return self.json(f"forms/{id}.ui.json", ui)

    def service(
        self, id: str, operation: str, result: str | None = None, **parameters: str
    ) -> "Folder":
        """A service task; parameters are expressions."""
        rows = "".join(
            f'<spiffworkflow:parameter id="{n}" type="str" value={quoteattr(v)}/>'
            for n, v in parameters.items()
        )
        variable = f' resultVariable="{result}"' if result else ""
        operator = (
            "<spiffworkflow:serviceTaskOperator "
            f'id="{operation}"{variable}><spiffworkflow:parameters>{rows}'
            "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
        )
        return self.add("serviceTask", id, "sistem", extension=operator, clause="R48")

    def rule(self, id: str, decision: str, keep: str) -> "Folder":
        called = f"<spiffworkflow:calledDecisionId>{decision}</spiffworkflow:calledDecisionId>"
        return self.add(
            "businessRuleTask", id, "sistem", extension=called, clause="R54", keepOutputs=keep
        )

    def choice(
        self, id: str, default: str | None = None, tag: str = "exclusiveGateway"
    ) -> "Folder":
        """A gateway; `default` is the target of its default flow."""
        self.add(tag, id)
        if default:
            self.defaults[id] = default
        return self

    def timer(
        self,
        id: str,
        expression: str,
        *,
        on: str | None = None,
        kind: str = "timeDuration",
        **attributes: str,
    ) -> "Folder":
        """A timer event, on the boundary of `on` or between two nodes."""
        body = (
            f"<bpmn:timerEventDefinition><bpmn:{kind} "
            f'xsi:type="bpmn:tFormalExpression">{escape(expression)}</bpmn:{kind}>'
            "</bpmn:timerEventDefinition>"
        )
        return self._event(id, body, on, attributes)

    def message(self, id: str, name: str, *, on: str | None = None, **attributes: str) -> "Folder":
        self.messages.add(name)
        return self._event(
            id, f'<bpmn:messageEventDefinition messageRef="pesan_{name}"/>', on, attributes
        )

    def _event(self, id: str, body: str, on: str | None, attributes: dict[str, str]) -> "Folder":
        attributes = {**attributes, **({"attachedToRef": on} if on else {})}
        return self.add(
            "boundaryEvent" if on else "intermediateCatchEvent",
            id,
            body=body,
            attributes=attributes,
        )

    def call(self, id: str, other: "Folder") -> "Folder":
        """A call activity that runs another process; its folder comes along."""
        self.extra |= {
            f"called/{other.key}/{name}": content for name, content in other.files().items()
        }
        return self.add("callActivity", id, attributes={"calledElement": other.key}, clause="R26")

    def inside(self, id: str) -> "Folder":
        """Open a subprocess: what follows is inside until `outside`."""
        self.add("subProcess", id)
        self.parent = id
        return self

    def outside(self) -> "Folder":
        self.parent = self.nodes[self.parent].parent
        return self

    def flow(self, *path: str) -> "Folder":
        """Unconditional flows along a path."""
        self.flows.extend((a, b, self.parent, None) for a, b in pairwise(path))
        return self

    def when(self, source: str, condition: str, target: str) -> "Folder":
        self.flows.append((source, target, self.parent, condition))
        return self

    def decision(
        self,
        id: str,
        inputs: list[str],
        outputs: list[str],
        rows: list[list[str]],
        hit: str = "FIRST",
    ) -> "Folder":
        """A decision table; each row holds its input cells, then its output cells."""
        return self.file(f"{id}.dmn", dmn(id, inputs, outputs, rows, hit))

    def letter(self, name: str) -> "Folder":
        return self.file(f"letters/{name}.html", "<p>Contoh</p>").json(
            f"letters/{name}.json", {"title": "Surat contoh"}
        )

    def file(self, name: str, content: str) -> "Folder":
        self.extra[name] = content.encode()
        return self

    def json(self, name: str, content: object) -> "Folder":
        return self.file(name, json.dumps(content))

    def files(self) -> dict[str, bytes]:
        return {"process.bpmn": self.xml().encode(), "README.md": b"# Uji\n", **self.extra}

    def definition(self) -> Definition:
        return load(self.files())

    def xml(self) -> str:
        messages = "".join(
            f'<bpmn:message id="pesan_{m}" name="{m}"/>' for m in sorted(self.messages)
        )
        lanes = dict.fromkeys(node.lane for node in self.nodes.values())
        refs = {
            lane: "".join(
                f"<bpmn:flowNodeRef>{n.id}</bpmn:flowNodeRef>"
                for n in self.nodes.values()
                if n.lane == lane
            )
            for lane in lanes
        }
        lane_set = "".join(
            (
                f'<bpmn:lane id="lane_{lane}" '
                f'name="{self.lane_names.get(lane, lane)}">{refs[lane]}</bpmn:lane>'
            )
            for lane in lanes
        )
        return (
            f'{HEAD}<bpmn:collaboration id="kolaborasi"><bpmn:participant id="pool" '
            f'name="Uji" processRef="{self.key}"/>'
            f'</bpmn:collaboration>{messages}<bpmn:process id="{self.key}" isExecutable="true">'
            f"{self._extensions(self.process_properties, '')}"
            f'<bpmn:laneSet id="lajur">{lane_set}</bpmn:laneSet>{self._content("")}</bpmn:process>'
            f"{self._drawing(list(lanes))}</bpmn:definitions>"
        )

    def _content(self, parent: str) -> str:
        nodes = "".join(self._node(node) for node in self.nodes.values() if node.parent == parent)
        return nodes + "".join(self._flow(n) for n, f in enumerate(self.flows) if f[2] == parent)

    def _node(self, node: Node) -> str:
        attributes = dict(node.attributes)
        if node.id in self.defaults:
            attributes["default"] = next(
                f"alur_{n}"
                for n, f in enumerate(self.flows)
                if f[:2] == (node.id, self.defaults[node.id])
            )
        text = "".join(f" {k}={quoteattr(v)}" for k, v in attributes.items())
        inner = self._extensions(node.properties, node.extension)
        inner += "".join(
            f"<bpmn:incoming>alur_{n}</bpmn:incoming>"
            for n, f in enumerate(self.flows)
            if f[1] == node.id
        )
        inner += "".join(
            f"<bpmn:outgoing>alur_{n}</bpmn:outgoing>"
            for n, f in enumerate(self.flows)
            if f[0] == node.id
        )
        inner += self._content(node.id) if node.tag == "subProcess" else ""
        return f'<bpmn:{node.tag} id="{node.id}"{text}>{inner}{node.body}</bpmn:{node.tag}>'

    def _flow(self, n: int) -> str:
        source, target, _, condition = self.flows[n]
        inner = ""
        if condition is not None:
            escaped = escape(condition)
            inner = (
                "<bpmn:conditionExpression "
                f'xsi:type="bpmn:tFormalExpression">{escaped}</bpmn:conditionExpression>'
            )
        return (
            f'<bpmn:sequenceFlow id="alur_{n}" sourceRef="{source}" '
            f'targetRef="{target}">{inner}</bpmn:sequenceFlow>'
        )

    @staticmethod
    def _extensions(properties: dict[str, str], extension: str) -> str:
        rows = "".join(
            f'<spiffworkflow:property name="{k}" value={quoteattr(v)}/>'
            for k, v in properties.items()
        )
        listed = f"<spiffworkflow:properties>{rows}</spiffworkflow:properties>" if rows else ""
        return (
            f"<bpmn:extensionElements>{listed}{extension}</bpmn:extensionElements>"
            if listed or extension
            else ""
        )

    def _drawing(self, lanes: list[str]) -> str:
        shapes = [
            '<bpmndi:BPMNShape id="g_pool" bpmnElement="pool" isHorizontal="true">'
            + self._bounds(0, 900)
            + "</bpmndi:BPMNShape>"
        ]
        shapes += [
            (
                f'<bpmndi:BPMNShape id="g_lane_{lane}" bpmnElement="lane_{lane}" '
                f'isHorizontal="true">{self._bounds(n, 800)}</bpmndi:BPMNShape>'
            )
            for n, lane in enumerate(lanes)
        ]
        shapes += [
            (
                f'<bpmndi:BPMNShape id="g_{node.id}" '
                f'bpmnElement="{node.id}">{self._bounds(n, 80)}</bpmndi:BPMNShape>'
            )
            for n, node in enumerate(self.nodes.values())
            if node.drawn
        ]
        edges = "".join(
            f'<bpmndi:BPMNEdge id="g_alur_{n}" bpmnElement="alur_{n}"><di:waypoint x="10" '
            f'y="10"/><di:waypoint x="20" y="{20 + n}"/>'
            "</bpmndi:BPMNEdge>"
            for n in range(len(self.flows))
        )
        return (
            ('<bpmndi:BPMNDiagram id="gambar"><bpmndi:BPMNPlane id="bidang" '
                'bpmnElement="kolaborasi">')
            + "".join(shapes) + edges + "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
        )  # fmt: skip

    @staticmethod
    def _bounds(n: int, width: int) -> str:
        return f'<dc:Bounds x="{100 + 10 * n}" y="{50 + 10 * n}" width="{width}" height="60"/>'
