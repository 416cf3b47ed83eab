"""Small values that several layers exchange. Standard library only, no behaviour beyond reading them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from uuid import UUID
from zoneinfo import ZoneInfo

WITA = ZoneInfo("Asia/Makassar")
"""Time zone of Kalimantan Selatan (UTC+8, no daylight saving). Times are stored in UTC and shown in this zone."""

Clock = Callable[[], datetime]
"""Returns the current instant, timezone-aware, in UTC."""

Answer = str | int | bool | list["Answer"] | dict[str, "Answer"] | None
"""A form answer as JSON."""

Answers = dict[str, Answer]

Variables = Mapping[str, str | int | bool | list[str] | None]
"""Control variables: the only case data the engine ever sees. Never personal."""


class AccessLevel(IntEnum):
    """How far access to a paper is restricted, as archives classify (R37). Each includes those below it."""

    ORDINARY = 0
    RESTRICTED = 1
    SECRET = 2
    TOP_SECRET = 3


@dataclass(frozen=True)
class Principal:
    """Somebody who is absent, and for whom a substitute does tasks of these roles meanwhile."""

    user_id: UUID
    name: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Actor:
    """Who does something: a signed-in user, or the system itself (`SYSTEM`)."""

    user_id: UUID | None
    name: str
    """Name shown in the history of a case. Empty for the public."""
    roles: frozenset[str] = frozenset()
    unit: str = "spkt"
    stands_for: tuple[Principal, ...] = ()
    """The absent members whose tasks reach this one. It opens no case and gives no right beside the tasks (decision 0045)."""

    @property
    def working_roles(self) -> frozenset[str]:
        """The roles whose tasks reach the actor: the own ones, and those of the members he stands in for."""
        return self.roles.union(*(principal.roles for principal in self.stands_for))


SYSTEM = Actor(user_id=None, name="Sistem")
PUBLIC = Actor(user_id=None, name="Masyarakat", unit="")


@dataclass(frozen=True)
class OpenTask:
    """A user task that waits for a person."""

    id: UUID
    element: str
    """Id of the BPMN element."""
    name: str
    lane: str
    """Role key of the lane (`petugas`, `ka_spkt`, ...)."""
    properties: Mapping[str, str] = field(default_factory=dict)
    is_held: bool = False
    """It was entered more often than a stretch of rework allows; a lead must let the case go on first."""


@dataclass(frozen=True)
class Effect:
    """A service task that was reached and waits for `resolve_effect`."""

    task_id: UUID
    element: str
    operation: str
    parameters: Mapping[str, str | int | bool | None]


@dataclass(frozen=True)
class Step:
    """What the engine computed: the whole next state of a case, ready to be stored."""

    state: bytes
    """Compressed serialisation without the specification; store as `bytea`, never as jsonb."""
    open_tasks: tuple[OpenTask, ...]
    effects: tuple[Effect, ...]
    next_wake_at: datetime | None
    """When a timer is due next (aware UTC), or None."""
    outcome: str | None
    """Outcome of the end event reached, or None while the case runs."""
    completed: tuple[str, ...] = ()
    """Element ids completed in this step, in order."""
    entered: tuple[str, ...] = ()
    """Call activities whose process is under way."""
    standing: tuple[tuple[UUID, str], ...] = ()
    """Where the case waits: id of the task and its element, frames and called processes included."""
    variables: Variables = field(default_factory=dict)
    had_effects: bool = False
    """Service tasks waited for their result before this step."""
    flows: tuple[tuple[str, str], ...] = ()
    """Sequence flows taken in this step, each as source and target."""
    rows: tuple[tuple[str, str], ...] = ()
    """Rows of decision tables that applied in this step, each as id of the table and of the row."""
