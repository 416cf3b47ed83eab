"""What one unit of work has read, holds locked or has still to write: one object per session.

It lives as long as the session, so that a row is read once however many services ask for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from workflow_app.domain import Actor, OnDuty, Substitution
from workflow_app.engine.definitions import Definition
from workflow_app.models import AuditChain, Base, Case, CaseClock, Letter, Submission, Task

KEY = "unit_cache"
"""The only key of `Session.info` that the product uses."""


@dataclass
class CaseCache:
    """Rows of one case; None for what has not been read yet.

    Whoever adds or removes a row keeps this right.
    """

    tasks: list[Task] | None = None
    """All open tasks, and of the others the last of each element, role and status."""
    has_incidents: bool = True
    """Whether an incident may be open; known once the tasks were read."""
    walled_off: frozenset[UUID] = frozenset()
    """Accounts that a wall keeps out; known once the tasks were read."""
    answers: dict[str, Submission] | None = None
    """The newest submission of each element, in the order in which they were made."""
    clocks: list[CaseClock] | None = None
    letters: list[Letter] | None = None


@dataclass
class UnitCache:
    """Everything that a unit of work remembers beside the rows in its session."""

    cases: dict[UUID, CaseCache] = field(default_factory=dict)
    visible: dict[Actor, dict[UUID, Case]] = field(default_factory=dict)
    """Per actor the cases that he was found to see."""
    locked: set[UUID] = field(default_factory=set)
    """Cases that are locked until the transaction ends."""
    leadership_sees: dict[Actor, bool] = field(default_factory=dict)
    """Actors whose sight of confined cases is fixed, whatever is tried in a preview (R79)."""
    names: dict[UUID, str] = field(default_factory=dict)
    """Full names of members by account."""
    settings: dict[str, list[Row[*tuple[Any, ...]]]] | None = None
    """Every value of the office's settings by key, oldest first."""
    definitions: list[Definition] | None = None
    """The current version of every process."""
    duty: dict[str, Mapping[str, tuple[OnDuty, ...]]] = field(default_factory=dict)
    """Per unit and function the members who serve now."""
    substitutions: dict[str, Mapping[UUID, Substitution]] = field(default_factory=dict)
    """Per unit the absent accounts with their substitutes."""
    unwritten: dict[type[Base], list[Mapping[str, Any]]] = field(default_factory=dict)
    """Rows that go to the database with the next flush."""
    chain_heads: dict[str, AuditChain] = field(default_factory=dict)
    """Heads of audit chains that are locked until the transaction ends, by name."""

    def of_case(self, case_id: UUID) -> CaseCache:
        """Return what is known of a case."""
        return self.cases.setdefault(case_id, CaseCache())

    def forget_case(self, case_id: UUID) -> None:
        """Drop what was read of a case: it has just been locked, and may have changed before."""
        self.cases.pop(case_id, None)

    def seen_by(self, actor: Actor) -> dict[UUID, Case]:
        """Return the cases that the actor was found to see."""
        return self.visible.setdefault(actor, {})

    def judge_again(self, case_id: UUID) -> None:
        """Drop who sees a case: the rule for it has just changed."""
        for cases in self.visible.values():
            cases.pop(case_id, None)


def cache_of(session: Session) -> UnitCache:
    """Return the cache of a session; it begins empty."""
    found: UnitCache | None = session.info.get(KEY)
    if found is None:
        found = session.info[KEY] = UnitCache()
    return found
