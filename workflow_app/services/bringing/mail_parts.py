"""Taking a mail apart (a job): its words become a sheet, each attachment a paper; all of them wait in the tray, except what lies
behind cover sheets in a scanned attachment: that goes where they say (R39)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import archive.documents
from archive.errors import ArchiveError, StoreUnavailable
from ocr.errors import NoRoom, OcrError
from ocr.stacks import Stack
from workflow_app.errors import DiskFull, InvalidInput, StorageAway, Unavailable
from workflow_app.services.bringing import mail_intake, mail_letters, mail_sheets, stack_parts, stacks
from workflow_app.services.bringing.mail_letters import MailLetter, Unreasonable
from workflow_app.services.bringing.stack_plan import Share
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.papers import intake
from workflow_app.types import SYSTEM

TOO_LARGE = (
    "Surat ini terlalu besar, jadi hanya awalnya yang diambil. Buka di kotak suratnya, lalu masukkan lampirannya lewat "
    "halaman Tumpukan pindai."
)
UNREASONABLE = (
    "Susunan surat elektronik ini tidak wajar, jadi isinya tidak dibuka. Surat utuhnya tersimpan; minta pengirim mengirim "
    "ulang sebagai surat biasa."
)
TOO_MANY = "{count} lampiran berikutnya tidak diambil. Semuanya ada di surat utuhnya."
MOST_TOLD = 3
"""Sentences that stand in the tray; all are on the sheet."""
WORDS_LABEL, ATTACHMENT_LABEL = "Isi surat elektronik", "Lampiran surat elektronik"
WORDS, ATTACHMENT = "Isi surat elektronik.", "Lampiran {no} surat elektronik."


@dataclass(frozen=True)
class _Attachment:
    """One that can be a paper, or papers: its number in the mail, and the parts that cover sheets make of it."""

    no: int
    data: bytes
    shares: Sequence[Share] = ()


def open_mail(works: Works, stack_id: UUID, *, max_megabytes: int, nice: int = 5) -> str:
    """Returns the status of the stack. Killed and begun again, it makes no part twice. Raises `Away` when it has to wait."""
    with works.begin(SYSTEM) as work:
        stack = stack_parts.take_up(work, stack_id)
        if stack is None:
            return "split"
        whole = archive.documents.get(work.session, stack.document_id)
        sha256, is_whole = whole.blob_sha256, whole.label != mail_intake.BEGINNING_ONLY
        received_at = stack.received_at or stack.brought_at
    try:
        letter = mail_letters.read(works.blobs.read(sha256))
        taken, faults = _looked_into(works, letter, max_megabytes, is_whole, nice)
        notes = [_note(attachment) for attachment in taken]
        sheet = mail_sheets.printed(letter, received_at, [*notes, *faults])
        _let_wait(works, stack_id, 1, sheet, " ".join([WORDS, *faults[:MOST_TOLD]]), WORDS_LABEL)
        following = 2
        for attachment in taken:
            following = _settle(works, stack_id, following, attachment, nice)
    except NoRoom as error:
        raise DiskFull(error.sentence, detail=type(error).__name__) from error
    except StoreUnavailable as error:
        raise StorageAway(detail=type(error).__name__) from error
    except Unreasonable:
        return stacks.conclude(works, stack_id, "failed", UNREASONABLE)
    except (OcrError, ArchiveError) as error:
        status = stacks.conclude(works, stack_id, "failed", error.sentence)
        if error.is_retryable:
            raise Unavailable(error.sentence, detail=type(error).__name__) from error
        return status
    return stacks.conclude(works, stack_id, "split")


def _looked_into(
    works: Works, letter: MailLetter, max_megabytes: int, is_whole: bool, nice: int
) -> tuple[list[_Attachment], list[str]]:
    """The attachments that can be papers, and a sentence about each that cannot."""
    taken, faults = [], []
    for no, data in enumerate(letter.attachments if is_whole else (), 1):
        try:
            pages = intake.look_into(data, max_megabytes).pages
        except InvalidInput as refusal:
            faults.append(f"Lampiran {no} tidak dapat menjadi dokumen. {refusal.sentence}")
        else:
            taken.append(_Attachment(no, data, _shares(works, data, nice) if pages > 1 else ()))
    if letter.left_out:
        faults.append(TOO_MANY.format(count=letter.left_out))
    if not is_whole:
        faults.append(TOO_LARGE)
    return taken, faults


def _shares(works: Works, data: bytes, nice: int) -> Sequence[Share]:
    """The parts of a scanned stack; none of what has no cover sheet: that stays as it was sent."""
    with Stack(data, stack_parts.ACCEPTED, nice=nice) as opened:
        found = stack_parts.shares(works, opened.look())
    return found if any(share.cover for share in found) else ()


def _note(attachment: _Attachment) -> str:
    if attachment.shares:
        return f"Lampiran {attachment.no} dipilah menurut lembar sampul di dalamnya."
    return f"Lampiran {attachment.no} menjadi dokumen tersendiri."


def _settle(works: Works, stack_id: UUID, first: int, attachment: _Attachment, nice: int) -> int:
    """Give an attachment its places, numbered from `first`; returns the number after the last."""
    if not attachment.shares:
        reason = ATTACHMENT.format(no=attachment.no)
        _let_wait(works, stack_id, first, attachment.data, reason, ATTACHMENT_LABEL)
        return first + 1
    with Stack(attachment.data, stack_parts.ACCEPTED, nice=nice) as opened:
        return stack_parts.settle_all(works, stack_id, attachment.shares, opened, first)


def _let_wait(works: Works, stack_id: UUID, no: int, data: bytes, reason: str, label: str) -> None:
    if not stack_parts.is_settled(works, stack_id, no):
        stack_parts.let_wait(works, stack_id, no, data, reason, label)
