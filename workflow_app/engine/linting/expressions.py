"""Linter rules on expressions: conditions, timers and service parameters."""

import ast
from collections.abc import Iterator
from datetime import datetime

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from workflow_app.engine import functions
from workflow_app.engine.linting.source import Finding, Rule, Source


def conditions(source: Source) -> Iterator[Finding]:
    """Conditions of flows."""
    for flow in source.model.flows:
        if flow.condition is not None:
            yield from judge(source, flow.id, flow.condition)


def parameters(source: Source) -> Iterator[Finding]:
    """Parameters of service tasks."""
    for node in source.of_kind("serviceTask"):
        for expression in node.parameters.values():
            yield from judge(source, node.id, expression)


def timers(source: Source) -> Iterator[Finding]:
    """Timers parse, literal durations and instants can be computed, and nothing repeats."""
    for node in source.model.nodes.values():
        if "timerEventDefinition" in node.events and len(node.timers) != 1:
            yield Finding("timer", node.id, "Pengatur waktu ini tidak mempunyai waktu atau lama.")
        for kind, expression in node.timers:
            if kind not in ("timeDate", "timeDuration"):
                yield Finding("timer", node.id, "Pengatur waktu berulang (timeCycle) tidak didukung.")
                continue
            faults = list(judge(source, node.id, expression))
            yield from faults
            if not faults and not _is_due(kind, expression):
                yield Finding("timer", node.id, f"Waktu {expression} tidak dapat dihitung.")


def names(source: Source) -> Iterator[Finding]:
    """Control variables have names that neither the engine nor Python uses."""
    for name, element in source.variables.items():
        if functions.is_reserved(name):
            yield Finding("variable-reserved", element, f"Nama variabel {name} sudah dipakai mesin proses.")


def judge(source: Source, element: str, expression: str) -> Iterator[Finding]:
    """An expression parses, uses only what is allowed, and only variables that exist."""
    try:
        unknown = functions.names_in(expression) - source.variables.keys()
    except functions.ExpressionError as error:
        yield Finding("expression", element, f"Ungkapan {expression} memakai yang tidak diizinkan: {error}.")
    except (SyntaxError, ValueError):
        yield Finding("expression", element, f"Ungkapan {expression} tidak dapat dibaca.")
    else:
        for name in sorted(unknown):
            yield Finding("variable-unknown", element, f"Variabel {name} tidak pernah diisi proses ini.")


def _is_due(kind: str, expression: str) -> bool:
    """False for a literal that is no duration or instant with offset; what is computed later is trusted."""
    try:
        value = ast.literal_eval(expression)
    except ValueError:
        return True
    try:
        if kind == "timeDuration":
            return bool(TimerEventDefinition.parse_iso_duration(value)) and value.startswith("P")
        return datetime.fromisoformat(value).tzinfo is not None
    except Exception:
        return False


RULES: tuple[Rule, ...] = (conditions, parameters, timers, names)
