"""Exports documents, those of cases or a selection, as a BagIt bag that opens and verifies without
the product.

The bag carries every version of a document: the order of its pages, the text on them, and the
documents it was made from.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from archive import documents, page_content, readings, versions
from archive.bags import Bag, new_bag
from archive.models import Blob, Document, MadeOf, Page, PastPage, Rendition, RenditionKind, Version
from workflow_app.domain import AccessLevel, Conflict, NotFound
from workflow_app.models import AuditEvent, Case, CaseDocument
from workflow_app.permissions import LEVELS
from workflow_app.services.core import formatting, jobs, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import access, classification, ingest
from workflow_app.services.documents.documents import EXTENSIONS
from workflow_app.services.exports.bag_index import index_page
from workflow_app.services.office_settings import configuration
from workflow_app.services.retention import bundles

Add = Callable[[str, str, bytes], None]
Read = Callable[[str], bytes]
FILE, PDF = "versions", "application/pdf"


def give(work: UnitOfWork, document: Document, among: Collection[UUID], add: Add) -> dict[str, Any]:
    """Write the versions that people made; of the papers it was made of only those `among` what
    leaves are named.
    """
    made = list(reversed(versions.of(work.session, document.id)))
    if made:
        past = select(PastPage).where(PastPage.document_id == document.id)
        told = {
            "versions": [_version(version) for version in made],
            "past_pages": [
                {
                    "leaf": page.leaf,
                    "edition": page.edition,
                    "turn": page.turn,
                    "content": page.content,
                }
                for page in work.session.scalars(past.order_by(PastPage.leaf, PastPage.edition))
            ],
        }
        add(FILE, "versions.json", json.dumps(told, ensure_ascii=False).encode())
    for version in made:
        if version.pdf_sha256:
            add(
                f"version-{version.no}",
                f"version-{version.no}.pdf",
                work.blobs.read(version.pdf_sha256),
            )
    return {
        "version": document.version,
        "checked_at": document.checked_at.isoformat() if document.checked_at else None,
        "made_of": [
            {"source": str(part.source_id), "version": part.source_version, "pages": part.pages}
            for part in documents.sources_of(work.session, document.id)
            if part.source_id in among
        ],
    }


def take(work: UnitOfWork, document_id: UUID, paper: dict[str, Any], read: Read) -> None:
    """Keep them in another installation. Who made them is in the events that came along: people
    have other ids here. A copy that was still to be made there is made here.
    """
    document = documents.get(work.session, document_id)
    if checked := paper.get("checked_at"):
        document.checked_at = datetime.fromisoformat(checked)
    if FILE not in paper["files"]:
        return
    told = json.loads(read(FILE))
    for version in told["versions"]:
        name = f"version-{int(version['no'])}"
        pdf = None
        if name in paper["files"]:
            pdf = documents.keep_bytes(work.session, work.blobs, read(name), PDF, work.clock())
        row = {key: version[key] for key in ("no", "act", "page", "places", "reason")}
        made_at = datetime.fromisoformat(version["made_at"])
        work.session.add(
            Version(document_id=document_id, made_at=made_at, made_by=None, pdf_sha256=pdf, **row)
        )
    for page in told["past_pages"]:
        row = {key: page[key] for key in ("leaf", "edition", "turn", "content")}
        work.session.add(PastPage(document_id=document_id, **row))
    document.version = int(paper["version"])
    work.session.flush()
    if (waiting := readings.waits(work.session, document)) is not None:
        jobs.defer(work, "make_version", document_id=str(document_id), version=waiting.no)


def relate(work: UnitOfWork, papers: Collection[dict[str, Any]], taken: Collection[UUID]) -> None:
    """Papers that were new here know again which of them they were made of."""
    for paper in papers:
        for part in paper.get("made_of", ()):
            made, source = UUID(paper["id"]), UUID(part["source"])
            if made in taken and source in taken:
                pages = [int(page) for page in part["pages"]]
                row = {"source_version": int(part["version"]), "pages": pages}
                work.session.add(MadeOf(document_id=made, source_id=source, **row))
    work.session.flush()


def _version(version: Version) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: getattr(version, name) for name in ("no", "act", "page", "places", "reason")
    }
    return told | {"made_at": version.made_at.isoformat()}


FORMAT = "sentra-bag/1"
CONTENTS = "contents.json"


@dataclass(frozen=True)
class Exported:
    """A bag that was written."""

    bag_id: str
    papers: int
    left_out: int
    """Papers above the level that was asked for: the bag does not mention them."""


@dataclass(frozen=True)
class Chosen:
    """What goes into a bag: the cases, and those of their papers that the level lets through."""

    cases: list[Case]
    papers: list[Document]
    gone: list[Document]
    """Disposed of: the bag tells only that they were there."""
    left_out: int


def export(
    work: UnitOfWork,
    folder: Path,
    *,
    case_numbers: Sequence[str] = (),
    document_ids: Sequence[UUID] = (),
    up_to: AccessLevel = AccessLevel.ORDINARY,
) -> Exported:
    """Write a bag into a folder that is not there yet. Every export is an event of each paper, and
    lies in the bag itself.
    """
    chosen = choose(work, _cases(work, case_numbers), document_ids, up_to)
    bag_id = str(uuid4())
    record(work, chosen, bag_id)
    return write(work, folder, chosen, bag_id)


def choose(work: UnitOfWork, cases: list[Case], document_ids: Sequence[UUID], up_to: int) -> Chosen:
    """The papers of these cases, and these, up to a level. Raises `NotFound` where nothing is left
    to give away.
    """
    wanted = _papers(work, [case.id for case in cases], document_ids)
    known = [document for document in wanted if document.level <= up_to]
    papers = [document for document in known if document.disposed_at is None]
    if not papers and (not cases or len(known) < len(wanted)):
        raise NotFound(
            "Tidak ada dokumen yang dapat diekspor dengan pilihan dan tingkat akses ini."
        )
    gone = [document for document in known if document.disposed_at is not None]
    return Chosen(cases, papers, gone, len(wanted) - len(known))


def record(work: UnitOfWork, chosen: Chosen, bag_id: str) -> None:
    """Put on record that all of it leaves."""
    ids = [document.id for document in chosen.papers]
    happened = access.happenings(work, ids, "document.exported", bag=bag_id)
    told = {each.case_id for each in happened}
    for case in chosen.cases:
        if case.id not in told:
            chain, details = unit_of_work.case_chain(case.id), {"bag": bag_id}
            happened.append(
                unit_of_work.Happening(chain, "case.exported", case.id, details=details)
            )
    unit_of_work.record_all(work, happened)


def unrecorded(work: UnitOfWork, chosen: Chosen, bag_id: str) -> Chosen:
    """Those of the papers of which it is not on record yet that they leave in this bag. Its cases
    are.
    """
    ids = [document.id for document in chosen.papers]
    held = select(CaseDocument.case_id).where(CaseDocument.document_id.in_(ids)).distinct()
    chains = [
        *map(access.own_chain, ids),
        *map(unit_of_work.case_chain, work.session.scalars(held)),
    ]
    told = select(AuditEvent.details["document_id"].astext).where(
        AuditEvent.chain.in_(chains),
        AuditEvent.action == "document.exported",
        AuditEvent.details["bag"].astext == bag_id,
    )
    known = set(work.session.scalars(told))
    return replace(
        chosen, cases=[], papers=[each for each in chosen.papers if str(each.id) not in known]
    )


def write(
    work: UnitOfWork,
    folder: Path,
    chosen: Chosen,
    bag_id: str,
    done: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Write the bag; `done` is told how many papers are in it. It takes long, and holds no lock of
    anybody's case.
    """
    of_cases, among = (
        [case.id for case in chosen.cases],
        {document.id for document in chosen.papers},
    )
    papers, cases = [], []
    try:
        with new_bag(folder) as bag:
            for number, document in enumerate(chosen.papers, 1):
                papers.append(_add_paper(work, bag, document, of_cases, among))
                done(number)
            for case in chosen.cases if not chosen.left_out else ():
                # The chain names every paper, so it goes along when every paper does.
                path = f"cases/{case.id}/events.jsonl"
                bag.add(path, _as_lines(bundles.events_of_case(work, case.id)))
                cases.append({"number": case.number, "events": path})
            gone = [_tombstone(document) for document in chosen.gone]
            contents = {"format": FORMAT, "bag": bag_id, "documents": papers, "disposed": gone}
            bag.add(CONTENTS, json.dumps(contents, ensure_ascii=False, indent=1).encode())
            _close(work, bag, bag_id, papers, cases)
    except FileExistsError as error:
        raise Conflict("Folder tujuan sudah ada. Pilih nama folder yang belum ada.") from error
    return Exported(bag_id, len(papers), chosen.left_out)


