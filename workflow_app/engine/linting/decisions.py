"""Linter rules on decision tables, and on expressions: conditions, timers and service
parameters.
"""

import ast
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from workflow_app.domain import InvalidDefinition, ProcessFault
from workflow_app.engine import model
from workflow_app.engine.decisions import FOLDER, DecisionTable, check, outside_task, read_examples
from workflow_app.engine.linting.source import Finding, Rule, Source
from workflow_app.engine.process_folders import ScenarioFailed
from workflow_app.engine.specs import TableEngine

POLICIES = frozenset({"COLLECT", "FIRST", "UNIQUE"})


def tables(source: Source) -> Iterator[Finding]:
    """A table has a known hit policy, and rows of a UNIQUE table exclude each other (the library
    would silently take the first).
    """
    for table in source.decisions.values():
        if table.hit_policy not in POLICIES:
            yield Finding(
                "hit-policy", table.file, f"Aturan pilih {table.hit_policy} tidak didukung."
            )
        elif table.hit_policy == "UNIQUE":
            for one, other in _overlaps(table):
                yield Finding(
                    "decision-overlap",
                    table.file,
                    f"Baris {one} dan {other} dapat berlaku bersamaan.",
                )


def cells(source: Source) -> Iterator[Finding]:
    """Columns are named expressions over control variables, and cells parse."""
    for table in source.decisions.values():
        for column in table.table.inputs:
            if not column.expression:
                yield Finding(
                    "decision-cell",
                    table.file,
                    f"Kolom {column.label} tidak mempunyai ungkapan masukan.",
                )
            elif not _parses(column.expression):
                yield Finding(
                    "decision-cell",
                    table.file,
                    f"Ungkapan masukan {column.expression} tidak diizinkan.",
                )
        for name in [n for n in table.outputs if not n.isidentifier() or model.is_reserved(n)]:
            yield Finding(
                "decision-cell",
                table.file,
                f"Nama kolom keluaran {name or '(kosong)'} tidak dapat dipakai.",
            )
        for number, rule in enumerate(table.table.rules, 1):
            tests = [e.lhs[0] for e in rule.inputEntries if e.lhs and e.lhs[0]]
            texts = [e.text for e in rule.outputEntries if e.text]
            for text in [
                t for t in tests if not (_parses(t.replace("?", "v")) or _parses(f"v {t}"))
            ] + [t for t in texts if not _parses(t)]:
                yield Finding(
                    "decision-cell",
                    table.file,
                    f"Sel {text} pada baris {number} tidak dapat dibaca.",
                )


def rules(source: Source) -> Iterator[Finding]:
    """A business rule task calls a decision of this folder, knows its inputs and keeps existing
    outputs.
    """
    for node in source.of_kind("businessRuleTask"):
        table = source.decisions.get(node.decision or "")
        if table is None:
            yield Finding(
                "decision-unknown", node.id, f"Keputusan {node.decision or '(kosong)'} tidak ada."
            )
            continue
        kept = node.properties.get("keepOutputs", "").split()
        for name in kept:
            if name not in table.outputs:
                yield Finding(
                    "keep-outputs",
                    node.id,
                    f"Keluaran {name} tidak ada pada keputusan {table.name}.",
                )
        if not kept:
            yield Finding(
                "keep-outputs", node.id, "Tugas ini tidak menyimpan keluaran apa pun (keepOutputs)."
            )
        for expression in table.inputs:
            if _parses(expression):
                for name in sorted(model.names_in(expression) - source.variables.keys()):
                    yield Finding(
                        "variable-unknown",
                        node.id,
                        f"Variabel {name} tidak pernah diisi proses ini.",
                    )
        if kept and table.hit_policy != "COLLECT" and not _has_catch_all(table):
            yield Finding(
                "decision-gap", table.file, "Baris terakhir harus berlaku untuk semua masukan."
            )


def examples(source: Source) -> Iterator[Finding]:
    """An example names a table of this folder, and the table gives the expected answer."""
    try:
        found = read_examples(source.files)
    except InvalidDefinition as error:
        yield Finding("example-unreadable", FOLDER, f"Tidak dapat dibaca: {error.detail}.")
        return
    for example in found:
        table = source.decisions.get(example.table)
        if table is None:
            yield Finding("decision-unknown", example.file, f"Keputusan {example.table} tidak ada.")
            return
        try:
            check(table, example)
        except (ScenarioFailed, ProcessFault) as error:
            yield Finding(
                "example-failed", example.file, f"Tabel tidak menjawab seperti contohnya: {error}."
            )


