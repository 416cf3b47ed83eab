"""The dispatch board: calls to a scene that are running, their stages and clocks; who is on duty.
Nothing personal.

The dispatch board on a wall: what is read from three metres, the most urgent call first. Nobody's
name stands on it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from workflow_app.engine import form_values
from workflow_app.engine.definitions import Definition
from workflow_app.models import Case, CaseClock, Draft, Submission, Task, TimeCorrection
from workflow_app.permissions import BOARD_READERS, FIELD_ROLES, ROLES, check_role
from workflow_app.services.accounts import users
from workflow_app.services.cases import access, stages
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.reporting import case_status
from workflow_app.services.roster import duty

PROCESS = "tkp_dispatch"
CALL, DONE = "terima_laporan", "hasil_tkp"
STAGES = {
    CALL: "Diterima",
    "panggil_fungsi": "Dipanggil",
    "beri_app": "APP",
    "berangkat": "Berangkat",
    "tiba": "Tiba",
}
"""What the board shows of the way to the scene, in this order."""
ACKNOWLEDGED_IN = "pemanggilan"
"""Subprocess in which those who are called up say that they know."""
ARRIVAL = ("tiba_di_tkp", "tiba_di_tkp_luar_kota")
NEVER_SUMMONED = frozenset({"piket_propam"})
"""Serves by the roster, but not at scenes."""
OVER_110 = "telepon_110"
HARMLESS = (None, "tidak", "belum_tahu")
MOST = 60


@dataclass(frozen=True)
class Watch:
    """A function and those of it who are on duty."""

    label: str
    names: str


@dataclass(frozen=True)
class Reached:
    """One stage of a call; without a time it is still to come."""

    name: str
    at: datetime | None
    source: str


@dataclass(frozen=True)
class Way:
    """The clock from the report to the arrival."""

    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    readings: list[stages.Reading] = field(default_factory=list)
    """How long it took by the events that the office has not chosen."""

    @property
    def was_late(self) -> bool:
        """Did somebody arrive after the limit?"""
        return (
            self.due_at is not None
            and self.stopped_at is not None
            and self.stopped_at > self.due_at
        )


@dataclass(frozen=True)
class Norm:
    """The standard of the number 110, for calls that came in over it: shown where a limit is, and
    escalates nothing.
    """

    minutes: int
    due_at: datetime
    arrived_at: datetime | None

    @property
    def was_met(self) -> bool:
        """Did somebody arrive within it?"""
        return self.arrived_at is not None and self.arrived_at <= self.due_at


@dataclass(frozen=True)
class Begun:
    """A call whose form nobody has sent yet: somebody is on the phone, or has left it."""

    case_id: UUID
    number: str
    opened_at: datetime
    by: str
    typed_at: datetime | None
    """When something was last typed; None when nothing is."""
    is_left: bool


@dataclass(frozen=True)
class Call:
    """One running call as it stands on the board."""

    case_id: UUID
    number: str
    opened_at: datetime
    kind: str
    place: str
    dangers: list[str]
    reached: list[Reached]
    clock: Way | None
    norm: Norm | None
    waits_for: list[str]
    """Roles that have not said yet that they know."""


def running(work: UnitOfWork) -> list[Call]:
    """Calls that were taken down and whose result nobody has reported yet, oldest first. As many
    queries for one as for sixty.
    """
    check_role(work.actor, BOARD_READERS)
    of_case = select(Submission.id).where(Submission.case_id == Case.id)
    taken_down = of_case.where(Submission.element == CALL).exists()
    over = of_case.where(Submission.element == DONE).exists()
    cases = work.session.scalars(
        select(Case)
        .where(
            Case.process_key == PROCESS,
            Case.unit == work.actor.unit,
            access.not_behind_wall(work, Case.id),
        )
        .where(Case.closed_at.is_(None), taken_down, ~over)
        .order_by(Case.opened_at, Case.number)
        .limit(MOST)
    ).all()
    ids = [case.id for case in cases]
    given, waiting, ways = _given(work, ids), _waiting(work, ids), _ways(work, cases)
    corrected = stages.corrections(work, ids)
    return [
        _call(
            work,
            case,
            given.get(case.id, {}),
            waiting.get(case.id, ()),
            ways.get(case.id),
            corrected,
        )
        for case in cases
    ]


def begun(work: UnitOfWork) -> list[Begun]:
    """Calls that are being taken down, oldest first, so that one that was left is taken up or
    closed, and none is litter.
    """
    check_role(work.actor, BOARD_READERS)
    patience = configuration.value(work, "target.laporan_dimulai")
    rows = work.session.execute(
        select(Case.id, Case.number, Case.opened_at, Task.id, Task.assignee_id)
        .join(Task, (Task.case_id == Case.id) & (Task.status == "open") & (Task.element == CALL))
        .where(
            Case.process_key == PROCESS,
            Case.unit == work.actor.unit,
            access.not_behind_wall(work, Case.id),
        )
        .order_by(Case.opened_at, Case.number)
        .limit(MOST)
    ).all()
    latest = (
        select(Draft.task_id, func.max(Draft.saved_at))
        .where(Draft.task_id.in_([task_id for _, _, _, task_id, _ in rows]))
        .group_by(Draft.task_id)
    )
    typed: dict[UUID, datetime] = dict(work.session.execute(latest).all())
    names = users.names_of(work, [assignee_id for *_, assignee_id in rows])
    found = []
    for case_id, number, opened_at, task_id, assignee_id in rows:
        idle = work.clock() - typed.get(task_id, opened_at)
        is_left = isinstance(patience, int) and idle >= timedelta(minutes=patience)
        by = names.get(assignee_id, "") if assignee_id else ""
        found.append(Begun(case_id, number, opened_at, by, typed.get(task_id), is_left))
    return found


def on_duty(work: UnitOfWork) -> list[Watch]:
    """Who is on duty now, in the order of the roles; a function without anybody says so where a
    roster is kept.
    """
    check_role(work.actor, BOARD_READERS)
    serving = duty.now(work, work.actor.unit)
    if not serving:
        return []
    return [
        Watch(role_label(work, role), duty.names(work, work.actor.unit, role))
        for role in ROLES
        if role not in NEVER_SUMMONED and (role in FIELD_ROLES or role in serving)
    ]


def _given(work: UnitOfWork, case_ids: Collection[UUID]) -> dict[UUID, dict[str, Submission]]:
    """The newest answers of each case by element."""
    found: dict[UUID, dict[str, Submission]] = {}
    query = select(Submission).where(Submission.case_id.in_(case_ids)).order_by(Submission.position)
    for row in work.session.scalars(query):
        found.setdefault(row.case_id, {})[row.element] = row
    return found


def _waiting(work: UnitOfWork, case_ids: Collection[UUID]) -> dict[UUID, list[Task]]:
    found: dict[UUID, list[Task]] = {}
    for task in work.session.scalars(
        select(Task).where(Task.case_id.in_(case_ids), Task.status == "open")
    ):
        found.setdefault(task.case_id, []).append(task)
    return found


def _ways(work: UnitOfWork, cases: Collection[Case]) -> dict[UUID, Way]:
    by_id = {case.id: case for case in cases}
    passed = stages.of_cases(work, list(by_id))
    query = select(CaseClock).where(CaseClock.case_id.in_(list(by_id)), CaseClock.name.in_(ARRIVAL))
    return {
        clock.case_id: Way(
            clock.started_at,
            clock.stopped_at,
            clock.due_at,
            stages.readings(
                work, by_id[clock.case_id], clock, passed.get((clock.case_id, clock.name), {})
            ),
        )
        for clock in work.session.scalars(query)
    }


def _call(
    work: UnitOfWork,
    case: Case,
    given: Mapping[str, Submission],
    waiting: Iterable[Task],
    clock: Way | None,
    corrected: Mapping[tuple[UUID, str], list[TimeCorrection]],
) -> Call:
    definition = definition_of(work, case.definition_id)
    told = given[CALL].answers
    missing = {
        task.role for task in waiting if definition.elements[task.element].parent == ACKNOWLEDGED_IN
    }
    return Call(
        case_id=case.id,
        number=case.number,
        opened_at=case.opened_at,
        kind=_words(definition, told, "jenis_kejadian"),
        place=_words(definition, told, "wilayah"),
        dangers=_dangers(definition, told),
        reached=[
            _reached(
                definition, element, name, given.get(element), corrected.get((case.id, element), ())
            )
            for element, name in STAGES.items()
        ],
        clock=clock,
        norm=_norm(work, given[CALL], clock),
        waits_for=sorted(role_label(work, role) for role in missing),
    )


def _norm(work: UnitOfWork, call: Submission, clock: Way | None) -> Norm | None:
    """The standard counts from the call and in town, whatever edge or target the office has chosen
    for its own clock.
    """
    minutes = configuration.value(work, "target.norma_110")
    received, place = call.answers.get("received_at"), str(call.answers.get("wilayah") or "")
    town = configuration.value(work, "wilayah.dalam_kota", call.submitted_at)
    if (
        call.answers.get("saluran") != OVER_110
        or not isinstance(minutes, int)
        or not isinstance(received, str)
        or not form_values.is_within(place, town)
    ):
        return None
    due = datetime.fromisoformat(received) + timedelta(minutes=minutes)
    return Norm(minutes, due, clock.stopped_at if clock else None)


def _dangers(definition: Definition, told: Mapping[str, object]) -> list[str]:
    """What those who go must know, in words that need no question before them."""
    known = [name for name in ("bahaya", "korban", "senjata") if told.get(name) not in HARMLESS]
    return [
        "Masih berbahaya" if name == "bahaya" else _words(definition, told, name) for name in known
    ]


def _reached(
    definition: Definition,
    element: str,
    name: str,
    submission: Submission | None,
    corrected: Iterable[TimeCorrection],
) -> Reached:
    if submission is None:
        return Reached(name, None, "")
    beside = stages.since(corrected, submission)
    first = stages.recorded(definition.elements[element], submission, beside)
    if first is None:
        return Reached(name, None, "")
    return (
        Reached(name, beside[-1].at, "dikoreksi")
        if beside
        else Reached(name, first.at, first.source)
    )


def _words(definition: Definition, told: Mapping[str, object], name: str) -> str:
    value = told.get(name)
    return formatting.answer(
        definition, definition.form(CALL).fields[name], value if isinstance(value, str) else None
    )


DISPATCH_SCREEN_MOST = 4
"""Calls that fit on a screen in letters of this size."""


@dataclass(frozen=True)
class ShownCall:
    """One call in few words."""

    kind: str
    place: str
    danger: str
    """What those who go must know, in words; empty when nothing is known."""
    stage: str
    """The last stage that was reached."""
    since: datetime
    """When the report came in."""
    clock: Way | None
    waits_for: list[str]
    """Functions that have not said yet that they know."""

    @property
    def is_over(self) -> bool:
        """Has somebody arrived?"""
        return self.clock is not None and self.clock.stopped_at is not None


@dataclass(frozen=True)
class Screen:
    """Everything on it."""

    calls: list[ShownCall]
    others: int
    """Running calls for which there is no room."""
    being_taken: int
    """Calls whose form nobody has sent yet."""


def read(work: UnitOfWork) -> Screen:
    """What a screen shows: calls on the way by their limits, then those where somebody has
    arrived.
    """
    calls = sorted(map(_shown, running(work)), key=_order)
    return Screen(
        calls[:DISPATCH_SCREEN_MOST], max(len(calls) - DISPATCH_SCREEN_MOST, 0), len(begun(work))
    )


def _order(call: ShownCall) -> tuple[bool, datetime, datetime]:
    due = call.clock.due_at if call.clock else None
    return call.is_over, due or case_status.NEVER, call.since


def _shown(call: Call) -> ShownCall:
    reached = [stage.name for stage in call.reached if stage.at is not None]
    return ShownCall(
        kind=call.kind,
        place=call.place,
        danger=", ".join(call.dangers),
        stage=reached[-1] if reached else "",
        since=call.clock.started_at if call.clock else call.opened_at,
        clock=call.clock,
        waits_for=call.waits_for,
    )
