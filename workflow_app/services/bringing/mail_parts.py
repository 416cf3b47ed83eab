"""Taking a mail apart (a job): its words become a sheet, each attachment a paper; all of them wait in the tray (R39)."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import archive.documents
from archive.errors import ArchiveError, StoreUnavailable
from workflow_app.errors import InvalidInput, NotFound, StorageAway
from workflow_app.models.stack import PaperStack
from workflow_app.services.bringing import mail_intake, mail_letters, mail_sheets, stack_parts, stacks
from workflow_app.services.bringing.mail_letters import MailLetter, Unreasonable
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


def open_mail(works: Works, stack_id: UUID, *, max_megabytes: int) -> str:
    """Returns the status of the stack. Killed and begun again, it makes no part twice. Raises `Away` when it has to wait."""
    with works.begin(SYSTEM) as work:
        stack = work.session.get(PaperStack, stack_id)
        if stack is None:
            raise NotFound()
        if stack.status == "split":
            return stack.status
        stack.status, stack.reason = "splitting", ""
        whole = archive.documents.get(work.session, stack.document_id)
        sha256, is_whole = whole.blob_sha256, whole.label != mail_intake.BEGINNING_ONLY
        received_at = stack.received_at or stack.brought_at
    try:
        letter = mail_letters.read(works.blobs.read(sha256))
        for no, (data, reason) in enumerate(_parts(letter, received_at, max_megabytes, is_whole), 1):
            if not stack_parts.is_settled(works, stack_id, no):
                label = WORDS_LABEL if no == 1 else ATTACHMENT_LABEL
                stack_parts.let_wait(works, stack_id, no, data, reason, label)
    except StoreUnavailable as error:
        raise StorageAway(detail=type(error).__name__) from error
    except Unreasonable:
        return stacks.conclude(works, stack_id, "failed", UNREASONABLE)
    except ArchiveError as error:
        return stacks.conclude(works, stack_id, "failed", error.sentence)
    return stacks.conclude(works, stack_id, "split")


def _parts(
    letter: MailLetter, received_at: datetime, max_megabytes: int, is_whole: bool
) -> Iterator[tuple[bytes, str]]:
    """The sheet with the words, then each attachment that can be a paper. The sheet says of every one what became of it."""
    notes, faults, kept = [], [], []
    for no, data in enumerate(letter.attachments if is_whole else (), 1):
        try:
            intake.look_into(data, max_megabytes)
        except InvalidInput as refusal:
            faults.append(f"Lampiran {no} tidak dapat menjadi dokumen. {refusal.sentence}")
        else:
            notes.append(f"Lampiran {no} menjadi dokumen tersendiri.")
            kept.append((data, ATTACHMENT.format(no=no)))
    if letter.left_out:
        faults.append(TOO_MANY.format(count=letter.left_out))
    if not is_whole:
        faults.append(TOO_LARGE)
    yield mail_sheets.printed(letter, received_at, [*notes, *faults]), " ".join([WORDS, *faults[:MOST_TOLD]])
    yield from kept
