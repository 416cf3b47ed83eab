"""The drawing of police reports: straight lines that cross nothing, steps in their lanes."""

from itertools import combinations, pairwise

from lxml import etree

from tests.unit.processes.folder import lp
from tests.unit.processes.test_sktlk import NAMESPACES, Box, crosses

CONTAINERS = {e.id for e in lp().elements.values() if e.kind == "subProcess"}
ROOT = etree.fromstring(lp().bpmn_xml.encode())


def boxes(path: str) -> dict[str, Box]:
    """Boxes by the element they are drawn for."""
    found = {}
    for bounds in ROOT.iterfind(f".//{path}/dc:Bounds", NAMESPACES):
        owner = next(item for item in bounds.iterancestors() if item.get("bpmnElement"))
        x, y, width, height = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
        found[owner.get("bpmnElement")] = (x, y, x + width, y + height)
    return found


SHAPES, LABELS = boxes("bpmndi:BPMNShape"), boxes("bpmndi:BPMNLabel")
SOLID = {name: box for name, box in SHAPES.items() if name in lp().elements and name not in CONTAINERS}
LINES = {
    edge.get("bpmnElement"): list(
        pairwise((float(p.get("x")), float(p.get("y"))) for p in edge.iterfind("./di:waypoint", NAMESPACES))
    )
    for edge in ROOT.iterfind(".//bpmndi:BPMNEdge", NAMESPACES)
}


def test_every_flow_is_orthogonal_and_runs_through_no_shape_or_label() -> None:
    for flow, lines in LINES.items():
        for a, b in lines:
            assert a[0] == b[0] or a[1] == b[1], flow
            hit = [name for group in (SOLID, LABELS) for name, box in group.items() if crosses(a, b, box)]
            assert not hit, f"{flow} runs through {hit}"


def test_no_two_flows_cross() -> None:
    upright = [(flow, a, b) for flow, lines in LINES.items() for a, b in lines if a[0] == b[0]]
    level = [(flow, a, b) for flow, lines in LINES.items() for a, b in lines if a[1] == b[1]]
    for up, a, b in upright:
        for flat, c, d in level:
            top, bottom = sorted((a[1], b[1]))
            left, right = sorted((c[0], d[0]))
            assert not (top < c[1] < bottom and left < a[0] < right), f"{up} crosses {flat}"


def test_labels_and_steps_do_not_overlap() -> None:
    events = {e.id for e in lp().elements.values() if e.kind == "boundaryEvent"}
    for (one, a), (other, b) in combinations([*LABELS.items(), *SOLID.items()], 2):
        if one != other and not {one, other} & events:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]), (one, other)


def test_steps_lie_in_the_lane_of_their_role() -> None:
    for element in lp().elements.values():
        if element.kind.endswith("Task"):
            lane, box = SHAPES[f"lane_{element.role}"], SHAPES[element.id]
            assert lane[1] <= box[1] and box[3] <= lane[3], element.id
