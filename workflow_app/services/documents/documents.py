"""Papers of a case: handing them in, and showing them to those who may see the case and read
identities.

Recordings of a voice as they are played and saved: read from the store piece by piece, never as a
whole. Papers that an archivist has accepted become papers of the archive: found and read by all who
read the archive (R37, R39).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from archive import documents, readings, versions
from archive.models import Blob, Document, DocumentStatus, Rendition, RenditionKind
from workflow_app.domain import Forbidden, InvalidInput, NotFound, TaskNotReady
from workflow_app.models import AuditEvent, Case, CaseDocument, Task
from workflow_app.permissions import leaves_trace
from workflow_app.services.cases import answers, task_rights
from workflow_app.services.cases.access import is_cleared, lock_case, visible_case
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import access, classification, ingest
from workflow_app.services.documents.document_views import DocumentView as DocumentView
from workflow_app.services.documents.document_views import views

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
DISPOSED = (
    "Dokumen ini sudah dimusnahkan menurut jadwal retensi. Halamannya menyebut berita acaranya."
)
ABOVE_YOU = (
    "Dokumen ini sudah ada di berkas ini dengan tingkat akses di atas hak Anda; tidak perlu "
    "ditambahkan lagi."
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
    """Take in a paper of a case. It is checked before it is kept, kept as received, and read later
    by a job.

    With `task_id` the paper is handed in at that task, and `element` is the task's. The same paper
    a second time is recognised and not linked again, also when its task was completed meanwhile: a
    form may be sent twice.
    """
    case = visible_case(work, case_id)
    task = _task_to_add_to(work, case, task_id)
    if (known := _in_case(work, case, data)) is not None:
        if not access.is_cleared_for(work, known):
            raise InvalidInput(ABOVE_YOU)
        return views(work, [(known, case.id)], note=ALREADY_THERE, is_new=False)[0]
    _check_goes_on(work, case, task)
    element = task.element if task else element
    if work.actor.user_id is not None and not classification.is_allowed(work, case, element, label):
        raise InvalidInput(fields={"label": "Pilih jenis dokumen dari daftar."})
    takes_recordings = classification.is_of_recording(work, case, element, label)
    found = ingest.look_into(data, max_megabytes, recording_megabytes if takes_recordings else 0)
    document_id = ingest.keep(work, data, found, origin=ingest.UPLOAD, label=label).document_id
    # Looking into a file takes seconds; meanwhile the case may have ended, or the same form came
    # twice.
    lock_case(work, case.id)
    task = _task_to_add_to(work, case, task_id)
    if _in_case(work, case, data) is None:
        _check_goes_on(work, case, task)
    is_new = classification.take_in(work, case, document_id, element=element, label=label)
    return views(
        work,
        [(document_id, case.id)],
        note=found.reason if is_new else ALREADY_THERE,
        is_new=is_new,
    )[0]


def labels(work: UnitOfWork, case_id: UUID) -> list[str]:
    """What a paper added to this case may be called; nothing for who may not add one."""
    case = visible_case(work, case_id)
    return classification.choices_paper_label(work, case) if answers.works_on(work, case) else []


def for_case(work: UnitOfWork, case_id: UUID) -> list[DocumentView]:
    """The papers of a case that the actor may see, in the order they came. Pictures of a restricted
    one are on its own page only, where each is on record; a recording fetches nothing before
    somebody plays it.
    """
    case = visible_case(work, case_id)
    ids = work.session.scalars(
        select(CaseDocument.document_id)
        .join(Document, Document.id == CaseDocument.document_id)
        .where(CaseDocument.case_id == case.id, is_cleared(work))
        .order_by(CaseDocument.added_at, CaseDocument.document_id)
    )
    wanted = [(document_id, case.id) for document_id in ids]
    found = views(work, wanted) if wanted else []
    return [
        replace(view, thumbnail_pages=()) if leaves_trace(view.level) else view for view in found
    ]


def get(work: UnitOfWork, document_id: UUID) -> DocumentView:
    """One paper, if the actor may see it."""
    seen = access.reach(work, document_id)
    return views(work, [(document_id, seen.case_id if seen else None)])[0]


def text(work: UnitOfWork, document_id: UUID) -> list[PageText]:
    """What was read, page by page; the opening is on record. Nothing is left of a paper that was
    disposed of.
    """
    seen = access.readable(work, document_id)
    if _is_disposed(work, document_id):
        return []
    access.opened(work, document_id, seen, "text")
    return [
        PageText(page.no, page.text, page.confidence)
        for page in documents.pages_of(work.session, document_id)
    ]


def content(
    work: UnitOfWork,
    document_id: UUID,
    kind: Literal["original", "pdf", "thumbnail", "photo"],
    page: int | None = None,
) -> Content:
    """The bytes of a paper, of a version made from it, or of a photo that it was bound from.
    Opening a whole paper or such a photo is on record, of a restricted one also each picture of a
    page.
    """
    seen = access.readable(work, document_id)
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
        access.opened(work, document_id, seen, kind)
    elif leaves_trace(document.level):
        access.opened(work, document_id, seen, kind, page=page or 1)
    return found


def _is_disposed(work: UnitOfWork, document_id: UUID) -> bool:
    return work.session.get_one(Document, document_id).disposed_at is not None


def _task_to_add_to(work: UnitOfWork, case: Case, task_id: UUID | None) -> Task | None:
    """The task as it is now, None outside of any; raises when the actor may not hand in a paper
    there.
    """
    if task_id is None:
        if not answers.works_on(work, case):
            raise Forbidden(
                "Hanya petugas yang mengerjakan berkas ini yang dapat menambahkan dokumen."
            )
        return None
    task = work.session.get(Task, task_id, populate_existing=True)
    if task is None or task.case_id != case.id:
        raise NotFound()
    task_rights.check_may_work(work, case, task)
    return task


def _check_goes_on(work: UnitOfWork, case: Case, task: Task | None) -> None:
    """Raise when nothing can be added any more: who ended the task or its case, and what can be
    done.
    """
    if case.closed_at is not None:
        raise TaskNotReady(
            f"{task_rights.closed(work, case).sentence} Dokumen tidak dapat ditambahkan lagi."
        )
    if task is not None and task.status != "open":
        raise TaskNotReady(
            f"{task_rights.ended(work, task).sentence} Dokumen ini belum ditambahkan; bila "
            "masih perlu, tambahkan di halaman "
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
        return readings.pdf_of(work.session, document)
    leaf, turn = page, 0
    if kind == "thumbnail":
        places = versions.places_of(work.session, document)
        if not 1 <= page <= len(places):
            return None
        leaf, turn = places[page - 1].leaf, places[page - 1].turn
    made = select(Blob).join(Rendition, Rendition.blob_sha256 == Blob.sha256)
    made = made.where(Rendition.document_id == document.id, Rendition.kind == RenditionKind(kind))
    return work.session.scalars(made.where(Rendition.page == leaf, Rendition.turn == turn)).first()


PIECE = 1 << 20
"""Bytes of an answer at most: a browser asks for the next ones while it plays, so no answer waits
for a listener.
"""
ONE_LOOK = timedelta(hours=1)
"""For how long what one person hears of a recording is one event: its player asks again for every
piece.
"""
KIND = "recording"


@dataclass(frozen=True)
class Recording:
    """A recording that the actor may hear, under a name without personal data."""

    id: UUID
    seen: CaseDocument | None
    """The link through which it was reached."""
    sha256: str
    size: int
    media_type: str
    download_name: str


def is_one(work: UnitOfWork, document_id: UUID) -> bool:
    """Is this a recording that the actor may know of?"""
    access.reach(work, document_id)
    return work.session.get_one(Document, document_id).status == DocumentStatus.RECORDING


def get_recording(work: UnitOfWork, document_id: UUID) -> Recording:
    """The recording, for those who may hear it; `NotFound` for what is none."""
    seen = access.readable(work, document_id)
    if work.session.get_one(Document, document_id).status != DocumentStatus.RECORDING:
        raise NotFound()
    blob = work.session.scalars(
        select(Blob)
        .join(Document, Document.blob_sha256 == Blob.sha256)
        .where(Document.id == document_id)
    ).one()
    name = f"rekaman-{document_id.hex[:8]}.{EXTENSIONS[blob.media_type]}"
    return Recording(document_id, seen, blob.sha256, blob.size, blob.media_type, name)


def piece(work: UnitOfWork, recording: Recording, start: int, end: int) -> bytes:
    """Bytes from `start` up to `end`, no more than a piece. Hearing is on record, once in an
    hour.
    """
    data = work.blobs.part(recording.sha256, start, min(end - start, PIECE))
    _record(work, recording)
    return data


def whole(work: UnitOfWork, recording: Recording) -> Iterator[bytes]:
    """All of it, a chunk in memory at a time; the first is there already, so what is away is known
    before any answer.
    """
    chunks = work.blobs.whole(recording.sha256)
    first = next(chunks)
    _record(work, recording)
    return _together(first, chunks)


def _together(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _record(work: UnitOfWork, recording: Recording) -> None:
    lately = exists().where(
        AuditEvent.action == access.OPENED,
        AuditEvent.actor_id == work.actor.user_id,
        AuditEvent.at > work.clock() - ONE_LOOK,
    )
    chain = access.chain_of(recording.id, recording.seen)
    told = {"document_id": str(recording.id), "kind": KIND}
    if not work.session.scalar(
        select(lately.where(AuditEvent.chain == chain, AuditEvent.details.contains(told)))
    ):
        access.opened(work, recording.id, recording.seen, KIND)


def shelve(work: UnitOfWork, case: Case, element: str) -> int:
    """Open the papers that were scanned for this case to the readers of the archive; returns how
    many.

    A paper that belongs to another case as well stays what it is: who reads it there is that case's
    to say.
    """
    elsewhere = aliased(CaseDocument)
    query = (
        select(Document)
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .where(
            CaseDocument.case_id == case.id,
            Document.origin == ingest.UPLOAD,
            ~exists().where(elsewhere.document_id == Document.id, elsewhere.case_id != case.id),
        )
    )
    papers = work.session.scalars(query.order_by(Document.id).with_for_update(of=Document)).all()
    for paper in papers:
        ingest.become_archive(work, paper)
    unit_of_work.record_case(
        work, case.id, "document.shelved", element, documents=[str(paper.id) for paper in papers]
    )
    return len(papers)
