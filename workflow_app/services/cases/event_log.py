"""The event log of a case: each step of the engine is remembered as it is stored, in numbers and
instants.

It tells elements, never people: who did what is on the trail.

Cases of before the event log: what their task rows still tell is written into it, once.

Steps of people are known with their beginning and end. Gateways, timers and the system's own steps
were never written down and stay unknown, as does when an interrupted task was left. How a case, or
many of one process, moved from step to step: for the list of times and for playing it over the
drawing. Where a case stands in the drawing of its process.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntFlag
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from workflow_app.domain import InvalidDefinition, NotFound, Step
from workflow_app.engine import runner
from workflow_app.engine.definitions import Element
from workflow_app.models import Case, CaseStep, PendingEffect, Task
from workflow_app.services.cases import access
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes import clause_map, definitions
from workflow_app.services.processes.clause_map import Carrying
from workflow_app.services.processes.definitions import definition_of

BATCH = 500
STEPS = text("""
    insert into case_step (case_id, no, at, path, stay_parts, stay_since, stay_ends)
    select t.case_id,
           row_number() over (partition by t.case_id order by t.done_at, t.created_at, t.id)
               - count(*) over (partition by t.case_id) - 1,
           t.done_at, array[p.id], array[p.id], array[t.created_at],
           array[case when t.due_at is null then 0 when t.done_at > t.due_at then 3 else 1 end]
    from task t join service_case c on c.id = t.case_id
         join model_part p on p.definition_id = c.definition_id and p.key = t.element
    where t.case_id = any(:cases) and t.status = 'done' and c.standing is null
    on conflict do nothing
""")
STANDING = text("""
    update service_case c set is_logged = true, standing = coalesce(c.standing, (
        select jsonb_object_agg(w.id, jsonb_build_array(p.id, w.since))
        from (select t.id, t.element, t.created_at as since from task t where t.case_id = c.id and
            t.status = 'open'
              union all
              select e.task_id, e.element, e.deferred_at from pending_effect e where e.case_id =
                  c.id) w
        join model_part p on p.definition_id = c.definition_id and p.key = w.element), '{}')
    where c.id = any(:cases) and (c.standing is null or not c.is_logged)
