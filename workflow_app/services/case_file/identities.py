"""Personal answers: sealed at rest, masked on pages, opened for a purpose, and every opening is on record (R23)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.engine.forms import WORKING_NOTES, Form
from workflow_app.errors import Forbidden, InvalidInput
from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import Case
from workflow_app.services.accounts import members
from workflow_app.services.case_file import access, answers, handoffs, remarks
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import Answers

REVEALED = "identity.revealed"
SHORTEST_PURPOSE, LONGEST_PURPOSE = 5, 300
PURPOSE_WANTED = "Tulis untuk apa identitas dibuka, paling sedikit lima huruf."
MASK = "•••"


@dataclass(frozen=True)
class IdentityGroup:
    """The personal answers of one step."""

    element: str
    element_name: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class Access:
    """Who opened the identity, when, and what for."""

    at: datetime
    who: str
    purpose: str


def read_answers(work: UnitOfWork, case: Case, *, element: str | None = None) -> dict[str, Answers]:
    """Newest answers per element, personal ones included, members by name. For the system's own use (letters): no event."""
    found = answers.newest(work, case.id, None if element is None else [element])
    opened = answers.unsealed(work, case, found.values())
    return members.spelled_out(work, definition_of(work, case.definition_id).forms, opened)


def reveal(work: UnitOfWork, case_id: UUID, purpose: str) -> list[IdentityGroup]:
    """Open the personal answers of a case. Needs a written purpose; records who, when and why (sealed)."""
    case = access.visible_case(work, case_id, lock=True)
    if not handoffs.opens_identities(work, case):
        raise Forbidden()
    if fault := remarks.fault(purpose, PURPOSE_WANTED, shortest=SHORTEST_PURPOSE, longest=LONGEST_PURPOSE):
        raise InvalidInput(fields={"purpose": fault})
    remark = f"pembukaan:{uuid4()}"
    remarks.keep(work, case, remark, purpose)
    audit.record_case(work, case.id, REVEALED, remark=remark)
    return _groups(work, case, masked=False)


def wanted_at(work: UnitOfWork, case: Case, element: str) -> str:
    """What the step needs them for, as its process says (`opensFor`); empty where the actor may not open them, or it says nothing."""
    reason = definition_of(work, case.definition_id).elements[element].properties.get("opensFor", "")
    return reason if reason and handoffs.opens_identities(work, case) else ""


def masked(work: UnitOfWork, case_id: UUID) -> list[IdentityGroup]:
    """Which personal answers exist, their contents hidden."""
    return _groups(work, access.visible_case(work, case_id), masked=True)


def accesses(work: UnitOfWork, case_id: UUID) -> list[Access]:
    """Every opening of the identity of a case, newest first."""
    case = access.visible_case(work, case_id)
    events = work.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.case_id == case.id, AuditEvent.action == REVEALED)
        .order_by(AuditEvent.position.desc())
    ).all()
    written = remarks.words_of(work, case) if events else {}
    return [Access(event.at, event.actor_name, _purpose(event, written)) for event in events]


def _groups(work: UnitOfWork, case: Case, *, masked: bool) -> list[IdentityGroup]:
    definition = definition_of(work, case.definition_id)
    found = []
    for element, all_answers in read_answers(work, case).items():
        form = definition.form(element)
        rows = [
            (title, MASK if masked else text)
            for title, text in answers.rows_of(definition, form, _personal(form, all_answers))
        ]
        if rows:
            found.append(IdentityGroup(element, definition.elements[element].name, rows))
    return found


def _purpose(event: AuditEvent, written: Mapping[str, str]) -> str:
    """What the identity was opened for; events from before purposes were sealed tell it themselves."""
    told = str(event.details.get("purpose", ""))
    return written.get(str(event.details.get("remark")), told)


def _personal(form: Form, all_answers: Answers) -> Answers:
    """Without the working notes, which are shown where the case is worked on."""
    masked = {name for name, field in form.fields.items() if field.personal not in (None, WORKING_NOTES)}
    return {name: value for name, value in all_answers.items() if name in masked}