def _has_catch_all(table: DecisionTable) -> bool:
    """Return whether the last row of a FIRST table matches everything; a UNIQUE table must cover
    its cases itself.
    """
    last = table.table.rules[-1] if table.table.rules else None
    return table.hit_policy == "UNIQUE" or (
        last is not None and not any(_test(e) for e in last.inputEntries)
    )


def _overlaps(table: DecisionTable) -> Iterator[tuple[int, int]]:
    """Yield the pairs of rows that one input matches, tried on values around the constants of each
    column.
    """
    engine = TableEngine(table.table)
    task = outside_task({})
    columns = list(
        zip(*[[_test(e) for e in rule.inputEntries] for rule in table.table.rules], strict=True)
    )
    samples = [_samples([t for t in column if t]) for column in columns]

    def matches(test: str | None, sample: object) -> bool:
        try:
            return bool(engine.evaluate(repr(sample), test, task))
        except Exception:
            return False

    for one, other in combinations(range(len(table.table.rules)), 2):
        if all(
            any(matches(column[one], s) and matches(column[other], s) for s in sample)
            for column, sample in zip(columns, samples, strict=True)
        ):
            yield one + 1, other + 1


def _samples(tests: list[str]) -> list[object]:
    found: list[object] = [None, True, False, "nilai lain", 0]
    for test in tests:
        try:
            tree = ast.parse(
                test.replace("?", "v") if _parses(test.replace("?", "v")) else f"v {test}",
                mode="eval",
            )
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant):
                found.append(node.value)
                if type(node.value) is int:
                    found += [node.value - 1, node.value + 1]
    return found


def _test(entry: Any) -> str | None:
    return entry.lhs[0] if entry.lhs else None


def _parses(text: str) -> bool:
    try:
        model.check(text)
    except (SyntaxError, ValueError):
        return False
    return True


RULES: tuple[Rule, ...] = (tables, cells, rules, examples)


def conditions(source: Source) -> Iterator[Finding]:
    """Conditions of flows are valid expressions."""
    for flow in source.model.flows:
        if flow.condition is not None:
            yield from judge(source, flow.id, flow.condition)


def parameters(source: Source) -> Iterator[Finding]:
    """Parameters of service tasks are valid expressions."""
    for node in source.of_kind("serviceTask"):
        for expression in node.parameters.values():
            yield from judge(source, node.id, expression)


def timers(source: Source) -> Iterator[Finding]:
    """Timers parse, literal durations and instants can be computed, and no timer repeats."""
    for node in source.model.nodes.values():
        if "timerEventDefinition" in node.events and len(node.timers) != 1:
            yield Finding("timer", node.id, "Pengatur waktu ini tidak mempunyai waktu atau lama.")
        for kind, expression in node.timers:
            if kind not in ("timeDate", "timeDuration"):
                yield Finding(
                    "timer", node.id, "Pengatur waktu berulang (timeCycle) tidak didukung."
                )
                continue
            faults = list(judge(source, node.id, expression))
            yield from faults
            if not faults and not _is_due(kind, expression):
                yield Finding("timer", node.id, f"Waktu {expression} tidak dapat dihitung.")


def names(source: Source) -> Iterator[Finding]:
    """The name of a control variable is reserved neither by the engine nor by Python."""
    for name, element in source.variables.items():
        if model.is_reserved(name):
            yield Finding(
                "variable-reserved", element, f"Nama variabel {name} sudah dipakai mesin proses."
            )


def judge(source: Source, element: str, expression: str) -> Iterator[Finding]:
    """An expression parses, uses only allowed syntax, and reads only existing variables."""
    try:
        unknown = model.names_in(expression) - source.variables.keys()
    except model.ExpressionError as error:
        yield Finding(
            "expression", element, f"Ungkapan {expression} memakai yang tidak diizinkan: {error}."
        )
    except (SyntaxError, ValueError):
        yield Finding("expression", element, f"Ungkapan {expression} tidak dapat dibaca.")
    else:
        for name in sorted(unknown):
            yield Finding(
                "variable-unknown", element, f"Variabel {name} tidak pernah diisi proses ini."
            )


def _is_due(kind: str, expression: str) -> bool:
    """Return False for a literal that is neither a duration nor an instant with offset; other
    expressions are computed later and accepted.
    """
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


EXPRESSION_RULES: tuple[Rule, ...] = (conditions, parameters, timers, names)
