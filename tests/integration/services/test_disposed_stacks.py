"""R37: a stack goes with the last of its papers, and not before (decision 0036)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from archive.errors import BlobMissing
from archive.models import Document
from tests.integration.services import retained
from tests.integration.services.retained import Office
from workflow_app.domain import SYSTEM, Forbidden
from workflow_app.models import PaperStack, StackPart
from workflow_app.services.documents import classification, ingest
from workflow_app.services.intake import mailboxes, stacks
from workflow_app.services.intake.mailboxes import WaitingMail
from workflow_app.services.intake.stacks import Brought
from workflow_app.services.retention import disposal


def stack_of(office: Office, whole: UUID, papers: Sequence[UUID], **facts: Any) -> UUID:
    """The papers were cut from a stack, whose whole this is."""
    stack_id = uuid4()
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Document, whole).origin = ingest.STACK
        known = {
            "kind": "scan",
            "status": "split",
            "pages": 2,
            "pages_seen": 2,
            "reason": "",
            **facts,
        }
        known |= {"brought_by": office.archivist.user_id, "brought_at": work.clock()}
        work.session.add(PaperStack(id=stack_id, unit="spkt", document_id=whole, **known))
        work.session.flush()
        part = {
            "status": "archived",
            "reason": "",
            "element": "",
            "label": "",
            "settled_at": work.clock(),
        }
        for no, paper in enumerate(papers, 1):
            work.session.add(
                StackPart(stack_id=stack_id, no=no, pages=[no], document_id=paper, **part)
            )
    return stack_id


def is_disposed(office: Office, document_id: UUID) -> bool:
    with office.works.begin(SYSTEM) as work:
        return work.session.get_one(Document, document_id).disposed_at is not None


@pytest.mark.parametrize("status", ["failed", "splitting"])
def test_r37_a_stack_that_was_not_taken_apart_stays(office: Office, status: str) -> None:
    """Papers may be in it that are nowhere else."""
    whole, paper = office.deposit(), office.deposit()
    stack_of(office, whole, [paper], status=status)
    office.pass_years(2.1)
    case_id = office.dispose(paper)
    assert (is_disposed(office, paper), is_disposed(office, whole)) == (True, False)
    with office.works.begin(SYSTEM) as work:
        assert [row["tumpukan"] for row in disposal.stated(work, case_id)] == [True]


def test_r37_a_stack_that_somebody_holds_stays(office: Office) -> None:
    whole, paper = office.deposit(), office.deposit()
    with office.works.begin(office.archivist) as work:
        classification.place(work, whole, classification.PAPER_HOLD_REASONS[0])
    stack_of(office, whole, [paper])
    office.pass_years(2.1)
    office.dispose(paper)
    assert (is_disposed(office, paper), is_disposed(office, whole)) == (True, False)


def test_r37_a_stack_goes_with_the_last_of_its_papers(office: Office) -> None:
    whole, one, other = (office.deposit() for _ in range(3))
    stack_id = stack_of(office, whole, [one, other])
    office.pass_years(2.1)
    assert retained.due(office) == {one, other}

    case_id = office.dispose(one)
    with office.works.begin(SYSTEM) as work:
        assert work.session.get_one(Document, whole).disposed_at is None
        assert [row["tumpukan"] for row in disposal.stated(work, case_id)] == [True]
    with (
        office.works.begin(office.archivist) as work,
        pytest.raises(Forbidden, match="dimusnahkan"),
    ):
        stacks.original(work, stack_id)
    case_id = office.dispose(other)

    with office.works.begin(SYSTEM) as work:
        gone = work.session.get_one(Document, whole)
        assert gone.disposed_at is not None
        with pytest.raises(BlobMissing):
            work.blobs.stat(gone.blob_sha256)
        assert [row["tumpukan"] for row in disposal.stated(work, case_id)] == [False]


def test_r37_a_mail_that_is_sent_again_after_its_disposal_comes_as_new(office: Office) -> None:
    data, paper = b"Message-ID: <1@contoh>\n\nMohon dilayani.\n", office.deposit()

    def bring() -> Brought:
        with office.works.begin(SYSTEM) as work:
            return mailboxes.keep(work, data, mail=WaitingMail("1", len(data), work.clock()))

    first = bring()
    with office.works.begin(SYSTEM) as work:
        stack = work.session.get_one(PaperStack, first.stack_id)
        stack.status = "split"
        part = {
            "status": "archived",
            "reason": "",
            "element": "",
            "label": "",
            "settled_at": work.clock(),
        }
        work.session.add(StackPart(stack_id=stack.id, no=1, pages=[1], document_id=paper, **part))
    assert bring() == Brought(first.stack_id, is_new=False)
    office.pass_years(2.1)
    office.dispose(paper)

    again = bring()
    assert again.is_new
    assert bring() == Brought(again.stack_id, is_new=False)
