"""Orders to move cases: what became of each that the reader may know of, and which could still go back."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from workflow_app.models.case import Case
from workflow_app.models.move import CaseMove, MoveOrder
from workflow_app.services.accounts import people
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.running import move_previews, moves
from workflow_app.services.sop import process_versions
from workflow_app.services.sop.processes import version_of

MOST = 20
"""Orders that are shown, the newest."""


@dataclass(frozen=True)
class OrderView:
    """One order as its page shows it."""

    id: UUID
    at: datetime
    by: str
    reason: str
    version: int
    """Moved to this version; of one that takes back, back from it."""
    is_back: bool
    counts: Counter[str]
    """How many cases wait, were moved, were refused, were moved and have been returned."""
    refusals: list[tuple[str, int]]
    """Why, with how many cases; the most frequent first."""
    returnable: list[tuple[UUID, str]]
    """Cases that have taken no step since, with their numbers."""

    @property
    def total(self) -> int:
        """All its cases."""
        return self.counts.total()


def of_process(work: UnitOfWork, key: str) -> list[OrderView]:
    """The newest orders of a process. Raises `Forbidden`."""
    process_versions.check_keeper(work)
    query = (
        select(MoveOrder)
        .where(MoveOrder.process_key == key, MoveOrder.unit == work.actor.unit)
        .order_by(MoveOrder.ordered_at.desc(), MoveOrder.id)
    )
    found = work.session.scalars(query.limit(MOST)).all()
    ids = [given.id for given in found]
    names = people.names_of(work, [given.ordered_by for given in found])
    counts: dict[UUID, Counter[str]] = {id: Counter() for id in ids}
    refusals: dict[UUID, Counter[str]] = {id: Counter() for id in ids}
    rows = (
        select(CaseMove.order_id, CaseMove.status, CaseMove.sentence, func.count())
        .where(CaseMove.order_id.in_(ids), access.not_behind_wall(work, CaseMove.case_id))
        .group_by(CaseMove.order_id, CaseMove.status, CaseMove.sentence)
    )
    for order_id, status, sentence, count in work.session.execute(rows):
        counts[order_id][status] += count
        if sentence:
            refusals[order_id][sentence] += count
    returnable = _returnable(work, ids)
    return [
        OrderView(
            id=given.id,
            at=given.ordered_at,
            by=names.get(given.ordered_by, "") if given.ordered_by else "pengelola server",
            reason=str(work.vault.open(given.data_key, given.sealed, moves.context_of(given.id))["alasan"]),
            version=version_of(work, given.definition_id),
            is_back=given.undoes_id is not None,
            counts=counts[given.id],
            refusals=refusals[given.id].most_common(),
            returnable=[] if given.undoes_id else returnable.get(given.id, []),
        )
        for given in found
    ]


def _returnable(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    query = (
        select(CaseMove.order_id, Case.id, Case.number)
        .join(MoveOrder, MoveOrder.id == CaseMove.order_id)
        .join(Case, Case.id == CaseMove.case_id)
        .where(
            CaseMove.order_id.in_(ids),
            CaseMove.status == "moved",
            Case.definition_id == MoveOrder.definition_id,
            Case.revision == CaseMove.revision,
            move_previews.is_running(work),
        )
        .order_by(Case.opened_at, Case.id)
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for order_id, case_id, number in work.session.execute(query):
        found.setdefault(order_id, []).append((case_id, number))
    return found
