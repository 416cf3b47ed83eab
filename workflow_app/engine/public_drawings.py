"""The drawing of a model for everybody: shapes, names and lines, without expressions, operations and properties of the engine."""

from functools import lru_cache

from lxml import etree

from workflow_app.engine.model import find, parse_xml

INNER = ("extensionElements", "documentation", "conditionExpression", "ioSpecification")
"""What an element has for the engine or for who models."""


@lru_cache(maxsize=32)
def of(bpmn_xml: str) -> bytes:
    """The model with nothing but what is drawn."""
    root = parse_xml(bpmn_xml.encode(), "process.bpmn")
    for name in INNER:
        for element in find(root, f"//bpmn:{name}"):
            element.getparent().remove(element)
    for event in find(root, "//*[contains(local-name(), 'EventDefinition')]"):
        for child in list(event):
            event.remove(child)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