def _cases(work: UnitOfWork, numbers: Sequence[str]) -> list[Case]:
    found = {
        case.number: case
        for case in work.session.scalars(select(Case).where(Case.number.in_(numbers)))
    }
    for number in numbers:
        if number not in found:
            raise NotFound(f"Tidak ada berkas bernomor {number}.")
    return list(found.values())


def _papers(work: UnitOfWork, cases: Collection[UUID], ids: Sequence[UUID]) -> list[Document]:
    of_cases = select(CaseDocument.document_id).where(CaseDocument.case_id.in_(cases))
    query = select(Document).where(Document.id.in_(of_cases) | Document.id.in_(ids))
    found = list(work.session.scalars(query.order_by(Document.added_at, Document.id)))
    if missing := set(ids) - {document.id for document in found}:
        raise NotFound(f"Tidak ada dokumen {min(missing)}.")
    return found


def _add_paper(
    work: UnitOfWork, bag: Bag, document: Document, cases: Sequence[UUID], among: Collection[UUID]
) -> dict[str, Any]:
    """Write the files of one paper: as it came, and its newest version. Of its cases only those
    that were asked for are named.
    """
    place = f"documents/{document.id}"
    files: dict[str, dict[str, str]] = {}

    def add(name: str, path: str, data: bytes | Iterable[bytes]) -> None:
        files[name] = {"path": f"{place}/{path}", "sha256": bag.add(f"{place}/{path}", data)}

    with work.blobs.open(document.blob_sha256) as chunks:
        add("original", f"original.{EXTENSIONS.get(document.media_type, 'bin')}", chunks)
    renditions = _add_renditions(work, document, add)
    of_versions = give(work, document, among, add)
    pages = list(
        work.session.scalars(select(Page).where(Page.document_id == document.id).order_by(Page.no))
    )
    # A paper that is being read has only some of them; who takes it in reads it from the beginning.
    if pages and len(pages) == len(versions.places_of(work.session, document)):
        add("text", "text.txt", "\n\f\n".join(page.text for page in pages).encode())
        add(
            "pages",
            "pages.json",
            json.dumps([_page(page) for page in pages], ensure_ascii=False).encode(),
        )
    links = _links(work, document.id, cases)
    add(
        "events",
        "events.jsonl",
        _as_lines(bundles.events_of_paper(work, document.id, [case.id for _, case in links])),
    )
    return {
        "id": str(document.id),
        "label": links[0][0].label if links else document.label,
        "media_type": document.media_type,
        "pages": document.pages,
        "seconds": document.seconds,
        "level": classification.key_of(document.level),
        "origin": document.origin,
        "added_at": document.added_at.isoformat(),
        "accepted_at": accepted.isoformat() if (accepted := ingest.accepted_at(document)) else None,
        "accepted_by": document.accepted_by,
        "copy_level": document.copy_level,
        "cases": [
            {"number": case.number, "label": link.label, "element": link.element}
            for link, case in links
        ],
        **of_versions,
        "renditions": renditions,
        "files": files,
    }


