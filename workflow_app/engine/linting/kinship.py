"""Linter rules on cases that beget cases: what begins another, and what is taken over from the case before.

Whether the other process has what is named here is asked of a whole release (`release`).
"""

import re
from collections.abc import Iterator

from workflow_app.engine.linting.source import Finding, Rule, Source, text_written
from workflow_app.engine.model import Node

LONGEST_REASON = 120


def beginnings(source: Source) -> Iterator[Finding]:
    """What begins another case names its process and says why, both as they stand: the reason is on pages and in the trail."""
    for node in source.of_kind("serviceTask"):
        if node.operation != "start_case":
            continue
        process, reason = literal(node, "process"), literal(node, "reason")
        if process is not None and not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", process):
            yield Finding(
                "kin-process", node.id, "Kunci proses lanjutan harus tertulis langsung, dalam tanda kutip."
            )
        if reason is not None and not 0 < len(reason.strip()) <= LONGEST_REASON:
            yield Finding(
                "kin-reason", node.id, f"Alasan harus tertulis langsung, 1 sampai {LONGEST_REASON} huruf."
            )


def bequests(source: Source) -> Iterator[Finding]:
    """What begins another case may say with which variable it begins, which answers its tasks may begin with, and who of this
    one does not see it.
    """
    for node in source.model.nodes.values():
        for name in ("beginsWith", "handsOver", "keepsOut"):
            if name in node.properties and node.operation != "start_case":
                yield Finding("kin-bequest", node.id, f"Properti {name} hanya untuk tugas start_case.")
        for name in ("handsOver", "keepsOut"):
            for element in node.properties.get(name, "").split():
                if element not in source.user_tasks:
                    message = f"Properti {name} menunjuk {element}, yang bukan tugas orang."
                    yield Finding("kin-bequest", node.id, message)


def sources(source: Source) -> Iterator[Finding]:
    """First values come from `<process>.<element>`, on tasks of people."""
    for node in source.model.nodes.values():
        names = [name for name in node.properties.get("prefill", "").split() if "." in name]
        for name in names:
            if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}\.[a-z][a-z0-9_]{0,59}", name):
                yield Finding("kin-prefill", node.id, f"Sumber isian {name} tidak berbentuk proses.tugas.")
        if names and node.kind != "userTask":
            yield Finding("kin-prefill", node.id, "Hanya tugas orang yang mengambil isian dari berkas lain.")


def literal(node: Node, name: str) -> str | None:
    """A parameter that must be a text in quotation marks: the text, empty when it is something else, None when it is missing."""
    return None if name not in node.parameters else text_written(node.parameters[name]) or ""


RULES: tuple[Rule, ...] = (beginnings, bequests, sources)
