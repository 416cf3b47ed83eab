"""What is brought to the archive from the machine: what is known is said, and what is asked is done
(R37).
"""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from archive.models import Document
from tests.integration.conftest import TestClock
from tests.integration.services import scans
from tests.integration.services import stacks as made
from tests.integration.services.stacks import Desk, brought, code_of
from tests.unit.ocr import fed
from workflow_app.domain import SYSTEM, AccessLevel, Actor, NotFound
from workflow_app.models import Case, StackPart
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents, ingest
from workflow_app.services.intake import stacks
from workflow_app.services.retention import holdings
from workflow_app.services.retention.holdings import Deposit


def deposit(works: Works, data: bytes, level: AccessLevel = AccessLevel.ORDINARY) -> Deposit:
    with works.begin(SYSTEM) as work:
        found = holdings.deposit(work, data, level=level, label="Foto")
        assert list(unit_of_work.verify_chains(work)) == []
        return found


def document(works: Works, found: Deposit) -> Document:
    with works.begin(SYSTEM) as work:
        kept = work.session.get_one(Document, found.document_id)
        work.session.expunge(kept)
        return kept


def part_of(works: Works) -> tuple[bytes, str]:
    """The bytes of the only part that ever waited, and how it is now."""
    with works.begin(SYSTEM) as work:
        part = work.session.scalars(select(StackPart)).one()
        sha256 = work.session.get_one(Document, part.document_id).blob_sha256
        return work.blobs.read(sha256), part.status


def test_r37_a_file_is_kept_with_its_level_and_name(
    works: Works, budi: Actor, person: Callable[..., Actor]
) -> None:
    found = deposit(works, scans.picture("rahasia"), AccessLevel.SECRET)
    kept = document(works, found)
    assert (found.status, kept.level, kept.label) == ("stored", AccessLevel.SECRET, "Foto")
    with works.begin(budi) as work, pytest.raises(NotFound):
        documents.get(work, kept.id)
    with works.begin(person("arsip", "arsiparis")) as work:
        assert documents.get(work, kept.id).can_read


def test_a_known_file_is_raised_and_never_lowered(works: Works) -> None:
    for level, raised, expected in (
        (AccessLevel.RESTRICTED, "", 1),
        (AccessLevel.SECRET, holdings.RAISED, 2),
        (AccessLevel.ORDINARY, "", 2),
    ):
        found = deposit(works, scans.picture("naik"), level)
        assert document(works, found).level == expected
        if found.status == "duplicate":
            assert found.reason == holdings.KNOWN[ingest.ARCHIVE] + raised


def test_what_waited_in_the_tray_becomes_archive_and_waits_no_more(
    works: Works, person: Callable[..., Actor], clock: TestClock
) -> None:
    archivist = person("arsip", "arsiparis")
    made.in_tray(works, archivist, "Contoh menunggu lalu dibawa")
    data, status = part_of(works)
    assert status == "tray"
    clock.advance(days=30)
    found = deposit(works, data)
    assert (found.status, found.reason) == ("stored", holdings.KNOWN[ingest.TRAY])
    assert (document(works, found).origin, part_of(works)[1]) == (ingest.ARCHIVE, "known")
    assert document(works, found).accepted_at == clock(), "its time in the archive begins now"
    kind = ingest.entry(ingest.Facet.KIND, ingest.code_of("Foto"))
    assert kind in document(works, found).facets
    with works.begin(archivist) as work:
        assert stacks.progress(work).waiting == 0
    assert deposit(works, data).status == "duplicate"


def test_what_waits_for_a_case_that_is_confined_stays_where_it_is(
    works: Works, budi: Actor, desk: Desk
) -> None:
    stack_id = brought(
        works,
        budi,
        made.pdf(fed.cover(code_of(works, desk.task_id, "tidak_ada")), fed.sheet("Contoh tembok")),
    )
    stacks.split(works, stack_id)
    data, status = part_of(works)
    assert status == "tray"
    with works.begin(SYSTEM) as work:
        work.session.get_one(Case, desk.case_id).confined_to = "piket_propam"
    found = deposit(works, data)
    assert (found.status, found.reason) == ("refused", holdings.RESTRICTED)
    assert (document(works, found).origin, part_of(works)[1]) == (ingest.TRAY, "tray")


def test_a_stack_becomes_archive_only_when_none_of_it_is_a_cases(
    works: Works, budi: Actor, desk: Desk
) -> None:
    loose = made.pdf(fed.sheet("Contoh tumpukan lepas"))
    stack_id = brought(works, budi, loose)
    assert deposit(works, loose).reason == holdings.OF_CASES, "nobody has looked into it yet"
    stacks.split(works, stack_id)
    found = deposit(works, loose)
    assert (found.status, found.reason) == ("stored", holdings.KNOWN[ingest.STACK])
    assert document(works, found).status == "received", "it is read now"

    mixed = made.pdf(fed.cover(code_of(works, desk.task_id)), fed.sheet("Contoh milik berkas"))
    stacks.split(works, brought(works, budi, mixed))
    found = deposit(works, mixed)
    assert (found.status, found.reason, document(works, found).origin) == (
        "refused",
        holdings.OF_CASES,
        ingest.STACK,
    )