def _tombstone(document: Document) -> dict[str, Any]:
    """What is left of a paper that was disposed of."""
    return {
        "id": str(document.id),
        "label": document.label,
        "sha256": document.blob_sha256,
        "pages": document.pages,
        "disposed_at": document.disposed_at.isoformat() if document.disposed_at else "",
        "under": document.disposed_under,
    }


def _add_renditions(work: UnitOfWork, document: Document, add: Any) -> list[dict[str, Any]]:
    query = select(Rendition, Blob.media_type).join(Blob, Blob.sha256 == Rendition.blob_sha256)
    query = query.where(Rendition.document_id == document.id)
    told = []
    for made, media_type in work.session.execute(
        query.order_by(Rendition.kind, Rendition.page, Rendition.turn)
    ):
        suffix = {
            RenditionKind.THUMBNAIL: "webp",
            RenditionKind.PROVENANCE: "jsonl",
            RenditionKind.PHOTO: EXTENSIONS.get(media_type, "bin"),
        }.get(RenditionKind(made.kind), "pdf")
        is_pdf = suffix == "pdf"
        place = f"{made.page}-{made.turn}" if made.turn else str(made.page)
        name = "pdf" if is_pdf else f"{made.kind}-{place}"
        with work.blobs.open(made.blob_sha256) as chunks:
            add(
                name,
                f"{made.kind.replace('_', '-')}{'' if is_pdf else f'-{place}'}.{suffix}",
                chunks,
            )
        told.append({"kind": made.kind, "page": made.page, "turn": made.turn, "file": name})
    return told


def _links(
    work: UnitOfWork, document_id: UUID, cases: Sequence[UUID]
) -> list[tuple[CaseDocument, Case]]:
    query = (
        select(CaseDocument, Case)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id == document_id, Case.id.in_(cases))
    )
    return [
        (row.CaseDocument, row.Case) for row in work.session.execute(query.order_by(Case.number))
    ]


def _page(page: Page) -> dict[str, Any]:
    return {name: getattr(page, name) for name in page_content.PageText.__slots__}


def _as_lines(events: Iterable[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(event, ensure_ascii=False)}\n" for event in events).encode()


def _close(
    work: UnitOfWork,
    bag: Bag,
    bag_id: str,
    papers: Sequence[dict[str, Any]],
    cases: Sequence[dict[str, Any]],
) -> None:
    highest = max((LEVELS[paper["level"]] for paper in papers), default=AccessLevel.ORDINARY)
    office = str(configuration.value(work, "nama_unit"))
    at = work.clock()
    facts = {
        "Source-Organization": office,
        "Bagging-Date": f"{at:%Y-%m-%d}",
        "External-Identifier": bag_id,
        "Internal-Sender-Description": (
            f"{len(papers)} papers, access level up to {classification.key_of(highest)}"
        ),
    }
    told = {
        "Dari": office,
        "Dibuat": formatting.moment(at),
        "Nomor tas": bag_id,
        "Tingkat akses tertinggi": classification.LABELS[highest],
    }
    bag.close(facts, index_page(f"Arsip {office}: {len(papers)} dokumen", told, papers, cases))
