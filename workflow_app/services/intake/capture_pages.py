"""Pages photographed by a phone for a desk: kept as they come, put in order, and sent as papers of
the case (R39, decision 0038).

Photos of phones that became no paper: taken off, replaced, never sent. After some days the store
lets go of them (decision 0049).

Two steps, each a transaction: the bytes are given up and the case says so, then they are erased.
Who is cut off between them erases the next time. What has become part of a paper meanwhile, by
whatever way, is kept.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, func, or_, select

from archive import disposal, documents
from archive.errors import BlobLocked
from archive.models import Blob, RenditionKind
from ocr import sandbox_requests
from ocr.errors import OcrError
from ocr.headers import TIFF
from ocr.sandbox_requests import Photo
from ocr.types import Limits
from workflow_app.domain import SYSTEM, InvalidInput, NotFound
from workflow_app.models import Capture, CapturePage, Task
from workflow_app.services.cases import access
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.documents import classification, ingest
from workflow_app.services.documents import documents as document_records
from workflow_app.services.documents.documents import EXTENSIONS, Content
from workflow_app.services.intake import captures
from workflow_app.services.intake.captures import Held
from workflow_app.services.processes.definitions import definition_of

MOST_PAGES = 30
"""Of one paper, and waiting on one phone."""
MOST_MEGABYTES = 150
"""Of one paper; a file that comes in one piece is smaller, and this one nobody has to send in one
piece.
"""
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})
"""What every browser shows."""
NO_PHOTO = "Yang diterima di sini hanya foto halaman. PDF diunggah dari layar petugas."
TOO_MANY = f"Sudah {MOST_PAGES} halaman. Kirim dulu, lalu lanjutkan sebagai berkas baru."
TOO_LARGE = (
    "Foto yang menunggu sudah terlalu besar untuk satu berkas. Kirim dulu, lalu lanjutkan sebagai "
    "berkas baru."
)
NOTHING = "Belum ada foto yang dapat dikirim. Ambil foto lebih dulu."


@dataclass(frozen=True)
class PageView:
    """A page as the phone shows it."""

    id: UUID
    is_shown: bool
    """The browser of any phone shows such a picture."""


@dataclass(frozen=True)
class PhoneView:
    """What the phone shows: where the pages go to, and the pages. Nothing of the case."""

    process: str
    task: str
    label: str
    pages: tuple[PageView, ...]
    """Those that wait, in their order."""
    sent_pages: int
    sent_papers: int
    kept_days: int
    """For so long photos stay that are taken off or not sent."""


def show(held: Held) -> PhoneView:
    """The pages of the phone."""
    pages = _pages(held)
    sent = [page.document_id for page in pages if page.document_id]
    waiting = [page for page in pages if page.document_id is None]
    return PhoneView(
        process=held.process,
        task=held.task.name,
        label=held.label,
        pages=tuple(PageView(page.id, page.media_type in SHOWN) for page in waiting),
        sent_pages=len(sent),
        sent_papers=len(set(sent)),
        kept_days=captures.kept_days(held.work),
    )


def picture(held: Held, page_id: UUID) -> Content:
    """The photo of a page that waits."""
    page = _waiting(held, page_id)
    data = held.work.blobs.read(page.blob_sha256)
    return Content(
        data, page.media_type, f"halaman-{page.no}.{EXTENSIONS.get(page.media_type, 'bin')}"
    )


def add(held: Held, data: bytes, *, replaces: UUID | None = None, max_megabytes: int = 50) -> None:
    """Keep a photo as it is, behind the others or in the place of one of them. The same photo again
    is the same page: an upload that broke off is simply repeated.
    """
    found = ingest.look_into(data, max_megabytes)
    is_stack = found.media_type == TIFF and found.pages > 1
    if not found.media_type.startswith("image/") or is_stack:
        raise InvalidInput(NO_PHOTO)
    work = held.work
    pages = _pages(held)
    is_gone = replaces is not None and replaces not in {page.id for page in pages}
    if is_gone and hashlib.sha256(data).hexdigest() in {page.blob_sha256 for page in pages}:
        captures.touch(held)
        return
    old = _waiting(held, replaces) if replaces else None
    if old is None:
        _check_room(held, pages, len(data))
    keep_for = timedelta(days=captures.kept_days(work))
    sha256 = documents.keep_bytes(
        work.session, work.blobs, data, found.media_type, work.clock(), keep_for
    )
    no = old.no if old else max((page.no for page in pages), default=0) + 1
    if old is not None and old.blob_sha256 != sha256:
        old.dropped_at = work.clock()
    if sha256 not in {page.blob_sha256 for page in pages}:
        _put(held, no, sha256, found.media_type)
    captures.touch(held)


def _put(held: Held, no: int, sha256: str, media_type: str) -> None:
    """The photo stands there, also when it was taken off before."""
    session, at = held.work.session, held.work.clock()
    query = select(CapturePage).where(
        CapturePage.capture_id == held.capture.id, CapturePage.blob_sha256 == sha256
    )
    if (known := session.scalars(query).first()) is not None:
        known.no, known.taken_at, known.dropped_at = no, at, None
        return
    page = CapturePage(id=uuid4(), capture_id=held.capture.id, no=no, blob_sha256=sha256)
    page.media_type, page.taken_at = media_type, at
    session.add(page)


def remove(held: Held, page_id: UUID) -> None:
    """Take a page off; nobody is shown its photo any more, and some days later it is erased. One
    that is off already stays so.
    """
    page = held.work.session.get(CapturePage, page_id)
    if page is not None and page.capture_id == held.capture.id and page.document_id is None:
        page.dropped_at = page.dropped_at or held.work.clock()
    captures.touch(held)


def move_up(held: Held, page_id: UUID) -> None:
    """Put a page before the one that stands before it."""
    page = _waiting(held, page_id)
    before = [each for each in _pages(held) if each.document_id is None and each.no < page.no]
    if before:
        page.no, before[-1].no = before[-1].no, page.no
    captures.touch(held)


def send(held: Held, key: UUID, *, is_apart: bool = False) -> None:
    """Make the pages that wait one paper of the case, under the question: a single photo as it is,
    several bound in their order. With `is_apart` each is a paper of its own. The same `key` again
    sends nothing more.
    """
    pages = _pages(held)
    if any(page.sending == key for page in pages):
        return
    waiting = [page for page in pages if page.document_id is None]
    if not waiting:
        raise InvalidInput(NOTHING)
    for group in [[page] for page in waiting] if is_apart else [waiting]:
        document_id = _hand_in(held, group)
        for page in group:
            page.document_id, page.sending = document_id, key
        captures.record_held_capture(
            held, "capture.sent", document_id=str(document_id), pages=len(group)
        )
    captures.touch(held)


def _hand_in(held: Held, pages: list[CapturePage]) -> UUID:
    """One paper of these pages. Beside a bound one lie the photos, as they were received."""
    work = held.work
    photos = [Photo(work.blobs.read(page.blob_sha256), page.media_type) for page in pages]
    is_bound = len(photos) > 1
    added = document_records.upload(
        work,
        held.case.id,
        element=held.task.element,
        label=held.label,
        data=_bound(photos) if is_bound else photos[0].data,
        task_id=held.task.id,
        max_megabytes=MOST_MEGABYTES,
    )
    for no, photo in enumerate(photos if is_bound else (), 1):
        documents.add_rendition(
            work.session,
            work.blobs,
            added.id,
            photo.data,
            kind=RenditionKind.PHOTO,
            media_type=photo.media_type,
            at=work.clock(),
            page=no,
        )
    return added.id


def _bound(photos: list[Photo]) -> bytes:
    try:
        with translated():
            return sandbox_requests.bind(photos, Limits())
    except OcrError as refusal:
        raise InvalidInput(refusal.sentence) from refusal


def _check_room(held: Held, pages: list[CapturePage], size: int) -> None:
    waiting = [page.blob_sha256 for page in pages if page.document_id is None]
    if len(waiting) >= MOST_PAGES:
        raise InvalidInput(TOO_MANY)
    total = select(func.coalesce(func.sum(Blob.size), 0)).where(Blob.sha256.in_(waiting))
    # What is bound is a little larger than its photos.
    if (held.work.session.scalar(total) or 0) + size > MOST_MEGABYTES * 950_000:
        raise InvalidInput(TOO_LARGE)


def _pages(held: Held) -> list[CapturePage]:
    query = select(CapturePage).where(
        CapturePage.capture_id == held.capture.id, CapturePage.dropped_at.is_(None)
    )
    return list(held.work.session.scalars(query.order_by(CapturePage.no, CapturePage.taken_at)))


def _waiting(held: Held, page_id: UUID) -> CapturePage:
    page = held.work.session.get(CapturePage, page_id)
    is_there = page is not None and page.capture_id == held.capture.id
    if page is None or not is_there or page.document_id or page.dropped_at:
        raise NotFound("Halaman ini sudah dikirim atau dihapus. Muat ulang halaman.")
    return page


log = logging.getLogger(__name__)

MOST_AT_ONCE = 500


def sweep(works: Works) -> int:
    """Erase what nobody has wanted for the days of the configuration; returns how many photos.
    Raises `Away` when the store is.
    """
    with works.begin(SYSTEM) as work:
        due = work.session.execute(_due(work)).all()
    erased = 0
    for capture_id, page_ids in due:
        with works.begin(SYSTEM) as work:
            given_up = _give_up(work, capture_id, page_ids)
        for page_id in given_up:
            with works.begin(SYSTEM) as work:
                erased += _erase(work, page_id)
    return erased


def _due(work: UnitOfWork) -> Select[UUID, Sequence[UUID]]:
    return (
        select(CapturePage.capture_id, func.array_agg(CapturePage.id))
        .join(Capture, Capture.id == CapturePage.capture_id)
        .where(_is_stray(work))
        .group_by(CapturePage.capture_id)
        .order_by(func.min(CapturePage.taken_at))
        .limit(MOST_AT_ONCE)
    )


def _is_stray(work: UnitOfWork) -> ColumnElement[bool]:
    """Nobody can send this `CapturePage` of this `Capture` any more, or has done so in time. A link
    in use is left alone.
    """
    before = work.clock() - timedelta(days=captures.kept_days(work))
    is_old = or_(CapturePage.dropped_at <= before, CapturePage.taken_at <= before)
    is_at_rest = Capture.used_at <= work.clock() - captures.LONGEST
    return CapturePage.document_id.is_(None) & is_old & is_at_rest


def _give_up(work: UnitOfWork, capture_id: UUID, page_ids: Sequence[UUID]) -> list[UUID]:
    """From now on nobody is offered these photos, and no bytes are wanted of which no paper is
    made; on record in the case.
    """
    capture = work.session.get_one(
        Capture, capture_id, with_for_update=True, populate_existing=True
    )
    query = select(CapturePage).where(CapturePage.id.in_(page_ids), _is_stray(work))
    query = query.join(Capture, Capture.id == CapturePage.capture_id).order_by(
        CapturePage.blob_sha256
    )
    found = work.session.scalars(query.with_for_update(of=CapturePage)).all()
    given_up, new = [], 0
    for page in found:
        if _is_wanted(work, page) or not disposal.give_up(
            work.session, page.blob_sha256, at=work.clock()
        ):
            work.session.delete(page)
        else:
            new += page.swept_at is None
            page.dropped_at = page.dropped_at or work.clock()
            page.swept_at = page.swept_at or work.clock()
            given_up.append(page.id)
    if new:
        task = work.session.get_one(Task, capture.task_id)
        case = access.lock_case(work, task.case_id)
        form = definition_of(work, case.definition_id).form(task.element)
        label = classification.of_place(work, case, form, capture.place) or ""
        unit_of_work.record_case(
            work,
            case.id,
            "capture.swept",
            task.element,
            label=label,
            capture=str(capture.id),
            pages=new,
        )
    work.session.flush()
    return given_up


def _is_wanted(work: UnitOfWork, page: CapturePage) -> bool:
    """Waits the same photo on another phone, or lies there since a shorter time?"""
    other = select(CapturePage.id).where(
        CapturePage.blob_sha256 == page.blob_sha256,
        CapturePage.id != page.id,
        CapturePage.swept_at.is_(None),
    )
    return work.session.scalar(select(other.exists())) is True


def _erase(work: UnitOfWork, page_id: UUID) -> bool:
    """The bytes first, then the row; what the store still locks is asked about the next time."""
    page = work.session.get_one(CapturePage, page_id, with_for_update=True, populate_existing=True)
    with translated():
        try:
            sha256, at = page.blob_sha256, work.clock()
            is_gone = disposal.erase_given_up(work.session, work.blobs, sha256, at=at)
        except BlobLocked:
            log.info("a photo that became no paper is still locked by the store")
            return False
    work.session.delete(page)
    return is_gone
