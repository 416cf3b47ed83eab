"""Cases found by their own number, or by that of a letter."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from workflow_app.models.case import Case
from workflow_app.models.definition import Definition as DefinitionRow
from workflow_app.models.letter import Letter
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class CaseHit:
    """A case found by its number."""

    id: UUID
    number: str
    process_name: str
    status: str
    opened_at: datetime


def search(work: UnitOfWork, text: str, limit: int = 20) -> list[CaseHit]:
    """Cases whose own number or letter number contains `text`, newest first; only those the actor may see."""
    wanted = text.strip()
    if len(wanted) < 2:
        return []
    lettered = select(Letter.case_id).where(Letter.number.icontains(wanted, autoescape=True))
    rows = work.session.execute(
        select(Case.id, Case.number, DefinitionRow.name, Case.status, Case.opened_at)
        .join(DefinitionRow, DefinitionRow.id == Case.definition_id)
        .where(Case.number.icontains(wanted, autoescape=True) | Case.id.in_(lettered), access.sees_case(work))
        .order_by(Case.opened_at.desc(), Case.number.desc())
        .limit(limit)
    )
    return [CaseHit(*row) for row in rows]


def by_numbers(work: UnitOfWork, numbers: Collection[str]) -> dict[str, list[CaseHit]]:
    """Cases with exactly one of these numbers, or with a letter that has it (the office behind its last digit may be left out),
    newest first; only those the actor may see.
    """
    if not numbers:
        return {}
    short = func.substring(Letter.number, r"^.*\d")
    wanted = [*numbers]
    query = (
        select(Case.id, Case.number, DefinitionRow.name, Case.status, Case.opened_at, Letter.number, short)
        .join(DefinitionRow, DefinitionRow.id == Case.definition_id)
        .outerjoin(Letter, (Letter.case_id == Case.id) & or_(Letter.number.in_(wanted), short.in_(wanted)))
        .order_by(Case.opened_at.desc(), Case.number.desc())
    )
    lettered = select(Letter.case_id).where(or_(Letter.number.in_(wanted), short.in_(wanted)))
    query = query.where(or_(Case.number.in_(wanted), Case.id.in_(lettered)), access.sees_case(work))
    found: dict[str, list[CaseHit]] = {}
    for *facts, letter, beginning in work.session.execute(query):
        hit = CaseHit(*facts)
        for number in {hit.number, letter, beginning} & {*numbers}:
            if hit not in found.setdefault(number, []):
                found[number].append(hit)
    return found
