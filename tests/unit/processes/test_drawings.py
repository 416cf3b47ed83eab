"""The drawings of the processes: straight lines, nothing runs through anything, everybody in their
lane.
"""

from itertools import combinations, pairwise

import pytest
from lxml import etree

from tests.unit.processes.folder import PROCESSES
from workflow_app.engine.definitions import Definition, load
from workflow_app.engine.process_folders import read_folder

KEYS = sorted(path.parent.name for path in PROCESSES.glob("*/process.bpmn"))
NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@pytest.fixture(params=KEYS)
def drawn(request: pytest.FixtureRequest) -> Definition:
    """Each process of the release."""
    return load(read_folder(PROCESSES / request.param))


def shapes(drawn: Definition) -> dict[str, Box]:
    found = {}
    for shape in etree.fromstring(drawn.bpmn_xml.encode()).iterfind(
        ".//bpmndi:BPMNShape", NAMESPACES
    ):
        found[shape.get("bpmnElement")] = box_of(shape)
    return found


def solid(drawn: Definition) -> dict[str, Box]:
    """Shapes that hold nothing."""
    containers = {element.id for element in drawn.elements.values() if element.kind == "subProcess"}
    return {
        name: box
        for name, box in shapes(drawn).items()
        if name not in containers and not name.startswith(("lane_", "pool_"))
    }


def edges(drawn: Definition) -> dict[str, list[Point]]:
    root = etree.fromstring(drawn.bpmn_xml.encode())
    return {
        edge.get("bpmnElement"): [
            (float(p.get("x")), float(p.get("y")))
            for p in edge.iterfind("./di:waypoint", NAMESPACES)
        ]
        for edge in root.iterfind(".//bpmndi:BPMNEdge", NAMESPACES)
    }


def labels(drawn: Definition) -> dict[str, Box]:
    root = etree.fromstring(drawn.bpmn_xml.encode())
    return {
        label.getparent().get("bpmnElement"): box_of(label)
        for label in root.iterfind(".//bpmndi:BPMNLabel", NAMESPACES)
    }


def box_of(drawing: etree._Element) -> Box:
    bounds = drawing.find("./dc:Bounds", NAMESPACES)
    x, y, width, height = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
    return (x, y, x + width, y + height)


def crosses(a: Point, b: Point, box: Box) -> bool:
    """True if the straight line runs through the inside of the box."""
    left, right = sorted((a[0], b[0]))
    top, bottom = sorted((a[1], b[1]))
    return left < box[2] and right > box[0] and top < box[3] and bottom > box[1]


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def meet(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """True if an upright and a level line cross each other."""
    (a, b), (c, d) = one, other
    if a[0] == b[0] and c[1] == d[1]:
        return min(c[0], d[0]) < a[0] < max(c[0], d[0]) and min(a[1], b[1]) < c[1] < max(a[1], b[1])
    return c[0] == d[0] and a[1] == b[1] and meet(other, one)


def test_every_flow_is_orthogonal(drawn: Definition) -> None:
    for flow, points in edges(drawn).items():
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points)), flow


def test_no_flow_runs_through_a_shape(drawn: Definition) -> None:
    boxes = solid(drawn)
    for flow, points in edges(drawn).items():
        for a, b in pairwise(points):
            hit = [name for name, box in boxes.items() if crosses(a, b, box)]
            assert not hit, f"{flow} runs through {hit}"


def test_no_flow_runs_through_a_label(drawn: Definition) -> None:
    texts = labels(drawn)
    for flow, points in edges(drawn).items():
        for a, b in pairwise(points):
            hit = [name for name, box in texts.items() if crosses(a, b, box)]
            assert not hit, f"{flow} runs through the label of {hit}"


def test_no_label_covers_a_shape_or_another_label(drawn: Definition) -> None:
    texts = labels(drawn)
    for (one, box), (other, second) in combinations(texts.items(), 2):
        assert not overlap(box, second), f"{one} and {other}"
    for text, box in texts.items():
        # In the corner beside its own gateway a label has room.
        hit = [name for name, shape in solid(drawn).items() if name != text and overlap(box, shape)]
        assert not hit, f"the label of {text} lies on {hit}"


def test_no_two_flows_cross(drawn: Definition) -> None:
    for (one, points), (other, others) in combinations(edges(drawn).items(), 2):
        lines = [(a, b) for a in pairwise(points) for b in pairwise(others)]
        assert not [pair for pair in lines if meet(*pair)], f"{one} crosses {other}"


def test_steps_lie_in_the_lane_of_their_role(drawn: Definition) -> None:
    boxes = shapes(drawn)
    for element in drawn.elements.values():
        if (
            element.kind.endswith("Task") and element.id in boxes
        ):  # a called process has a drawing of its own
            lane, box = boxes[f"lane_{element.role}"], boxes[element.id]
            assert lane[1] <= box[1], element.id
            assert box[3] <= lane[3], element.id
