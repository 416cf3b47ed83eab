"""From which event the clocks of a case count and at which they stop, as the office has chosen when
the case was opened; and when the other events were that it might have chosen, so that both readings
of the SOP are measured (pitfall 6).

Stages of a case: when each was reached, where that time comes from, and what was corrected
afterwards (R63).

A step with the property `stage` names the field of its form that holds a time somebody told; when a
button was pressed instead, the moment of the submission counts. What was recorded stays; a
correction stands beside it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from workflow_app.domain import WITA, Answers, InvalidInput, NotFound
from workflow_app.engine import clocks as engine_clocks
from workflow_app.engine.clocks import START, STOP
from workflow_app.engine.definitions import Definition, Element
from workflow_app.models import Case, CaseClock, ClockEdge, Submission, Task, TimeCorrection
from workflow_app.permissions import FIELD_ROLES, TIME_CORRECTORS, check_role, has_role
from workflow_app.services.accounts import users
from workflow_app.services.cases import access, answers
from workflow_app.services.core import formatting, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes.definitions import definition_of

SHORTEST = timedelta(minutes=1)
"""Readings that differ by less are one."""
_INSERTION = insert(unit_of_work.table_of(ClockEdge))
_KEY = ["case_id", "clock", "operation", "edge"]
_FIRST = _INSERTION.on_conflict_do_nothing(index_elements=_KEY)
_LAST = _INSERTION.on_conflict_do_update(index_elements=_KEY, set_={"at": _INSERTION.excluded.at})
Passed = Mapping[tuple[str, str], datetime]
"""Operation and edge to when it was."""


@dataclass(frozen=True)
class Reading:
    """How long it took by another reading than the one that counts."""

    label: str
    span: timedelta


def passed(
    work: UnitOfWork, case: Case, element: Element, clocks: Collection[str], told: datetime | None
) -> dict[str, datetime | None]:
    """A service task that starts or stops these clocks is reached: the clocks on which it acts, and
    the time that counts.

    Whether it acts or not, its edges are kept as they were passed first; of a clock that is
    measured anew in each round, last.
    """
    acting: dict[str, datetime | None] = {}
    now = work.clock()
    for clock in clocks:
        edge = _counted(work, case, element, clock)
        if edge is not None:
            acting[clock] = now if engine_clocks.is_recorded(element, edge) else told
    reached = [
        {
            "case_id": case.id,
            "clock": clock,
            "operation": element.operation,
            "edge": edge,
            "at": now if engine_clocks.is_recorded(element, edge) else min(told or now, now),
        }
        for clock in clocks
        if len(engine_clocks.offered(_elements(work, case), clock, element.operation or "")) > 1
        for edge in engine_clocks.named(element)
    ]
    if reached:
        kept = _LAST if element.is_timed_per_round else _FIRST
        work.session.execute(kept, unit_of_work.one_or_many(reached))
    return acting


def chosen(work: UnitOfWork, case: Case, clock: str, operation: str = START) -> str:
    """The edge that counts in this case; empty where the diagram offers no choice."""
    return engine_clocks.chosen(_elements(work, case), clock, operation, _told(work, case, clock))


def of_cases(work: UnitOfWork, case_ids: Collection[UUID]) -> Mapping[tuple[UUID, str], Passed]:
    """When the edges of each clock of these cases were passed."""
    found: dict[tuple[UUID, str], dict[tuple[str, str], datetime]] = {}
    if not case_ids:
        return found
    for row in work.session.scalars(select(ClockEdge).where(ClockEdge.case_id.in_(case_ids))):
        found.setdefault((row.case_id, row.clock), {})[row.operation, row.edge] = row.at
    return found


def readings(work: UnitOfWork, case: Case, clock: CaseClock, known: Passed) -> list[Reading]:
    """How long it took from the other edges to the end that counts, and from the start that counts
    to the other ends. Known when the clock has stopped.
    """
    if clock.stopped_at is None:
        return []
    start, stop = (chosen(work, case, clock.name, operation) for operation in (START, STOP))
    definition = definition_of(work, case.definition_id)
    measured = clock.stopped_at - clock.started_at
    found = [
        Reading(formatting.clock(definition, clock.name, edge), clock.stopped_at - at)
        for (operation, edge), at in sorted(known.items(), key=lambda item: item[1])
        if operation == START and edge != start and at <= clock.stopped_at
    ]
    label = formatting.clock(definition, clock.name, start)
    found += [
        Reading(f"{label} sampai {edge.replace('_', ' ')}", at - clock.started_at)
        for (operation, edge), at in sorted(known.items(), key=lambda item: item[1])
        if operation == STOP and edge != stop and at >= clock.started_at
    ]
    return [one for one in found if abs(one.span - measured) >= SHORTEST]


def _counted(work: UnitOfWork, case: Case, element: Element, clock: str) -> str | None:
    return engine_clocks.counted(_elements(work, case), element.id, clock, _told(work, case, clock))


def _elements(work: UnitOfWork, case: Case) -> Mapping[str, Element]:
    return definition_of(work, case.definition_id).elements


def _told(work: UnitOfWork, case: Case, clock: str) -> Mapping[str, str] | None:
    """A case keeps what held when it was opened: its clock may start long after."""
    if f"tepi_jam.{clock}" not in configuration.SEED:
        return None
    told: Mapping[str, str] | None = configuration.value(work, f"tepi_jam.{clock}", case.opened_at)
    return told


_CORRECTIONS = (
    select(TimeCorrection)
    .where(TimeCorrection.case_id.in_(bindparam("case_ids", expanding=True)))
    .order_by(TimeCorrection.position)
)

LONGEST_REASON = 500
REASON_WANTED = "Tulis alasan koreksi dengan jelas, paling sedikit sepuluh huruf."
SOURCES = {"tombol": "tombol", "radio": "radio", "isian": "isian"}
OFFERED = "formulir"
"""Source of a time that the form offered."""
Edges = Mapping[str, tuple[datetime | None, datetime | None]]
"""Per clock, when it really started and stopped; None where nothing was corrected."""


@dataclass(frozen=True)
class Correction:
    """What somebody corrected, with the reason for those who may read it."""

    at: datetime
    by: str
    made_at: datetime
    reason: str


@dataclass(frozen=True)
class Recorded:
    """A time as it was recorded first."""

    at: datetime
    source: str


@dataclass(frozen=True)
class StageView:
    """A stage that was reached."""

    element: str
    name: str
    recorded_at: datetime
    source: str
    by: str
    corrections: list[Correction]
    """Oldest first."""

    @property
    def at(self) -> datetime:
        """The time that counts."""
        return self.corrections[-1].at if self.corrections else self.recorded_at


def recorded(
    element: Element, done: Submission, beside: Sequence[TimeCorrection]
) -> Recorded | None:
    """When a stage was reached as it was recorded first, and the source of that time; what its form
    had offered, where another time was told. None where the step was answered without reaching the
    stage.
    """
    told, source = (
        done.answers.get(element.properties["stage"]),
        str(done.answers.get("sumber", "isian")),
    )
    if beside and beside[0].offered_at is not None:
        return Recorded(beside[0].offered_at, OFFERED)
    if isinstance(told, str):
        return Recorded(datetime.fromisoformat(told), SOURCES[source])
    return Recorded(done.submitted_at, SOURCES[source]) if source == "tombol" else None


def of_case(work: UnitOfWork, case: Case) -> list[StageView]:
    """The stages that a case has reached, in the order of time."""
    definition = definition_of(work, case.definition_id)
    staged = _staged(definition)
    if not staged:
        return []
    found = answers.newest(work, case.id, staged)
    if not found:
        return []
    made = corrections(work, [case.id])
    names = users.names_of(
        work,
        [who for one in found.values() for who in (one.submitted_by, one.on_behalf_of)]
        + [c.made_by for rows in made.values() for c in rows],
    )
    may_read = answers.works_on(work, case)
    views = []
    for element, submission in found.items():
        beside = since(made.get((case.id, element), ()), submission)
        first = recorded(staged[element], submission, beside)
        if first is None:
            continue
        rows = [
            Correction(
                row.at, _name(names, row.made_by), row.made_at, _reason(work, case, row, may_read)
            )
            for row in beside
        ]
        absent = names.get(submission.on_behalf_of) if submission.on_behalf_of else None
        by = users.acting(_name(names, submission.submitted_by), absent)
        views.append(StageView(element, staged[element].name, first.at, first.source, by, rows))
    return sorted(views, key=lambda stage: stage.at)


def corrections(
    work: UnitOfWork, case_ids: Collection[UUID]
) -> dict[tuple[UUID, str], list[TimeCorrection]]:
    """Every correction of these cases by case and element, oldest first."""
    found: dict[tuple[UUID, str], list[TimeCorrection]] = {}
    for row in work.session.scalars(_CORRECTIONS, {"case_ids": [*case_ids]}):
        found.setdefault((row.case_id, row.element), []).append(row)
    return found


def since(made: Iterable[TimeCorrection], done: Submission) -> list[TimeCorrection]:
    """Of the corrections of a step those that belong to this round of it."""
    return [row for row in made if row.made_at >= done.submitted_at]


def corrected_edges(work: UnitOfWork, case: Case) -> Edges:
    """Where corrections move an edge of a clock. Asks nothing of a case without such stages."""
    staged = _staged(definition_of(work, case.definition_id))
    if not any(
        _clocks(element, side) for element in staged.values() for side in ("starts", "stops")
    ):
        return {}
    made = corrections(work, [case.id])
    found = answers.newest(work, case.id, staged) if made else {}
    edges: dict[str, dict[str, datetime]] = {}
    for element, done in found.items():
        beside = since(made.get((case.id, element), ()), done)
        for side in ("starts", "stops"):
            for clock in _edges(work, case, staged[element], side):
                edges.setdefault(clock, {}).pop(
                    side, None
                )  # of several steps the last one is the edge
                edges[clock] |= {side: beside[-1].at} if beside else {}
    return {clock: (at.get("starts"), at.get("stops")) for clock, at in edges.items() if at}


def check(work: UnitOfWork, case: Case, task: Task, given: Answers) -> dict[str, str]:
    """What is wrong with the time of a stage: who may say that the button is it, and that it lies
    after the report.
    """
    definition = definition_of(work, case.definition_id)
    element = definition.elements[task.element]
    if "stage" not in element.properties:
        return {}
    is_there = task.role in work.actor.roles or has_role(work.actor, FIELD_ROLES)
    if given.get("sumber") == "tombol" and not is_there:
        return {"sumber": "Anda mencatat untuk orang lain, jadi pilih jam dari radio atau telepon."}
    told = given.get(element.properties["stage"])
    begun = _begun(work, case, definition)
    if (
        isinstance(told, str)
        and begun is not None
        and begun.element != element.id
        and datetime.fromisoformat(told) < begun.at
    ):
        return {element.properties["stage"]: _too_early(begun)}
    return {}


def correct(work: UnitOfWork, case_id: UUID, element: str, at: str, reason: str) -> None:
    """Say when a stage really was, with a reason; sent twice it is kept once. Raises
    `InvalidInput`, `NotFound`.
    """
    case = access.visible_case(work, case_id, lock=True)
    check_role(work.actor, TIME_CORRECTORS)
    reached = of_case(work, case)
    stage = next((stage for stage in reached if stage.element == element), None)
    if stage is None:
        raise NotFound()
    instant, faults = _read(at), {}
    definition = definition_of(work, case.definition_id)
    begun = _begun(work, case, definition)
    if instant is None:
        faults["at"] = "Isi tanggal dan jam yang benar."
    elif instant > work.clock():
        faults["at"] = "Waktu ini belum terjadi. Isi waktu yang sudah lewat."
    elif begun is not None and begun.element != element and instant < begun.at:
        faults["at"] = _too_early(begun)
    if fault := answers.reason_fault(reason, REASON_WANTED, longest=LONGEST_REASON):
        faults["reason"] = fault
    if faults or instant is None:
        raise InvalidInput(fields=faults)
    if instant == stage.at:
        return
    put_beside(work, case, element, stage.name, "time.corrected", stage.at, instant, reason.strip())


def put_beside(
    work: UnitOfWork,
    case: Case,
    element: str,
    name: str,
    action: str,
    was: datetime,
    becomes: datetime,
    reason: str,
    *,
    is_offer: bool = False,
) -> None:
    """Keep another time beside the one of a step, and on record. `is_offer` says that the form had
    offered what it was.
    """
    made = uuid4()
    work.session.add(
        TimeCorrection(
            id=made,
            case_id=case.id,
            element=element,
            at=becomes,
            offered_at=was if is_offer else None,
            sealed=work.vault.seal(case.data_key, {"alasan": reason}, _context(made)),
            made_at=work.clock(),
            made_by=work.actor.user_id,
        )
    )
    unit_of_work.record_case(
        work, case.id, action, element, name=name, was=was.isoformat(), becomes=becomes.isoformat()
    )
    work.session.flush()


def _staged(definition: Definition) -> dict[str, Element]:
    return {e.id: e for e in definition.elements.values() if "stage" in e.properties}


def _clocks(element: Element, side: str) -> Iterable[str]:
    return element.properties.get(f"{side}Clock", "").split()


def _begun(work: UnitOfWork, case: Case, definition: Definition) -> StageView | None:
    """The stage from which the service counts, once it was reached."""
    starts = (
        one for one in of_case(work, case) if _clocks(definition.elements[one.element], "starts")
    )
    return next(starts, None)


def _edges(work: UnitOfWork, case: Case, element: Element, side: str) -> Iterable[str]:
    """The clocks whose edge the time of a stage is in this case."""
    edge, operation = element.properties.get("edge"), {"starts": START, "stops": STOP}[side]
    return (
        clock
        for clock in _clocks(element, side)
        if edge is None or edge == chosen(work, case, clock, operation)
    )


def _read(text: str) -> datetime | None:
    """A local time (WITA) as a browser sends it."""
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant if instant.tzinfo else instant.replace(tzinfo=WITA)
    except ValueError:
        return None


def _too_early(begun: StageView) -> str:
    return (
        f"Waktu ini mendahului langkah “{begun.name}” ({formatting.moment(begun.at)}). Periksa "
        "lagi."
    )


def _name(names: Mapping[UUID, str], user_id: UUID | None) -> str:
    return names.get(user_id, "Sistem") if user_id else "Sistem"


def _reason(work: UnitOfWork, case: Case, row: TimeCorrection, may_read: bool) -> str:
    return (
        str(work.vault.open(case.data_key, row.sealed, _context(row.id))["alasan"])
        if may_read
        else ""
    )


def _context(correction_id: UUID) -> str:
    return f"correction:{correction_id}"
