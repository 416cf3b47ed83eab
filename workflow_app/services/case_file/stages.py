"""Stages of a case: when each was reached, where that time comes from, and what was corrected afterwards (R63).

A step with the property `stage` names the field of its form that holds a time somebody told; when a button was pressed
instead, the moment of the submission counts. What was recorded stays; a correction stands beside it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.engine import forms
from workflow_app.engine.definitions import Definition, Element
from workflow_app.errors import InvalidInput, NotFound
from workflow_app.models.case import Case
from workflow_app.models.stage import TimeCorrection
from workflow_app.models.task import Task
from workflow_app.permissions import FIELD_ROLES, TIME_CORRECTORS, check_role, has_role
from workflow_app.services.accounts import people
from workflow_app.services.case_file import access, answers
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import readable
from workflow_app.services.office.processes import definition_of
from workflow_app.types import WITA, Answers

LONGEST_REASON = 500
SOURCES = {"tombol": "tombol", "radio": "radio", "isian": "isian"}
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


def recorded(element: Element, given: Mapping[str, Any], submitted_at: datetime) -> tuple[datetime, str]:
    """When a stage was reached as it was recorded first, and the source of that time."""
    told = given.get(element.properties["stage"])
    if not isinstance(told, str):
        return submitted_at, SOURCES["tombol"]
    return datetime.fromisoformat(told), SOURCES[str(given.get("sumber", "isian"))]


def of_case(work: UnitOfWork, case: Case) -> list[StageView]:
    """The stages that a case has reached, in the order of time."""
    definition = definition_of(work, case.definition_id)
    staged = _staged(definition)
    if not staged:
        return []
    found = answers.newest(work, case.id, staged)
    made = corrections(work, [case.id])
    names = people.names_of(
        work,
        [one.submitted_by for one in found.values()] + [c.made_by for rows in made.values() for c in rows],
    )
    may_read = answers.works_on(work, case)
    views = []
    for element, submission in found.items():
        at, source = recorded(staged[element], submission.answers, submission.submitted_at)
        rows = [
            Correction(row.at, _name(names, row.made_by), row.made_at, _reason(work, case, row, may_read))
            for row in made.get((case.id, element), ())
        ]
        views.append(
            StageView(element, staged[element].name, at, source, _name(names, submission.submitted_by), rows)
        )
    return sorted(views, key=lambda stage: stage.at)


def corrections(work: UnitOfWork, case_ids: Collection[UUID]) -> dict[tuple[UUID, str], list[TimeCorrection]]:
    """Every correction of these cases by case and element, oldest first."""
    found: dict[tuple[UUID, str], list[TimeCorrection]] = {}
    query = select(TimeCorrection).where(TimeCorrection.case_id.in_(case_ids))
    for row in work.session.scalars(query.order_by(TimeCorrection.position)):
        found.setdefault((row.case_id, row.element), []).append(row)
    return found


def corrected_edges(work: UnitOfWork, case: Case) -> Edges:
    """Where corrections move an edge of a clock. Asks nothing of a case without such stages."""
    staged = _staged(definition_of(work, case.definition_id))
    if not any(_clocks(element, side) for element in staged.values() for side in ("starts", "stops")):
        return {}
    edges: dict[str, tuple[datetime | None, datetime | None]] = {}
    for (_, name), rows in corrections(work, [case.id]).items():
        for clock in _clocks(staged[name], "starts"):
            edges[clock] = (rows[-1].at, edges.get(clock, (None, None))[1])
        for clock in _clocks(staged[name], "stops"):
            edges[clock] = (edges.get(clock, (None, None))[0], rows[-1].at)
    return edges


def check(work: UnitOfWork, case: Case, task: Task, given: Answers) -> dict[str, str]:
    """What is wrong with the time of a stage: who may say that the button is it, and that it lies after the report."""
    definition = definition_of(work, case.definition_id)
    element = definition.elements[task.element]
    if "stage" not in element.properties:
        return {}
    is_there = task.role in work.actor.roles or has_role(work.actor, FIELD_ROLES)
    if given.get("sumber") == "tombol" and not is_there:
        return {"sumber": "Anda mencatat untuk orang lain, jadi pilih jam dari radio atau telepon."}
    told = given.get(element.properties["stage"])
    begun = next((stage for stage in of_case(work, case) if _starts(definition, stage.element)), None)
    if isinstance(told, str) and begun is not None and datetime.fromisoformat(told) < begun.at:
        return {element.properties["stage"]: _too_early(begun)}
    return {}


def correct(work: UnitOfWork, case_id: UUID, element: str, at: str, reason: str) -> None:
    """Say when a stage really was, with a reason; sent twice it is kept once. Raises `InvalidInput`, `NotFound`."""
    case = access.visible_case(work, case_id, lock=True)
    check_role(work.actor, TIME_CORRECTORS)
    reached = of_case(work, case)
    stage = next((stage for stage in reached if stage.element == element), None)
    if stage is None:
        raise NotFound()
    instant, faults = _read(at), {}
    definition = definition_of(work, case.definition_id)
    begun = next((one for one in reached if _starts(definition, one.element)), None)
    if instant is None:
        faults["at"] = "Isi tanggal dan jam yang benar."
    elif instant > work.clock():
        faults["at"] = "Waktu ini belum terjadi. Isi waktu yang sudah lewat."
    elif begun is not None and begun is not stage and instant < begun.at:
        faults["at"] = _too_early(begun)
    if len(reason.strip()) < 10:
        faults["reason"] = "Tulis alasan koreksi dengan jelas, paling sedikit sepuluh huruf."
    elif fault := forms.judge_text(reason, LONGEST_REASON):
        faults["reason"] = fault
    if faults or instant is None:
        raise InvalidInput(fields=faults)
    if instant == stage.at:
        return
    made = uuid4()
    work.session.add(
        TimeCorrection(
            id=made,
            case_id=case.id,
            element=element,
            at=instant,
            sealed=work.vault.seal(case.data_key, {"alasan": reason.strip()}, _context(made)),
            made_at=work.clock(),
            made_by=work.actor.user_id,
        )
    )
    audit.record_case(
        work,
        case.id,
        "time.corrected",
        element,
        name=stage.name,
        was=stage.at.isoformat(),
        becomes=instant.isoformat(),
    )
    work.session.flush()


def _staged(definition: Definition) -> dict[str, Element]:
    return {e.id: e for e in definition.elements.values() if "stage" in e.properties}


def _clocks(element: Element, side: str) -> Iterable[str]:
    return element.properties.get(f"{side}Clock", "").split()


def _starts(definition: Definition, element: str) -> bool:
    """Does the service count from this stage on?"""
    return bool(_clocks(definition.elements[element], "starts"))


def _read(text: str) -> datetime | None:
    """A local time (WITA) as a browser sends it."""
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant if instant.tzinfo else instant.replace(tzinfo=WITA)
    except ValueError:
        return None


def _too_early(begun: StageView) -> str:
    return f"Waktu ini sebelum laporan diterima ({readable.moment(begun.at)}). Periksa lagi."


def _name(names: Mapping[UUID, str], user_id: UUID | None) -> str:
    return names.get(user_id, "Sistem") if user_id else "Sistem"


def _reason(work: UnitOfWork, case: Case, row: TimeCorrection, may_read: bool) -> str:
    return str(work.vault.open(case.data_key, row.sealed, _context(row.id))["alasan"]) if may_read else ""


def _context(correction_id: UUID) -> str:
    return f"correction:{correction_id}"
