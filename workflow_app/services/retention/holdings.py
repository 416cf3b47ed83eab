"""Holdings of the archive: legal holds, deposits without a case, and verification of the bytes.

The store must not delete a document of an open case or under a hold, whatever its lock says (R37,
decisions 0032 and 0036). What should be held follows from the rows; a job compares and corrects
this every minute, so that no single job can be lost.
"""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from archive import blobs, store
from archive.errors import BlobMissing
from archive.models import Document, Rendition, RenditionKind
from archive.store import WormVerdict as WormVerdict
from ocr.errors import FileTooLarge
from workflow_app.domain import SYSTEM, AccessLevel, Away, InvalidInput, SentraError
from workflow_app.models import Case, CaseDocument, PaperHold
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.jobs import KEEPING, Running, periodic
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import access, classification, ingest

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Number of documents corrected per run; the rest follows a minute later."""


@dataclass(frozen=True)
class Difference:
    """A document whose hold in the store differed from the recorded one."""

    document_id: UUID
    should_be_held: bool


def settle_due(works: Works) -> int:
    """Correct the holds in the store; return the number of changed documents. Failures are tried
    again in the next run.

    Raises `Away` when the store is unavailable, because nothing else would succeed either.
    """
    with works.begin(SYSTEM) as work:
        due = _due(work)
    changed = 0
    for document_id in due:
        try:
            with works.begin(SYSTEM) as work:
                changed += settle(work, document_id)
        except Away:
            raise
        except SentraError as error:  # one document must not prevent the others
            log.error("hold of paper %s: %s", document_id, error.detail)
    return changed


def settle(work: UnitOfWork, document_id: UUID) -> bool:
    """Hold the document if an open case has it or a person placed a hold, else release it. Return
    False when nothing changed.

    The document is locked first, so that links made meanwhile wait for the next run. The store is
    told before the row is written: after a crash in between it is told again.
    """
    document = _locked(work, document_id)
    wanted = select(Document.id).where(Document.id == document_id, _is_to_be_held())
    should_be_held = work.session.scalar(wanted) is not None
    if should_be_held == (document.held_since is not None):
        return False
    _tell(work, document, should_be_held)
    document.held_since = work.clock() if should_be_held else None
    access.kept(work, document_id, "document.held" if should_be_held else "document.released")
    return True


def verify(works: Works) -> Iterator[Difference]:
    """Compare every held document with the store, correct differences made there, and yield them.

    Each document has a short transaction, because the whole comparison takes long and the worker
    goes on meanwhile.
    """
    with works.begin(SYSTEM) as work:
        query = select(Document.id).where(Document.held_since.is_not(None) | _is_to_be_held())
        document_ids = list(work.session.scalars(query.order_by(Document.id)))
    for document_id in document_ids:
        with works.begin(SYSTEM) as work:
            found = _put_right(work, document_id)
        if found is not None:
            yield found


def _put_right(work: UnitOfWork, document_id: UUID) -> Difference | None:
    """Compare one document under its lock; without it the answer could be older or newer than the
    row.
    """
    document = _locked(work, document_id)
    is_recorded = document.held_since is not None
    try:
        is_held = work.blobs.stat(document.blob_sha256).is_held
    except BlobMissing:
        return None  # the fixity check reports it
    if is_held == is_recorded:
        return None
    _tell(work, document, is_recorded)
    return Difference(document_id, is_recorded)


def _locked(work: UnitOfWork, document_id: UUID) -> Document:
    return work.session.get_one(Document, document_id, with_for_update=True, populate_existing=True)


def _due(work: UnitOfWork) -> list[UUID]:
    in_open_cases = (
        select(Document.id)
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(
            Case.closed_at.is_(None), Document.held_since.is_(None), Document.disposed_at.is_(None)
        )
    )
    by_hand = (
        select(Document.id)
        .join(PaperHold, PaperHold.document_id == Document.id)
        .where(
            PaperHold.lifted_at.is_(None),
            Document.held_since.is_(None),
            Document.disposed_at.is_(None),
        )
    )
    to_release = select(Document.id).where(Document.held_since.is_not(None), ~_is_to_be_held())
    return list(work.session.scalars(in_open_cases.union(by_hand, to_release).limit(AT_ONCE)))


def _is_to_be_held() -> ColumnElement[bool]:
    """Return the condition that an open case has this `Document` or a person holds it."""
    in_open_case = (
        select(CaseDocument.document_id)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id == Document.id, Case.closed_at.is_(None))
    )
    by_hand = select(PaperHold.id).where(
        PaperHold.document_id == Document.id, PaperHold.lifted_at.is_(None)
    )
    return Document.disposed_at.is_(None) & or_(in_open_case.exists(), by_hand.exists())


def _tell(work: UnitOfWork, document: Document, is_held: bool) -> None:
    """Hold or release the bytes of the document and of the photos from which it was bound. Bytes
    that another held document needs stay held.
    """
    photos = select(Rendition.blob_sha256).where(
        Rendition.document_id == document.id, Rendition.kind == RenditionKind.PHOTO
    )
    for sha256 in [*work.session.scalars(photos), document.blob_sha256]:
        if is_held:
            work.blobs.hold(sha256)
        elif work.session.scalar(_held_otherwise(sha256, document.id)) is None:
            work.blobs.release(sha256)


def _held_otherwise(sha256: str, document_id: UUID) -> Select[UUID]:
    """Select another held document that needs these bytes, as its original or as a photo."""
    as_photo = select(Rendition.document_id).where(
        Rendition.document_id == Document.id,
        Rendition.kind == RenditionKind.PHOTO,
        Rendition.blob_sha256 == sha256,
    )
    return select(Document.id).where(
        Document.id != document_id,
        Document.disposed_at.is_(None),
        Document.held_since.is_not(None),
        or_(Document.blob_sha256 == sha256, as_photo.exists()),
    )


LABEL = "Arsip"
LABELS = (LABEL, *classification.OTHERS)
"""Permitted labels of a document of the archive; free text is never accepted."""
KNOWN = {
    ingest.ARCHIVE: "Dokumen yang sama sudah ada di arsip.",
    ingest.UPLOAD: "Dokumen yang sama sudah menjadi dokumen sebuah berkas, dan tetap di sana.",
    ingest.LETTER: "Ini surat yang dicetak sistem; sudah tersimpan di berkasnya.",
    ingest.BUNDLE: "Ini manifes yang dibuat sistem; sudah tersimpan di berkasnya.",
    ingest.STACK: (
        "Dokumen yang sama pernah masuk sebagai tumpukan pindai; sekarang juga menjadi arsip."
    ),
    ingest.TRAY: (
        "Dokumen yang sama menunggu di Tumpukan pindai; sekarang menjadi arsip dan tidak menunggu "
        "lagi."
    ),
}
"""The answer about a file that is already known, by its origin."""
RAISED = " Tingkat aksesnya dinaikkan seperti yang diminta."
RESTRICTED = (
    "Dokumen yang sama menunggu di Tumpukan pindai untuk berkas yang dibatasi atau satu "
    "fungsi, jadi tidak menjadi arsip umum. Masukkan ke "
    "berkas yang melanjutkannya."
)
OF_CASES = (
    "File yang sama masuk sebagai tumpukan pindai dan bagiannya milik berkas atau satu "
    "fungsi, atau belum selesai dipilah, jadi utuhnya tidak "
    "menjadi arsip umum."
)
BROUGHT = "Tingkat diminta saat dibawa ke arsip"
Status = Literal["stored", "duplicate", "refused"]
CHAIN = "archive"


@dataclass(frozen=True)
class Deposit:
    """The result of bringing one file to the archive."""

    status: Status
    document_id: UUID | None = None
    pages: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Fixity:
    """The result of reading one blob back and hashing it again."""

    sha256: str
    size: int
    state: str
    """intact, damaged, missing."""

    @property
    def is_intact(self) -> bool:
        """True when the bytes are those that were stored."""
        return self.state == blobs.FixityState.INTACT


def prepare(work: UnitOfWork) -> None:
    """Make sure that the store exists and locks objects; raises with a sentence otherwise."""
    work.blobs.ensure_bucket()


def deposit(
    work: UnitOfWork,
    data: bytes,
    *,
    max_megabytes: int = 50,
    level: AccessLevel = AccessLevel.ORDINARY,
    label: str = LABEL,
) -> Deposit:
    """Store one file in the archive, without a case.

    A file that cannot be accepted is a result, not an error. A known file becomes a document of the
    archive where it was none, and its level is raised if the requested one is higher.
    """
    try:
        found = ingest.look_into(data, max_megabytes)
    except InvalidInput as refusal:
        return Deposit("refused", reason=refusal.sentence)
    added = ingest.keep(work, data, found, origin=ingest.ARCHIVE, label=label)
    if added.is_duplicate:
        return _known(work, added.document_id, found.pages, level, label)
    unit_of_work.record(
        work,
        CHAIN,
        "document.added",
        document_id=str(added.document_id),
        level=classification.key_of(level),
    )
    classification.raise_to(work, added.document_id, level)
    return Deposit("stored", added.document_id, found.pages, found.reason)


def _known(
    work: UnitOfWork, document_id: UUID, pages: int, level: AccessLevel, label: str
) -> Deposit:
    document = work.session.get_one(
        Document, document_id, with_for_update=True, populate_existing=True
    )
    was = document.origin
    if was == ingest.TRAY and access.is_kept_for_others(work, document_id):
        return Deposit("refused", document_id, pages, RESTRICTED)
    if was == ingest.STACK and not access.is_nobodys(work, document_id):
        return Deposit("refused", document_id, pages, OF_CASES)
    before = document.level
    is_raised = level > before
    if was in (ingest.STACK, ingest.TRAY):
        document.label = label
        ingest.become_archive(work, document)
        ingest.renew(work, [document_id])
        unit_of_work.record(
            work,
            CHAIN,
            "document.added",
            document_id=str(document_id),
            level=classification.key_of(level),
        )
    if is_raised:
        classification.raise_to(work, document_id, level)
        access.happened(
            work,
            document_id,
            "document.classified",
            before=classification.key_of(before),
            level=classification.key_of(level),
            level_label=classification.LABELS[level].lower(),
            reason=BROUGHT,
        )
    said = KNOWN.get(was, KNOWN[ingest.ARCHIVE]) + (RAISED if is_raised else "")
    status: Status = "stored" if was in (ingest.STACK, ingest.TRAY) else "duplicate"
    return Deposit(status, document_id, pages, said)


def refuse_size(size: int, max_megabytes: int) -> Deposit | None:
    """Return the refusal of a file that is too large to be read at all, else None."""
    limit = max_megabytes * 1_000_000
    return Deposit("refused", reason=FileTooLarge(size, limit).sentence) if size > limit else None


def prove_worm(work: UnitOfWork) -> WormVerdict:
    """Return whether the store protects objects as configured, tried on a test object."""
    return store.prove(work.blobs)


def verify_holding(
    work: UnitOfWork, *, again: Collection[str] = (), sample: int | None = None
) -> Iterator[Fixity]:
    """Read blobs back from the store and hash them again: all, or those in `again` and a random
    `sample`.
    """
    for result in blobs.verify(work.session, work.blobs, again=again, sample=sample):
        yield Fixity(result.sha256, result.size, str(result.state))


@periodic(
    "settle_holds",
    label="Menyesuaikan penahanan dokumen",
    queue=KEEPING,
    cron="* * * * *",
    is_alone=True,
)
def settle_holds_job(running: Running) -> None:
    """Correct the holds in the store."""
    settle_due(running.works)
