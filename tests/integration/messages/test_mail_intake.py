"""Mails land in the tray: once, whole, after the commit, whatever somebody has written into them
(R39).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from archive.models import Document
from tests.integration.messages.imap_server import Box, imap_server
from tests.integration.messages.mails import (
    SENDER,
    letter,
    mailbox,
    mails,
    opened,
    picture,
    take,
    words,
)
from tests.integration.messages.servers import certificate, free_port, silent_server
from tests.integration.services import stacks as made
from tests.unit.ocr import fed
from workflow_app.domain import SYSTEM, Actor, StorageAway
from workflow_app.models import AuditEvent, StackPart
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.intake import cover_sheets, mailboxes, stacks
from workflow_app.services.intake.mailboxes import Line, MailboxAway, WaitingMail
from workflow_app.services.intake.mails import TOO_LARGE, WORDS, open_mail
from workflow_app.services.operations import health, upkeep
from workflow_app.services.workflow import tray


def test_r39_a_mail_lands_in_the_tray_with_its_words_and_attachments(
    works: Works, box: Box, person: Callable[..., Actor], caplog: pytest.LogCaptureFixture
) -> None:
    scan = made.pdf(fed.sheet("Surat contoh"), fed.sheet("Halaman kedua"))
    data = letter(
        "Yth. SPKT\n\nMohon dilayani <b>segera</b>.",
        (scan, "application/pdf", "ktp Budi.pdf"),
        (picture(), "image/png", "a.png"),
    )
    box.put(data)
    assert take(works, box) == 0
    assert (box.unseen(), box.folders["INBOX"][1].flags) == ([], {"\\Seen"})
    (sheet, first, second) = opened(works)
    assert [part[0] for part in (sheet, first, second)] == ["tray"] * 3
    assert sheet[1] == WORDS
    assert (first[2], second[2]) == (scan, picture()), "attachments are kept as they came"
    for told in (
        "Mohon dilayani <b>segera</b>.",
        SENDER,
        "Permohonan contoh",
        "Lampiran 2 menjadi dokumen tersendiri",
    ):
        assert told in words(sheet[2])

    (mail,) = mails(works)
    with works.begin(person("arsip", "arsiparis")) as work:
        shown = tray.show(work)
        assert stacks.original(work, mail.id).data == data, "the whole mail, to the last byte"
        assert (shown.stacks[0].kind, shown.stacks[0].status, shown.waiting) == ("mail", "split", 3)
        assert f"{shown.stacks[0].received_at:%d %H:%M}" == "23 00:30"
        told = [str(event.details) for event in work.session.scalars(select(AuditEvent))]
        told += [
            f"{document.label} {document.origin}"
            for document in work.session.scalars(select(Document))
        ]
        labels = sorted(work.session.scalars(select(StackPart.label)))
        assert labels == ["Isi surat elektronik", *["Lampiran surat elektronik"] * 2]
    for secret in ("Budi", "contoh.test", "Permohonan", "dilayani"):
        assert not [text for text in [*told, caplog.text] if secret in text]


def test_a_mail_is_seen_only_after_its_commit_and_comes_again_as_one(
    works: Works, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put(letter())

    def die(*_args: object) -> None:
        raise StorageAway

    with monkeypatch.context() as patch:
        patch.setattr(stacks, "begin", die)
        with pytest.raises(StorageAway):
            take(works, box)
    assert (box.unseen(), mails(works)) == ([1], [])
    box.hang_up_at = "UID STORE"
    with pytest.raises(MailboxAway):
        take(works, box)
    assert (box.unseen(), len(mails(works))) == ([1], 1), (
        "kept, and the server does not know it yet"
    )
    box.hang_up_at = ""
    box.put(b"Received: from lain\r\nX-Relay: dua\r\n" + letter().replace(b"\n", b"\r\n"))
    assert take(works, box) == 0
    assert (box.unseen(), len(mails(works))) == ([], 1), (
        "another way through the net makes no other mail of it"
    )


def test_a_stranger_who_uses_the_name_of_a_mail_does_not_keep_it_away(
    works: Works, box: Box
) -> None:
    box.put(letter("Palsu."))
    box.put(letter("Yang sebenarnya."))
    take(works, box)
    assert len(mails(works)) == 2


@pytest.mark.parametrize("can_move", [True, False])
def test_mails_that_were_taken_are_moved_where_a_folder_is_named(
    works: Works, box: Box, can_move: bool
) -> None:
    box.can_move = can_move
    box.put(letter())
    take(works, box, done_folder="Selesai")
    assert (list(box.folders["INBOX"]), list(box.folders["Selesai"])) == ([], [1])
    assert box.folders["Selesai"][1].flags >= {"\\Seen"}


def test_a_mail_that_is_too_large_leaves_its_beginning_and_a_sentence(
    works: Works, box: Box
) -> None:
    box.put(letter("Foto terlampir.", (b"x" * 3_000_000, "application/pdf", "besar.pdf")))
    take(works, box, done_folder="Selesai")
    assert (list(box.folders["INBOX"]), box.unseen()) == ([1], []), (
        "it stays where the sentence says"
    )
    ((status, reason, sheet, _),) = opened(works)
    assert (status, reason) == ("tray", f"{WORDS} {TOO_LARGE}")
    assert "Foto terlampir." in words(sheet)
    with works.begin(SYSTEM) as work:
        sizes = [
            len(work.blobs.read(document.blob_sha256))
            for document in work.session.scalars(select(Document).where(Document.origin == "stack"))
        ]
    assert sizes == [mailboxes.BEGINNING]


def test_attachments_that_are_no_papers_are_told_of_and_the_rest_is_kept(
    works: Works, box: Box
) -> None:
    box.put(
        letter(
            "Lihat lampiran.",
            (b"PK\x03\x04" + bytes(500), "application/zip", "bom.zip"),
            (picture(), "image/png", "ok.png"),
        )
    )
    take(works, box)
    sheet, kept = opened(works)
    assert "Lampiran 1 tidak dapat menjadi dokumen." in sheet[1]
    assert "Lampiran 2" not in sheet[1]
    assert kept[3] == "image/png"


def test_a_mail_opened_again_makes_no_part_twice(
    works: Works, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put(letter("Ulang.", (picture(), "image/png", "a.png")))
    take(works, box)
    (mail,) = mails(works)
    wait, calls = cover_sheets.let_wait, []

    def die_at_the_second(*given: Any) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise StorageAway
        wait(*given)

    monkeypatch.setattr(cover_sheets, "let_wait", die_at_the_second)
    with pytest.raises(StorageAway):
        open_mail(works, mail.id, max_megabytes=2)
    assert open_mail(works, mail.id, max_megabytes=2) == "split"
    assert open_mail(works, mail.id, max_megabytes=2) == "split"
    assert (len(calls), len(opened(works))) == (3, 2)


def test_one_mail_that_cannot_be_taken_does_not_keep_the_others_waiting(
    works: Works, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("satu", "dua", "tiga"):
        box.put(letter(text, name=f"<{text}@contoh>"))
    keep, poison = mailboxes.keep, []

    def fail_at_the_second(*given: Any, **named: Any) -> Any:
        poison.append(given)
        return keep(*given, **named) if len(poison) != 2 else 1 / 0

    with monkeypatch.context() as patch:
        patch.setattr(mailboxes, "keep", fail_at_the_second)
        assert take(works, box) == 1
    assert (box.unseen(), len(mails(works))) == ([2], 2)


def test_mails_that_cannot_be_taken_do_not_use_up_the_run(
    works: Works, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("satu", "dua", "tiga", "empat"):
        box.put(letter(text, name=f"<{text}@contoh>"))
    keep, about = mailboxes.keep, Line._about

    def fail(work: UnitOfWork, data: bytes, **named: Any) -> Any:
        return 1 / 0 if b"<satu@" in data else keep(work, data, **named)

    def unknown(line: Line, uid: str) -> WaitingMail | None:
        return None if uid == "2" else about(line, uid)

    monkeypatch.setattr(mailboxes, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(mailboxes, "keep", fail)
    monkeypatch.setattr(Line, "_about", unknown)
    assert take(works, box) == 2
    assert (box.unseen(), len(mails(works))) == ([1, 2, 4], 1)


def test_the_site_says_when_the_mailbox_is_away_and_when_it_is_back(works: Works, box: Box) -> None:
    def state(**given: Any) -> str:
        upkeep.take_mails(works, mailbox(box, **given), max_megabytes=2)
        with works.begin(SYSTEM) as work:
            (part,) = health.ways_in(work, [health.MAILBOX])
            return part.state

    box.put(letter())
    assert state(port=free_port()) == "away"
    assert state(password="salah") == "away"
    assert state(folder="Tidak ada") == "away"
    with silent_server() as port:
        assert state(port=port, seconds=0.3) == "away"
    for command in ("UID SEARCH", "UID FETCH"):
        box.refuse = command
        assert state() == "away"
    box.refuse = ""
    assert (state(), len(mails(works))) == ("ok", 1)


def test_the_line_is_secure_or_there_is_none(
    works: Works, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, public = certificate(tmp_path)
    with imap_server(Box(tls=context)) as box:
        box.put(letter())
        with pytest.raises(MailboxAway):
            take(works, box, tls="tls")
        assert not [name for name in box.commands if name == "LOGIN"], (
            "an unknown server is told no password"
        )
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        assert (take(works, box, tls="tls"), len(mails(works))) == (0, 1)


def test_a_server_that_offers_no_secure_line_is_told_no_password(works: Works, box: Box) -> None:
    with pytest.raises(MailboxAway):
        take(works, box, tls="starttls")
    assert "LOGIN" not in box.commands
