"""The ledger of a trial: what was acknowledged and is not there, or is there twice, is reported."""

from collections.abc import Callable
from typing import get_args
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from workflow_app.domain import SYSTEM, Actor
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import documents
from workflow_app.tools.chaos.clerk import Kind, compare_ledger, doubles, unread
from workflow_app.tools.load import officer

Receipts = list[tuple[Kind, str]]
KINDS = get_args(Kind)


@pytest.fixture
def receipts(works: Works, play: Callable[..., UUID], budi: Actor) -> Receipts:
    """What was acknowledged for a case that went to its end, one that was cancelled, and a
    paper.
    """
    play("sktlk_ktp")
    cancelled = play("dibatalkan")
    with works.begin(budi) as work:
        documents.upload(
            work, play("sktlk_ktp", 4), element="uraian", label="Surat", data=officer.scan("contoh")
        )
    with works.begin(SYSTEM) as work:
        work.session.execute(text("update service_case set start_token = 'begun-' || number"))
        found: Receipts = [("cancel", str(cancelled))]
        found += rows(work, "start", "select start_token from service_case")
        found += rows(work, "complete", "select token from submission")
        found += rows(
            work, "approve", "select token from submission where element = 'persetujuan' limit 1"
        )
        found += rows(work, "hand over", "select token from submission where element = 'serahkan'")
        found += rows(
            work, "paper", "select blob_sha256 from archive.document where origin = 'upload'"
        )
    assert {kind for kind, _ in found} == set(KINDS)
    return found


def rows(work: UnitOfWork, kind: Kind, query: str) -> Receipts:
    return [(kind, key) for key in work.session.scalars(text(query))]


def kinds(work: UnitOfWork, receipts: Receipts) -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in compare_ledger(work, receipts)]


def test_all_that_was_acknowledged_is_there_once(works: Works, receipts: Receipts) -> None:
    with works.begin(SYSTEM) as work:
        assert kinds(work, receipts) == []
        assert list(doubles(work)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_never_done_is_lost(works: Works, receipts: Receipts, kind: Kind) -> None:
    key = str(uuid4())

    with works.begin(SYSTEM) as work:
        assert kinds(work, [*receipts, (kind, key)]) == [("lost", f"{kind} {key}")]


def test_a_submission_that_vanished_is_lost(works: Works, receipts: Receipts) -> None:
    with works.begin(SYSTEM) as work:
        work.session.execute(text("alter table submission disable trigger user"))
        gone = work.session.execute(
            text("delete from submission where element = 'peristiwa' returning token")
        ).scalars()
        wanted = {("lost", f"complete {token}") for token in gone}

        assert wanted
        assert set(kinds(work, receipts)) == wanted


def test_an_approval_without_a_printed_letter_is_lost(works: Works, receipts: Receipts) -> None:
    with works.begin(SYSTEM) as work:
        work.session.execute(text("update letter set document_id = null"))

        assert [kind for kind, where in kinds(work, receipts) if where.startswith("approve")] == [
            "lost"
        ]


def test_a_second_valid_letter_of_a_case_is_a_double(works: Works, receipts: Receipts) -> None:
    with works.begin(SYSTEM) as work:
        work.session.execute(
            text(
                "with given as (insert into letter_number (id, series, year, sequence, "
                "number, given_at)"
                " values (gen_random_uuid(), 'SKTLK', 2026, 999, 'X', now()) returning id)"
                " insert into letter (id, case_id, definition_id, kind, title, number_id, "
                "number, status, verify_code, frozen, sealed,"
                " issued_at) select gen_random_uuid(), case_id, definition_id, kind, title, "
                "given.id, 'X', 'valid', 'X', frozen, sealed,"
                " issued_at from letter, given limit 1"
            )
        )

        assert [fault.kind for fault in doubles(work)] == ["doubled"]


def test_a_paper_that_is_not_read_when_all_jobs_have_ended_is_a_fault(
    works: Works, receipts: Receipts
) -> None:
    papers = [key for kind, key in receipts if kind == "paper"]
    with works.begin(SYSTEM) as work:
        work.session.execute(text("update archive.document set status = 'readable'"))
        assert list(unread(work, papers)) == []

        given_up = "update archive.document set status = 'unreadable' where blob_sha256 = :paper"
        work.session.execute(text(given_up), {"paper": papers[0]})

        assert [(fault.kind, fault.where) for fault in unread(work, papers)] == [
            ("reading", f"paper {papers[0]}")
        ]
