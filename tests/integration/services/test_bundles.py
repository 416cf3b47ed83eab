"""The bundle that closes a case."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.conftest import TestClock
from tests.integration.services import desk, scans
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import AuditEvent, Case, CaseDocument, Letter
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import documents
from workflow_app.services.letters import letters, printing
from workflow_app.services.retention import bundles


@pytest.fixture
def officer(work: UnitOfWork, budi: Actor, sktlk: str) -> UnitOfWork:
    """A unit of work in which the officer who records acts."""
    return replace(work, actor=budi)


@pytest.fixture
def case(officer: UnitOfWork) -> Case:
    """A case with one paper and one printed letter."""
    case = desk.complete_case(officer)
    documents.upload(officer, case.id, element="uraian", label="Surat", data=scans.picture())
    printing.render(
        officer, letters.issue(officer, case, "sktlk"), public_url="https://spkt.contoh.test"
    )
    return case


def manifest_in(work: UnitOfWork, case: Case) -> dict[str, Any]:
    document_id = bundles.archive_case(work, case.id)
    manifest: dict[str, Any] = json.loads(documents.content(work, document_id, "original").data)
    return manifest


def test_r38_the_manifest_names_everything_with_its_hash_and_nobody(
    officer: UnitOfWork, case: Case
) -> None:
    letter = officer.session.scalars(select(Letter)).one()

    manifest = manifest_in(officer, case)

    assert manifest["case"]["number"] == case.number
    assert (manifest["process"]["key"], len(manifest["process"]["sha256"])) == ("sktlk", 64)
    assert [(entry["number"], entry["status"]) for entry in manifest["letters"]] == [
        (letter.number, "valid")
    ]
    assert sorted(entry["label"] for entry in manifest["documents"]) == [
        "Surat",
        "Surat Keterangan Tanda Lapor Kehilangan (cetakan)",
    ]
    assert manifest["letters"][0]["sha256"] in {entry["sha256"] for entry in manifest["documents"]}
    for entry in manifest["documents"]:
        assert officer.blobs.stat(entry["sha256"]).size == entry["size"]
    head = officer.session.scalars(
        select(AuditEvent).where(
            AuditEvent.case_id == case.id, AuditEvent.position == manifest["audit"]["events"]
        )
    ).one()
    assert manifest["audit"]["head"] == head.digest.hex()
    for secret in (desk.IDENTITY["nama"], desk.IDENTITY["nik"]):
        assert secret not in json.dumps(manifest)


def test_archiving_twice_makes_one_bundle(
    officer: UnitOfWork, case: Case, clock: TestClock
) -> None:
    first = bundles.archive_case(officer, case.id)
    clock.advance(minutes=1)

    assert bundles.archive_case(officer, case.id) == first
    archived = officer.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "case.archived")
    ).all()
    assert len(archived) == 1


def test_what_changes_after_the_bundle_makes_a_new_one(
    officer: UnitOfWork, case: Case, clock: TestClock
) -> None:
    first = bundles.archive_case(officer, case.id)
    clock.advance(minutes=1)
    letters.void(
        officer, officer.session.scalars(select(Letter.id)).one(), "Keterangan tidak benar"
    )

    second = bundles.archive_case(officer, case.id)

    assert second != first
    assert bundles.archive_case(officer, case.id) == second
    assert (
        json.loads(documents.content(officer, second, "original").data)["letters"][0]["status"]
        == "void"
    )


def test_r38_the_papers_of_a_referred_case_are_archived_too(
    works: Works, play: Callable[..., UUID]
) -> None:
    case_id = play("dicuri_fungsi")
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Case, case_id).outcome == "dirujuk"
        labels = work.session.scalars(
            select(CaseDocument.label).where(CaseDocument.case_id == case_id)
        ).all()
    assert labels == [bundles.LABEL]
