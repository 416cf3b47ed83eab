"""Papers of a case: handing them in, and showing them to those who may see the case and read identities."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from sqlalchemy import select

import archive.documents
import archive.version_copies
import archive.versions
from archive.models import Blob, Document, Rendition, RenditionKind
from workflow_app.errors import Forbidden, InvalidInput, NotFound, TaskNotReady
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.models.task import Task
from workflow_app.permissions import leaves_trace
from workflow_app.services.case_file import access, answers, clearances, precedence, task_rights
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import intake, levels, paper_labels, paper_sight, paper_trail
from workflow_app.services.papers.document_views import DocumentView as DocumentView
from workflow_app.services.papers.document_views import views

EXTENSIONS = {
    "application/json": "json",
    "application/pdf": "pdf",
    "audio/aac": "aac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/webp": "webp",
    "message/rfc822": "eml",
}
ALREADY_THERE = "Dokumen ini sudah ada di berkas ini; tidak disimpan dua kali."
DISPOSED = "Dokumen ini sudah dimusnahkan menurut jadwal retensi. Halamannya menyebut berita acaranya."
ABOVE_YOU = (
    "Dokumen ini sudah ada di berkas ini dengan tingkat akses di atas hak Anda; tidak perlu ditambahkan lagi."
)


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
    recording_megabytes: int = 100,
) -> DocumentView:
    """Take in a paper of a case. It is checked before it is kept, kept as received, and read later by a job.

    With `task_id` the paper is handed in at that task, and `element` is the task's. The same paper a second time is
    recognised and not linked again, also when its task was completed meanwhile: a form may be sent twice.
    """
    case = access.visible_case(work, case_id)
    task = _task_to_add_to(work, case, task_id)
    if (known := _in_case(work, case, data)) is not None:
        if not paper_sight.is_cleared_for(work, known):
            raise InvalidInput(ABOVE_YOU)
        return views(work, [(known, case.id)], note=ALREADY_THERE, is_new=False)[0]
    _check_goes_on(work, case, task)
    element = task.element if task else element
    if work.actor.user_id is not None and not paper_labels.is_allowed(work, case, element, label):
        raise InvalidInput(fields={"label": "Pilih jenis dokumen dari daftar."})
    takes_recordings = paper_labels.is_of_recording(work, case, element, label)
    found = intake.look_into(data, max_megabytes, recording_megabytes if takes_recordings else 0)
    document_id = intake.keep(work, data, found, origin=intake.UPLOAD, label=label).document_id
    # Looking into a file takes seconds; meanwhile the case may have ended, or the same form came twice.
    access.lock_case(work, case.id)
    task = _task_to_add_to(work, case, task_id)
    if _in_case(work, case, data) is None:
        _check_goes_on(work, case, task)
    is_new = levels.take_in(work, case, document_id, element=element, label=label)
    return views(
        work, [(document_id, case.id)], note=found.reason if is_new else ALREADY_THERE, is_new=is_new
    )[0]


def labels(work: UnitOfWork, case_id: UUID) -> list[str]:
    """What a paper added to this case may be called; nothing for who may not add one."""
    case = access.visible_case(work, case_id)
    return paper_labels.choices(work, case) if answers.works_on(work, case) else []


def for_case(work: UnitOfWork, case_id: UUID) -> list[DocumentView]:
    """The papers of a case that the actor may see, in the order they came. Pictures of a restricted one are on its own page
    only, where each is on record; a recording fetches nothing before somebody plays it.
    """
    case = access.visible_case(work, case_id)
    ids = work.session.scalars(
        select(CaseDocument.document_id)
        .join(Document, Document.id == CaseDocument.document_id)
        .where(CaseDocument.case_id == case.id, clearances.is_cleared(work))
        .order_by(CaseDocument.added_at, CaseDocument.document_id)
    )
    wanted = [(document_id, case.id) for document_id in ids]
    found = views(work, wanted) if wanted else []
    return [replace(view, thumbnail_pages=()) if leaves_trace(view.level) else view for view in found]


def get(work: UnitOfWork, document_id: UUID) -> DocumentView:
    """One paper, if the actor may see it."""
    seen = paper_sight.reach(work, document_id)
    return views(work, [(document_id, seen.case_id if seen else None)])[0]


def text(work: UnitOfWork, document_id: UUID) -> list[PageText]:
    """What was read, page by page; the opening is on record. Nothing is left of a paper that was disposed of."""
    seen = paper_sight.readable(work, document_id)
    if _is_disposed(work, document_id):
        return []
    paper_trail.opened(work, document_id, seen, "text")
    return [
        PageText(page.no, page.text, page.confidence)
        for page in archive.documents.pages_of(work.session, document_id)
    ]


def content(
    work: UnitOfWork,
    document_id: UUID,
    kind: Literal["original", "pdf", "thumbnail", "photo"],
    page: int | None = None,
) -> Content:
    """The bytes of a paper, of a version made from it, or of a photo that it was bound from. Opening a whole paper or such a
    photo is on record, of a restricted one also each picture of a page.
    """
    seen = paper_sight.readable(work, document_id)
    document = work.session.get_one(Document, document_id)
    if document.disposed_at is not None:
        raise NotFound(DISPOSED)
    blob = _blob_of(work, document, kind, page or 1)
    if blob is None:
        raise NotFound(
            "Versi dokumen ini belum ada. Tunggu sampai dokumen selesai dibaca, atau buka aslinya."
        )
    extension = EXTENSIONS.get(blob.media_type, "bin")
    suffix = f"-{page}" if page else ""
    name = f"dokumen-{document_id.hex[:8]}{suffix}.{extension}"
    found = Content(work.blobs.read(blob.sha256), blob.media_type, name)
    # Recorded last: the head of the chain is not held while the store is read.
    if kind != "thumbnail":
        paper_trail.opened(work, document_id, seen, kind)
    elif leaves_trace(document.level):
        paper_trail.opened(work, document_id, seen, kind, page=page or 1)
    return found


def _is_disposed(work: UnitOfWork, document_id: UUID) -> bool:
    return work.session.get_one(Document, document_id).disposed_at is not None


def _task_to_add_to(work: UnitOfWork, case: Case, task_id: UUID | None) -> Task | None:
    """The task as it is now, None outside of any; raises when the actor may not hand in a paper there."""
    if task_id is None:
        if not answers.works_on(work, case):
            raise Forbidden("Hanya petugas yang mengerjakan berkas ini yang dapat menambahkan dokumen.")
        return None
    task = work.session.get(Task, task_id, populate_existing=True)
    if task is None or task.case_id != case.id:
        raise NotFound()
    task_rights.check_may_work(work, case, task)
    return task


def _check_goes_on(work: UnitOfWork, case: Case, task: Task | None) -> None:
    """Raise when nothing can be added any more: who ended the task or its case, and what can be done."""
    if case.closed_at is not None:
        raise TaskNotReady(f"{precedence.closed(work, case).sentence} Dokumen tidak dapat ditambahkan lagi.")
    if task is not None and task.status != "open":
        raise TaskNotReady(
            f"{precedence.ended(work, task).sentence} Dokumen ini belum ditambahkan; bila masih perlu, tambahkan di halaman "
            "berkas."
        )


def _in_case(work: UnitOfWork, case: Case, data: bytes) -> UUID | None:
    """The paper with these bytes, if the case has it."""
    query = select(CaseDocument.document_id).join(Document, Document.id == CaseDocument.document_id)
    same = Document.blob_sha256 == hashlib.sha256(data).hexdigest()
    is_kept = Document.disposed_at.is_(None)
    return work.session.scalar(query.where(CaseDocument.case_id == case.id, same, is_kept))


def _blob_of(work: UnitOfWork, document: Document, kind: str, page: int) -> Blob | None:
    """Small pictures are counted as the newest version counts pages, photos as they came."""
    if kind == "original":
        return work.session.get_one(Blob, document.blob_sha256)
    if kind == "pdf":
        return archive.version_copies.pdf_of(work.session, document)
    leaf, turn = page, 0
    if kind == "thumbnail":
        places = archive.versions.places_of(work.session, document)
        if not 1 <= page <= len(places):
            return None
        leaf, turn = places[page - 1].leaf, places[page - 1].turn
    made = select(Blob).join(Rendition, Rendition.blob_sha256 == Blob.sha256)
    made = made.where(Rendition.document_id == document.id, Rendition.kind == RenditionKind(kind))
    return work.session.scalars(made.where(Rendition.page == leaf, Rendition.turn == turn)).first()
