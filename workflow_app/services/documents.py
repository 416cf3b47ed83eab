"""Papers of a case: handing them in, and showing them to those who may see the case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select

import archive.documents
from archive.models import Blob, Document, DocumentStatus, Page, Rendition, RenditionKind
from workflow_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.models.task import Task
from workflow_app.models.user import User
from workflow_app.permissions import ARCHIVE_READERS, can_work_on, check_work_on, has_role
from workflow_app.services import access, audit, intake
from workflow_app.services.unit_of_work import UnitOfWork

STATUS_LABELS = {
    DocumentStatus.RECEIVED: "Menunggu dibaca",
    DocumentStatus.READING: "Sedang dibaca",
    DocumentStatus.READABLE: "Terbaca",
    DocumentStatus.UNREADABLE: "Tidak terbaca",
}
PDF_KINDS = (RenditionKind.PICTURE_PDF, RenditionKind.SEARCHABLE_PDF)
"""In the order of their names, the better one last."""
EXTENSIONS = {
    "application/json": "json",
    "application/pdf": "pdf",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/webp": "webp",
}
MAX_LABEL = 200
ALREADY_THERE = "Dokumen ini sudah ada di berkas ini; tidak disimpan dua kali."


@dataclass(frozen=True)
class DocumentView:
    """A paper as pages show it. Never its file name: those carry names of people."""

    id: UUID
    label: str
    media_type: str
    pages: int
    status: str
    """received, reading, readable, unreadable."""
    status_label: str
    status_reason: str
    size: int
    added_at: datetime
    added_by: str
    is_duplicate: bool
    """Answer to an upload: the case already had exactly this paper."""
    has_pdf: bool
    thumbnail_pages: tuple[int, ...]
    confidence: float | None
    """Mean over the pages, 0 to 100."""
    element: str
    note: str = ""
    """Sentence for the person who uploaded."""


@dataclass(frozen=True)
class PageText:
    """What was read on one page."""

    no: int
    text: str
    confidence: float | None


@dataclass(frozen=True)
class Content:
    """Bytes to hand out, under a name without personal data."""

    data: bytes
    media_type: str
    download_name: str


def upload(
    work: UnitOfWork,
    case_id: UUID,
    *,
    element: str,
    label: str,
    data: bytes,
    task_id: UUID | None = None,
    max_megabytes: int = 50,
) -> DocumentView:
    """Take in a paper of a case. It is checked before it is kept, kept as received, and read later by a job.

    With `task_id` the paper is handed in at that task, and `element` is the task's. The same paper a second time is
    recognised and not linked again.
    """
    case = access.visible_case(work, case_id)
    element = _check_upload(work, case, task_id) or element
    label = " ".join(label.split())[:MAX_LABEL]
    if not label:
        raise InvalidInput(fields={"label": "Tulis nama dokumen ini, misalnya Fotokopi KTP."})
    found = intake.look_into(data, max_megabytes)
    document_id = intake.keep(work, data, found, origin=intake.UPLOAD, label=label).document_id
    is_new = intake.link(work, case.id, document_id, element=element, label=label)
    return _views(
        work, [(document_id, case.id)], note=found.reason if is_new else ALREADY_THERE, is_new=is_new
    )[0]


def for_case(work: UnitOfWork, case_id: UUID) -> list[DocumentView]:
    """The papers of a case that the actor may see, in the order they came."""
    case = access.visible_case(work, case_id)
    ids = work.session.scalars(
        select(CaseDocument.document_id)
        .where(CaseDocument.case_id == case.id)
        .order_by(CaseDocument.added_at, CaseDocument.document_id)
    )
    return _views(work, [(document_id, case.id) for document_id in ids])


def get(work: UnitOfWork, document_id: UUID) -> DocumentView:
    """One paper, if the actor may see it."""
    return _views(work, [(document_id, _reach(work, document_id))])[0]


def text(work: UnitOfWork, document_id: UUID) -> list[PageText]:
    """What was read, page by page; the opening is on record."""
    case_id = _reach(work, document_id)
    _record_opening(work, document_id, case_id, "text")
    return [
        PageText(page.no, page.text, page.confidence)
        for page in archive.documents.pages_of(work.session, document_id)
    ]


def content(
    work: UnitOfWork,
    document_id: UUID,
    kind: Literal["original", "pdf", "thumbnail"],
    page: int | None = None,
) -> Content:
    """The bytes of a paper, or of a version made from it. Opening a whole paper is on record."""
    case_id = _reach(work, document_id)
    blob = _blob_of(work, document_id, kind, page or 1)
    if blob is None:
        raise NotFound(
            "Versi dokumen ini belum ada. Tunggu sampai dokumen selesai dibaca, atau buka aslinya."
        )
    if kind != "thumbnail":
        _record_opening(work, document_id, case_id, kind)
    extension = EXTENSIONS.get(blob.media_type, "bin")
    suffix = f"-{page}" if page else ""
    name = f"dokumen-{document_id.hex[:8]}{suffix}.{extension}"
    return Content(work.blobs.read(blob.sha256), blob.media_type, name)


def _check_upload(work: UnitOfWork, case: Case, task_id: UUID | None) -> str:
    """May the actor hand in a paper? Returns the element of the task."""
    if case.closed_at is not None:
        raise Conflict("Berkas ini sudah ditutup, jadi dokumen tidak dapat ditambahkan lagi.")
    if task_id is None:
        roles = work.session.scalars(select(Task.role).where(Task.case_id == case.id).distinct())
        if not any(can_work_on(work.actor, unit=case.unit, role=role) for role in roles):
            raise Forbidden("Hanya petugas yang mengerjakan berkas ini yang dapat menambahkan dokumen.")
        return ""
    task = work.session.get(Task, task_id)
    if task is None or task.case_id != case.id:
        raise NotFound()
    check_work_on(work.actor, unit=task.unit, role=task.role)
    if task.status != "open":
        raise Conflict("Tugas ini sudah selesai, jadi dokumen tidak dapat ditambahkan lagi.")
    return task.element


def _reach(work: UnitOfWork, document_id: UUID) -> UUID | None:
    """The case through which the actor may see the document; None for papers of the archive without a case."""
    case_id = work.session.scalars(
        select(CaseDocument.case_id)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id == document_id, access.sees_case(work))
        .order_by(CaseDocument.added_at.desc())
        .limit(1)
    ).first()
    if case_id is not None:
        return case_id
    document = work.session.get(Document, document_id)
    if document is None or document.origin != intake.ARCHIVE or not has_role(work.actor, ARCHIVE_READERS):
        raise NotFound()
    return None


def _record_opening(work: UnitOfWork, document_id: UUID, case_id: UUID | None, kind: str) -> None:
    """Papers show identities, so reading one leaves a trace as unlocking an identity does (R23)."""
    if case_id is None:
        audit.record(work, f"document:{document_id}", "document.opened", kind=kind)
    else:
        audit.record_case(work, case_id, "document.opened", document_id=str(document_id), kind=kind)


def _blob_of(work: UnitOfWork, document_id: UUID, kind: str, page: int) -> Blob | None:
    original = (
        select(Blob).join(Document, Document.blob_sha256 == Blob.sha256).where(Document.id == document_id)
    )
    if kind == "original":
        return work.session.scalars(original).first()
    made = select(Blob).join(Rendition, Rendition.blob_sha256 == Blob.sha256)
    made = made.where(Rendition.document_id == document_id)
    if kind == "thumbnail":
        made = made.where(Rendition.kind == RenditionKind.THUMBNAIL, Rendition.page == page)
        return work.session.scalars(made).first()
    best = made.where(Rendition.kind.in_(PDF_KINDS)).order_by(Rendition.kind.desc())
    return (
        work.session.scalars(best).first()
        or work.session.scalars(original.where(Blob.media_type == "application/pdf")).first()
    )


def _views(
    work: UnitOfWork,
    wanted: Sequence[tuple[UUID, UUID | None]],
    *,
    note: str = "",
    is_new: bool = True,
) -> list[DocumentView]:
    """Views of documents as seen through a case, in the order asked for; three queries however many they are."""
    ids = [document_id for document_id, _ in wanted]
    rows = {
        row.Document.id: row
        for row in work.session.execute(
            select(Document, Blob.size)
            .join(Blob, Blob.sha256 == Document.blob_sha256)
            .where(Document.id.in_(ids))
        )
    }
    links = {
        (row.CaseDocument.document_id, row.CaseDocument.case_id): row
        for row in work.session.execute(
            select(CaseDocument, User.full_name)
            .outerjoin(User, User.id == CaseDocument.added_by)
            .where(CaseDocument.document_id.in_(ids))
        )
    }
    made: Mapping[UUID, list[tuple[str, int]]] = _renditions(work, ids)
    confidence: dict[UUID, float | None] = dict(
        work.session.execute(
            select(Page.document_id, func.avg(Page.confidence))
            .where(Page.document_id.in_(ids))
            .group_by(Page.document_id)
        ).all()
    )
    views = []
    for document_id, case_id in wanted:
        document, size = rows[document_id]
        seen = links.get((document_id, case_id)) if case_id else None
        kinds = made.get(document_id, [])
        views.append(
            DocumentView(
                id=document_id,
                label=seen.CaseDocument.label if seen else document.label,
                media_type=document.media_type,
                pages=document.pages,
                status=document.status,
                status_label="Tersimpan"
                if intake.is_own(document)
                else STATUS_LABELS[DocumentStatus(document.status)],
                status_reason=document.status_reason,
                size=size,
                added_at=seen.CaseDocument.added_at if seen else document.added_at,
                added_by=(seen.full_name if seen else None) or "Sistem",
                is_duplicate=not is_new,
                has_pdf=document.media_type == "application/pdf"
                or any(kind in PDF_KINDS for kind, _ in kinds),
                thumbnail_pages=tuple(page for kind, page in kinds if kind == RenditionKind.THUMBNAIL),
                confidence=confidence.get(document_id),
                element=seen.CaseDocument.element if seen else "",
                note=note,
            )
        )
    return views


def _renditions(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, int]]]:
    found: dict[UUID, list[tuple[str, int]]] = {}
    query = select(Rendition.document_id, Rendition.kind, Rendition.page).where(
        Rendition.document_id.in_(ids)
    )
    for document_id, kind, page in work.session.execute(query.order_by(Rendition.page)):
        found.setdefault(document_id, []).append((kind, page))
    return found
