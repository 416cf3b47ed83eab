"""Sentra SPKT: runs the SOP of a police service counter as executable BPMN."""

__version__ = "0.1.0"
