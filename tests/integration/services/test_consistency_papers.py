"""The audit of an installation: numbers, printings, bytes and the trail."""

from uuid import UUID

import pytest
from sqlalchemy import text

from tests.integration.services import scans
from tests.integration.services.installation import KEY, faults, planted
from tests.integration.services.installation import corrected as corrected
from tests.integration.services.installation import ended as ended
from tests.integration.services.installation import printing as printing
from tests.integration.services.installation import waiting as waiting
from tests.integration.services.installation import works as works
from workflow_app.domain import SYSTEM, Actor, ReaderAway
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents, reading
from workflow_app.services.operations import checkpoints


def test_a_paper_nobody_will_read_and_a_letter_nobody_will_print_are_found(
    works: Works, printing: UUID, corrected: UUID
) -> None:
    assert ("reading", "document") in {
        (kind, where.split()[0])
        for kind, where in planted(
            works,
            "insert into archive.blob values (repeat('0', 64), 1, 'image/png', 'v', now())",
            "insert into archive.document (id, blob_sha256, media_type, pages, label, origin, "
            "status, status_reason, level, added_at)"
            " values (gen_random_uuid(), repeat('0', 64), 'image/png', 1, 'x', 'upload', "
            "'received', '', 0, now())",
        )
    }
    assert ("printing", "letter") in {
        (kind, where.split()[0])
        for kind, where in planted(
            works,
            (
                "update letter set document_id = null where status = 'valid' and document_id is "
                "not null"
            ),
        )
    }


def test_a_paper_that_waits_for_the_reader_is_found_when_its_job_is_gone(
    works: Works, waiting: UUID, budi: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with works.begin(budi) as work:
        paper = documents.upload(
            work, waiting, element="uraian", label="Surat", data=scans.picture()
        ).id
    with monkeypatch.context() as without_reader, pytest.raises(ReaderAway):
        without_reader.setenv("PATH", "/tempat/kosong")
        reading.read_document(works, paper)
    failed = "update procrastinate_jobs set status = 'failed' where task_name = 'read_document'"

    assert faults(works) == [], "its job is tried again"
    assert planted(works, failed) == {("reading", f"document {paper}")}

    reading.give_up(works, paper, reading.UNREAD)

    assert planted(works, failed) == set(), "that it cannot be read is on record"


def test_a_letter_typeset_twice_is_found(works: Works, ended: UUID) -> None:
    found = planted(
        works,
        "insert into archive.blob values (repeat('0', 64), 1, 'application/pdf', 'v', now())",
        "insert into archive.document (id, blob_sha256, media_type, pages, label, origin, "
        "status, status_reason, level, added_at)"
        " values (gen_random_uuid(), repeat('0', 64), 'application/pdf', 1, 'x', 'letter', "
        "'readable', '', 0, now())",
        "insert into case_document (case_id, document_id, element, label, added_at)"
        " select :case, id, 'surat', 'x', now() from archive.document where blob_sha256 = "
        "repeat('0', 64)",
        case=ended,
    )

    assert ("printing", f"case {ended}") in found


NUMBERS = {
    "a gap": (
        "update letter_number set sequence = sequence + 1 where series = 'SKTLK'",
        "series SKTLK:2026",
    ),
    "a number that the series does not know": (
        "update number_series set last = last - 1 where series = 'BERKAS'",
        "series BERKAS:2026",
    ),
    "a number that the series lost": (
        "update number_series set last = last + 1 where series = 'BERKAS'",
        "series BERKAS:2026",
    ),
    "a number of nobody": (
        "update service_case set number = 'X' where id = :case",
        "case",
    ),
    "a letter with a number that it was not given": (
        "update letter set number = 'X' where case_id = :case",
        "letter",
    ),
    "a void letter with a number in force": (
        "update letter set status = 'void', voided_at = now() where case_id = :case",
        "letter",
    ),
}


def test_a_number_missing_or_doubled_is_found(works: Works, ended: UUID) -> None:
    for name, (statement, where) in NUMBERS.items():
        found = planted(works, statement, case=ended)
        assert any(kind == "number" and place.startswith(where) for kind, place in found), (
            name,
            found,
        )


def test_a_number_with_two_owners_and_one_without_are_found(
    works: Works, ended: UUID, waiting: UUID
) -> None:
    found = planted(
        works,
        (
            "update letter_number set number = 'X' where number = (select number from "
            "service_case where id = :case)"
        ),
        case=waiting,
    )

    assert {place.split()[0] for kind, place in found if kind == "number"} == {"number", "case"}


def test_bytes_that_are_lost_or_changed_are_found(works: Works, ended: UUID) -> None:
    with works.begin(SYSTEM) as work:
        sha256 = work.session.execute(text("select sha256 from archive.blob limit 1")).scalar_one()
    changed = planted(works, f"update archive.blob set size = size + 1 where sha256 = '{sha256}'")
    assert changed == {("blob", sha256)}

    lost = planted(
        works, "insert into archive.blob values (repeat('0', 64), 1, 'image/png', 'v', now())"
    )
    assert lost == {("blob", "0" * 64)}


def test_a_changed_trail_and_a_changed_checkpoint_are_found(works: Works, ended: UUID) -> None:
    with works.begin(SYSTEM) as work:
        checkpoints.make_checkpoint(work, KEY)

    found = planted(
        works,
        "update audit_event set actor_name = 'x' where case_id = :case and position = 1",
        case=ended,
    )
    assert found == {("audit", f"case:{ended} at 1")}

    found = planted(works, "update audit_checkpoint set events = events + 1")
    assert ("audit", "checkpoint") in {(kind, place.split()[0]) for kind, place in found}
