"""What everybody may fetch of a model is its drawing."""

from lxml import etree

from tests.unit.processes.folder import PROCESSES
from workflow_app.engine import definitions
from workflow_app.engine.model import find, parse_xml


def test_a_public_drawing_has_every_shape_and_name_and_nothing_of_the_engine() -> None:
    for path in sorted(PROCESSES.glob("*/process.bpmn")):
        model = path.read_text("utf-8")
        drawn = parse_xml(definitions.drawing_of(model), path.parent.name)
        whole = parse_xml(model.encode(), path.parent.name)

        for shape in (
            "//bpmndi:BPMNShape",
            "//bpmndi:BPMNEdge",
            "//bpmn:sequenceFlow",
            "//bpmn:userTask",
        ):
            assert len(find(drawn, shape)) == len(find(whole, shape)) > 0, path
        assert names(drawn) == names(whole), path
        text = etree.tostring(drawn, encoding="unicode")
        assert "spiffworkflow:" not in text.replace("xmlns:spiffworkflow", ""), path
        for inner in (
            "conditionExpression",
            "serviceTaskOperator",
            "fourEyes",
            "timeDuration",
            "calledDecisionId",
        ):
            assert inner not in text, (path, inner)


def names(root: object) -> list[str]:
    return [
        element.get("name")
        for element in find(root, "//bpmn:*[@name]")
        if element.getparent() is not None
    ]
