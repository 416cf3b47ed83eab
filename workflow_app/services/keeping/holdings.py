"""The archive as a whole: papers that belong to no case, and whether all bytes are still what they were."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import archive.fixity
from archive import worm
from archive.models import Document
from archive.worm import WormVerdict as WormVerdict
from ocr.errors import FileTooLarge
from workflow_app.errors import InvalidInput
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import intake, levels, paper_facets, paper_labels, paper_trail, tray_sight
from workflow_app.types import AccessLevel

LABEL = "Arsip"
LABELS = (LABEL, *paper_labels.OTHERS)
"""What a paper of the archive may be called: never what somebody types."""
KNOWN = {
    intake.ARCHIVE: "Dokumen yang sama sudah ada di arsip.",
    intake.UPLOAD: "Dokumen yang sama sudah menjadi dokumen sebuah berkas, dan tetap di sana.",
    intake.LETTER: "Ini surat yang dicetak sistem; sudah tersimpan di berkasnya.",
    intake.BUNDLE: "Ini manifes yang dibuat sistem; sudah tersimpan di berkasnya.",
    intake.STACK: "Dokumen yang sama pernah masuk sebagai tumpukan pindai; sekarang juga menjadi arsip.",
    intake.TRAY: "Dokumen yang sama menunggu di Tumpukan pindai; sekarang menjadi arsip dan tidak menunggu lagi.",
}
"""What is said of a file that is known, by what it is."""
RAISED = " Tingkat aksesnya dinaikkan seperti yang diminta."
RESTRICTED = (
    "Dokumen yang sama menunggu di Tumpukan pindai untuk berkas yang dibatasi atau satu fungsi, jadi tidak menjadi arsip umum. Masukkan ke "
    "berkas yang melanjutkannya."
)
OF_CASES = (
    "File yang sama masuk sebagai tumpukan pindai dan bagiannya milik berkas atau satu fungsi, atau belum selesai dipilah, jadi utuhnya tidak "
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
        return self.state == archive.fixity.FixityState.INTACT


def prepare(work: UnitOfWork) -> None:
    """See to it that the store is there and locks what it keeps; fails with a sentence otherwise."""
    work.blobs.ensure_bucket()


def deposit(
    work: UnitOfWork,
    data: bytes,
    *,
    max_megabytes: int = 50,
    level: AccessLevel = AccessLevel.ORDINARY,
    label: str = LABEL,
) -> Deposit:
    """Keep one file in the archive, without a case. A file that cannot be accepted is an answer, not an error; so is one that is
    known, which becomes a paper of the archive where it was none, and gets the level where its own is lower.
    """
    try:
        found = intake.look_into(data, max_megabytes)
    except InvalidInput as refusal:
        return Deposit("refused", reason=refusal.sentence)
    added = intake.keep(work, data, found, origin=intake.ARCHIVE, label=label)
    if added.is_duplicate:
        return _known(work, added.document_id, found.pages, level, label)
    audit.record(
        work, CHAIN, "document.added", document_id=str(added.document_id), level=levels.key_of(level)
    )
    levels.raise_to(work, added.document_id, level)
    return Deposit("stored", added.document_id, found.pages, found.reason)


def _known(work: UnitOfWork, document_id: UUID, pages: int, level: AccessLevel, label: str) -> Deposit:
    document = work.session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    was = document.origin
    if was == intake.TRAY and tray_sight.is_kept_for_others(work, document_id):
        return Deposit("refused", document_id, pages, RESTRICTED)
    if was == intake.STACK and not tray_sight.is_nobodys(work, document_id):
        return Deposit("refused", document_id, pages, OF_CASES)
    before = document.level
    is_raised = level > before
    if was in (intake.STACK, intake.TRAY):
        document.label = label
        intake.become_archive(work, document)
        paper_facets.renew(work, [document_id])
        audit.record(work, CHAIN, "document.added", document_id=str(document_id), level=levels.key_of(level))
    if is_raised:
        levels.raise_to(work, document_id, level)
        paper_trail.happened(
            work,
            document_id,
            "document.classified",
            before=levels.key_of(before),
            level=levels.key_of(level),
            level_label=levels.LABELS[level].lower(),
            reason=BROUGHT,
        )
    said = KNOWN.get(was, KNOWN[intake.ARCHIVE]) + (RAISED if is_raised else "")
    status: Status = "stored" if was in (intake.STACK, intake.TRAY) else "duplicate"
    return Deposit(status, document_id, pages, said)


def refuse_size(size: int, max_megabytes: int) -> Deposit | None:
    """The refusal of a file that has too many bytes to be read at all; None when it has not."""
    limit = max_megabytes * 1_000_000
    return Deposit("refused", reason=FileTooLarge(size, limit).sentence) if size > limit else None


def prove_worm(work: UnitOfWork) -> WormVerdict:
    """Whether the store keeps what it was told to keep, tried on an object made for it."""
    return worm.prove(work.blobs)


def verify(work: UnitOfWork, *, again: Collection[str] = (), sample: int | None = None) -> Iterator[Fixity]:
    """Read every blob back from the store and hash it again; or those named in `again` and a `sample` by chance."""
    for result in archive.fixity.verify(work.session, work.blobs, again=again, sample=sample):
        yield Fixity(result.sha256, result.size, str(result.state))