""")


def fill_some(work: UnitOfWork) -> int:
    """Fill some cases of before; those that somebody works on write their own. Returns how many it
    were.
    """
    query = select(Case.id).where(~Case.is_logged).order_by(Case.id).limit(BATCH)
    found = work.session.scalars(query.with_for_update(key_share=True, skip_locked=True)).all()
    if found:
        fill(work, found)
    return len(found)


def is_any(work: UnitOfWork) -> bool:
    """Are there cases of before that are not in the log yet?"""
    return work.session.scalar(select(Case.id).where(~Case.is_logged).limit(1)) is not None


def fill(work: UnitOfWork, case_ids: Sequence[UUID]) -> None:
    """Write what the task rows of these locked cases tell; nothing where their version cannot be
    read any more.
    """
    versions = select(Case.definition_id).where(Case.id.in_(case_ids)).distinct()
    for definition_id in work.session.scalars(versions).all():
        with suppress(InvalidDefinition):
            definitions.numbers(work, definition_id, definition_of(work, definition_id))
    work.session.execute(STEPS, {"cases": list(case_ids)})
    work.session.execute(STANDING, {"cases": list(case_ids)})
    for case in work.session.identity_map.values():
        if isinstance(case, Case) and case.id in case_ids:
            work.session.refresh(case, ["standing", "is_logged"])


def whole_since(work: UnitOfWork) -> datetime | None:
    """The last instant of which only task rows tell; None where every case was in the log from its
    beginning.
    """
    return work.session.scalar(select(func.max(CaseStep.at)).where(CaseStep.no < 0))


class StayEnd(IntFlag):
    """How a stay ended."""

    PLAIN = 0
    TIMED = 1
    """It had a limit."""
    LATE = 2
    """And went beyond it."""
    CUT = 4
    """The element was not completed: something else took the case away from it."""


def append(work: UnitOfWork, case: Case, step: Step) -> None:
    """Remember this step, and where the case stands after it. The case row is locked and has its
    new revision.
    """
    if case.standing is None:
        fill(work, [case.id])
    now, parts = work.clock(), _parts(work, case)
    before: dict[str, Any] = case.standing or {}
    here = {str(task_id): element for task_id, element in step.standing}
    gone = {task_id: place for task_id, place in before.items() if task_id not in here}
    ends = _ends(work, case, gone, _completed(work, gone, step, parts), now)
    flows = (definitions.flow_key(*flow) for flow in step.flows)
    row = {
        "case_id": case.id,
        "no": case.revision,
        "at": now,
        "path": [parts[key] for key in (*step.completed, *flows) if key in parts],
        "stay_parts": [part for part, _ in gone.values()],
        "stay_since": [datetime.fromisoformat(since) for _, since in gone.values()],
        "stay_ends": ends,
    }
    unit_of_work.append(work, CaseStep, row)
    since = now.isoformat()
    case.standing = {
        task_id: before.get(task_id, [parts[element], since]) for task_id, element in here.items()
    }


def _parts(work: UnitOfWork, case: Case) -> Mapping[str, int]:
    return definitions.numbers(work, case.definition_id, definition_of(work, case.definition_id))


def _completed(
    work: UnitOfWork, gone: dict[str, Any], step: Step, parts: Mapping[str, int]
) -> set[int]:
    """The numbers of what was completed; where a stay began before the case was moved, also those
    of the version it had then.
    """
    found = {parts[element] for element in step.completed}
    former = {part for part, _ in gone.values()} - found
    if former <= {*parts.values()}:
        return found
    return found | {
        part for part, key in definitions.keys(work, former).items() if key in step.completed
    }


def _ends(
    work: UnitOfWork, case: Case, gone: dict[str, Any], completed: set[int], now: datetime
) -> list[int]:
    """How each of these stays ended, in their order."""
    if not gone:
        return []
    due = {str(task.id): task.due_at for task in access.of_case(work, case.id)}
    return [
        int(_limit(due.get(task_id), now) | (StayEnd.PLAIN if part in completed else StayEnd.CUT))
        for task_id, (part, _) in gone.items()
    ]


def _limit(due: datetime | None, now: datetime) -> StayEnd:
    if due is None:
        return StayEnd.PLAIN
    return StayEnd.TIMED | StayEnd.LATE if now > due else StayEnd.TIMED


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
    """What happened to a case at one instant. Elements by id, for the drawing; names for the
    list.
    """

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
    newest = (
        select(CaseStep).where(CaseStep.case_id == case.id).order_by(CaseStep.no.desc()).limit(MOST)
    )
    steps = work.session.scalars(newest).all()[::-1]
    keys = definitions.keys(
        work, [*(part for step in steps for part in numbers_in(step)), *standing_parts(case)]
    )
    return moves(work, case, steps, keys)


def moves(
    work: UnitOfWork, case: Case, steps: Sequence[CaseStep], keys: Mapping[int, str]
) -> list[Move]:
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
        Move(at, case.id, entered=here, begins=[names[one] for one in here])
        for at, here in entered.items()
    ]
    return sorted(found, key=lambda move: move.at)


def shown_of(elements: Mapping[str, Element]) -> set[str]:
    """Ids of the elements that a replay tells of: not the frames around them, nor where every case
    begins.
    """
    return {
        id_ for id_, element in elements.items() if element.kind not in ("subProcess", "startEvent")
    }


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


@dataclass(frozen=True)
class CalledDrawing:
    """A process that the case runs through inside its own."""

    key: str
    name: str


@dataclass(frozen=True)
class Diagram:
    """What is marked in the drawing of the version the case runs under."""

    called: list[CalledDrawing]
    """Processes that the case has called so far; their steps are marked by the same lists."""
    carrying: dict[str, list[Carrying]]
    """Per drawing, by the key of its process: the steps that carry out clauses of the SOP."""
    done: list[str]
    current: list[str]
    late: list[str]


def diagram(work: UnitOfWork, case_id: UUID) -> Diagram:
    """The marks for a case the actor may see; raises `NotFound`."""
    case = access.visible_case(work, case_id)
    definition = definition_of(work, case.definition_id)
    tasks = work.session.scalars(select(Task).where(Task.case_id == case.id)).all()
    current = [task.element for task in tasks if task.status == "open"]
    current += work.session.scalars(
        select(PendingEffect.element).where(PendingEffect.case_id == case.id)
    )
    if definition.called and case.closed_at is None:
        current += runner.standing(definition, case.state, work.clock()).entered
    late = [
        task.element
        for task in tasks
        if task.status == "open" and task.due_at is not None and task.due_at < work.clock()
    ]
    # A frame around steps would hide, in the colour of "done", the steps inside that were not
    # taken.
    frames = {
        element.id for element in definition.elements.values() if element.kind == "subProcess"
    }
    # What was passed in another version than the one the case was moved to is not in its drawing.
    reached = {*case.passed, *current} & definition.elements.keys()
    called = [
        CalledDrawing(key, name)
        for key, name in definition.called.items()
        if any(definition.elements[element].process == key for element in reached)
    ]
    elements = definition.elements.values()
    return Diagram(
        called=called,
        carrying={
            key: clause_map.carrying(elements, key)
            for key in (definition.key, *(one.key for one in called))
        },
        done=sorted(reached - set(current) - frames),
        current=sorted(set(current)),
        late=sorted(set(late)),
    )


def drawing(work: UnitOfWork, case_id: UUID, called: str | None = None) -> str:
    """The drawing of the process of a case the actor may see, or of one that it calls; raises
    `NotFound`.
    """
    definition = definition_of(work, access.visible_case(work, case_id).definition_id)
    if called is None:
        return definition.bpmn_xml
    if called not in definition.called:
        raise NotFound()
    return definition.called_xml(called)
