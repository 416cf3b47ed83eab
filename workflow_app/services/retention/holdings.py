"""Legal hold: while a case is open or a person has put a hold on it, the store lets go of no paper,
whatever its lock says (R37, decisions 0032 and 0036).

What should be held follows from the rows; what is held is asked of nobody but brought in line,
again and again. So there is no job that could be lost: a paper is linked, a case ends, and within a
minute the store knows.

The archive as a whole: papers that belong to no case, and whether all bytes are still what they
were.
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
"""Papers that are brought in line per turn; the rest have their turn a minute later."""


@dataclass(frozen=True)
class Difference:
    """A paper that the store holds or does not hold, against what was asked of it."""

    document_id: UUID
    should_be_held: bool


def settle_due(works: Works) -> int:
    """Bring the store in line with the rows; returns how many papers changed. What fails has its
    turn again.

    A store that is away raises: nothing else would go better.
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
        except SentraError as error:  # one paper must not keep the others from it
            log.error("hold of paper %s: %s", document_id, error.detail)
    return changed


def settle(work: UnitOfWork, document_id: UUID) -> bool:
    """Hold the paper if an open case has it or a person wants it held, else release it; false when
    the store was in line.

    The paper is locked first, against links that are made meanwhile: they wait, and are seen by the
    next turn. The store is told before the row is written: a crash between leaves it told twice.
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
    """Ask the store about every paper that is held or should be, and put right what somebody else
    has changed there.

    Each paper is a short transaction of its own: the whole look takes long, and the worker goes on
    meanwhile.
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
    """The store is asked under the lock of the paper: else the answer could be older or newer than
    the row.
    """
    document = _locked(work, document_id)
    is_recorded = document.held_since is not None
    try:
        is_held = work.blobs.stat(document.blob_sha256).is_held
    except BlobMissing:
        return None  # the fixity check tells of it
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
    """An open case has this `Document`, or somebody has put a hold on it."""
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
    """The paper, and the photos that it was bound from; what another paper that is held has too
    stays held.
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
    """Another paper that is held and needs these bytes: as its original, or as a photo that it was
    bound from.
    """
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
"""What a paper of the archive may be called: never what somebody types."""
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
"""What is said of a file that is known, by what it is."""
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
    """Answer to one file that was brought to the archive."""

    status: Status
    document_id: UUID | None = None
    pages: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Fixity:
    """One blob, read back and hashed again."""

    sha256: str
    size: int
    state: str
    """intact, damaged, missing."""

    @property
    def is_intact(self) -> bool:
        """True when the bytes are those that were stored."""
        return self.state == blobs.FixityState.INTACT


def prepare(work: UnitOfWork) -> None:
    """See to it that the store is there and locks what it keeps; fails with a sentence
    otherwise.
    """
    work.blobs.ensure_bucket()


def deposit(
    work: UnitOfWork,
    data: bytes,
    *,
    max_megabytes: int = 50,
    level: AccessLevel = AccessLevel.ORDINARY,
    label: str = LABEL,
) -> Deposit:
    """Keep one file in the archive, without a case. A file that cannot be accepted is an answer,
    not an error; so is one that is known, which becomes a paper of the archive where it was none,
    and gets the level where its own is lower.
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
    """The refusal of a file that has too many bytes to be read at all; None when it has not."""
    limit = max_megabytes * 1_000_000
    return Deposit("refused", reason=FileTooLarge(size, limit).sentence) if size > limit else None


def prove_worm(work: UnitOfWork) -> WormVerdict:
    """Whether the store keeps what it was told to keep, tried on an object made for it."""
    return store.prove(work.blobs)


def verify_holding(
    work: UnitOfWork, *, again: Collection[str] = (), sample: int | None = None
) -> Iterator[Fixity]:
    """Read every blob back from the store and hash it again; or those named in `again` and a
    `sample` by chance.
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
    """Settle the holds that wait for the store."""
    settle_due(running.works)
