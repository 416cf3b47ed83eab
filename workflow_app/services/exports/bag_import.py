"""Taking in a bag that another installation gave away: verified first, then every paper under its
own id and hash.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from archive import bag_verifier, documents, similar
from archive.models import Document, RenditionKind
from archive.page_content import PageText
from ocr.types import Inspection
from workflow_app.domain import InvalidInput
from workflow_app.permissions import LEVELS
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import access, classification, ingest
from workflow_app.services.exports import bag_export

NO_BAG = "Ini bukan tas arsip yang dapat diterima: daftar isinya tidak dapat dibaca."
LARGEST_MEGABYTES = 500
LONGEST_NAME = 200
MADE = {RenditionKind.SEARCHABLE_PDF: "application/pdf",
    RenditionKind.PICTURE_PDF: "application/pdf",
        RenditionKind.THUMBNAIL: "image/webp"}  # fmt: skip
KEPT = {*MADE, RenditionKind.PHOTO}
"""A photo that a paper was bound from is what its bytes say."""


@dataclass(frozen=True)
class Imported:
    """One paper of a bag."""

    document_id: UUID
    sha256: str
    is_duplicate: bool
    """The same bytes were here before; they stay the paper that they were."""


def check(folder: Path) -> list[str]:
    """What is wrong with a bag, in sentences; nothing of a bag that can be taken in."""
    return list(bag_verifier.faults(folder))


def take_in(work: UnitOfWork, folder: Path) -> list[Imported]:
    """Keep every paper of a bag that `check` found sound: all of them, or none. They belong to no
    case here; the events that came along are kept beside each, and its first event here names the
    bag and the cases it came from.
    """
    try:
        contents = json.loads((folder / "data" / bag_export.CONTENTS).read_text("utf-8"))
        if contents["format"] != bag_export.FORMAT:
            raise InvalidInput(NO_BAG)
        bag_id, papers = str(UUID(contents["bag"])), contents["documents"]
        taken = [_take_in(work, folder, bag_id, paper) for paper in papers]
        bag_export.relate(work, papers, {one.document_id for one in taken if not one.is_duplicate})
        return taken
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(NO_BAG) from error


def _take_in(work: UnitOfWork, folder: Path, bag_id: str, paper: dict[str, Any]) -> Imported:
    original = _read(folder, paper, "original")
    found = _judge(original, paper["media_type"])
    added = documents.add(
        work.session,
        work.blobs,
        original,
        media_type=str(paper["media_type"]),
        pages=0 if found.is_recording else int(paper["pages"]),
        is_recording=found.is_recording,
        seconds=found.seconds,
        origin=ingest.ARCHIVE,
        label=str(paper["label"]),
        at=work.clock(),
        document_id=_free_id(work, UUID(paper["id"])),
    )
    if not added.is_duplicate:
        _accept(work, added.document_id, paper)
    ingest.renew(work, [added.document_id])
    classification.raise_to(work, added.document_id, LEVELS[paper["level"]])
    sha256 = paper["files"]["original"]["sha256"]
    if not added.is_duplicate:
        _keep_what_was_made(work, folder, paper, added.document_id, is_recording=found.is_recording)
    cases = [str(case["number"]) for case in paper["cases"]]
    access.happened(
        work, added.document_id, "document.imported", bag=bag_id, sha256=sha256, from_cases=cases
    )
    return Imported(added.document_id, sha256, added.is_duplicate)


def _accept(work: UnitOfWork, document_id: UUID, paper: dict[str, Any]) -> None:
    """Its time in the archive goes on where it was accepted first, as far as the bag tells; older
    bags do not.
    """
    document = documents.get(work.session, document_id)
    document.accepted_by = work.actor.name
    if told := paper.get("accepted_at"):
        accepted_at = datetime.fromisoformat(told)
        if accepted_at.tzinfo is None:
            raise InvalidInput(NO_BAG)
        document.accepted_at = min(accepted_at, document.added_at)
        document.accepted_by = str(paper.get("accepted_by", ""))[:LONGEST_NAME]


def _free_id(work: UnitOfWork, document_id: UUID) -> UUID | None:
    """The id that the paper has elsewhere, unless a paper of ours has it: one that was disposed of
    stays what it was.
    """
    return None if work.session.get(Document, document_id) is not None else document_id


def _keep_what_was_made(
    work: UnitOfWork, folder: Path, paper: dict[str, Any], document_id: UUID, *, is_recording: bool
) -> None:
    """The reading of the other installation, with its versions; a paper that nobody has read yet is
    read here.
    """
    for made in paper["renditions"]:
        kind = RenditionKind(made["kind"])
        if kind in KEPT:
            data = _read(folder, paper, made["file"])
            media_type = MADE.get(kind) or ingest.look_into(data, LARGEST_MEGABYTES).media_type
            documents.add_rendition(
                work.session,
                work.blobs,
                document_id,
                data,
                kind=kind,
                media_type=media_type,
                at=work.clock(),
                page=int(made["page"]),
                turn=int(made.get("turn", 0)),
            )
    events = b"".join(
        _read(folder, paper, name)
        for name in (f"{RenditionKind.PROVENANCE}-0", "events")
        if name in paper["files"]
    )
    documents.add_rendition(
        work.session, work.blobs, document_id, events,
        kind=RenditionKind.PROVENANCE, media_type="application/x-ndjson", at=work.clock(),
    )  # fmt: skip
    if "pages" in paper["files"]:
        pages = [PageText(**page) for page in json.loads(_read(folder, paper, "pages"))]
        documents.save_pages(work.session, document_id, pages)
        bag_export.take(work, document_id, paper, partial(_read, folder, paper))
        similar.note(work.session, document_id)
    elif not (is_recording or paper["media_type"] == "application/json"):
        jobs.defer(work, "read_document", document_id=str(document_id))


def _read(folder: Path, paper: dict[str, Any], name: str) -> bytes:
    """A file of the bag by its name. The verifier has read every path that is listed; one that is
    not is refused.
    """
    path = str(paper["files"][name]["path"])
    if ".." in path.split("/") or path.startswith("/"):
        raise InvalidInput(NO_BAG)
    return (folder / "data" / path).read_bytes()


def _judge(original: bytes, media_type: str) -> Inspection:
    """A paper of a bag is looked into as one that is handed in; a manifest of ours must be what it
    says.
    """
    if media_type == "application/json":
        json.loads(original)
        return Inspection(media_type, 1, 0, 0)
    found = ingest.look_into(original, LARGEST_MEGABYTES, LARGEST_MEGABYTES)
    if found.media_type != media_type:
        raise InvalidInput("Salah satu dokumen di tas ini bukan jenis file yang tertulis.")
    return found
