"""The versions of a paper in a bag: how its pages lay in each, what stood on them, and of which papers it was made."""

import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

import archive.documents
import archive.made_of
import archive.version_copies
import archive.versions
from archive.models import Document, MadeOf, PastPage, Version
from workflow_app.services.ground import jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork

Add = Callable[[str, str, bytes], None]
Read = Callable[[str], bytes]
FILE, PDF = "versions", "application/pdf"


def give(work: UnitOfWork, document: Document, among: Collection[UUID], add: Add) -> dict[str, Any]:
    """Write the versions that people made; of the papers it was made of only those `among` what leaves are named."""
    made = list(reversed(archive.versions.of(work.session, document.id)))
    if made:
        past = select(PastPage).where(PastPage.document_id == document.id)
        told = {
            "versions": [_version(version) for version in made],
            "past_pages": [
                {"leaf": page.leaf, "edition": page.edition, "turn": page.turn, "content": page.content}
                for page in work.session.scalars(past.order_by(PastPage.leaf, PastPage.edition))
            ],
        }
        add(FILE, "versions.json", json.dumps(told, ensure_ascii=False).encode())
    for version in made:
        if version.pdf_sha256:
            add(f"version-{version.no}", f"version-{version.no}.pdf", work.blobs.read(version.pdf_sha256))
    return {
        "version": document.version,
        "checked_at": document.checked_at.isoformat() if document.checked_at else None,
        "made_of": [
            {"source": str(part.source_id), "version": part.source_version, "pages": part.pages}
            for part in archive.made_of.sources_of(work.session, document.id)
            if part.source_id in among
        ],
    }


def take(work: UnitOfWork, document_id: UUID, paper: dict[str, Any], read: Read) -> None:
    """Keep them in another installation. Who made them is in the events that came along: people have other ids here. A copy
    that was still to be made there is made here.
    """
    document = archive.documents.get(work.session, document_id)
    if checked := paper.get("checked_at"):
        document.checked_at = datetime.fromisoformat(checked)
    if FILE not in paper["files"]:
        return
    told = json.loads(read(FILE))
    for version in told["versions"]:
        name = f"version-{int(version['no'])}"
        pdf = None
        if name in paper["files"]:
            pdf = archive.documents.keep_bytes(work.session, work.blobs, read(name), PDF, work.clock())
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
    if (waiting := archive.version_copies.waits(work.session, document)) is not None:
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
