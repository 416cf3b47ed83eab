"""Orders of bags as tests give them, and what became of them."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import AuditEvent, BagOrder
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.exports import bag_orders


def ask(works: Works, actor: Actor, *numbers: str, level: str = "rahasia", **wish: Any) -> UUID:
    with works.begin(actor) as work:
        return bag_orders.order(
            work, wish.pop("token", str(uuid4())), numbers=numbers, level=level, **wish
        )


def state(works: Works, order_id: UUID) -> BagOrder:
    with works.begin(SYSTEM) as work:
        found = work.session.get_one(BagOrder, order_id)
        work.session.expunge(found)
        return found


def actions(works: Works, chain: str) -> list[str]:
    with works.begin(SYSTEM) as work:
        query = (
            select(AuditEvent.action).where(AuditEvent.chain == chain).order_by(AuditEvent.position)
        )
        return list(work.session.scalars(query))
