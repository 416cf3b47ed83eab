"""The drawing of calls to a scene: straight lines that meet no shape and no label, steps in their lanes."""

from itertools import combinations, pairwise

from lxml import etree

from tests.unit.processes.folder import tkp_dispatch
from tests.unit.processes.test_sktlk import NAMESPACES, Box, crosses

CONTAINERS = {e.id for e in tkp_dispatch().elements.values() if e.kind == "subProcess"}
ROOT = etree.fromstring(tkp_dispatch().bpmn_xml.encode())


def box(bounds: etree._Element) -> Box:
    x, y, width, height = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def boxes(path: str) -> dict[str, Box]:
    """Boxes by the element they belong to."""
    found = {}
    for bounds in ROOT.iterfind(f".//{path}/dc:Bounds", NAMESPACES):
        owner = bounds.getparent()
        while owner.get("bpmnElement") is None:
            owner = owner.getparent()
        found[owner.get("bpmnElement")] = box(bounds)
    return found


SHAPES, LABELS = boxes("bpmndi:BPMNShape"), boxes("bpmndi:BPMNLabel")
SOLID = {name: b for name, b in SHAPES.items() if name in tkp_dispatch().elements and name not in CONTAINERS}
LINES = {
    edge.get("bpmnElement"): list(
        pairwise((float(p.get("x")), float(p.get("y"))) for p in edge.iterfind("./di:waypoint", NAMESPACES))
    )
    for edge in ROOT.iterfind(".//bpmndi:BPMNEdge", NAMESPACES)
}


def test_every_flow_is_orthogonal() -> None:
    for flow, lines in LINES.items():
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in lines), flow


def test_no_flow_runs_through_a_shape_or_a_label() -> None:
    for flow, lines in LINES.items():
        for a, b in lines:
            hit = [name for group in (SOLID, LABELS) for name, b_ in group.items() if crosses(a, b, b_)]
            assert not hit, f"{flow} runs through {hit}"


def test_no_two_flows_cross() -> None:
    """Flows of one source or to one target may share a line."""
    upright = [(flow, a, b) for flow, lines in LINES.items() for a, b in lines if a[0] == b[0] and a != b]
    level = [(flow, a, b) for flow, lines in LINES.items() for a, b in lines if a[1] == b[1] and a != b]
    for up, a, b in upright:
        for flat, c, d in level:
            top, bottom = sorted((a[1], b[1]))
            left, right = sorted((c[0], d[0]))
            assert not (top < c[1] < bottom and left < a[0] < right), f"{up} crosses {flat}"


def test_labels_and_steps_do_not_overlap() -> None:
    for (one, a), (other, b) in combinations([*LABELS.items(), *SOLID.items()], 2):
        if one == other or (
            other in tkp_dispatch().elements and tkp_dispatch().elements[other].kind == "boundaryEvent"
        ):
            continue
        assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]), (one, other)


def test_steps_lie_in_the_lane_of_their_role() -> None:
    for element in tkp_dispatch().elements.values():
        if element.kind.endswith("Task"):
            lane, step = SHAPES[f"lane_{element.role}"], SHAPES[element.id]
            assert lane[1] <= step[1], element.id
            assert step[3] <= lane[3], element.id
