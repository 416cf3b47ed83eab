"""Mails for the tests, and what became of them; nobody in them is real."""

import io
from email.message import EmailMessage
from typing import Any

import pypdfium2
from sqlalchemy import select

from archive.models import Document
from tests.integration.messages.imap_server import PASSWORD, USER, Box
from tests.unit.ocr import fed
from workflow_app.domain import SYSTEM
from workflow_app.models import PaperStack, StackPart
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.intake import mailboxes
from workflow_app.services.intake.mailboxes import Mailbox
from workflow_app.services.intake.mails import open_mail

SENDER = "Budi O'Contoh <budi@contoh.test>"


def mailbox(box: Box, **given: Any) -> Mailbox:
    settings: dict[str, Any] = {
        "tls": "none",
        "user": USER,
        "password": PASSWORD,
        "seconds": 2.0,
        **given,
    }
    return Mailbox("127.0.0.1", settings.pop("port", box.port), **settings)


def take(works: Works, box: Box, **given: Any) -> int:
    return mailboxes.take_in(works, mailbox(box, **given), max_megabytes=2)


def letter(
    text: str = "Mohon dilayani.", *attachments: tuple[bytes, str, str], name: str = "<1@contoh>"
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = SENDER, "spkt@contoh.test", "Permohonan contoh"
    mail["Date"], mail["Message-ID"] = "Mon, 23 Nov 2026 08:29:00 +0800", name
    mail.set_content(text)
    for data, kind, file in attachments:
        main, sub = kind.split("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=file)
    return mail.as_bytes()


def mails(works: Works) -> list[PaperStack]:
    with works.begin(SYSTEM) as work:
        found = list(work.session.scalars(select(PaperStack).order_by(PaperStack.brought_at)))
        work.session.expunge_all()
        return found


def opened(works: Works) -> list[tuple[str, str, bytes, str]]:
    """Each part of the only mail: its state, its reason, its bytes and their type."""
    (mail,) = mails(works)
    open_mail(works, mail.id, max_megabytes=2)
    with works.begin(SYSTEM) as work:
        rows = work.session.execute(
            select(StackPart, Document)
            .join(Document, Document.id == StackPart.document_id)
            .where(StackPart.stack_id == mail.id)
            .order_by(StackPart.no)
        ).all()
        return [
            (part.status, part.reason, work.blobs.read(document.blob_sha256), document.media_type)
            for part, document in rows
        ]


def words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def picture() -> bytes:
    target = io.BytesIO()
    fed.sheet("Lampiran contoh").save(target, "PNG")
    return target.getvalue()
