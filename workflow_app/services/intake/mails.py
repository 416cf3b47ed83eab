"""What a mail says and brings along: its words as plain text, its attachments as bytes. Pure;
nothing in it is trusted.

The bounds come first: a mail that is nested or chopped up beyond reason is not taken apart at all.

Taking a mail apart (a job): its words become a sheet, each attachment a paper; all of them wait in
the tray, except what lies behind cover sheets in a scanned attachment: that goes where they say
(R39). The words of a mail on paper. What is printed are letters: no mark, picture or address of the
mail does anything.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from html.parser import HTMLParser
from uuid import UUID

from archive import documents
from archive.errors import ArchiveError, StoreUnavailable
from ocr.errors import NoRoom, OcrError
from ocr.sandbox_requests import Stack
from workflow_app.domain import SYSTEM, DiskFull, InvalidInput, StorageAway, Unavailable
from workflow_app.engine.definitions import LetterSource
from workflow_app.services.core import formatting
from workflow_app.services.core.jobs import PATIENT, READING, Running, job
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import ingest
from workflow_app.services.intake import cover_sheets, mailboxes, stacks
from workflow_app.services.intake.cover_sheets import Share
from workflow_app.services.letters import printing

MOST_ATTACHMENTS = 40
MOST_BORDERS, MOST_NESTED, MOST_LEVELS = 60, 15, 12
MOST_HEADER_LINES = 2000
LONGEST_TEXT, LONGEST_HTML, LONGEST_HEADER = 20_000, 400_000, 300
BORDER, NESTED = re.compile(rb"boundary\b", re.IGNORECASE), re.compile(rb"message/", re.IGNORECASE)
SILENT = frozenset({"style", "script", "head", "title", "template", "noscript", "svg", "math"})
BREAKS = frozenset(
    {"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "hr", "blockquote"}
)


class Unreasonable(Exception):
    """No person writes a mail like this."""


@dataclass(frozen=True)
class MailLetter:
    """A mail as a person reads it."""

    sender: str
    subject: str
    written_at: str
    """As the sender says it; empty when he does not."""
    text: str
    is_cut: bool
    """The text went on."""
    attachments: tuple[bytes, ...]
    left_out: int
    """Attachments beyond the number that is taken."""


def read(data: bytes) -> MailLetter:
    """Take a mail apart. Raises `Unreasonable`."""
    head = data.split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
    if (
        len(BORDER.findall(data)) > MOST_BORDERS
        or len(NESTED.findall(data)) > MOST_NESTED
        or head.count(b"\n") > MOST_HEADER_LINES
    ):
        raise Unreasonable
    try:
        mail = message_from_bytes(data, policy=policy.compat32)
        plain, marked, found = _sorted(mail)
        return MailLetter(
            sender=_header(mail, "From"),
            subject=_header(mail, "Subject"),
            written_at=_header(mail, "Date"),
            text=(text := _text(plain, marked))[:LONGEST_TEXT],
            is_cut=len(text) > LONGEST_TEXT,
            attachments=tuple(found[:MOST_ATTACHMENTS]),
            left_out=max(len(found) - MOST_ATTACHMENTS, 0),
        )
    except (
        MessageError,
        RecursionError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        raise Unreasonable from error


def _sorted(mail: Message) -> tuple[list[str], list[str], list[bytes]]:
    """Words in plain text, words in HTML, attachments: in their order."""
    plain: list[str] = []
    marked: list[str] = []
    attachments: list[bytes] = []
    for part in _leaves(mail, 0):
        kind = part.get_content_type()
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        is_attached = part.get_content_disposition() == "attachment" or bool(part.get_filename())
        if kind == "text/plain" and not is_attached:
            plain.append(_decoded(part, data[: LONGEST_TEXT * 8]))
        elif kind == "text/html" and not is_attached:
            marked.append(_decoded(part, data[:LONGEST_HTML]))
        elif data:
            attachments.append(data)
    return plain, marked, attachments


def _leaves(part: Message, level: int) -> Iterator[Message]:
    """The parts that hold something themselves. A mail inside a mail is opened as well."""
    if level > MOST_LEVELS:
        raise Unreasonable
    inner = part.get_payload()
    if part.is_multipart() and isinstance(inner, list):
        for each in inner:
            if isinstance(each, Message):
                yield from _leaves(each, level + 1)
    else:
        yield part


def _text(plain: list[str], marked: list[str]) -> str:
    """Plain words where there are any; else those between the marks of HTML."""
    words = "\n\n".join(text for text in plain if text.strip())
    if not words:
        words = "\n\n".join(_unmarked(text) for text in marked)
    return _clean(words, keep_lines=True)


def _decoded(part: Message, data: bytes) -> str:
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return data.decode(charset, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def _header(mail: Message, name: str) -> str:
    raw = str(mail.get(name, ""))[: LONGEST_HEADER * 4]
    try:
        parts = [
            words.decode(charset or "ascii", "replace") if isinstance(words, bytes) else words
            for words, charset in decode_header(raw)
        ]
    except (MessageError, LookupError, ValueError):
        parts = [raw]
    return _clean("".join(parts), keep_lines=False)[:LONGEST_HEADER]


def _clean(text: str, *, keep_lines: bool) -> str:
    """What can be printed; runs of empty lines become one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    kept = ["".join(letter for letter in line if letter.isprintable()).rstrip() for line in lines]
    if not keep_lines:
        return " ".join(" ".join(kept).split())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Marks give line breaks and nothing else: no pictures, no addresses."""
        self.silent += tag in SILENT
        if tag in BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """See above."""
        self.silent = max(self.silent - (tag in SILENT), 0)
        if tag in BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        """Words between the marks."""
        if not self.silent:
            self.words.append(" ".join(data.split()) + " ")


def _unmarked(text: str) -> str:
    parser = _Words()
    try:
        parser.feed(text)
        parser.close()
    except (AssertionError, RecursionError):  # what the library says of marks that it cannot follow
        pass
    return "".join(parser.words)


TITLE = "Surat elektronik"
_SHEET = LetterSource(
    """<!DOCTYPE html>
