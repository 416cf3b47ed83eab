"""How a case, or many of one process, moved from step to step: for the list of times and for playing it over the drawing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from workflow_app.engine.element import Element
from workflow_app.models.case import Case
from workflow_app.models.event_log import CaseStep
from workflow_app.services.case_file import access
from workflow_app.services.case_file.event_log import StayEnd
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop import model_parts
from workflow_app.services.sop.processes import definition_of

MOST = 500
"""Moves of one case that its page shows; of more, the last ones."""


@dataclass(frozen=True)
class Stay:
    """A case at an element."""

    element: str
    since: datetime
    until: datetime | None = None
    ends: int = 0

    @property
    def length(self) -> timedelta | None:
        """How long it lasted; None while it lasts."""
        return None if self.until is None else self.until - self.since


@dataclass(frozen=True)
class Left:
    """A stay that ended, in words for the list."""

    name: str
    length: timedelta
    is_cut: bool
    is_late: bool


@dataclass(frozen=True)
class Move:
    """What happened to a case at one instant. Elements by id, for the drawing; names for the list."""

    at: datetime
    case_id: UUID
    left: list[str] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    ends: list[Left] = field(default_factory=list)
    begins: list[str] = field(default_factory=list)


def of_case(work: UnitOfWork, case_id: UUID) -> list[Move]:
    """How a case that the actor may see moved, oldest first. Raises `NotFound`."""
    case = access.visible_case(work, case_id)
    newest = select(CaseStep).where(CaseStep.case_id == case.id).order_by(CaseStep.no.desc()).limit(MOST)
    steps = work.session.scalars(newest).all()[::-1]
    keys = model_parts.keys(
        work, [*(part for step in steps for part in numbers_in(step)), *standing_parts(case)]
    )
    return moves(work, case, steps, keys)


def moves(work: UnitOfWork, case: Case, steps: Sequence[CaseStep], keys: Mapping[int, str]) -> list[Move]:
    """The moves of one case in these steps of it, in their order."""
    elements = definition_of(work, case.definition_id).elements
    shown = shown_of(elements)
    names = {id_: element.name or id_ for id_, element in elements.items()}
    entered: dict[datetime, list[str]] = {}
    for stay in (*ended(steps, keys), *standing(case, keys)):
        if stay.element in shown:
            entered.setdefault(stay.since, []).append(stay.element)
    found = []
    for step in steps:
        gone = [stay for stay in ended([step], keys) if stay.element in shown]
        here = entered.pop(step.at, [])
        path = [keys[part] for part in step.path if part in keys]
        found.append(
            Move(
                at=step.at,
                case_id=case.id,
                left=[stay.element for stay in gone],
                entered=here,
                flows=[key for key in path if ">" in key],
                passed=[key for key in path if key in shown],
                ends=[_left(stay, names) for stay in gone],
                begins=[names[element] for element in here],
            )
        )
    # What task rows told afterwards has no step at which the task was entered.
    found += [
        Move(at, case.id, entered=here, begins=[names[one] for one in here]) for at, here in entered.items()
    ]
    return sorted(found, key=lambda move: move.at)


def shown_of(elements: Mapping[str, Element]) -> set[str]:
    """Ids of the elements that a replay tells of: not the frames around them, nor where every case begins."""
    return {id_ for id_, element in elements.items() if element.kind not in ("subProcess", "startEvent")}


def _left(stay: Stay, names: Mapping[str, str]) -> Left:
    return Left(
        names[stay.element],
        stay.length or timedelta(),
        is_cut=bool(stay.ends & StayEnd.CUT),
        is_late=bool(stay.ends & StayEnd.LATE),
    )


def ended(steps: Iterable[CaseStep], keys: Mapping[int, str]) -> Iterable[Stay]:
    """The stays that ended with these steps."""
    for step in steps:
        for part, since, ends in zip(step.stay_parts, step.stay_since, step.stay_ends, strict=True):
            if part in keys:
                yield Stay(keys[part], since, step.at, ends)


def standing(case: Case, keys: Mapping[int, str]) -> Iterable[Stay]:
    """Where a case stands now."""
    for part, since in (case.standing or {}).values():
        if part in keys:
            yield Stay(keys[part], datetime.fromisoformat(since))


def standing_parts(case: Case) -> Iterable[int]:
    """The numbers of where a case stands now."""
    return (part for part, _ in (case.standing or {}).values())


def numbers_in(step: CaseStep) -> Iterable[int]:
    """All numbers of a row."""
    return (*step.path, *step.stay_parts)
