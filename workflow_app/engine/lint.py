"""The linter of process folders."""

from collections.abc import Collection
from dataclasses import dataclass

from workflow_app.engine.definitions import ProcessFiles


@dataclass(frozen=True)
class Finding:
    """One thing that keeps a process folder from being deployed."""

    rule: str
    element: str
    """Element id or file name."""
    message: str
    """One Indonesian sentence."""


def lint(files: ProcessFiles, roles: Collection[str]) -> list[Finding]:
    """Everything that is wrong with a process folder; empty when it may be deployed."""
    raise NotImplementedError
