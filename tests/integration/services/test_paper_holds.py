"""R37: a paper is held by hand, with a reason, and the store holds it too (decision 0036)."""

from uuid import UUID

import pytest
from sqlalchemy import select

from archive.models import Document
from tests.integration.services.retained import Office
from workflow_app.domain import SYSTEM, Actor, Forbidden, InvalidInput
from workflow_app.models import AuditEvent
from workflow_app.services.documents import classification
from workflow_app.services.retention import holdings


def actions(office: Office, chain: str) -> list[str]:
    with office.works.begin(SYSTEM) as work:
        query = (
            select(AuditEvent.action).where(AuditEvent.chain == chain).order_by(AuditEvent.position)
        )
        return list(work.session.scalars(query))


def settle(office: Office) -> None:
    holdings.settle_due(office.works)


def is_held(office: Office, paper: UUID) -> bool:
    with office.works.begin(SYSTEM) as work:
        return work.blobs.stat(work.session.get_one(Document, paper).blob_sha256).is_held


def test_r37_a_hold_is_an_act_with_a_reason_and_the_store_holds_too(
    office: Office, budi: Actor
) -> None:
    case_id, paper = office.case_paper(budi)
    office.end(case_id)
    with office.works.begin(budi) as work, pytest.raises(Forbidden, match="arsiparis"):
        classification.place(work, paper, classification.PAPER_HOLD_REASONS[0])
    with office.works.begin(office.chief) as work:
        with pytest.raises(InvalidInput):
            classification.place(work, paper, "begitu saja")
        for _ in range(2):
            classification.place(work, paper, classification.PAPER_HOLD_REASONS[0])
        held = classification.now_on(work, paper)
        assert held is not None
        assert held.reason == classification.PAPER_HOLD_REASONS[0]
    settle(office)
    assert is_held(office, paper)
    with office.works.begin(office.chief) as work:
        for _ in range(2):
            classification.lift(work, paper, classification.REASONS_TO_LIFT[0])
        assert classification.now_on(work, paper) is None
    settle(office)
    assert not is_held(office, paper)
    told = [action for action in actions(office, f"case:{case_id}") if "hold" in action]
    assert told == ["document.hold_placed", "document.hold_lifted"]
