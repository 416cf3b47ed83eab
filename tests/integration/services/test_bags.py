"""R37: papers leave as a bag that anybody can open and verify, and arrive elsewhere as the same
papers (RFC 8493).
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from archive import bag_verifier, readings
from archive.documents import add_rendition, sources_of
from archive.models import Document, Page, Rendition, RenditionKind
from archive.versions import page_of
from tests.integration.services import desk, scans
from workflow_app.domain import SYSTEM, AccessLevel, Actor, Conflict, InvalidInput, NotFound
from workflow_app.models import AuditEvent, Case, CaseDocument
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import (
    classification,
    documents,
    ingest,
    quality_check,
    reading,
    splitting,
    versions,
)
from workflow_app.services.exports import bag_export, bag_import
from workflow_app.services.retention import bundles, holdings


@pytest.fixture
def case(works: Works, budi: Actor, sari: Actor, sktlk: str) -> tuple[str, UUID, UUID]:
    """A case with a paper that was read and has a photo beside it, and a secret one: its number,
    and their ids.
    """
    assert sktlk
    with works.begin(budi) as work:
        case = desk.new_case(work)
        number = case.number
        plain, secret = (
            documents.upload(work, case.id, element="", label=label, data=scans.picture(label)).id
            for label in ("Surat", "Foto")
        )
    reading.read_document(works, plain)
    photo = scans.picture("Foto halaman")
    with works.begin(SYSTEM) as work:
        add_rendition(
            work.session,
            work.blobs,
            plain,
            photo,
            kind=RenditionKind.PHOTO,
            media_type=ingest.look_into(photo, 50).media_type,
            at=work.clock(),
            page=1,
        )
    with works.begin(sari) as work:
        classification.classify(work, secret, "rahasia", classification.REASONS[0])
    return number, plain, secret


def case_of(work: UnitOfWork, paper: UUID) -> UUID:
    return work.session.scalars(
        select(CaseDocument.case_id).where(CaseDocument.document_id == paper)
    ).one()


def exported(works: Works, folder: Path, **chosen: Any) -> bag_export.Exported:
    with works.begin(SYSTEM) as work:
        return bag_export.export(work, folder, **chosen)


def kept(work: UnitOfWork, paper: UUID) -> tuple[Any, ...]:
    """Everything that must be the same in both installations."""
    document = work.session.get_one(Document, paper)
    pages = work.session.scalars(select(Page).where(Page.document_id == paper).order_by(Page.no))
    made = select(Rendition.kind, Rendition.page, Rendition.blob_sha256).where(
        Rendition.document_id == paper, Rendition.kind != "provenance"
    )
    return (
        document.blob_sha256,
        work.blobs.read(document.blob_sha256),
        (document.media_type, document.pages, document.level, document.status),
        [
            (page.no, page.text, page.words, page.confidence, page.source, page.likeness)
            for page in pages
        ],
        sorted(work.session.execute(made).all()),
    )


def test_r37_a_bag_verifies_and_arrives_elsewhere_with_the_same_hashes(
    works: Works, elsewhere: Works, case: tuple[str, UUID, UUID], tmp_path: Path
) -> None:
    number, plain, secret = case
    bag = tmp_path / "tas"

    done = exported(works, bag, case_numbers=[number], up_to=AccessLevel.SECRET)

    assert (done.papers, done.left_out, bag_import.check(bag)) == (2, 0, [])
    with elsewhere.begin(SYSTEM) as work:
        assert {paper.document_id for paper in bag_import.take_in(work, bag)} == {plain, secret}
    with works.begin(SYSTEM) as here, elsewhere.begin(SYSTEM) as there:
        for paper in (plain, secret):
            assert kept(here, paper) == kept(there, paper)
        told = there.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "document.imported")
        ).all()
        assert {event.chain for event in told} == {f"document:{paper}" for paper in (plain, secret)}
        assert [event.details["from_cases"] for event in told] == [[number], [number]]
        provenance = there.session.scalars(
            select(Rendition.blob_sha256).where(
                Rendition.document_id == plain, Rendition.kind == "provenance"
            )
        ).one()
        types = [
            json.loads(line)["eventType"] for line in there.blobs.read(provenance).splitlines()
        ]
    assert types == ["ingestion", "metadata extraction", "exporting"]
    (whole_chain,) = (bag / "data" / "cases").rglob("events.jsonl")
    positions = [
        json.loads(line)["audit"]["position"] for line in whole_chain.read_text().splitlines()
    ]
    assert positions == list(range(1, len(positions) + 1))
    index = (bag / "index.html").read_text()
    assert "Surat" in index and number in index and "rahasia" in index


def test_r37_versions_travel_and_can_be_read_again_elsewhere(
    works: Works, budi: Actor, elsewhere: Works, case: tuple[str, UUID, UUID], tmp_path: Path
) -> None:
    number, plain, _ = case
    with works.begin(budi) as work:
        versions.correct(work, plain, 1, 1, {0: "Zamrudjingga"})
        versions.turn(work, plain, 2, 1, 90)
    assert versions.make(works, plain, 3) == "made"
    with works.begin(budi) as work:
        other = documents.upload(
            work, case_of(work, plain), element="", label="Surat",
                data=scans.picture("Lampiran kedua")
        ).id  # fmt: skip
    reading.read_document(works, other)
    with works.begin(budi) as work:
        merged = splitting.merge(work, plain, 3, [other])
        quality_check.accept(work, merged, 1)

    exported(works, tmp_path / "tas", case_numbers=[number])
    assert bag_import.check(tmp_path / "tas") == []
    with elsewhere.begin(SYSTEM) as work:
        assert {paper.document_id for paper in bag_import.take_in(work, tmp_path / "tas")} == {
            plain,
            other,
            merged,
        }

    def told(work: UnitOfWork, no: int) -> tuple[Any, ...]:
        document = work.session.get_one(Document, plain)
        page = page_of(work.session, document, 1, no)
        pdf = readings.pdf_of(work.session, document, no)
        return document.version, page, pdf.sha256 if pdf else None

    with works.begin(SYSTEM) as here, elsewhere.begin(SYSTEM) as there:
        for no in (1, 2, 3):
            assert told(here, no) == told(there, no)
        assert "Zamrudjingga" in told(there, 3)[1].text
        assert kept(here, merged) == kept(there, merged)
        parts = [sources_of(work.session, merged) for work in (here, there)]
        assert [{(one.source_id, one.source_version) for one in each} for each in parts] == [
            {(plain, 3), (other, 1)}
        ] * 2
        assert there.session.get_one(Document, merged).checked_at is not None

    with elsewhere.begin(SYSTEM) as work:
        results = list(holdings.verify_holding(work))
    assert results and all(result.is_intact for result in results)


def test_r37_a_copy_that_was_still_to_be_made_is_made_where_the_paper_arrives(
    works: Works, budi: Actor, elsewhere: Works, case: tuple[str, UUID, UUID], tmp_path: Path
) -> None:
    number, plain, _ = case
    with works.begin(budi) as work:
        versions.turn(work, plain, 1, 1, 90)
    exported(works, tmp_path / "tas", case_numbers=[number])

    with elsewhere.begin(SYSTEM) as work:
        bag_import.take_in(work, tmp_path / "tas")

    with elsewhere.begin(SYSTEM) as work:
        waiting = text("select args from procrastinate_jobs where task_name = 'make_version'")
        (job,) = work.session.scalars(waiting)
    assert (job["document_id"], job["version"]) == (str(plain), 2)
    assert versions.make(elsewhere, plain, 2) == "made"


def test_r37_a_paper_that_is_still_being_read_is_read_from_the_beginning_elsewhere(
    works: Works, elsewhere: Works, case: tuple[str, UUID, UUID], tmp_path: Path
) -> None:
    number, plain, _ = case
    with works.begin(SYSTEM) as work:
        document = work.session.get_one(Document, plain)
        document.status, document.pages = "reading", 2
    exported(works, tmp_path / "tas", case_numbers=[number])

    with elsewhere.begin(SYSTEM) as work:
        bag_import.take_in(work, tmp_path / "tas")

    with elsewhere.begin(SYSTEM) as work:
        assert work.session.get_one(Document, plain).status == "received"
        assert work.session.scalar(select(Page.no).where(Page.document_id == plain)) is None
        waiting = text(
            "select args ->> 'document_id' from procrastinate_jobs where task_name = "
            "'read_document'"
        )
        assert work.session.scalars(waiting).all() == [str(plain)]


def test_r37_the_page_of_a_bag_opens_the_newest_version(
    works: Works, budi: Actor, case: tuple[str, UUID, UUID], tmp_path: Path
) -> None:
    number, plain, _ = case
    with works.begin(budi) as work:
        versions.turn(work, plain, 1, 1, 180)
    exported(works, tmp_path / "belum", case_numbers=[number])
    assert versions.make(works, plain, 2) == "made"
    exported(works, tmp_path / "sudah", case_numbers=[number])

    before, after = (
        (tmp_path / name / "index.html").read_text("utf-8") for name in ("belum", "sudah")
    )
    assert f"documents/{plain}/searchable-pdf.pdf'>PDF sebagaimana dibaca</a>" in before
    assert f"documents/{plain}/version-2.pdf'>PDF</a>" in after
    assert "searchable-pdf.pdf" not in after


def test_r37_what_is_above_the_level_is_not_even_mentioned(
    works: Works, case: tuple[str, UUID, UUID], tmp_path: Path
) -> None:
    number, plain, secret = case

    done = exported(works, tmp_path / "tas", case_numbers=[number])

    assert (done.papers, done.left_out) == (1, 1)
    written = [path for path in (tmp_path / "tas").rglob("*") if path.is_file()]
    assert any(str(plain) in str(path) for path in written)
    assert not [
        path
        for path in written
        if str(secret) in str(path) or str(secret).encode() in path.read_bytes()
    ]
    assert bag_import.check(tmp_path / "tas") == []
    with pytest.raises(Conflict):
        exported(works, tmp_path / "tas", case_numbers=[number])
    with pytest.raises(NotFound):
        exported(works, tmp_path / "lain", document_ids=[secret])
    with pytest.raises(NotFound):
        exported(works, tmp_path / "lain", case_numbers=["B-1999-000001"])
    assert not list(tmp_path.glob("lain*"))


def test_r37_a_bag_that_was_touched_is_not_sound(
    works: Works, case: tuple[str, UUID, UUID], tmp_path: Path
) -> None:
    bag = tmp_path / "tas"
    exported(works, bag, case_numbers=[case[0]])
    contents = bag / "data" / "contents.json"
    genuine = contents.read_bytes()

    def faults() -> str:
        return " ".join(bag_verifier.faults(bag))

    contents.write_bytes(genuine + b" ")
    assert "contents.json sudah berubah" in faults()
    contents.unlink()
    assert "contents.json tidak ada" in faults()
    contents.symlink_to("/etc/hostname")
    assert "contents.json tidak ada" in faults()
    contents.unlink()
    contents.write_bytes(genuine)
    (bag / "data" / "tambahan.txt").write_text("x")
    assert "tambahan.txt tidak tercatat" in faults()
    (bag / "data" / "tambahan.txt").unlink()
    with (bag / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(f"{'0' * 64}  ../di-luar.txt\n")
    assert "manifest-sha256.txt baris" in faults()
    (bag / "bagit.txt").unlink()
    assert "bukan tas arsip" in faults()


@pytest.mark.parametrize(
    "contents", ["{", "[]", '{"format": "lain"}', '{"format": "sentra-bag/1", "bag": "x"}']
)
def test_a_bag_whose_contents_cannot_be_understood_is_refused(
    work: UnitOfWork, tmp_path: Path, contents: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "contents.json").write_text(contents)

    with pytest.raises(InvalidInput, match="tas arsip"):
        bag_import.take_in(work, tmp_path)


def test_the_verifier_hashes_events_as_the_trail_does(
    work: UnitOfWork, case: tuple[str, UUID, UUID]
) -> None:
    """It is a copy that must need nothing of ours, so the two are compared."""
    found = work.session.scalars(select(Case).where(Case.number == case[0])).one()
    shaped = [event["audit"] for event in bundles.events_of_case(work, found.id)]
    stored = work.session.scalars(
        select(AuditEvent).where(AuditEvent.case_id == found.id).order_by(AuditEvent.position)
    ).all()
    assert len(shaped) == len(stored) > 3
    for entry, event in zip(shaped, stored, strict=True):
        assert (
            bag_verifier.digest_of(entry)
            == unit_of_work.digest_of(vars(event)).hex()
            == entry["digest"]
        )