<html lang="id"><head><meta charset="utf-8"><title>Surat elektronik</title>
<style>
  @page { size: A4; margin: 18mm 20mm;
    @bottom-right { content: "Halaman " counter(page) " dari " counter(pages);
      font: 8pt "Liberation Sans", sans-serif; } }
  body { font: 10.5pt/1.4 "Liberation Sans", "DejaVu Sans", sans-serif; color: #000; }
  h1 { font-size: 14pt; margin: 0 0 4mm; }
  th { text-align: left; vertical-align: top; font-weight: normal;
    padding-right: 5mm; white-space: nowrap; }
  td, .kata { overflow-wrap: anywhere; }
  .kata { white-space: pre-wrap; border-top: 0.6pt solid #000; margin-top: 4mm; padding-top: 4mm; }
  .catatan { border-top: 0.6pt solid #000; margin-top: 4mm; font-size: 9pt; }
</style></head><body>
<h1>Surat elektronik</h1>
<table>
  <tr><th scope="row">Diterima server</th><td>{{ diterima }}</td></tr>
  <tr><th scope="row">Dari (menurut surat)</th>
    <td>{{ surat.sender or "tidak disebut" }}</td></tr>
  <tr><th scope="row">Tanggal (menurut surat)</th>
    <td>{{ surat.written_at or "tidak disebut" }}</td></tr>
  <tr><th scope="row">Perihal</th><td>{{ surat.subject or "tidak disebut" }}</td></tr>
</table>
<div class="kata">{{ surat.text or "Surat ini tidak berisi tulisan." }}{% if surat.is_cut %}

[Tulisan berikutnya ada di surat utuhnya.]{% endif %}</div>
{% if catatan %}<ul class="catatan">
  {% for baris in catatan %}<li>{{ baris }}</li>{% endfor %}</ul>{% endif %}
</body></html>""",
    {},
)


def printed(letter: MailLetter, received_at: datetime, notes: Sequence[str]) -> bytes:
    """The sheet as PDF/A. The same mail gives the same bytes."""
    html = printing.fill(
        _SHEET, {"surat": letter, "diterima": formatting.moment(received_at), "catatan": notes}
    )
    metadata = printing.Metadata(
        title=TITLE,
        author="",
        made_at=received_at,
        identifier=hashlib.sha256(html.encode()).hexdigest()[:32].encode(),
    )
    return printing.typeset(html, metadata)[0]


TOO_LARGE = (
    "Surat ini terlalu besar, jadi hanya awalnya yang diambil. Buka di kotak suratnya, lalu "
    "masukkan lampirannya lewat "
    "halaman Tumpukan pindai."
)
UNREASONABLE = (
    "Susunan surat elektronik ini tidak wajar, jadi isinya tidak dibuka. Surat utuhnya "
    "tersimpan; minta pengirim mengirim "
    "ulang sebagai surat biasa."
)
TOO_MANY = "{count} lampiran berikutnya tidak diambil. Semuanya ada di surat utuhnya."
MOST_TOLD = 3
"""Sentences that stand in the tray; all are on the sheet."""
WORDS_LABEL, ATTACHMENT_LABEL = "Isi surat elektronik", "Lampiran surat elektronik"
WORDS, ATTACHMENT = "Isi surat elektronik.", "Lampiran {no} surat elektronik."


@dataclass(frozen=True)
class _Attachment:
    """One that can be a paper, or papers: its number in the mail, and the parts that cover sheets
    make of it.
    """

    no: int
    data: bytes
    shares: Sequence[Share] = ()


def open_mail(works: Works, stack_id: UUID, *, max_megabytes: int, nice: int = 5) -> str:
    """Returns the status of the stack. Killed and begun again, it makes no part twice. Raises
    `Away` when it has to wait.
    """
    with works.begin(SYSTEM) as work:
        stack = cover_sheets.take_up(work, stack_id)
        if stack is None:
            return "split"
        whole = documents.get(work.session, stack.document_id)
        sha256, is_whole = whole.blob_sha256, whole.label != mailboxes.BEGINNING_ONLY
        received_at = stack.received_at or stack.brought_at
    try:
        letter = read(works.blobs.read(sha256))
        taken, faults = _looked_into(works, letter, max_megabytes, is_whole, nice)
        notes = [_note(attachment) for attachment in taken]
        sheet = printed(letter, received_at, [*notes, *faults])
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
            pages = ingest.look_into(data, max_megabytes).pages
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
    with Stack(data, cover_sheets.ACCEPTED, nice=nice) as opened:
        found = cover_sheets.shares(works, opened.look())
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
    with Stack(attachment.data, cover_sheets.ACCEPTED, nice=nice) as opened:
        return cover_sheets.settle_all(works, stack_id, attachment.shares, opened, first)


def _let_wait(works: Works, stack_id: UUID, no: int, data: bytes, reason: str, label: str) -> None:
    if not cover_sheets.is_settled(works, stack_id, no):
        cover_sheets.let_wait(works, stack_id, no, data, reason, label)


@job(
    "open_mail",
    label="Membuka surat elektronik",
    queue=READING,
    retry=PATIENT,
    on_give_up=stacks.leave_whole,
)
def open_mail_job(running: Running, stack_id: UUID) -> None:
    """Take one mail apart."""
    open_mail(running.works, stack_id, max_megabytes=running.settings.max_upload_mb)
