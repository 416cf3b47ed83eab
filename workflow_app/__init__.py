"""Sentra SPKT: runs the SOP of a police service counter as executable BPMN."""
