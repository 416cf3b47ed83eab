"""A flow node of a process as the rest of the product sees it."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

RECEIVING_LANE = "penerima"
"""Lane of the function that a case is handed on to."""
ASKING_LANE = "pemohon"
"""Lane of who asks others for something."""
PART_LANES = (RECEIVING_LANE, ASKING_LANE, "atasan")
"""Lanes of a part that different roles play: who receives, who asks, who is told when time runs out. A control variable names
the role of each task (`roleFrom`).
"""


@dataclass(frozen=True)
class Element:
    """A flow node of the model as the rest of the product sees it."""

    id: str
    name: str
    kind: str
    """Tag of the node: userTask, serviceTask, endEvent, ..."""
    role: str
    """Role key of its lane; empty outside lanes."""
    clauses: tuple[str, ...]
    """Requirement numbers the element carries out (R45, R11, ...)."""
    properties: Mapping[str, str]
    process: str
    """Key of the process in whose drawing it is."""
    parent: str | None = None
    """Enclosing subprocess or called process, None on the top level of the case."""
    operation: str = ""
    """What a service task asks for."""
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By parameter of the operation the names that are written in it, such as the clocks among which it chooses."""
    result: str | None = None
    """The control variable that holds what the operation gave back."""

    @property
    def is_hand_off(self) -> bool:
        """Does a task of it put the case into the hands of the function that receives it?"""
        return self.role == RECEIVING_LANE and "roleFrom" in self.properties

    @property
    def is_timed_per_round(self) -> bool:
        """Does the clock that starts here start anew each time, or once per case?"""
        return self.properties.get("clockPer") == "round"


def names_written(expression: str) -> tuple[str, ...]:
    """The names in the texts of an expression; none where there are no texts."""
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError):
        return ()
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return tuple(dict.fromkeys(name for text in texts for name in re.findall(r"[\w.]+", text)))
